import { describe, expect, it } from 'vitest'
import type { Forecast } from '../../lib/migration/forecast'
import type { Entry } from '../../lib/protocol/journal'
import { forecastHistory, forecastHistoryText, heldOf } from '../../lib/report/forecastHistory'
import { forecastText, remainingText } from '../../lib/report/forecastText'
import { runFold } from '../../lib/stream/fold'
import { postCopy, preCopy } from '../metrics/journals'

const forecast: Forecast = {
  migration: 'm',
  at: 5e8,
  stage: 'pushing',
  round: 2,
  bytes: 1e6,
  fraction: 0.619,
  bytesPerSecond: 118.2e6,
  measured: true,
  dirtiedPerSecond: 5_300,
  pagesLeft: 10,
  expectedDowntimeNs: 18_249_000,
  remaining: { lowNs: 412e6, likelyNs: 5e8, highNs: 890e6 },
  converges: true
}

describe('forecastText', () => {
  it('is one line: stage, part done, rates, downtime, what remains', () => {
    expect(forecastText(forecast)).toBe('round 2, 61 %, 118.2 MB/s, dirtied 5,300 pages/s, down 18 ms, 410 to 890 ms left')
  })

  it('marks a rate that was not measured, and says where a push does not converge', () => {
    expect(forecastText({ ...forecast, measured: false, converges: false })).toBe(
      'round 2, 61 %, ~118.2 MB/s, dirtied 5,300 pages/s, down 18 ms, 410 to 890 ms left, does not converge at present'
    )
  })

  it('leaves out what is not known', () => {
    const { migration, at, bytes, measured } = forecast
    expect(forecastText({ migration, at, bytes, measured, stage: 'broken', round: 0 })).toBe('link broken')
    expect(forecastText({ migration, at, bytes, measured, stage: 'preparing', round: 0 })).toBe('preparing')
    expect(forecastText({ migration, at, bytes, measured, stage: 'pushing', round: 3, unforeseen: 'a disk moves, too' })).toBe(
      'round 3, time left unknown: a disk moves, too'
    )
  })

  it('names a least time where nobody knows an end, and both units where they differ', () => {
    expect(remainingText({ lowNs: 3e9, likelyNs: Infinity, highNs: Infinity })).toBe('at least 3 s left')
    expect(remainingText({ lowNs: 870e6, likelyNs: 1e9, highNs: 1.24e9 })).toBe('870 ms to 1.2 s left')
    expect(remainingText({ lowNs: 0, likelyNs: 0, highNs: 0 })).toBe('0 ns left')
  })
})

describe('forecastHistory', () => {
  it('keeps what was said beside what came, and counts the intervals that held', () => {
    const { m: pre } = runFold(forecastHistory(), preCopy())
    expect(pre.over! - pre.from).toBe(800e6)
    expect(pre.downtimeNs).toBe(40e6)
    const { intervals, held } = heldOf(pre)!
    expect(intervals).toBeGreaterThan(3)
    expect(held).toBeLessThanOrEqual(intervals)
    const text = forecastHistoryText('pre-copy', pre)
    expect(text).toContain('pre-copy: what could be said while it ran (intervals of 80 %), and what came')
    expect(text).toContain(
      `${held} of ${intervals} intervals held (${Math.round((100 * held) / intervals)} %); the guest stood still for 40 ms`
    )
  })

  it('an interval holds exactly where what came lies in it', () => {
    const of = (lowNs: number, highNs: number) => ({ ...forecast, remaining: { lowNs, likelyNs: lowNs, highNs } })
    const history = { from: 0, over: 9e8, downtimeNs: 0, forecasts: [of(4e8, 4e8), of(4e8 + 1, 5e8), of(3e8, 4e8 - 1), of(0, 1e9)] }
    expect(heldOf(history)).toEqual({ intervals: 4, held: 2 })
    expect(heldOf({ ...history, over: undefined })).toBeUndefined()
  })

  it('of a journal that has not ended nothing is judged', () => {
    const isOver = (entry: Entry): boolean => entry.type === 'ended' || (entry.type === 'signalled' && entry.signal.type === 'released')
    const [open] = Object.values(
      runFold(
        forecastHistory(),
        postCopy().filter((entry) => !isOver(entry))
      )
    )
    expect(forecastHistoryText('post-copy', open)).toContain('no interval could be judged')
  })
})
