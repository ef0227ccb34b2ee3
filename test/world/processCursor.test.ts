import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { key } from '../../lib/random/random'
import { cursor } from '../../lib/world/processCursor'

describe('cursor', () => {
  it('does the accesses before a time, each once', () => {
    const of = cursor(sweep({ pages: 3, writesPerSecond: 100_000_000 }), key(1), 0)
    const written: number[] = []
    of.until(35, (page) => written.push(page))
    of.until(35, (page) => written.push(page))
    of.until(61, (page) => written.push(page))
    expect(written).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('tells when a page will be touched, by reads too, and does it all the same later', () => {
    const of = cursor(sweep({ pages: 3, writesPerSecond: 100_000_000 }), key(1), 0)
    expect(of.first(1000, (page) => page === 2)).toBe(30)
    expect(of.first(30, (page) => page === 2)).toBe(undefined)
    const written: number[] = []
    of.until(31, (page) => written.push(page))
    expect(written).toEqual([0, 1, 2])
    expect(of.first(1000, (page) => page === 2)).toBe(60)
  })

  it('goes back and does the same again', () => {
    const of = cursor(sweep({ pages: 3, writesPerSecond: 100_000_000 }), key(1), 0)
    of.until(100, () => undefined)
    of.seek(35)
    const written: number[] = []
    of.until(100, (page) => written.push(page))
    expect(written).toEqual([0, 1, 2, 0, 1, 2])
  })

  it('does the same accesses however often it is looked at and wherever it looks ahead', () => {
    const workload = uniform({ pages: 7, writesPerSecond: 50_000_000, readsPerSecond: 50_000_000 })
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 500 })), { maxLength: 8 }), (looks) => {
        const one = cursor(workload, key(3), 0)
        const other = cursor(workload, key(3), 0)
        const written: number[] = []
        const all: number[] = []
        let at = 0
        for (const [step, ahead] of looks) {
          one.first(at + ahead, (page) => page === 3)
          at += step
          one.until(at, (page) => written.push(page))
        }
        other.until(at, (page) => all.push(page))
        expect(written).toEqual(all)
      })
    )
  })
})
