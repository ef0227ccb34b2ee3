import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { greedyPacking } from '../../lib/hotspot/greedyPacking'
import { leastBytesCopied } from '../../lib/hotspot/leastBytesCopied'
import { leastBytesMoved } from '../../lib/hotspot/leastBytesMoved'
import { mitigation } from '../../lib/hotspot/mitigation'
import { mostPacked, optimalPacking } from '../../lib/hotspot/optimalPacking'
import type { Packer } from '../../lib/hotspot/packing'
import { booksOf, type Placement } from '../../lib/hotspot/placement'
import { bytesMoved, GIB, hasCpus, host, overloaded, placements, playedMoves, vm } from './placements'

const small = placements({ hosts: 3, vms: 5 })
const packers: Readonly<Record<string, Packer>> = {
  greedy: greedyPacking,
  first: (placement, options) => greedyPacking(placement, { ...options, fit: 'first' }),
  optimal: optimalPacking,
  leastBytes: leastBytesMoved
}

/** Every placement that is within the thresholds: the fewest hosts and bytes of any, Infinity where there is none. */
const byTrying = (placement: Placement): { readonly hosts: number; readonly bytes: number } => {
  let [hosts, bytes] = [Infinity, Infinity]
  const { hosts: all, vms } = placement
  for (let state = 0; state < all.length ** vms.length; state++) {
    const at = vms.map((_, i) => Math.floor(state / all.length ** i) % all.length)
    if (!hasCpus(placement, at) || overloaded({ ...placement, at }).length > 0) continue
    hosts = Math.min(hosts, new Set(at).size)
    bytes = Math.min(bytes, bytesMoved(placement, at))
  }
  return { hosts, bytes }
}

/** What is wrong with what a packer gives. */
const fault = (placement: Placement, packer: Packer): string | undefined => {
  const packing = packer(placement)
  if (packing.type === 'unpacked') return undefined
  const { at, hosts, bytes } = packing
  if (at.length !== placement.vms.length) return 'not every VM is placed'
  booksOf({ ...placement, at })
  if (overloaded({ ...placement, at }).length > 0) return 'a host is above a threshold'
  if (!hasCpus(placement, at)) return 'a host has not the CPUs'
  return hosts === new Set(at).size && bytes === bytesMoved(placement, at) ? undefined : 'the figures are wrong'
}

const hostsOf = (packer: Packer) => (placement: Placement) => {
  const packing = packer(placement)
  return packing.type === 'packed' ? packing.hosts : Infinity
}
const bytesOf = (packer: Packer) => (placement: Placement) => {
  const packing = packer(placement)
  return packing.type === 'packed' ? packing.bytes : Infinity
}

describe('packers', () => {
  it('fill hosts from the heaviest VM on, and put VMs where they were when hosts are alike', () => {
    const placement: Placement = {
      hosts: [host('a'), host('b'), host('c')],
      vms: [vm('p', 30, 1), vm('q', 45, 2), vm('r', 40, 3), vm('s', 30, 2)],
      at: [0, 2, 1, 1]
    }
    // r, q, s, p by their weight: q and s make 75, r and p 70; q stays on c, r on b.
    expect(greedyPacking(placement)).toMatchObject({ type: 'packed', at: [1, 2, 1, 2], hosts: 2, bytes: 3 * GIB, isProven: false })
    expect(optimalPacking(placement)).toMatchObject({ hosts: 2, isProven: true })
    expect(greedyPacking({ ...placement, vms: placement.vms.map((one) => ({ ...one, needs: { ...one.needs, cpu: 80 } })) })).toMatchObject({
      type: 'unpacked',
      reason: 'r fits on no host beside those that are placed before it'
    })
  })

  it('leave the heuristic behind: six VMs on two hosts for three', () => {
    const vms = [30, 30, 20, 20, 25, 25].map((cpu, i) => vm(`v${i}`, cpu, 1))
    const placement: Placement = { hosts: [host('a'), host('b'), host('c')], vms, at: [0, 0, 1, 1, 2, 2] }
    expect(greedyPacking(placement)).toMatchObject({ hosts: 3 })
    expect(optimalPacking(placement)).toMatchObject({ type: 'packed', hosts: 2, isProven: true })
  })

  it('place every VM once, with every host within its thresholds, or say that they do not', () => {
    fc.assert(
      fc.property(placements(), fc.constantFrom(...Object.keys(packers)), (placement, name) => {
        expect(fault(placement, packers[name])).toBeUndefined()
      }),
      { numRuns: 400 }
    )
    const careless: Packer = (placement) => greedyPacking(placement, { thresholds: { network: 1 } })
    expect(
      fc.check(
        fc.property(placements(), (placement) => fault(placement, careless) === undefined),
        { seed: 3 }
      ).failed
    ).toBe(true)
  })

  it('find the fewest hosts and bytes of all placements', () => {
    const isOptimal = (fewest: (placement: Placement) => number, least: (placement: Placement) => number) => (placement: Placement) => {
      const { hosts, bytes } = byTrying(placement)
      return fewest(placement) === hosts && least(placement) === bytes
    }
    fc.assert(fc.property(small, isOptimal(hostsOf(optimalPacking), bytesOf(leastBytesMoved))), { numRuns: 100 })
    // The heuristics are none.
    expect(
      fc.check(fc.property(small, isOptimal(hostsOf(greedyPacking), bytesOf(leastBytesMoved))), { numRuns: 1000, seed: 3 }).failed
    ).toBe(true)
    expect(
      fc.check(fc.property(small, isOptimal(hostsOf(optimalPacking), bytesOf(optimalPacking))), { numRuns: 1000, seed: 3 }).failed
    ).toBe(true)
  })

  it('are never worse than the heuristics: hosts as the greedy one, bytes as mitigation, of which none copies less than can be copied', () => {
    fc.assert(
      fc.property(small, (placement) => {
        expect(hostsOf(optimalPacking)(placement)).toBeLessThanOrEqual(hostsOf(greedyPacking)(placement))
        const moved = bytesOf(leastBytesMoved)(placement)
        const copied = leastBytesCopied(placement)
        const hot = overloaded(placement)
        const decisions = mitigation(placement, hot)
        if (hot.length === 0) expect(moved).toBe(0)
        if (copied.type === 'found') {
          expect(copied.bytes).toBeGreaterThanOrEqual(moved)
          expect(copied.moves.reduce((sum, move) => sum + placement.vms[move.vm].sizeBytes, 0)).toBe(copied.bytes)
          const { at, wrong } = playedMoves(placement, copied.moves)
          expect([wrong, overloaded({ ...placement, at })]).toEqual([undefined, []])
        }
        if (decisions.some(({ type }) => type === 'unresolved')) return
        const bytes = decisions
          .flatMap((one) => (one.type === 'unresolved' ? [] : one.moves))
          .map((move) => placement.vms[move.vm].sizeBytes)
        expect(copied.type === 'found' && copied.bytes).toBeLessThanOrEqual(bytes.reduce((sum, one) => sum + one, 0))
      }),
      { numRuns: 200 }
    )
  })

  it('go by the way over a third host where that is cheapest, and say when there is no way', () => {
    const placement: Placement = {
      hosts: [host('a', 4), host('b', 4), { name: 'c', capacity: { cpu: 1, network: 100, memory: 4 * GIB } }],
      vms: [vm('p', 45, 2), vm('q', 45, 2), vm('r', 30, 2), vm('s', 20, 2)],
      at: [0, 0, 1, 1]
    }
    expect(leastBytesMoved(placement)).toMatchObject({ type: 'packed', bytes: 4 * GIB })
    expect(leastBytesCopied(placement)).toMatchObject({ type: 'found', bytes: 6 * GIB })
    const closed = { excluded: (one: number) => one === 2 }
    expect(leastBytesMoved(placement, closed)).toMatchObject({ bytes: 4 * GIB })
    expect(leastBytesCopied(placement, closed)).toMatchObject({ type: 'impossible' })
  })

  it('move nothing that is barred, and nothing to a host that is excluded', () => {
    fc.assert(
      fc.property(
        small,
        fc.constantFrom(...Object.keys(packers)),
        fc.nat({ max: 5 }),
        fc.nat({ max: 2 }),
        (placement, name, tied, closed) => {
          const packing = packers[name](placement, { isBarred: (one) => one === tied, excluded: (one) => one === closed })
          if (packing.type === 'unpacked') return
          packing.at.forEach((to, one) => {
            if (to !== placement.at[one]) expect([one === tied, to === closed]).toEqual([false, false])
          })
          expect(overloaded({ ...placement, at: packing.at })).toEqual([])
        }
      ),
      { numRuns: 200 }
    )
  })

  it('are the same whatever the VMs are called', () => {
    fc.assert(
      fc.property(small, (placement) => {
        const renamed = { ...placement, vms: placement.vms.map((one, i) => ({ ...one, name: `z${9 - i}` })) }
        for (const [name, packer] of Object.entries(packers)) {
          const [packing, other] = [packer(placement), packer(renamed)]
          if (packing.type === 'packed') expect(other, name).toEqual(packing)
          else expect(other.type, name).toBe('unpacked')
        }
      }),
      { numRuns: 50 }
    )
  })

  it('say when they have not looked far enough, and refuse what is too large', () => {
    const vms = Array.from({ length: 24 }, (_, i) => vm(`v${i}`, 11 + ((i * 7) % 17), 1, 11 + ((i * 5) % 17)))
    const placement: Placement = { hosts: Array.from({ length: 12 }, (_, i) => host(`h${i}`)), vms, at: vms.map((_, i) => i >> 1) }
    expect(optimalPacking(placement, { lookAt: 10 })).toMatchObject({ type: 'packed', isProven: false, looked: 10 })
    const none = {
      ...placement,
      hosts: placement.hosts.slice(0, 8),
      vms: vms.slice(0, 15).map((_, i) => vm(`v${i}`, 38, 1)),
      at: vms.slice(0, 15).map((_, i) => i % 8)
    }
    expect(leastBytesMoved(none, { lookAt: 3 })).toMatchObject({
      type: 'unpacked',
      isProven: false,
      reason: 'none was found in 3 part placements'
    })
    const many = { ...placement, vms: Array.from({ length: mostPacked.vms + 1 }, () => vms[0]), at: Array(mostPacked.vms + 1).fill(0) }
    expect(() => optimalPacking(many)).toThrow('optimalPacking: a placement must have at most 40 VMs on 20 hosts (got 41 on 12)')
    expect(() => leastBytesMoved(placement, { lookAt: 0 })).toThrow('leastBytesMoved: lookAt must be above 0 (got 0)')
    expect(() => leastBytesCopied(placement)).toThrow('leastBytesCopied: hosts ** VMs must be at most 1048576 (got 12 ** 24)')
    expect(() => greedyPacking(placement, { thresholds: { memory: 0 } })).toThrow('greedyPacking: thresholds.memory must be above 0')
  })
})
