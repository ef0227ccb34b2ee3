import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noSyncThrottle, type SyncThrottle, syncAutoConverge } from '../../lib/migration/syncThrottle'
import type { Data } from '../../lib/protocol/data'

type Period = { readonly ms: number; readonly dirtied: number; readonly sent: number }

/** The fractions that a throttle takes at syncs so many milliseconds apart, in which so many pages were dirtied and sent. */
const taken = <S extends Data>(throttle: SyncThrottle<S>, periods: readonly Period[]): readonly number[] => {
  let [fraction, state] = throttle.next(throttle.start, { at: 0, syncs: 1, bytes: 0, newlyDirty: 0, pageBytes: 4096, throttle: 0 })
  let at = 0
  let bytes = 0
  return periods.map(({ ms, dirtied, sent }, i) => {
    at += ms * 1e6
    bytes += sent * 4096
    const next = throttle.next(state, { at, syncs: i + 2, bytes, newlyDirty: dirtied, pageBytes: 4096, throttle: fraction })
    fraction = next[0]
    state = next[1]
    return fraction
  })
}

const bad = { ms: 1500, dirtied: 60, sent: 100 }
const good = { ms: 1500, dirtied: 50, sent: 100 }
const short = { ms: 1000, dirtied: 1000, sent: 100 }

describe('syncAutoConverge', () => {
  it('acts at every second strike: 20 %, then 10 % more', () => {
    expect(taken(syncAutoConverge(), [bad, bad, bad, bad, bad, bad])).toEqual([0, 0.2, 0.2, 0.3, 0.3, 0.4])
  })

  it('remembers a strike over good periods', () => {
    expect(taken(syncAutoConverge(), [bad, good, good, bad, good, bad])).toEqual([0, 0, 0, 0.2, 0.2, 0.2])
  })

  it('does not count syncs within a second, but their pages', () => {
    expect(taken(syncAutoConverge(), [short, good])).toEqual([0, 0])
    expect(taken(syncAutoConverge(), [short, good, bad])).toEqual([0, 0, 0.2])
    const halves = { ms: 600, dirtied: 30, sent: 50 }
    expect(taken(syncAutoConverge(), [halves, halves, halves, halves])).toEqual([0, 0, 0, 0.2])
  })

  it('stops at its most, and with tailslow goes no further than to the threshold', () => {
    expect(taken(syncAutoConverge({ initial: 0.9, max: 0.95 }), [bad, bad, bad, bad])).toEqual([0, 0.9, 0.9, 0.95])
    // Half of what may be dirtied for each page sent: 60 dirtied, 50 allowed, so a sixth of what is left to the guest is taken at most.
    expect(taken(syncAutoConverge({ initial: 0.5, increment: 0.3, tailslow: true }), [bad, bad, bad, bad])[3]).toBeCloseTo(0.5 + 0.5 / 6, 8)
  })

  it('never gives back', () => {
    const periods = fc.array(fc.record({ ms: fc.integer({ min: 1, max: 3000 }), dirtied: fc.nat(300), sent: fc.nat(300) }))
    fc.assert(
      fc.property(periods, (all) => {
        const fractions = taken(syncAutoConverge(), all)
        fractions.forEach((fraction, i) => {
          expect(fraction).toBeGreaterThanOrEqual(i === 0 ? 0 : fractions[i - 1])
          expect(fraction).toBeLessThanOrEqual(0.99)
        })
      })
    )
  })

  it('refuses parameters that make no sense', () => {
    expect(() => syncAutoConverge({ max: 1 })).toThrow('syncAutoConverge: max must be above 0 and at most 0.99 (got 1)')
    expect(() => syncAutoConverge({ initial: 0 })).toThrow('syncAutoConverge: initial must be above 0 and at most 0.99 (got 0)')
    expect(() => syncAutoConverge({ increment: -1 })).toThrow('syncAutoConverge: increment must be at least 0 (got -1)')
    expect(() => syncAutoConverge({ threshold: 0 })).toThrow('syncAutoConverge: threshold must be above 0 (got 0)')
  })
})

describe('noSyncThrottle', () => {
  it('takes nothing', () => {
    expect(taken(noSyncThrottle, [bad, bad, bad])).toEqual([0, 0, 0])
  })
})
