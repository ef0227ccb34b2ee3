import { describe, expect, it } from 'vitest'
import { empty, fromPages } from '../../lib/memory/pageSet'
import { applicationDegradation } from '../../lib/metrics/applicationDegradation'
import { milestones } from '../../lib/metrics/milestones'
import { outcome } from '../../lib/metrics/outcome'
import { preparationTime } from '../../lib/metrics/preparationTime'
import { resumeTime } from '../../lib/metrics/resumeTime'
import { timeSeries } from '../../lib/metrics/timeSeries'
import { totalTime } from '../../lib/metrics/totalTime'
import { runFold } from '../../lib/stream/fold'
import { said } from './journals'

const { began, asked, heard, ended } = said('m')
const activated = (at: number, where: 'source' | 'target') => heard(at, { type: 'activated', where, guestNs: at, clockNs: at })
const suspended = (at: number) => heard(at, { type: 'suspended', guestNs: at, clockNs: at })
const faulted = (at: number) => heard(at, { type: 'faulted', page: 1, vcpu: 0 })
const progress = (at: number, bytes: number, pages: number) => heard(at, { type: 'progress', bytes, pages })
const sent = (at: number, pages: readonly number[]) =>
  heard(at, { type: 'sent', pages: fromPages(10, pages), skipped: empty(10), bytes: 100 * pages.length })
const points = (pointsAtMost: number, times: readonly number[]) =>
  runFold(timeSeries({ pointsAtMost }), times.map(faulted)).points.map(({ at }) => at)

describe('milestones', () => {
  it('know of no switch and no pause where a guest goes on at the source that never stopped', () => {
    expect(runFold(milestones, [asked(1, { type: 'reserve' }), activated(5, 'source')])).toEqual({
      started: 1,
      pauses: [],
      switched: undefined
    })
  })

  it('know of a switch without a pause', () => {
    expect(runFold(milestones, [activated(5, 'target'), activated(7, 'target')])).toEqual({ pauses: [], switched: 5 })
  })
})

describe('what has no beginning or no end', () => {
  it('has no preparation time without a first command', () => {
    expect(runFold(preparationTime, [suspended(1), activated(2, 'target')])).toBeUndefined()
  })

  it('has no resume time without a switch, and no total time without a first command', () => {
    const released = heard(9, { type: 'released', needs: [], guestNs: 9 })
    expect(runFold(resumeTime, [asked(1, { type: 'reserve' }), released])).toBeUndefined()
    expect(runFold(totalTime, [released, ended(10)])).toBeUndefined()
  })

  it('keeps its outcome whatever is told after it', () => {
    expect(runFold(outcome, [ended(1), faulted(2)])).toEqual({ type: 'completed', needs: [] })
  })
})

describe('applicationDegradation', () => {
  const released = heard(200, { type: 'released', needs: [], guestNs: 150 })

  it('takes the guest to have run since 0 in a journal that says no beginning', () => {
    expect(runFold(applicationDegradation(), [asked(100, { type: 'reserve' }), released])).toBe(0.5)
  })

  it('ends with the last signal that tells the guest`s progress, not with one that does not', () => {
    expect(runFold(applicationDegradation(), [began(0), asked(100, { type: 'reserve' }), released, faulted(300)])).toBe(0.5)
  })
})

describe('timeSeries', () => {
  it('counts down from the guest`s memory where nothing was selected, and not at all where that is not known', () => {
    const told = [asked(1, { type: 'reserve' }), sent(2, [3, 4]), sent(3, [4, 5, 6])]
    const left = (journal: Parameters<typeof runFold>[1]) =>
      runFold(timeSeries(), journal as never).points.map(({ pagesLeft }) => pagesLeft)
    expect(left([began(0, 10), ...told])).toEqual([8, 6])
    expect(left(told)).toEqual([undefined, undefined])
  })

  it('takes the most that progress has told of, in bytes and in pages', () => {
    const { points } = runFold(timeSeries(), [progress(1, 500, 5), progress(2, 300, 3), progress(3, 700, 6)])
    expect(points.map(({ bytes, pages }) => [bytes, pages])).toEqual([
      [500, 5],
      [500, 5],
      [700, 6]
    ])
  })

  it('goes from the first command to the end, or to the last entry while there is none', () => {
    const span = (journal: Parameters<typeof runFold>[1]) => {
      const { from, to } = runFold(timeSeries(), journal as never)
      return [from, to]
    }
    expect(span([began(0), asked(3, { type: 'reserve' }), faulted(8)])).toEqual([3, 8])
    expect(span([began(0), asked(3, { type: 'reserve' }), ended(9), faulted(12)])).toEqual([3, 9])
    expect(span([began(4)])).toEqual([4, 4])
    expect(span([])).toEqual([0, 0])
  })

  it('keeps the first and the last of more than two points of one time', () => {
    const { points } = runFold(timeSeries(), [progress(5, 1, 1), progress(5, 2, 2), progress(5, 3, 3), progress(6, 4, 4)])
    expect(points.map(({ bytes }) => bytes)).toEqual([1, 3, 4])
  })

  it('keeps all points up to the limit, and of one more the first and the last of each quarter as many stretches', () => {
    const times = (n: number) => Array.from({ length: n }, (_, i) => 101 + i)
    expect(points(16, times(16))).toEqual(times(16))
    expect(points(16, times(17))).toEqual([101, 104, 105, 108, 109, 112, 113, 116, 117])
  })

  it('keeps both of two points at the very end when it thins out', () => {
    expect(points(16, [...Array.from({ length: 15 }, (_, i) => 100 + i), 116, 116])).toEqual([
      100, 103, 104, 107, 108, 111, 112, 114, 116, 116
    ])
  })

  it('refuses fewer than 16 points', () => {
    expect(() => timeSeries({ pointsAtMost: 15 })).toThrow('timeSeries: pointsAtMost must be an integer >= 16 (got 15)')
    expect(() => timeSeries({ pointsAtMost: 16 })).not.toThrow()
    expect(() => timeSeries({ pointsAtMost: 16.5 })).toThrow('(got 16.5)')
  })
})
