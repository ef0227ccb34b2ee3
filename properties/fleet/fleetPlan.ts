import * as fc from 'fast-check'

/** What changes in steps: a level, and for how many looks; the last one goes on. */
export type PlannedSeries = readonly (readonly [level: number, looks: number])[]

/** A host of a plan: cores, MIPS of each, memory, and megabytes a second of its network card (absent: no limit). */
export type PlannedHost = {
  readonly cores: number
  readonly mipsPerCore: number
  readonly memoryMib: number
  readonly networkMb?: number
}

/** Requests a second of a service, millions of instructions and kilobytes of answer for each, and the time within which an answer is promised. */
export type PlannedService = {
  readonly requests: PlannedSeries
  readonly instructions: number
  readonly kilobytes: number
  readonly promisedMs: number
}

/**
 * A VM of a plan: where it begins, its virtual CPUs and the MIPS of each, its memory; tenths of its CPU that it wants; where it has them, megabytes a second on the network, tenths of its memory that it uses (above 10: it swaps), and a service. `lost`: looks of
 * which the monitor has nothing. `fails`: so many of its moves come to nothing, the first ones; `isLost`: and it is lost with the first.
 */
export type PlannedVm = {
  readonly host: number
  readonly cores: number
  readonly mipsPerCore: number
  readonly memoryMib: number
  readonly cpu: PlannedSeries
  readonly networkMb?: PlannedSeries
  readonly workingSet?: PlannedSeries
  readonly service?: PlannedService
  readonly lost: readonly number[]
  readonly fails: number
  readonly isLost: boolean
}

/**
 * A fleet and its day as plain values: what a swarm draws, shrinks and prints. A move copies so many MiB a second; a look is every 300 s, so that one of a GiB takes from a twentieth of a look to more than three. `afterSeconds`: the manager looks so long after the
 * sample. `twin`: the VM and look of which a sample is lost besides, and how far names are turned, where a law compares two days.
 */
export type FleetPlan = {
  readonly looks: number
  readonly afterSeconds: number
  readonly hosts: readonly PlannedHost[]
  readonly vms: readonly PlannedVm[]
  readonly parallel?: number
  readonly mibPerSecond: number
  readonly movingShare: number
  readonly arrivingShare: number
  readonly endsIdle: boolean
  readonly twin: { readonly vm: number; readonly look: number; readonly turn: number }
}

const series = (most: number, high: number): fc.Arbitrary<PlannedSeries> =>
  fc.array(
    fc.tuple(
      fc.oneof({ weight: 2, arbitrary: fc.nat({ max: most }) }, { weight: 1, arbitrary: fc.integer({ min: high, max: most }) }),
      fc.integer({ min: 1, max: 8 })
    ),
    { minLength: 1, maxLength: 4 }
  )

const host: fc.Arbitrary<PlannedHost> = fc.record(
  {
    cores: fc.integer({ min: 1, max: 4 }),
    mipsPerCore: fc.constantFrom(1000, 500, 2000),
    memoryMib: fc.constantFrom(4096, 2048, 8192),
    networkMb: fc.constantFrom(100, 20)
  },
  { requiredKeys: ['cores', 'mipsPerCore', 'memoryMib'] }
)

const service: fc.Arbitrary<PlannedService> = fc.record({
  requests: series(120, 60),
  instructions: fc.constantFrom(10, 30),
  kilobytes: fc.constantFrom(1, 100),
  promisedMs: fc.constantFrom(100, 30, 1000)
})

/** What some of the VMs of a plan have, by swarm. */
type Has = {
  readonly networks: boolean
  readonly workingSets: boolean
  readonly services: boolean
  readonly lost: boolean
  readonly fails: boolean
}

const vmOf = ({ networks, workingSets, services, lost, fails }: Has): fc.Arbitrary<PlannedVm> =>
  fc.record(
    {
      host: fc.nat({ max: 4 }),
      cores: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 4 }) }),
      mipsPerCore: fc.constantFrom(1000, 500),
      memoryMib: fc.oneof({ weight: 12, arbitrary: fc.constantFrom(512, 256, 1024, 2048) }, { weight: 1, arbitrary: fc.constant(9000) }),
      cpu: series(10, 8),
      lost: lost ? fc.uniqueArray(fc.nat({ max: 15 }), { maxLength: 3 }) : fc.constant([]),
      fails: fails ? fc.nat({ max: 2 }) : fc.constant(0),
      isLost: fails ? fc.nat({ max: 4 }).map((one) => one === 4) : fc.constant(false),
      ...(networks ? { networkMb: series(60, 20) } : {}),
      ...(workingSets ? { workingSet: series(16, 10) } : {}),
      ...(services ? { service } : {})
    },
    { requiredKeys: ['host', 'cores', 'mipsPerCore', 'memoryMib', 'cpu', 'lost', 'fails', 'isLost'] }
  )

/**
 * Small fleets and days: 1 to 4 hosts of different kinds, 0 to 9 VMs that want little or much for some looks at a time, begin wherever they are put and may fit nowhere. Services, networks, swapping, lost samples, moves that fail and limits of moves at once are each
 * absent from half of the plans or more, so that none hides what the others show.
 */
export const fleetPlans: fc.Arbitrary<FleetPlan> = fc
  .record({
    networks: fc.boolean(),
    workingSets: fc.boolean(),
    services: fc.nat({ max: 3 }).map((one) => one === 3),
    lost: fc.boolean(),
    fails: fc.nat({ max: 2 }).map((one) => one === 2)
  })
  .chain((has) =>
    fc.record(
      {
        looks: fc.integer({ min: 2, max: 16 }),
        afterSeconds: fc.constantFrom(0, 0, 0, 1, 150),
        hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
        vms: fc.array(vmOf(has), { maxLength: 9 }),
        parallel: fc.integer({ min: 1, max: 2 }),
        mibPerSecond: fc.constantFrom(64, 8, 3, 1),
        movingShare: fc.constantFrom(1, 0.9),
        arrivingShare: fc.constantFrom(0, 0.1),
        endsIdle: fc.nat({ max: 7 }).map((one) => one === 7),
        twin: fc.record({ vm: fc.nat({ max: 8 }), look: fc.nat({ max: 15 }), turn: fc.nat({ max: 8 }) })
      },
      { requiredKeys: ['looks', 'afterSeconds', 'hosts', 'vms', 'mibPerSecond', 'movingShare', 'arrivingShare', 'endsIdle', 'twin'] }
    )
  )
