import { describe, expect, it } from 'vitest'
import { dirtyLimit, heldTo } from '../../lib/migration/dirtyLimit'
import { syncAutoConverge } from '../../lib/migration/syncThrottle'

const limit = { bytesPerSecond: 2 ** 20, ringPages: 4096, periodNs: 1e9 }

/** What is in force after syncs 1.5 s apart, in which so many pages were dirtied for each hundred sent. */
const inForceAfter = (dirtied: readonly number[], throttle = dirtyLimit()) => {
  let [fraction, state] = throttle.next(throttle.start, { at: 0, syncs: 1, bytes: 0, newlyDirty: 0, pageBytes: 4096, throttle: 0 })
  dirtied.forEach((newlyDirty, i) => {
    const seen = { at: (i + 1) * 1.5e9, syncs: i + 2, bytes: (i + 1) * 100 * 4096, newlyDirty, pageBytes: 4096, throttle: fraction }
    ;[fraction, state] = throttle.next(state, seen)
  })
  return [fraction, throttle.limit?.(state)] as const
}

describe('dirtyLimit', () => {
  it('is in force from the second strike on, and takes nothing from those who only read', () => {
    expect(inForceAfter([])).toEqual([0, undefined])
    expect(inForceAfter([60])).toEqual([0, undefined])
    expect(inForceAfter([60, 40, 60])).toEqual([0, limit])
    expect(inForceAfter([60, 60, 0, 0])).toEqual([0, limit])
  })

  it('refuses parameters that make no sense', () => {
    expect(() => dirtyLimit({ bytesPerSecond: 1e6 })).toThrow(
      'dirtyLimit: bytesPerSecond must be at least 1048576, 1 MiB/s, and finite (got 1000000)'
    )
    expect(() => dirtyLimit({ ringPages: 5000 })).toThrow('dirtyLimit: ringPages must be a power of two from 1024 to 65536 (got 5000)')
    expect(() => dirtyLimit({ periodNs: 0 })).toThrow('dirtyLimit: periodNs must be an integer above 0 (got 0)')
    expect(() => dirtyLimit({ threshold: 0 })).toThrow('dirtyLimit: threshold must be above 0 (got 0)')
  })
})

describe('heldTo', () => {
  it('is in force from the beginning, beside a throttle', () => {
    const throttle = heldTo({ bytesPerSecond: 3 * 2 ** 20, ringPages: 1024 })(syncAutoConverge())
    expect(throttle.limit?.(throttle.start)).toEqual({ ...limit, bytesPerSecond: 3 * 2 ** 20, ringPages: 1024 })
    expect(throttle.next(null, { at: 0, syncs: 1, bytes: 0, newlyDirty: 0, pageBytes: 4096, throttle: 0 })[0]).toBe(0)
    expect(() => heldTo({ bytesPerSecond: 0 })).toThrow('heldTo: bytesPerSecond must be at least 1048576, 1 MiB/s, and finite (got 0)')
  })
})
