import * as fc from 'fast-check'
import type { CoordinatedOptions } from '../../lib/checkpoint/coordinatedOptions'
import type { Communication, CommunicationOptions } from '../../lib/guest/communication'
import { allToAll, nearestNeighbours, randomPairs, ring } from '../../lib/guest/communication'
import type { World } from '../../lib/protocol/world'
import { milliseconds, seconds } from '../../lib/time/time'
import { cluster } from '../../lib/world/cluster'
import type { ClusterFault } from '../../lib/world/clusterOptions'

/** Something that breaks at so many thousandths of a run; for a member `-1` stands for the coordinator. It is back after so many more (absent: never). */
export type ClusterFaultPlan = {
  readonly what: 'host' | 'link'
  readonly machine: number
  readonly perMille: number
  readonly back?: number
}

/**
 * A cluster as plain values: what a swarm draws, shrinks and prints. Times are in milliseconds; an image takes `saveMs` to save, on each member so many times `slow` of its own.
 * `impatient`: all time-outs are short enough to ring in the midst of things.
 */
export type ClusterPlan = {
  readonly members: number
  readonly pattern: keyof typeof patterns
  readonly iterations: number
  readonly computeMs: number
  readonly spreadMs: number
  readonly frameBytes: number
  readonly bytesPerMs: number
  readonly latencyMs: number
  readonly saveMs: number
  readonly slow: readonly number[]
  readonly settleMs: number
  readonly checkpoints: number
  readonly everyMs: number
  readonly restarts: number
  readonly impatient?: { readonly votes: number; readonly settled: number; readonly patience: number; readonly decision: number }
  readonly faults: readonly ClusterFaultPlan[]
}

const patterns = { ring, allToAll, nearestNeighbours, randomPairs } satisfies Readonly<
  Record<string, (options: CommunicationOptions) => Communication>
>

const faults: fc.Arbitrary<ClusterFaultPlan> = fc.record(
  {
    what: fc.constantFrom('host' as const, 'link' as const),
    machine: fc.integer({ min: -1, max: 3 }),
    perMille: fc.nat({ max: 1000 }),
    back: fc.nat({ max: 500 })
  },
  { requiredKeys: ['what', 'machine', 'perMille'] }
)

const impatience = fc.integer({ min: 0, max: 60 })

/** Clusters by swarm: 1 to 4 members, every pattern, fast and slow links and disks, and in half of them nothing breaks, or no time-out rings. */
export const clusterPlans: fc.Arbitrary<ClusterPlan> = fc.record(
  {
    members: fc.integer({ min: 1, max: 4 }),
    pattern: fc.constantFrom(...(Object.keys(patterns) as readonly (keyof typeof patterns)[])),
    iterations: fc.integer({ min: 1, max: 60 }),
    computeMs: fc.integer({ min: 1, max: 4 }),
    spreadMs: fc.constantFrom(0, 1, 5),
    frameBytes: fc.constantFrom(1, 1000, 20_000),
    bytesPerMs: fc.constantFrom(1000, 10_000, 1_000_000),
    latencyMs: fc.constantFrom(0, 1, 7),
    saveMs: fc.integer({ min: 1, max: 20 }),
    slow: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 4 }),
    settleMs: fc.constantFrom(0, 0, 3),
    checkpoints: fc.integer({ min: 1, max: 4 }),
    everyMs: fc.integer({ min: 1, max: 40 }),
    restarts: fc.nat({ max: 2 }),
    impatient: fc.record({ votes: impatience, settled: impatience, patience: impatience, decision: impatience }),
    faults: fc.oneof(fc.constant([]), fc.array(faults, { minLength: 1, maxLength: 3 }))
  },
  {
    requiredKeys: [
      'members',
      'pattern',
      'iterations',
      'computeMs',
      'spreadMs',
      'frameBytes',
      'bytesPerMs',
      'latencyMs',
      'saveMs',
      'slow',
      'settleMs',
      'checkpoints',
      'everyMs',
      'restarts',
      'faults'
    ]
  }
)

/** The members of a plan: `a`, `b`, `c`, `d`. */
export const membersOf = ({ members }: ClusterPlan): readonly string[] => ['a', 'b', 'c', 'd'].slice(0, members)

/** What the machines of a plan are told of their task. */
export const coordinatedOf = (plan: ClusterPlan): CoordinatedOptions => {
  const { impatient: limits } = plan
  return {
    members: membersOf(plan),
    checkpoints: plan.checkpoints,
    everyNs: milliseconds(plan.everyMs),
    restarts: plan.restarts,
    lingerNs: seconds(20),
    votesWithinNs: milliseconds(limits?.votes ?? 600),
    settledWithinNs: milliseconds(limits?.settled ?? 600),
    patienceNs: milliseconds(limits?.patience ?? 900),
    decisionWithinNs: milliseconds(limits?.decision ?? 900),
    idleNs: seconds(60)
  }
}

/** The world of a plan; `breaks: false` leaves out what breaks. */
export const clusterOf = (plan: ClusterPlan, breaks = true): World => {
  const members = membersOf(plan)
  const span = 100 * plan.checkpoints + 4 * plan.iterations
  const memoryBytes = 4096
  return cluster({
    members: Object.fromEntries(
      members.map((name, i) => [name, { memoryBytes, saveBytesPerSecond: (memoryBytes * 1000) / (plan.saveMs * plan.slow[i]) }])
    ),
    communication: patterns[plan.pattern]({
      computeNs: milliseconds(plan.computeMs),
      spreadNs: milliseconds(plan.spreadMs),
      bytes: plan.frameBytes,
      iterations: plan.iterations
    }),
    network: { bytesPerSecond: plan.bytesPerMs * 1000, latencyNs: milliseconds(plan.latencyMs) },
    costs: { settleNs: milliseconds(plan.settleMs), loadBytesPerSecond: memoryBytes * 100 },
    faults: breaks ? faultsOf(plan, members, span) : []
  })
}

const faultsOf = ({ faults: plans }: ClusterPlan, members: readonly string[], spanMs: number): readonly ClusterFault[] =>
  plans.flatMap(({ what, machine, perMille, back }): readonly ClusterFault[] => {
    const name = machine < 0 ? 'coordinator' : members[machine % members.length]
    const at = milliseconds(Math.floor((perMille * spanMs) / 1000))
    const comesBack = back !== undefined && !(what === 'host' && machine < 0)
    const until = comesBack ? { until: at + milliseconds(1 + Math.floor((back * spanMs) / 1000)) } : {}
    return [what === 'host' ? { at, host: name, ...until } : { at, link: name, ...until }]
  })
