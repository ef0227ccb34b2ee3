import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IterationRecord, isAtMinimum, noStall, type Stall, stallStep } from '../../../lib/migration/engines/stallDetector'

const options = { margin: 0.04, windowMs: 40_000, patienceDecay: 0.5 }
const at = (seconds: number, remainingBytes: number): IterationRecord => ({ elapsedMs: seconds * 1000, remainingBytes })
const seen = (...records: readonly IterationRecord[]): Stall =>
  records.reduce<Stall>((stall, one) => stallStep(options, stall, one), noStall)

describe('the stall detector', () => {
  it('tells a stall when no less than 96 % of the least from before the window is left', () => {
    expect(seen(at(0, 1000), at(40, 960)).stalled).toBe(true)
    expect(seen(at(0, 1000), at(40, 959)).stalled).toBe(false)
    expect(seen(at(0, 1001), at(40, 960)).stalled).toBe(true)
  })

  it('tells none before the window has passed once', () => {
    expect(seen(at(0, 1000), at(39.999, 2000)).stalled).toBe(false)
  })

  it('goes by the least outside of the window, and takes the least of all as its level', () => {
    const stall = seen(at(0, 1000), at(1, 500), at(20, 490), at(41, 700))
    expect(stall).toMatchObject({ stalled: true, best: 490, outside: at(1, 500) })
    expect([509, 510].map((left) => isAtMinimum(0.04, stall, at(50, left)))).toEqual([true, false])
  })

  it('is at no minimum before a stall', () => {
    expect(isAtMinimum(0.04, noStall, at(1, 0))).toBe(false)
  })

  it('relaxes the level to the least seen since when its patience is over, each time after half as long', () => {
    const stalled = [at(0, 1000), at(40, 1000)]
    const since = (...more: readonly IterationRecord[]) => seen(...stalled, ...more)
    expect(since(at(79.999, 1500))).toMatchObject({ best: 1000, history: [1500], deadlineMs: 80_000 })
    expect(since(at(60, 1400), at(80, 1500))).toMatchObject({ best: 1400, history: [1500], patienceMs: 20_000, deadlineMs: 100_000 })
    const odd = stallStep({ ...options, patienceDecay: 0.33333 }, since(at(60, 1400)), at(80, 1500))
    expect(odd).toMatchObject({ patienceMs: 13_333, deadlineMs: 93_333 })
    expect(since(at(50, 1300), at(60, 1400), at(80, 1500))).toMatchObject({ best: 1300, history: [1400, 1500] })
    expect(since(at(50, 1500), at(60, 1400), at(80, 1300))).toMatchObject({ best: 1300, history: [1400, 1500] })
    expect(since(at(60, 1400), at(80, 1500), at(100, 1600))).toMatchObject({ best: 1500, history: [1600], patienceMs: 10_000 })
  })

  it('agrees with a detector that keeps every record', () => {
    const records = fc
      .array(fc.record({ ms: fc.integer({ min: 1, max: 30_000 }), left: fc.integer({ min: 1, max: 2000 }) }), { maxLength: 30 })
      .map((gaps) => {
        let elapsedMs = 0
        return gaps.map(({ ms, left }): IterationRecord => ({ elapsedMs: (elapsedMs += ms), remainingBytes: left }))
      })
    fc.assert(
      fc.property(records, (all) => {
        const first = all.findIndex((record, i) => {
          const old = all.slice(0, i).filter(({ elapsedMs }) => record.elapsedMs - elapsedMs >= options.windowMs)
          return old.length > 0 && record.remainingBytes >= Math.floor(Math.min(...old.map((one) => one.remainingBytes)) * 0.96)
        })
        let stall: Stall = noStall
        const told = all.findIndex((record) => {
          stall = stallStep(options, stall, record)
          return stall.stalled
        })
        expect(told).toBe(first)
        if (first >= 0) expect(stall.best).toBe(Math.min(...all.slice(0, first + 1).map((one) => one.remainingBytes)))
      })
    )
  })
})
