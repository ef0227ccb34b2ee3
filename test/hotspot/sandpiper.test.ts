import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { specPower } from '../../lib/guest/serverPower'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import type { FleetHost, FleetManager, FleetVm } from '../../lib/protocol/fleet'
import { key } from '../../lib/random/random'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetRow } from '../../lib/world/fleetRow'

const GIB = 2 ** 30
const host = (name: string, memoryGib = 8): FleetHost => ({
  name,
  cores: 2,
  mipsPerCore: 1000,
  memoryBytes: memoryGib * GIB,
  power: specPower.hpMl110G5
})
const vm = (name: string, memoryGib = 1): FleetVm => ({ name, mips: 1000, memoryBytes: memoryGib * GIB })
const nobody: FleetManager = { name: 'nobody', begin: () => idle }
const idle: ReturnType<FleetManager['begin']> = () => [[], idle]

const managed = (
  manager: FleetManager,
  utilisations: readonly ArrayLike<number>[],
  placement: readonly number[],
  hosts: readonly FleetHost[],
  vms = utilisations.map((_, i) => vm(`v${i}`))
): readonly FleetRow[] => {
  const rows: FleetRow[] = []
  const moveCost = ({ memoryBytes }: FleetVm) => ({ ns: (memoryBytes / 62.5e6) * 1e9, downtimeNs: 0, bytes: memoryBytes })
  fleetDay({ hosts, vms, utilisations, placement, manager, moveCost }).subscribe((row) => rows.push(row))
  return rows
}

/** Small fleets with little memory, of which moves take longer than looks, wait for each other, and fail. */
const fleets = fc.record({
  n: fc.constantFrom(2, 3),
  threshold: fc.constantFrom(0.5, 0.6, 0.75),
  memories: fc.array(fc.constantFrom(3, 4, 6), { minLength: 3, maxLength: 3 }),
  series: fc.array(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 5, maxLength: 5 }), { minLength: 4, maxLength: 8 }),
  draws: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
  parallel: fc.constantFrom(1, 2, Infinity),
  moveSeconds: fc.constantFrom(20, 400),
  fails: fc.constantFrom(0, 0, 3)
})
const played = (
  { n, threshold, memories, series, draws, parallel, moveSeconds, fails }: typeof fleets extends fc.Arbitrary<infer A> ? A : never,
  names = 'v'
) => {
  const hosts = memories.map((gib, i) => ({ ...host(`h${i}`, gib), cores: i + 1 }))
  const free = [...memories]
  const placed = series.flatMap((parts, i) => {
    const [size, at] = [1 + (draws[i] % 2), [0, 1, 2].find((one) => free[(one + draws[i]) % 3] >= 1 + (draws[i] % 2))]
    if (at === undefined) return []
    const where = (at + draws[i]) % 3
    free[where] -= size
    const cores = where > 0 && draws[i] % 5 === 0 ? 2 : 1
    // What it wants goes on for four looks.
    return [
      {
        vm: { ...vm(`${names}${i}`, size), mips: 1000 * cores, cores },
        where,
        parts: parts.flatMap((part) => Array<number>(4).fill(part / 10))
      }
    ]
  })
  const rows: FleetRow[] = []
  let moves = 0
  fleetDay({
    hosts,
    vms: placed.map((one) => one.vm),
    utilisations: placed.map(({ parts }) => parts),
    placement: placed.map(({ where }) => where),
    manager: sandpiper({ k: 2, n, threshold }),
    parallel,
    moveCost: ({ memoryBytes: bytes }) => ({
      ns: (bytes / GIB) * moveSeconds * 1e9,
      downtimeNs: 0,
      bytes,
      ...(fails > 0 && ++moves % fails === 0 ? { failed: 'the link failed' } : {})
    })
  }).subscribe((row) => rows.push(row))
  return { rows, n, hosts, vms: placed.map((one) => one.vm) }
}
const flat = (parts: readonly number[]): readonly number[] => parts

describe('Sandpiper', () => {
  it('moves nothing for a peak, and the right VM to the right host for what lasts', () => {
    const busy = flat([0.2, 0.9, 0.2, 0.2, ...Array(10).fill(0.9)])
    const rows = managed(
      sandpiper(),
      [busy, busy, flat(Array(14).fill(0.3)), flat(Array(14).fill(0.1))],
      [0, 0, 1, 2],
      [host('a'), host('b'), host('c')]
    )
    const moves = rows.flatMap((row) => row.moves.map(({ vm: which, from, to, why }) => ({ at: row.at / 300e9, which, from, to, why })))
    expect(moves).toHaveLength(1)
    expect(moves[0]).toMatchObject({ which: 0, from: 0, to: 2 })
    expect(moves[0].at).toBeGreaterThanOrEqual(5)
    expect(moves[0].why).toMatch(
      /^CPU of a was above 75 % at 3 of the last 3 looks and is expected at \d+(\.\d)? %; of its VMs the highest volume-to-size ratio/
    )
  })

  it('swaps where no move helps, one step a look', () => {
    const hosts = [host('a', 3), host('b', 3)]
    const vms = [vm('big', 1), vm('other', 1), vm('small', 1), vm('least', 1)]
    const constant = (part: number) => flat(Array(12).fill(part))
    const rows = managed(sandpiper(), [constant(0.9), constant(0.8), constant(0.6), constant(0.2)], [0, 0, 1, 1], hosts, vms)
    const moves = rows.flatMap((row) => row.moves.map(({ vm: which, to }) => [row.at / 300e9, which, to]))
    expect(moves.slice(0, 2).map(([, which, to]) => [which, to])).toEqual([
      [0, 1],
      [3, 0]
    ])
    expect(moves[1][0]).toBeGreaterThan(moves[0][0])
    expect(rows.flatMap(({ refused }) => refused)).toEqual([])
  })

  it('gives up a swap of which a move fails, says so, and takes another VM while that one stays', () => {
    const hosts = [host('a', 3), host('b', 3)]
    const vms = [vm('big', 1), vm('other', 1), vm('small', 1), vm('least', 1)]
    const constant = (part: number) => flat(Array(12).fill(part))
    let moves = 0
    const rows: FleetRow[] = []
    fleetDay({
      hosts,
      vms,
      utilisations: [constant(0.9), constant(0.8), constant(0.6), constant(0.2)],
      placement: [0, 0, 1, 1],
      manager: sandpiper(),
      moveCost: ({ memoryBytes: bytes }) => ({ ns: 20e9, downtimeNs: 0, bytes, ...(moves++ === 0 ? { failed: 'the link failed' } : {}) })
    }).subscribe((row) => rows.push(row))
    const begun = rows.flatMap(({ commands }, look) => commands.map((command) => [look, command.vm]))
    expect(rows[2].hotspots.filter(({ isPast }) => isPast)).toMatchObject([
      { host: 0, resource: 'cpu', why: 'the swap for a is given up: big did not get to b' }
    ])
    expect(begun).toEqual([
      [1, 0],
      [3, 1],
      [4, 3]
    ])
  })

  it('leaves hosts overloaded for a third of the time that they are without it at most, of a day made up', () => {
    const utilisations = utilisationDay({ key: key(3), vms: 120, samples: 120 })
    const hosts = Array.from({ length: 16 }, (_, i) => host(`h${i}`, 64))
    const placement = utilisations.map((_, i) => i % 16)
    const overloaded = (rows: readonly FleetRow[]) => rows.reduce((sum, row) => sum + row.overloadedNs, 0)
    const without = overloaded(managed(nobody, utilisations, placement, hosts))
    expect(without).toBeGreaterThan(0)
    expect(overloaded(managed(sandpiper(), utilisations, placement, hosts))).toBeLessThan(without / 3)
  })

  it('finds memory for all that it decides, leaves a VM that has arrived or failed to where it is for n looks, and says when it gives up a swap', () => {
    let swaps = 0
    fc.assert(
      fc.property(fleets, (fleet) => {
        const { rows, n } = played(fleet)
        expect(rows.flatMap(({ refused }) => refused)).toEqual([])
        const last = new Map<number, { readonly look: number; readonly why: string | undefined }>()
        const failed = new Map<number, number>()
        const decided = new Map<string | undefined, number>()
        rows.forEach(({ commands, failed: fails, arrived, memory, hotspots }, look) => {
          for (const part of memory) expect(part).toBeLessThanOrEqual(1)
          for (const { vm: which } of [...fails, ...arrived]) last.set(which, { look, why: last.get(which)?.why })
          for (const { vm: which } of fails) failed.set(which, look)
          for (const command of commands) {
            if (command.type !== 'startMigration') continue
            const before = last.get(command.vm)
            if (before?.why !== command.why) expect(look - (before?.look ?? -Infinity)).toBeGreaterThanOrEqual(n)
            expect(look - (failed.get(command.vm) ?? -Infinity)).toBeGreaterThanOrEqual(n)
            last.set(command.vm, { look: Infinity, why: command.why })
            decided.set(command.why, (decided.get(command.why) ?? 0) + 1)
          }
          for (const { isPast, why } of hotspots) {
            if (isPast !== true) continue
            expect(why).toMatch(/is given up: .* (did not get to|has no memory for|is not on) /)
          }
        })
        for (const count of decided.values()) if (count > 1) swaps++
      }),
      { numRuns: 80 }
    )
    expect(swaps).toBeGreaterThan(5)
  })

  it('moves the same VMs whatever they are called', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const commandsOf = (names: string) =>
          played(fleet, names).rows.map(({ commands }) => commands.map(({ why: _, ...command }) => command))
        expect(commandsOf('z')).toEqual(commandsOf('v'))
      }),
      { numRuns: 40 }
    )
  })

  it('moves nothing but for a hotspot that it tells, and no VM where it has not the CPUs', () => {
    fc.assert(
      fc.property(fleets, (fleet) => {
        const { rows, hosts, vms } = played(fleet)
        // A hotspot of which a swap goes on was told before.
        const told: string[] = []
        for (const { commands, hotspots } of rows) {
          for (const { why } of hotspots) told.push(why.slice(0, why.indexOf(';') + 1))
          for (const command of commands) {
            if (command.type !== 'startMigration') continue
            expect(vms[command.vm].cores ?? 1).toBeLessThanOrEqual(hosts[command.to].cores)
            expect(told.some((words) => command.why?.startsWith(words))).toBe(true)
          }
        }
      }),
      { numRuns: 40 }
    )
  })

  it('names the option that is senseless', () => {
    expect(() => sandpiper({ k: 4 })).toThrow('hotspots: k must be an integer from 1 to n = 3 (got 4)')
    expect(() => sandpiper({ window: 2 })).toThrow('hotspots: window must be an integer from n = 3 on (got 2)')
  })
})
