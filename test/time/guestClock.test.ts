import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clock } from '../../lib/time/clock'
import { guestClock, readGuest, resumedOn } from '../../lib/time/guestClock'
import { clocks } from './clocks'

describe('guestClock', () => {
  it('goes on at its last reading when it was stopped', () => {
    const moved = resumedOn(guestClock(clock()), { host: clock({ offsetNs: -9000 }), pausedAt: 10_000, resumedAt: 15_000, away: 'stopped' })
    expect([readGuest(moved, 15_000), readGuest(moved, 15_700)]).toEqual([10_000, 10_700])
  })

  it('goes on with the target clock when it was running, unless that would take it back', () => {
    const ahead = { host: clock({ offsetNs: 400 }), pausedAt: 10_000, resumedAt: 15_000, away: 'running' } as const
    expect(readGuest(resumedOn(guestClock(clock()), ahead), 15_000)).toBe(15_400)
    const behind = { ...ahead, host: clock({ offsetNs: -9000 }) }
    expect(readGuest(resumedOn(guestClock(clock()), behind), 15_000)).toBe(10_000)
  })

  it('refuses to resume before the pause', () => {
    expect(() => resumedOn(guestClock(clock()), { host: clock(), pausedAt: 5, resumedAt: 4, away: 'running' })).toThrow(
      'resumedOn: resumedAt must not be before pausedAt = 5 (got 4)'
    )
  })

  it('monotone: never runs backwards over any chain of moves, however far the clocks differ', () => {
    const steps = fc.array(
      fc.record({
        host: clocks,
        runs: fc.array(fc.integer({ min: 0, max: 10 ** 12 }), { minLength: 1, maxLength: 4 }),
        down: fc.integer({ min: 0, max: 10 ** 10 }),
        away: fc.constantFrom('running' as const, 'stopped' as const)
      }),
      { minLength: 1, maxLength: 8 }
    )
    fc.assert(
      fc.property(clocks, steps, (first, moves) => {
        let guest = guestClock(first)
        let now = 0
        let last = readGuest(guest, now)
        const look = (): void => {
          const reading = readGuest(guest, now)
          expect(reading).toBeGreaterThanOrEqual(last)
          last = reading
        }
        for (const { host, runs, down, away } of moves) {
          for (const by of runs) {
            now += by
            look()
          }
          const stoppedAt = last
          guest = resumedOn(guest, { host, pausedAt: now, resumedAt: now + down, away })
          now += down
          look()
          if (away === 'stopped') expect(last).toBe(stoppedAt)
        }
      })
    )
  })
})
