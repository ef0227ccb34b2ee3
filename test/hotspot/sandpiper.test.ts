import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { specPower } from '../../lib/guest/serverPower'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import type { SandpiperOptions } from '../../lib/hotspot/sandpiperOptions'
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

  it('leaves hosts overloaded for a third of the time that they are without it at most, of a day made up', () => {
    const utilisations = utilisationDay({ key: key(3), vms: 120, samples: 120 })
    const hosts = Array.from({ length: 16 }, (_, i) => host(`h${i}`, 64))
    const placement = utilisations.map((_, i) => i % 16)
    const overloaded = (rows: readonly FleetRow[]) => rows.reduce((sum, row) => sum + row.overloadedNs, 0)
    const without = overloaded(managed(nobody, utilisations, placement, hosts))
    expect(without).toBeGreaterThan(0)
    expect(overloaded(managed(sandpiper(), utilisations, placement, hosts))).toBeLessThan(without / 3)
  })

  it('sends no VM back within the looks that make a hotspot, and moves the same ones whatever they are called', () => {
    const options: fc.Arbitrary<SandpiperOptions> = fc.record({
      threshold: fc.constantFrom(0.4, 0.6, 0.75),
      n: fc.constantFrom(2, 3),
      k: fc.constantFrom(1, 2)
    })
    const part = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10)
    fc.assert(
      fc.property(
        options,
        fc.array(fc.array(part, { minLength: 14, maxLength: 14 }), { minLength: 2, maxLength: 7 }),
        fc.array(fc.nat({ max: 2 })),
        (chosen, utilisations, begins) => {
          const hosts = [host('a'), host('b'), host('c')]
          const placement = utilisations.map((_, i) => begins[i] ?? 0)
          const rows = managed(sandpiper(chosen), utilisations, placement, hosts)
          const last = new Map<number, number>()
          rows.forEach(({ moves }, look) => {
            for (const { vm: which } of moves) {
              expect(look - (last.get(which) ?? -Infinity)).toBeGreaterThan(0)
              last.set(which, look)
            }
          })
          const movesOf = (some: readonly FleetRow[]) => some.map(({ moves }) => moves.map(({ vm: which, to }) => [which, to]))
          const renamed = managed(
            sandpiper(chosen),
            utilisations,
            placement,
            hosts,
            utilisations.map((_, i) => vm(`z${9 - i}`))
          )
          expect(movesOf(renamed)).toEqual(movesOf(rows))
        }
      ),
      { numRuns: 100 }
    )
  })

  it('names the option that is senseless', () => {
    expect(() => sandpiper({ k: 4 })).toThrow('hotspots: k must be an integer from 1 to n = 3 (got 4)')
    expect(() => sandpiper({ window: 2 })).toThrow('hotspots: window must be an integer from n = 3 on (got 2)')
  })
})
