import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packers, repacking } from '../../lib/hotspot/repacking'
import type { FleetManager } from '../../lib/protocol/fleet'
import type { FleetRow } from '../../lib/world/fleetRow'
import { constant, fleetHost, fleetVm, managedDay } from './managedDay'

describe('a manager that packs all VMs anew', () => {
  it('does so when there is a hotspot, in an order in which memory suffices, and says what it found', () => {
    // Both hosts are full of memory but for the third: p and s change places over it.
    const day = {
      hosts: [fleetHost('a', 4), fleetHost('b', 4), fleetHost('c', 2, 1)],
      vms: [fleetVm('p', 2), fleetVm('q', 2), fleetVm('r', 2, 2), fleetVm('s', 2)],
      utilisations: [constant(0.9), constant(0.9), constant(0.2), constant(0.3)],
      placement: [0, 0, 1, 1]
    }
    const rows = managedDay({ ...day, manager: repacking({ packer: 'least bytes' }) })
    const moves = rows.flatMap((row) => row.moves)
    expect(moves.map(({ vm, from, to }) => [vm, from, to])).toEqual([
      [3, 1, 2],
      [0, 0, 1],
      [3, 2, 0]
    ])
    expect(rows.flatMap(({ refused }) => refused)).toEqual([])
    expect(rows.at(-1)?.hotspots).toEqual([])
    expect(moves[0].why).toMatch(
      /^CPU of a was above 75 % at 2 of the last 3 looks and is expected at 90 %; packed anew: \d moves, to 2 hosts, which is proven/
    )
  })

  it('has no move refused, loses no VM and ends, whichever packer it has', () => {
    const tenths = fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })), { minLength: 3, maxLength: 5 })
    let moved = 0
    fc.assert(
      fc.property(fc.constantFrom('greedy', 'optimal', 'least bytes'), tenths, (packer, drawn) => {
        const day = {
          hosts: [fleetHost('a', 6), fleetHost('b', 6), fleetHost('c', 9)],
          vms: drawn.map((_, i) => fleetVm(`v${i}`, 1 + (i % 3))),
          utilisations: drawn.map(([early, late]) => [...constant(early / 10, 6), ...constant(late / 10, 8)]),
          placement: drawn.map((_, i) => i % 2),
          manager: repacking({ packer }) as FleetManager
        }
        const movesOf = (rows: readonly FleetRow[]) => rows.map(({ moves }) => moves.map(({ vm, to }) => [vm, to]))
        const rows = managedDay(day)
        moved += rows.flatMap(({ moves }) => moves).length
        expect(rows.flatMap(({ refused }) => refused)).toEqual([])
        const renamed = day.vms.map((one, i) => ({ ...one, name: `z${9 - i}` }))
        expect(movesOf(managedDay({ ...day, vms: renamed }))).toEqual(movesOf(rows))
      }),
      { numRuns: 20, seed: 6 }
    )
    expect(moved).toBeGreaterThan(8)
  })

  it('refuses fleets that are too large for an exact packer, and packers that there are not', () => {
    const vms = Array.from({ length: 41 }, (_, i) => fleetVm(`v${i}`))
    expect(() => repacking({ packer: 'optimal' }).begin([fleetHost('a')], vms)).toThrow(
      "repacking: the packer 'optimal' takes fleets of at most 40 VMs on 20 hosts (got 41 on 1)"
    )
    expect(() => repacking({ packer: 'best' as 'greedy' })).toThrow('repacking: packer must be one of greedy, optimal, least bytes')
    expect(Object.keys(packers)).toEqual(['greedy', 'optimal', 'least bytes'])
  })
})
