import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { xenToday } from '../../../lib/migration/engines/xenToday'
import { pushed, round } from '../pushed'

describe('xenToday', () => {
  const stops = (of: Parameters<typeof pushed>[0]) => O.isSome(xenToday().until(pushed(of)))

  it('stops after five rounds', () => {
    expect([4, 5].map((n) => stops({ last: round({ round: n }) }))).toEqual([false, true])
  })

  it('stops after the round that began with fewer than 50 dirty pages, not before it', () => {
    expect(stops({ last: round({ dirtied: 49 }) })).toBe(false)
    expect([49, 50].map((dirtied) => stops({ previous: round({ dirtied }), last: round({ round: 2 }) }))).toEqual([true, false])
  })

  it('refuses limits that are none', () => {
    expect(() => xenToday({ targetDirtyPages: 0 })).not.toThrow()
    expect(() => xenToday({ targetDirtyPages: -1 })).toThrow('xenToday: targetDirtyPages must be at least 0 (got -1)')
    expect(() => xenToday({ maxIterations: 0 })).toThrow('roundsAtMost: n must be an integer above 0 (got 0)')
  })
})
