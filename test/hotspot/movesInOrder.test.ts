import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { movesInOrder, type OrderedMoves } from '../../lib/hotspot/movesInOrder'
import type { Move, Placement } from '../../lib/hotspot/placement'
import { GIB, host, placements, playedMoves, vm } from './placements'

/** A placement, and another of the same VMs that memory has room for. */
const pairs: fc.Arbitrary<readonly [Placement, readonly number[]]> = fc
  .tuple(placements({ hosts: 4, vms: 9 }), fc.array(fc.nat(), { minLength: 9, maxLength: 9 }))
  .map(([placement, draws]) => {
    const free = placement.hosts.map(({ capacity }) => capacity.memory)
    placement.vms.forEach(({ needs }, i) => {
      free[placement.at[i]] -= needs.memory
    })
    const wanted = [...placement.at]
    // Pairs change places, so that there are cycles.
    placement.vms.forEach(({ needs: { memory } }, i) => {
      const j = draws[i] % placement.vms.length
      const other = placement.vms[j].needs.memory
      const [a, b] = [wanted[i], wanted[j]]
      if (free[a] + memory < other || free[b] + other < memory || a === b) return
      free[a] += memory - other
      free[b] += other - memory
      ;[wanted[i], wanted[j]] = [b, a]
    })
    return [placement, wanted]
  })

type Orders = (placement: Placement, wanted: readonly number[]) => OrderedMoves

/** What is wrong with an order. */
const fault = ([placement, wanted]: readonly [Placement, readonly number[]], ordered: Orders): string | undefined => {
  const { moves, stuck } = ordered(placement, wanted)
  const { at, wrong } = playedMoves(placement, moves)
  if (wrong !== undefined) return wrong
  const times = new Map<number, number>()
  for (const { vm: one } of moves) times.set(one, (times.get(one) ?? 0) + 1)
  if (Math.max(0, ...times.values()) > 2) return 'a VM moves three times'
  const off = at.flatMap((to, i) => (to === (stuck.includes(i) ? placement.at[i] : wanted[i]) ? [] : [i]))
  return off.length === 0 ? undefined : `${off} are elsewhere`
}

const straight: Orders = (placement, wanted) => ({
  moves: wanted.flatMap((to, one): Move[] => (to === placement.at[one] ? [] : [{ vm: one, from: placement.at[one], to }])),
  stuck: []
})

describe('moves in order', () => {
  it('wait for each other, go over a third host where they must, and say which cannot be', () => {
    const full: Placement = { hosts: [host('a', 4), host('b', 4)], vms: [vm('p', 1, 3), vm('q', 1, 2)], at: [0, 1] }
    expect(movesInOrder(full, [1, 0])).toEqual({ moves: [], stuck: [0, 1] })
    const third = { ...full, hosts: [...full.hosts, host('c', 2)] }
    expect(movesInOrder(third, [1, 0])).toEqual({
      moves: [
        { vm: 1, from: 1, to: 2 },
        { vm: 0, from: 0, to: 1 },
        { vm: 1, from: 2, to: 0 }
      ],
      stuck: []
    })
    expect(movesInOrder(third, [1, 0], { excluded: (one) => one === 2 }).stuck).toEqual([0, 1])
    const small = { ...third, hosts: third.hosts.map((one) => ({ ...one, cpus: one.name === 'c' ? 1 : 2 })) }
    expect(movesInOrder({ ...small, vms: small.vms.map((one) => ({ ...one, cpus: 2 })) }, [1, 0]).stuck).toEqual([0, 1])
  })

  it('take the order that works where the first that can be made stands in the way', () => {
    // Into b, with 2 GiB free, go p of 2 and q of 1; r leaves b for c, where q must have left before.
    const placement: Placement = {
      hosts: [host('a', 2), host('b', 4), host('c', 1)],
      vms: [vm('p', 1, 2), vm('q', 1, 1), vm('r', 1, 1), vm('s', 1, 1)],
      at: [0, 2, 1, 1]
    }
    expect(movesInOrder(placement, [1, 1, 2, 1])).toEqual({
      moves: [
        { vm: 1, from: 2, to: 1 },
        { vm: 2, from: 1, to: 2 },
        { vm: 0, from: 0, to: 1 }
      ],
      stuck: []
    })
  })

  it('never exceed memory at any step, end where they are wanted, and leave what is stuck where it was', () => {
    let overThirds = 0
    let stuck = 0
    fc.assert(
      fc.property(pairs, (pair) => {
        expect(fault(pair, movesInOrder)).toBeUndefined()
        const { moves, stuck: left } = movesInOrder(...pair)
        if (new Set(moves.map(({ vm: one }) => one)).size < moves.length) overThirds++
        if (left.length > 0) stuck++
      }),
      { numRuns: 500, seed: 6 }
    )
    expect(overThirds).toBeGreaterThan(2)
    expect(stuck).toBeGreaterThan(2)
    // Straight away, in the order of the VMs, does not do.
    expect(
      fc.check(
        fc.property(pairs, (pair) => fault(pair, straight) === undefined),
        { seed: 3 }
      ).failed
    ).toBe(true)
  })

  it('are many: a fleet turned round by one host, each full but for a little, over one that is free', () => {
    const hosts = Array.from({ length: 41 }, (_, i) => host(`h${i}`, i === 40 ? 7 : 10))
    const vms = hosts.slice(1).flatMap((_, i) => [vm(`l${i}`, 1, 7), vm(`s${i}`, 1, 2)])
    const at = vms.map((_, i) => i >> 1)
    const wanted = at.map((from) => (from + 1) % 40)
    const { moves, stuck } = movesInOrder({ hosts, vms, at }, wanted)
    expect(stuck).toEqual([])
    expect(playedMoves({ hosts, vms, at }, moves)).toEqual({ at: wanted })
    expect(moves.reduce((sum, { vm: one }) => sum + vms[one].sizeBytes, 0)).toBeLessThan(375 * GIB)
  })

  it('refuse hosts that there are not', () => {
    const placement: Placement = { hosts: [host('a')], vms: [vm('p', 1, 1)], at: [0] }
    expect(() => movesInOrder(placement, [1])).toThrow('placement: p must be on one of 1 hosts (got 1)')
    expect(() => movesInOrder(placement, [])).toThrow('placement: at must have a host for each of 1 VMs')
  })
})
