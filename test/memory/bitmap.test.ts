import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  andInto,
  andNotInto,
  type Bitmap,
  bitmap,
  clear,
  clearAll,
  clearSet,
  mark,
  markAll,
  markWrites,
  nextMarked,
  orInto,
  popcount,
  previousMarked,
  snapshot,
  snapshotAndClear,
  test
} from '../../lib/memory/bitmap'
import { fromPages, full, toArray } from '../../lib/memory/pageSet'

const size = 70_001
const page = fc.oneof(fc.integer({ min: 0, max: size - 1 }), fc.integer({ min: 0, max: 70 }), fc.integer({ min: size - 40, max: size - 1 }))
const pageList = fc.array(page, { maxLength: 60 })
const marked = (list: readonly number[]): Bitmap => {
  const b = bitmap(size)
  for (const p of list) mark(b, p)
  return b
}
const ascending = (list: Iterable<number>): readonly number[] => [...new Set(list)].sort((a, b) => a - b)

describe('bitmap', () => {
  it('mark, clear, test and count agree with a model on Set<number>', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(page, fc.boolean()), { maxLength: 80 }), (steps) => {
        const [b, model] = [bitmap(size), new Set<number>()]
        for (const [p, on] of steps) {
          expect(test(b, p)).toBe(model.has(p))
          expect(on ? mark(b, p) : clear(b, p)).toBe(on !== model.has(p))
          if (on) model.add(p)
          else model.delete(p)
          expect(b.count).toBe(model.size)
        }
        expect(toArray(snapshot(b))).toEqual(ascending(model))
        expect(popcount(b.words)).toBe(b.count)
      })
    )
  })

  it('nextMarked and previousMarked find the nearest mark within bounds', () => {
    fc.assert(
      fc.property(pageList, page, page, (list, from, bound) => {
        const [b, all] = [marked(list), ascending(list)]
        expect(nextMarked(b, from)).toBe(all.find((p) => p >= from) ?? -1)
        expect(nextMarked(b, from, bound)).toBe(all.find((p) => p >= from && p < bound) ?? -1)
        expect(previousMarked(b, from)).toBe(all.findLast((p) => p <= from) ?? -1)
        expect(previousMarked(b, from, bound)).toBe(all.findLast((p) => p <= from && p >= bound) ?? -1)
      })
    )
  })

  it('markWrites marks the written pages of a batch and counts the new ones', () => {
    fc.assert(
      fc.property(pageList, fc.array(fc.tuple(page, fc.boolean()), { maxLength: 100 }), fc.nat({ max: 100 }), (before, list, limit) => {
        const b = marked(before)
        const n = Math.min(limit, list.length)
        const accesses = Int32Array.from(list, ([p, isWrite]) => (p << 1) | Number(isWrite))
        const expected = ascending([...before, ...list.slice(0, n).flatMap(([p, isWrite]) => (isWrite ? [p] : []))])
        expect(markWrites(b, accesses, n)).toBe(expected.length - new Set(before).size)
        expect(b.count).toBe(expected.length)
        expect(toArray(snapshot(b))).toEqual(expected)
      })
    )
  })

  it('markWrites counts bit 31 of a word and page 2^30 - 1 of the largest memory as one', () => {
    const b = bitmap(64)
    expect(markWrites(b, Int32Array.of((31 << 1) | 1, (31 << 1) | 1, (63 << 1) | 1), 3)).toBe(2)
    expect(((2 ** 30 - 1) << 1) | 1).toBe(2 ** 31 - 1)
  })

  it('orInto, andInto, andNotInto, markAll and clearSet agree with the sets', () => {
    fc.assert(
      fc.property(pageList, pageList, (a, b) => {
        const [x, y, other] = [new Set(a), new Set(b), marked(b)]
        const check = (change: (target: Bitmap) => unknown, expected: readonly number[], returned?: number): void => {
          const target = marked(a)
          const value = change(target)
          expect(toArray(snapshot(target))).toEqual(expected)
          expect(target.count).toBe(expected.length)
          if (returned !== undefined) expect(value).toBe(returned)
        }
        const both = ascending(a).filter((p) => y.has(p))
        const left = ascending(a).filter((p) => !y.has(p))
        check((target) => orInto(target, other.words), ascending([...a, ...b]))
        check((target) => andInto(target, other.words), both)
        check((target) => andNotInto(target, other.words), left)
        check((target) => markAll(target, fromPages(size, b)), ascending([...a, ...b]), y.size - both.length)
        check((target) => clearSet(target, fromPages(size, b)), left, x.size - left.length)
      })
    )
  })

  it('popcount counts the bits of any words', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 70 }), (list) => {
        const bits = list.reduce((sum, word) => sum + (word >>> 0).toString(2).replaceAll('0', '').length, 0)
        return popcount(Int32Array.from(list)) === bits
      })
    )
  })

  it('snapshotAndClear publishes what was marked and later marks do not change it', () => {
    for (const list of [[3, 40_000], Array.from({ length: size }, (_, p) => p)]) {
      const b = marked(list)
      const set = snapshotAndClear(b)
      expect([b.count, nextMarked(b, 0), set.count]).toEqual([0, -1, list.length])
      mark(b, 5)
      clear(b, 3)
      expect(toArray(set)).toEqual(list)
      expect(toArray(snapshotAndClear(b))).toEqual([5])
    }
  })

  it('clearAll leaves no mark and markAll of everything marks up to the last page only', () => {
    const b = bitmap(size)
    expect(markAll(b, full(size))).toBe(size)
    expect(popcount(b.words)).toBe(size)
    clearAll(b)
    expect([b.count, popcount(b.words)]).toEqual([0, 0])
  })

  it('refuses other sizes', () => {
    expect(() => bitmap(-1)).toThrow(new RangeError('bitmap: size must be an integer from 0 to 2^30 (got -1)'))
    expect(() => markAll(bitmap(3), full(4))).toThrow(new RangeError("markAll: the set must have the bitmap's size 3 (got 4)"))
    expect(() => clearSet(bitmap(3), full(4))).toThrow(RangeError)
    expect(() => orInto(bitmap(33), new Int32Array(1))).toThrow(new RangeError('orInto: source must have length 2 (got 1)'))
    expect(() => andInto(bitmap(33), new Int32Array(1))).toThrow(RangeError)
    expect(() => andNotInto(bitmap(33), new Int32Array(1))).toThrow(RangeError)
  })
})
