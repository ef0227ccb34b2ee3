import * as fc from 'fast-check'
import { take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { clock, read, resolutionNs, showsAt, tickAt, ticks } from '../../lib/time/clock'
import { cycles, seconds } from '../../lib/time/time'
import { timeline } from '../../lib/time/timeline'
import { clocks, trueTimes } from './clocks'

describe('clock', () => {
  it('an ideal clock shows true time', () => {
    expect([read(clock(), 0), read(clock(), 123_456_789)]).toEqual([0, 123_456_789])
  })

  it('shows offset, drift, ticks and granularity', () => {
    expect(read(clock({ offsetNs: -250 }), 1000)).toBe(750)
    expect(read(clock({ driftPpm: 20 }), seconds(1000))).toBe(seconds(1000) + 20_000_000)
    expect(read(clock({ driftPpm: -0.5 }), seconds(86_400))).toBe(seconds(86_400) - 43_200_000)
    expect([7, 8, 9, 10].map((t) => read(clock({ hertz: 400e6 }), t))).toEqual([5, 7, 7, 10])
    expect(read(clock({ granularityNs: 1000, offsetNs: 1 }), 1998)).toBe(1000)
    expect(read(clock({ granularityNs: 1000, offsetNs: 1 }), 1999)).toBe(2000)
  })

  it('refuses what is no clock', () => {
    expect(() => clock({ hertz: 0.5 })).toThrow('clock: hertz must be a positive integer (got 0.5)')
    expect(() => clock({ driftPpm: 0.0001 })).toThrow('clock: driftPpm must be a multiple of 0.001 above -1000000 (got 0.0001)')
    expect(() => clock({ driftPpm: -1_000_000 })).toThrow(RangeError)
    expect(() => clock({ granularityNs: 0 })).toThrow('clock: granularityNs must be a positive integer (got 0)')
    expect(() => clock({ offsetNs: 0.5 })).toThrow('clock: offsetNs must be an integer (got 0.5)')
  })

  it('never falls as true time grows', () => {
    fc.assert(
      fc.property(clocks, trueTimes, trueTimes, (c, s, t) => {
        expect(read(c, Math.min(s, t))).toBeLessThanOrEqual(read(c, Math.max(s, t)))
      })
    )
  })

  it('drifts by no more and no less than its ppm, within its resolution', () => {
    fc.assert(
      fc.property(clocks, trueTimes, (c, t) => {
        const behind = c.offsetNs + t + (t * c.driftPpm) / 1e6 - read(c, t)
        expect(behind).toBeGreaterThanOrEqual(-0.5)
        expect(behind).toBeLessThan(resolutionNs(c) + 1.5)
      })
    )
  })

  it('read(c, t) >= r if and only if t >= showsAt(c, r)', () => {
    fc.assert(
      fc.property(clocks, trueTimes, fc.integer({ min: -5, max: 5 }), (c, t, by) => {
        const r = read(c, t) + by
        const at = showsAt(c, r)
        expect(read(c, at)).toBeGreaterThanOrEqual(r)
        if (at > 0) expect(read(c, at - 1)).toBeLessThan(r)
        expect(read(c, t) >= r).toBe(t >= at)
      })
    )
  })

  it('tick k is computed from the origin', () => {
    const c = clock({ hertz: 3, driftPpm: 0 })
    expect([0, 1, 2, 3, 3_000_000].map((k) => tickAt(c, k))).toEqual([0, 333_333_334, 666_666_667, 1e9, 1e15])
  })

  it('ticks come at their times, from the first one not before the subscription on', () => {
    const seen = (start: number, hertz: number, n: number): unknown[] => {
      const line = timeline({ start })
      const all: unknown[] = []
      ticks(clock({ hertz }), line)
        .pipe(take(n))
        .subscribe(({ k, at }) => all.push([k, at, line.now()]))
      line.run()
      expect(line.pending).toBe(0)
      return all
    }
    expect(seen(0, 400e6, 5)).toEqual([
      [0, 0, 0],
      [1, 3, 3],
      [2, 5, 5],
      [3, 8, 8],
      [4, 10, 10]
    ])
    expect(seen(6, 400e6, 2)).toEqual([
      [3, 8, 8],
      [4, 10, 10]
    ])
    expect(seen(7, 2e9, 3)).toEqual([
      [13, 7, 7],
      [14, 7, 7],
      [15, 8, 8]
    ])
  })

  it('ticks on a timeline of cycles', () => {
    const line = timeline({ unit: cycles({ hertz: 400e6 }) })
    const all: number[][] = []
    ticks(clock({ hertz: 100e6 }), line)
      .pipe(take(3), toArray())
      .subscribe((some) => all.push(some.map(({ at }) => at)))
    line.run()
    expect(all).toEqual([[0, 4, 8]])
  })

  it('ticks(c, line) are tickAt(c, k) for every k, whatever the drift', () => {
    fc.assert(
      fc.property(clocks, trueTimes, (c, start) => {
        const line = timeline({ start })
        const all: { k: number; at: number }[] = []
        ticks(c, line)
          .pipe(take(6))
          .subscribe((tick) => all.push(tick))
        line.run()
        const first = all[0].k
        expect(all).toEqual(all.map((_, i) => ({ k: first + i, at: tickAt(c, first + i) })))
        expect(all[0].at).toBeGreaterThanOrEqual(start)
        if (first > 0) expect(tickAt(c, first - 1)).toBeLessThan(start)
      })
    )
  })
})
