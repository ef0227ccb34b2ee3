import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { type Emptying, emptied } from '../../lib/hotspot/emptied'
import type { Placement } from '../../lib/hotspot/placement'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import { underloaded } from '../../lib/hotspot/underloaded'
import { sustainedBelow } from '../../lib/hotspot/underloadRule'
import { key } from '../../lib/random/random'
import type { FleetRow } from '../../lib/world/fleetRow'
import { constant, fleetHost, managedDay, nobody } from './managedDay'
import { hasCpus, host, overloaded, placements, playedMoves, vm } from './placements'

type Empties = (placement: Placement, underloaded: readonly number[]) => readonly Emptying[]

/** What is wrong with hosts being emptied. */
const fault = (placement: Placement, named: readonly number[], empties: Empties): string | undefined => {
  let now = placement
  for (const decision of empties(placement, named)) {
    if (decision.type === 'unresolved') continue
    const { moves, host: from } = decision
    const before = new Set(now.at).size
    const busy = new Set(now.at)
    const { at, wrong } = playedMoves(now, moves)
    if (wrong !== undefined) return wrong
    if (at.includes(from)) return 'VMs are left on a host that is emptied'
    if (new Set(at).size !== before - 1) return 'a host has been taken into use'
    if (!moves.every(({ to }) => busy.has(to))) return 'a VM goes to a host without VMs'
    if (!hasCpus(placement, at)) return 'a host has not the CPUs'
    const hot = new Set(overloaded(now))
    if (overloaded({ ...now, at }).some((one) => !hot.has(one))) return 'a hotspot is made'
    now = { ...now, at }
  }
  return undefined
}

describe('emptying hosts', () => {
  it('takes the least loaded first, to the fullest that has room, all or none', () => {
    const placement: Placement = {
      hosts: [host('a'), host('b'), host('c'), host('d'), host('e')],
      vms: [vm('p', 20, 1), vm('q', 10, 1), vm('r', 40, 1), vm('s', 50, 1), vm('t', 30, 7)],
      at: [0, 1, 2, 3, 4]
    }
    expect(emptied(placement, [0, 1, 4])).toEqual([
      {
        type: 'emptied',
        host: 1,
        moves: [{ vm: 1, from: 1, to: 3 }],
        why: 'b has little to do, its volume is 1.27, and all its VMs fit on fuller hosts: q to d'
      },
      {
        type: 'emptied',
        host: 0,
        moves: [{ vm: 0, from: 0, to: 2 }],
        why: 'a has little to do, its volume is 1.43, and all its VMs fit on fuller hosts: p to c'
      },
      { type: 'unresolved', host: 4, reason: 't fits nowhere: of 2 other hosts 2 above 75 % of CPU with it' }
    ])
  })

  it('makes no hotspot, takes no host into use, and leaves none half empty', () => {
    const drawn = fc.tuple(placements({ hosts: 4, vms: 8 }), fc.array(fc.nat({ max: 3 }), { maxLength: 4 }))
    const holds =
      (empties: Empties) =>
      ([placement, named]: readonly [Placement, readonly number[]]): boolean =>
        fault(
          placement,
          named.filter((one) => one < placement.hosts.length),
          empties
        ) === undefined
    let moved = 0
    fc.assert(
      fc.property(drawn, (one) => {
        const named = one[1].filter((at) => at < one[0].hosts.length)
        if (emptied(one[0], named).some(({ type }) => type === 'emptied')) moved++
        return holds(emptied)(one)
      }),
      { numRuns: 150, seed: 6 }
    )
    expect(moved).toBeGreaterThan(3)
    const careless: Empties = (placement, named) => emptied(placement, named, { thresholds: { cpu: 2, network: 2 } })
    expect(fc.check(fc.property(drawn, holds(careless)), { seed: 3, numRuns: 1000 }).failed).toBe(true)
    // One that forgets that a host has been emptied or has taken VMs.
    const forgetful: Empties = (placement, named) => named.flatMap((one) => emptied(placement, [one]))
    expect(fc.check(fc.property(drawn, holds(forgetful)), { seed: 3, numRuns: 1000 }).failed).toBe(true)
  })

  it('has a rule that is sustained, and says what is senseless', () => {
    const { isUnderloaded } = sustainedBelow(0.3, { k: 2, n: 3 })
    const seen = (...parts: readonly number[]) => parts.map((cpu) => ({ cpu, network: 0, memory: 1 }))
    expect(isUnderloaded(seen(0.1))).toBe(false)
    expect(isUnderloaded(seen(0.1, 0.5, 0.1))).toBe(true)
    expect(isUnderloaded(seen(0.1, 0.1, 0.5))).toBe(false)
    expect(isUnderloaded(seen(0.1, Number.NaN, Number.NaN))).toBe(false)
    expect(isUnderloaded([{ cpu: 0, network: 0.4, memory: 0 }])).toBe(false)
    expect(() => sustainedBelow(0)).toThrow('sustainedBelow: part must be above 0 and at most 1 (got 0)')
    expect(() => sustainedBelow(0.3, { k: 7 })).toThrow('sustainedBelow: k must be an integer from 1 to n = 6 (got 7)')
    const placement: Placement = { hosts: [host('a')], vms: [], at: [] }
    expect(() => emptied(placement, [1])).toThrow('emptied: underloaded must name hosts by their index (got 1)')
    expect(emptied(placement, [0])).toEqual([])
  })
})

describe('a manager that also empties hosts', () => {
  it('empties one that has had little to do for long enough, and says why', () => {
    const rows = managedDay({
      manager: underloaded(nobody, { rule: sustainedBelow(0.3, { k: 3, n: 3 }) }),
      hosts: [fleetHost('a'), fleetHost('b')],
      utilisations: [constant(0.2), constant(0.1), constant(0.9)],
      placement: [0, 0, 1]
    })
    const moves = rows.flatMap((row) => row.moves)
    expect(moves.map(({ vm: one, from, to, at }) => [one, from, to, at / 300e9])).toEqual([
      [0, 0, 1, 3],
      [1, 0, 1, 3]
    ])
    expect(moves[0].why).toBe(
      'below 30 % at 3 of 3 looks: a has little to do, its volume is 1.57, and all its VMs fit on fuller hosts: v0 to b, v1 to b'
    )
    expect(rows.map(({ active }) => active).at(-1)).toBe(1)
  })

  it('saves energy, makes no more hosts overloaded by much, and has no move refused', () => {
    const utilisations = utilisationDay({ key: key(5), vms: 40, samples: 60 })
    const day = {
      hosts: Array.from({ length: 16 }, (_, i) => fleetHost(`h${i}`, 64)),
      utilisations,
      placement: utilisations.map((_, i) => i % 16)
    }
    const sum = (rows: readonly FleetRow[], of: (row: FleetRow) => number) => rows.reduce((all, row) => all + of(row), 0)
    const without = managedDay({ ...day, manager: sandpiper() })
    const rows = managedDay({ ...day, manager: underloaded(sandpiper()) })
    expect(sum(rows, ({ joules }) => joules)).toBeLessThan(sum(without, ({ joules }) => joules) * 0.8)
    expect(sum(rows, ({ refused }) => refused.length)).toBe(0)
    const hours = (all: readonly FleetRow[]) => sum(all, ({ overloadedNs }) => overloadedNs) / 3.6e12
    expect(hours(rows)).toBeLessThan(hours(without) + 0.02 * 16 * 5)
  })

  it('moves the same ones whatever they are called', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 10, maxLength: 10 }), { minLength: 2, maxLength: 6 }),
        (tenths) => {
          const day = {
            hosts: [fleetHost('a'), fleetHost('b'), fleetHost('c')],
            utilisations: tenths.map((series) => series.map((one) => one / 10)),
            placement: tenths.map((_, i) => i % 3),
            manager: underloaded(sandpiper(), { rule: sustainedBelow(0.5, { k: 2, n: 2 }) })
          }
          const movesOf = (rows: readonly FleetRow[]) =>
            rows.map(({ moves, refused }) => [moves.map(({ vm: one, to }) => [one, to]), refused.length])
          const rows = managedDay(day)
          expect(rows.flatMap(({ refused }) => refused)).toEqual([])
          const vms = tenths.map((_, i) => ({ name: `z${9 - i}`, mips: 1000, memoryBytes: 2 ** 30 }))
          expect(movesOf(managedDay({ ...day, vms }))).toEqual(movesOf(rows))
        }
      ),
      { numRuns: 20 }
    )
  })
})
