import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { specPower, wattsAt } from '../../lib/guest/serverPower'
import { consolidation } from '../../lib/hotspot/consolidation'
import { localRegression, threshold } from '../../lib/hotspot/overloadRule'
import { powerAwarePlacement } from '../../lib/hotspot/powerAwarePlacement'
import type { FleetCommand, FleetDecider, FleetHost, FleetManager, FleetView, FleetVm } from '../../lib/protocol/fleet'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'

const MIB = 2 ** 20
const host = (name: string): FleetHost => ({ name, cores: 2, mipsPerCore: 1000, memoryBytes: 4096 * MIB, power: specPower.hpMl110G4 })
const vm = (name: string, memoryMib = 1024): FleetVm => ({ name, mips: 1000, memoryBytes: memoryMib * MIB })

/** Moves by a timetable of looks. */
const timetable = (moves: Readonly<Record<number, readonly FleetCommand[]>>, look: (view: FleetView) => void = () => {}): FleetManager => {
  const at =
    (number: number): FleetDecider =>
    (view) => {
      look(view)
      return [moves[number] ?? [], at(number + 1)]
    }
  return { name: 'timetable', begin: () => at(1) }
}
const rowsOf = (
  options: Partial<FleetDayOptions> & Pick<FleetDayOptions, 'hosts' | 'vms' | 'utilisations' | 'placement'>
): readonly FleetRow[] => {
  const rows: FleetRow[] = []
  fleetDay({
    manager: timetable({}),
    moveCost: ({ memoryBytes }) => ({ ns: (memoryBytes / MIB / 64) * 1e9, downtimeNs: 1e6, bytes: memoryBytes }),
    ...options
  }).subscribe((row) => rows.push(row))
  return rows
}
const total = (rows: readonly FleetRow[], of: 'joules' | 'wanted' | 'given'): number => rows.reduce((sum, row) => sum + row[of], 0)

describe('watts of a server', () => {
  it('are those of SPECpower at tenths, and linear between', () => {
    expect(wattsAt(specPower.hpMl110G4, 0)).toBe(86)
    expect(wattsAt(specPower.hpMl110G4, 0.25)).toBeCloseTo(94.3, 9)
    expect(wattsAt(specPower.hpMl110G5, 1)).toBe(135)
    expect(wattsAt(specPower.hpMl110G5, 1.5)).toBe(135)
  })
})

describe('a day of a fleet', () => {
  it('takes the energy of its hosts, linear between looks; a host without VMs takes none', () => {
    const rows = rowsOf({ hosts: [host('a'), host('b')], vms: [vm('v')], utilisations: [[0.4, 0.4, 0.8, 0.8]], placement: [0] })
    // 0.2, 0.2, 0.4 and 0.4 of two cores at 0, 300, 600 and 900 s.
    expect(rows.map(({ at }) => at / 1e9)).toEqual([300, 600, 900])
    expect(rows.map(({ joules }) => joules)).toEqual([92.6 * 300, ((92.6 + 99.5) / 2) * 300, 99.5 * 300])
    expect(rows[2]).toMatchObject({ active: 1, overloaded: [], wanted: 800 * 300, given: 800 * 300 })
  })

  it('takes what an idle host takes while its VMs want nothing, and is off where there are none', () => {
    const idle = { hosts: [host('a'), host('b')], vms: [vm('v')], utilisations: [[0, 0, 0.4, 0, 0]], placement: [0] }
    const rows = rowsOf(idle)
    expect(rows.map(({ joules }) => joules)).toEqual([86 * 300, ((86 + 92.6) / 2) * 300, ((86 + 92.6) / 2) * 300, 86 * 300])
    expect(rows.map(({ wanted }) => wanted)).toEqual([0, 200 * 300, 200 * 300, 0])
    expect(rows.map(({ active, shutdowns }) => [active, shutdowns])).toEqual(rows.map(() => [1, 0]))
    // As CloudSim has it, all that is wanted from nothing on is for nothing.
    const ended = rowsOf({ ...idle, utilisations: [[0.4, 0.4, 0, 0, 0]], endsIdle: true })
    expect(ended.map(({ joules }) => joules)).toEqual([0, ((86 + 92.6) / 2) * 300, 0, 0])
    expect(ended.map(({ active, shutdowns }) => [active, shutdowns])).toEqual([
      [1, 0],
      [0, 1],
      [0, 0],
      [0, 0]
    ])
  })

  it('gives VMs of a full host what there is, in proportion, and counts the time', () => {
    const rows = rowsOf({
      hosts: [host('a')],
      vms: [vm('u'), vm('v'), vm('w')],
      utilisations: [
        [1, 1, 1],
        [1, 1, 1],
        [0.5, 0.5, 0.5]
      ],
      placement: [0, 0, 0]
    })
    expect(rows[1]).toMatchObject({ overloaded: [0], overloadedNs: 300e9 })
    expect(rows[1].wanted).toBeCloseTo(2500 * 300, 6)
    expect(rows[1].given).toBeCloseTo(2000 * 300, 6)
  })

  it('counts a host as overloaded from when more is wanted than it has, between looks too', () => {
    const three = [0.5, 0.5, 1, 1, 0.5]
    const rows = rowsOf({ hosts: [host('a')], vms: [vm('u'), vm('v'), vm('w')], utilisations: [three, three, three], placement: [0, 0, 0] })
    // From 1,500 to 3,000 of 2,000 MIPS in 300 s, and back.
    expect(rows.map(({ overloadedNs }) => overloadedNs / 1e9)).toEqual([0, 200, 300, 200])
  })

  it('is for two fleets that have nothing to do with each other what it is for each', () => {
    const four = <A>(of: fc.Arbitrary<A>) => fc.array(of, { minLength: 4, maxLength: 4 })
    const fleets = fc.record({
      series: four(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 6, maxLength: 6 })),
      seconds: four(fc.integer({ min: 1, max: 400 })),
      moves: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 3 }), fc.nat({ max: 1 })), { maxLength: 8 })
    })
    type Fleet = typeof fleets extends fc.Arbitrary<infer T> ? T : never
    const dayOf = (some: readonly Fleet[]): readonly FleetRow[] => {
      const table: Record<number, FleetCommand[]> = {}
      some.forEach(({ moves }, i) => {
        for (const [look, which, to] of moves) (table[look] ??= []).push({ type: 'startMigration', vm: 4 * i + which, to: 2 * i + to })
      })
      return rowsOf({
        hosts: some.flatMap(() => [host('a'), host('b')]),
        vms: some.flatMap(({ seconds }) => seconds.map((mib) => ({ ...vm('v', mib), cores: 2, mips: 2000 }))),
        utilisations: some.flatMap(({ series }) => series.map((one) => one.map((part) => part / 20))),
        placement: some.flatMap((_, i) => [0, 0, 1, 1].map((at) => 2 * i + at)),
        manager: timetable(table),
        moveCost: ({ memoryBytes }) => ({ ns: (memoryBytes / MIB) * 1e9, downtimeNs: 0, bytes: memoryBytes }),
        arrivingShare: 0.1,
        endsIdle: true
      })
    }
    fc.assert(
      fc.property(fleets, fleets, (one, other) => {
        const [first, second] = [dayOf([one]), dayOf([other])]
        dayOf([one, other]).forEach((row, i) => {
          for (const figure of ['overloadedNs', 'shutdowns', 'active'] as const)
            expect(row[figure]).toBe(first[i][figure] + second[i][figure])
          for (const figure of ['joules', 'wanted', 'given'] as const)
            expect(row[figure]).toBeCloseTo(first[i][figure] + second[i][figure], 6)
          expect([...row.cpu]).toEqual([...first[i].cpu, ...second[i].cpu])
        })
      }),
      { numRuns: 100 }
    )
  })

  it('moves a VM in the time that its move costs, on both hosts meanwhile', () => {
    const rows = rowsOf({
      hosts: [host('a'), host('b')],
      vms: [vm('v')],
      utilisations: [[0.5, 0.5, 0.5, 0.5]],
      placement: [0],
      manager: timetable({ 1: [{ type: 'startMigration', vm: 0, to: 1 }] }),
      movingShare: 0.9,
      arrivingShare: 0.1
    })
    expect(rows[0].moves).toEqual([{ at: 300e9, vm: 0, to: 1, from: 0, ns: 16e9, downtimeNs: 1e6, bytes: 1024 * MIB }])
    expect(rows.map(({ active }) => active)).toEqual([2, 1, 1])
    expect(rows[1].shutdowns).toBe(1)
    expect(rows[1].given).toBeCloseTo(450 * 16 * (1 - 1e-3 / 16) + 500 * 284, 6)
    const watts = (part: number) => wattsAt(specPower.hpMl110G4, part)
    expect(rows[1].joules).toBeCloseTo((watts(0.25) + watts(0.025)) * 16 + watts(0.25) * 284, 6)
  })

  it('refuses moves that cannot be, and says why', () => {
    const moves: readonly FleetCommand[] = [
      { type: 'startMigration', vm: 0, to: 0 },
      { type: 'startMigration', vm: 0, to: 1 },
      { type: 'startMigration', vm: 0, to: 2 },
      { type: 'startMigration', vm: 1, to: 1 },
      { type: 'startMigration', vm: 9, to: 0 }
    ]
    const [row] = rowsOf({
      hosts: [host('a'), host('b'), host('c')],
      vms: [vm('v'), vm('big', 4000)],
      utilisations: [
        [0.5, 0.5],
        [0.5, 0.5]
      ],
      placement: [0, 2],
      manager: timetable({ 1: moves })
    })
    expect(row.refused.map(({ reason }) => reason)).toEqual([
      'it is there already',
      'it is on its way already',
      'b has not enough memory for it',
      'there is no such VM or host'
    ])
    expect(row.moves).toHaveLength(1)
  })

  it('lets VMs that want nothing go on, or ends them as CloudSim does', () => {
    const options = { hosts: [host('a')], vms: [vm('v')], utilisations: [[0, 0, 0.5, 0.5]], placement: [0] }
    expect(rowsOf(options).map(({ active }) => active)).toEqual([1, 1, 1])
    expect(rowsOf({ ...options, endsIdle: true }).map(({ active }) => active)).toEqual([0, 0, 0])
  })

  it('loses no VM and gives no memory twice, whatever a manager asks', () => {
    const asked = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat({ max: 5 }), fc.nat({ max: 2 })), { maxLength: 20 })
    fc.assert(
      fc.property(asked, fc.array(fc.nat({ max: 2 }), { minLength: 6, maxLength: 6 }), (moves, begins) => {
        const vms = begins.map((_, i) => vm(`v${i}`, 600 + 100 * i))
        const hosts = [host('a'), host('b'), host('c')]
        const table: Record<number, FleetCommand[]> = {}
        for (const [look, which, to] of moves) (table[look] ??= []).push({ type: 'startMigration', vm: which, to })
        const manager = timetable(table, (view) => {
          for (const [which] of view.host.entries())
            expect(view.on.flat().filter((one) => one === which).length).toBe(view.moving[which] + 1)
        })
        const rows = rowsOf({ hosts, vms, utilisations: vms.map(() => [0.2, 0.3, 0.1, 0.4, 0.2, 0.3, 0.2]), placement: begins, manager })
        const at = [...begins]
        for (const row of rows)
          for (const move of row.moves) {
            expect(at[move.vm]).toBe(move.from)
            at[move.vm] = move.to
          }
        expect(total(rows, 'given')).toBeLessThanOrEqual(total(rows, 'wanted') + 1e-6)
      }),
      { numRuns: 100 }
    )
  })

  it('names what is senseless', () => {
    const options = { hosts: [host('a')], vms: [vm('v')], utilisations: [[0.5, 0.5]], placement: [0] }
    expect(() => rowsOf({ ...options, utilisations: [] })).toThrow('fleetDay: utilisations must be one series for each of 1 VMs (got 0)')
    expect(() => rowsOf({ ...options, vms: [vm('u'), vm('v')], utilisations: [[1, 1], [1]], placement: [0, 0] })).toThrow(
      'must be of one length (got 2, and 1 of v)'
    )
    expect(() => rowsOf({ ...options, placement: [1] })).toThrow('fleetDay: placement must be one of 1 hosts')
    expect(() => rowsOf({ ...options, everyNs: 0 })).toThrow('fleetDay: everyNs must be')
    expect(() => rowsOf({ ...options, movingShare: 2 })).toThrow('fleetDay: movingShare must be from 0 to 1 (got 2)')
  })
})

describe('a fleet with networks, memories and services', () => {
  const idle = [0.1, 0.1, 0.1]

  it('shares a full network card in proportion, and the work with it', () => {
    let seen: FleetView | undefined
    const rows = rowsOf({
      hosts: [{ ...host('a'), networkBytesPerSecond: 100 }],
      vms: [vm('u'), vm('v')],
      utilisations: [idle, idle],
      networks: [
        [150, 150, 150],
        [50, 50, 50]
      ],
      placement: [0, 0],
      manager: timetable({}, (view) => {
        seen = view
      })
    })
    expect([...seen!.network]).toEqual([150, 50])
    expect([...seen!.traffic]).toEqual([200])
    expect(rows[1]).toMatchObject({ overloaded: [0], overloadedNs: 300e9 })
    expect(rows[1].given).toBeCloseTo(rows[1].wanted / 2, 6)
    expect([...rows[1].network]).toEqual([2])
  })

  it('shows swapping of what a VM uses beyond its memory, which slows it, until more is allotted', () => {
    const swaps: number[] = []
    const rows = rowsOf({
      hosts: [host('a')],
      vms: [vm('v', 1024)],
      utilisations: [[0.5, 0.5, 0.5, 0.5]],
      workingSets: [[2048, 2048, 2048, 2048].map((mib) => mib * MIB)],
      placement: [0],
      manager: timetable(
        {
          1: [{ type: 'allotMemory', vm: 0, bytes: 8192 * MIB }],
          2: [{ type: 'allotMemory', vm: 0, bytes: 2048 * MIB, why: 'it swaps' }]
        },
        ({ swap }) => swaps.push(swap[0] / MIB)
      )
    })
    expect(swaps[0]).toBeCloseTo(102.4, 9)
    expect(swaps[2]).toBe(0)
    expect(rows[0].refused).toMatchObject([{ type: 'allotMemory', reason: 'a has not so much memory' }])
    expect(rows[1].allotted).toEqual([{ vm: 0, bytes: 2048 * MIB, why: 'it swaps' }])
    expect(rows[1].given).toBeCloseTo(rows[1].wanted / 2, 6)
    expect(rows[2].given).toBe(rows[2].wanted)
    expect(rows.map(({ memory }) => memory[0])).toEqual([0.25, 0.5, 0.5])
  })

  it('answers requests as an M/M/1/K queue does', () => {
    const inside: FleetView['inside'][number][] = []
    const rows = rowsOf({
      hosts: [host('a')],
      vms: [vm('v')],
      utilisations: [[0, 0, 0, 0, 0]],
      services: [{ requests: [0, 50, 50, 200, 200], instructions: 10, responseBytes: 1000, promisedSeconds: 0.1, room: 10_000 }],
      placement: [0],
      manager: timetable({}, (view) => inside.push(view.inside[0]))
    })
    // 10 ms a request at 1,000 MIPS: half of it used answers in 20 ms; twice as many requests as can be served leave half of them out.
    expect(inside[0]!.responseSeconds).toBeCloseTo(0.02, 9)
    expect(inside[0]!.droppedPerSecond).toBeCloseTo(0, 9)
    expect(inside[2]!.droppedPerSecond).toBeCloseTo(100, 6)
    expect(inside[2]!.responseSeconds).toBeCloseTo(100, 0)
    expect(rows[3].dropped).toBeCloseTo(100 * 300, 3)
    expect(rows.map(({ brokenNs }) => brokenNs / 1e9)).toEqual([0, 0, 0, 300])
  })

  it('starts no more moves at a host than it may take part in, in order', () => {
    const rows = rowsOf({
      hosts: [host('a'), host('b'), host('c')],
      vms: [vm('u'), vm('v'), vm('w')],
      utilisations: [idle, idle, idle],
      placement: [0, 0, 1],
      parallel: 1,
      movingShare: 0.5,
      manager: timetable({
        1: [
          { type: 'startMigration', vm: 0, to: 1 },
          { type: 'startMigration', vm: 1, to: 2 },
          { type: 'startMigration', vm: 2, to: 2 }
        ]
      })
    })
    expect(rows[0].moves).toMatchObject([{ vm: 0, at: 300e9 }])
    expect(rows[0].waiting).toBe(2)
    expect(rows[1].moves).toMatchObject([
      { vm: 1, at: 316e9 },
      { vm: 2, at: 332e9 }
    ])
    expect(rows[1].arrived.map(({ vm: which, at }) => [which, at / 1e9])).toEqual([
      [0, 316],
      [1, 332],
      [2, 348]
    ])
    // Each of them has half of its 100 MIPS for the 16 s that its own move takes, but for the downtime, and all of it while it waits.
    expect(rows[1].wanted - rows[1].given).toBeCloseTo(3 * 50 * (16 + 0.001), 6)
  })

  it('keeps a host on to which a VM comes as another leaves; without work it is off then as CloudSim has it', () => {
    const swapped = (endsIdle: boolean) =>
      rowsOf({
        hosts: [host('a'), host('b')],
        vms: [vm('u', 1024), vm('v', 2048)],
        utilisations: [idle, idle],
        placement: [0, 1],
        endsIdle,
        manager: timetable({
          1: [
            { type: 'startMigration', vm: 0, to: 1 },
            { type: 'startMigration', vm: 1, to: 0 }
          ]
        })
      })
    expect(swapped(false)[1]).toMatchObject({ shutdowns: 0, active: 2 })
    expect(swapped(true)[1]).toMatchObject({ shutdowns: 1, active: 2 })
  })

  it('tells each move how many there are at its hosts, those that begin with it included', () => {
    const told: number[] = []
    rowsOf({
      hosts: [host('a'), host('b'), host('c')],
      vms: [vm('u'), vm('v'), vm('w')],
      utilisations: [
        [0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5]
      ],
      placement: [0, 0, 2],
      moveCost: (_, { parallel }) => {
        told.push(parallel)
        return { ns: 400e9, downtimeNs: 0, bytes: 1 }
      },
      manager: timetable({
        1: [
          { type: 'startMigration', vm: 0, to: 1 },
          { type: 'startMigration', vm: 1, to: 1 }
        ],
        2: [{ type: 'startMigration', vm: 2, to: 1 }]
      })
    })
    expect(told).toEqual([2, 2, 3])
  })

  it('leaves a VM whose move fails where it was, with what it lost meanwhile', () => {
    const rows = rowsOf({
      hosts: [host('a'), host('b')],
      vms: [vm('v')],
      utilisations: [[0.5, 0.5, 0.5]],
      placement: [0],
      moveCost: () => ({ ns: 10e9, downtimeNs: 1e9, lostNs: 2e9, bytes: 10, joules: 7, failed: 'the link failed' }),
      manager: timetable({ 1: [{ type: 'startMigration', vm: 0, to: 1 }] })
    })
    expect(rows[0].moveJoules).toBe(7)
    expect(rows[1]).toMatchObject({ failed: [{ at: 310e9, vm: 0, from: 0, to: 1, reason: 'the link failed' }], arrived: [], active: 1 })
    expect(rows[1].wanted - rows[1].given).toBeCloseTo(500 * 2, 6)
  })

  it('goes on as before where the monitor has nothing, and says so', () => {
    const lost: number[] = []
    const demands: number[] = []
    rowsOf({
      hosts: [host('a')],
      vms: [vm('v')],
      utilisations: [[0.5, 0.4, Number.NaN, 0.2]],
      placement: [0],
      manager: timetable({}, (view) => {
        lost.push(view.lost[0])
        demands.push(view.demand[0])
      })
    })
    expect(lost).toEqual([0, 1, 0])
    expect(demands).toEqual([400, 400, 200])
  })
})

describe('consolidation', () => {
  const day = (utilisations: readonly (readonly number[])[], placement: readonly number[], hosts = 3) =>
    rowsOf({
      hosts: Array.from({ length: hosts }, (_, i) => host(`h${i}`)),
      vms: utilisations.map((_, i) => vm(`v${i}`, 500 + i)),
      utilisations,
      placement,
      manager: consolidation({ overloaded: threshold(0.8) })
    })

  it('takes the VM of least memory off an overloaded host, to where power rises least', () => {
    const [row] = day(
      [
        [0.9, 0.9],
        [0.9, 0.9],
        [0.5, 0.5]
      ],
      [0, 0, 1]
    )
    expect(row.moves).toMatchObject([
      {
        vm: 0,
        from: 0,
        to: 1,
        why: 'h0 is overloaded by the rule threshold 0.8, 90 % of its CPU being wanted; of its VMs v0 has the least memory to move, 500 MiB, and the power of h1 rises least by it'
      }
    ])
  })

  it('sends VMs only to hosts with memory for them, but where memory does not count', () => {
    const full = (memoryCounts: boolean) =>
      rowsOf({
        hosts: ['h0', 'h1', 'h2'].map(host),
        vms: [vm('v0', 500), vm('v1', 501), vm('v2', 3800)],
        utilisations: [
          [0.9, 0.9],
          [0.9, 0.9],
          [0.5, 0.5]
        ],
        placement: [0, 0, 1],
        manager: consolidation({ overloaded: threshold(0.8), memoryCounts })
      })[0]
    expect(full(true)).toMatchObject({ moves: [{ vm: 0, to: 2 }], refused: [] })
    expect(full(false)).toMatchObject({ moves: [], refused: [{ vm: 0, to: 1 }] })
  })

  it('empties the host that is used least, where all of its VMs find another', () => {
    const [row] = day(
      [
        [0.3, 0.3],
        [0.2, 0.2],
        [0.5, 0.5]
      ],
      [0, 0, 1]
    )
    expect(row.moves).toMatchObject([
      { vm: 0, to: 1, why: 'h0 is emptied, of those that may be the one used least, 25 % of its CPU; the power of h1 rises least by v0' },
      { vm: 1, to: 1, why: 'h0 is emptied, of those that may be the one used least, 25 % of its CPU; the power of h1 rises least by v1' }
    ])
    expect(
      day(
        [
          [0.9, 0.9],
          [0.9, 0.9],
          [0.8, 0.8]
        ],
        [0, 1, 2]
      )[0].moves
    ).toEqual([])
  })

  it('by local regression looks at where the line goes', () => {
    const { isOverloaded } = localRegression()
    const rising = Array.from({ length: 10 }, (_, i) => 0.3 + i * 0.06)
    expect(isOverloaded(0.84, rising)).toBe(true)
    expect(isOverloaded(0.6, [...rising].reverse())).toBe(false)
    // A line through points on a line goes on as it does: 0.8 and 1.2 times that is not yet 1.
    expect(
      isOverloaded(
        0.75,
        Array.from({ length: 10 }, (_, i) => 0.3 + i * 0.05)
      )
    ).toBe(false)
    expect(
      isOverloaded(
        0.79,
        Array.from({ length: 10 }, (_, i) => 0.3 + (i * 0.49) / 9)
      )
    ).toBe(true)
    expect([isOverloaded(0.71, [0.1]), isOverloaded(0.69, [0.1])]).toEqual([true, false])
    expect(() => localRegression({ looks: 2 })).toThrow('localRegression: looks must be an integer from 3 on (got 2)')
    expect(() => localRegression({ safety: 0 })).toThrow('localRegression: safety must be above 0 (got 0)')
  })

  it('places all VMs by the power that they may need, and says who fits nowhere', () => {
    expect(powerAwarePlacement([host('a'), host('b')], [vm('u'), vm('v'), vm('w')])).toEqual([0, 1, 0])
    expect(() => powerAwarePlacement([host('a')], [vm('huge', 5000)])).toThrow(
      'powerAwarePlacement: every VM must fit on a host (got huge, which fits on none)'
    )
    expect(() => threshold(0)).toThrow('threshold: part must be above 0 (got 0)')
  })
})
