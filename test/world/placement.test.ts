import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { among, bits, eachPage, pageBatches, put, takeOut } from '../../lib/world/pageBatches'
import { pagesAt, storesOf } from '../../lib/world/placement'

const placements = fc
  .record({ pages: fc.integer({ min: 1, max: 200 }), stores: fc.integer({ min: 1, max: 5 }), stripePages: fc.integer({ min: 1, max: 70 }) })
  .chain((of) => fc.record({ ...mapConstant(of), copies: fc.integer({ min: 1, max: of.stores }) }))
function mapConstant<A extends object>(of: A): { [K in keyof A]: fc.Arbitrary<A[K]> } {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, fc.constant(value)])) as { [K in keyof A]: fc.Arbitrary<A[K]> }
}

describe('placement', () => {
  it('puts each page at as many stores as there are copies, and says the same from both ends', () => {
    fc.assert(
      fc.property(placements, (placement) => {
        const at = Array.from({ length: placement.stores }, (_, store) => pagesAt(placement, store))
        for (let page = 0; page < placement.pages; page++) {
          const stores = storesOf(placement, page)
          expect(new Set(stores).size).toBe(placement.copies)
          expect(at.flatMap((pages, store) => (pageSet.has(pages, page) ? [store] : []))).toEqual([...stores].sort((a, b) => a - b))
        }
      })
    )
  })
})

const sets = fc
  .record({ size: fc.integer({ min: 1, max: 150 }), pages: fc.array(fc.nat({ max: 149 })), out: fc.array(fc.nat({ max: 149 })) })
  .map(({ size, pages, out }) => ({
    set: pageSet.fromPages(
      size,
      pages.filter((page) => page < size)
    ),
    out: pageSet.fromPages(
      size,
      out.filter((page) => page < size)
    )
  }))

describe('pageBatches', () => {
  it('gives every page once, in address order, at most so many at a time, and notes what it left out', () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 70 }), ({ set, out }, most) => {
        const skipped = new Int32Array(Math.ceil(set.size / 32))
        const without = new Int32Array(Math.ceil(set.size / 32))
        pageSet.copyInto(out, without)
        const next = pageBatches(set, { most, without: () => without, skipped })
        const given: number[] = []
        const words = new Int32Array(skipped.length)
        for (let batch = next(); batch !== undefined; batch = next()) {
          expect(batch.count).toBeLessThanOrEqual(most)
          expect(batch.count).toBeGreaterThan(0)
          const before = given.length
          eachPage(batch, (page) => given.push(page))
          expect(given.length - before).toBe(batch.count)
          expect(put(words, batch)).toBe(batch.count)
          expect(among(words, batch)).toBe(batch.count)
        }
        expect(given).toEqual(pageSet.toArray(pageSet.difference(set, out)))
        expect(pageSet.toArray(pageSet.fromBitmap(set.size, skipped))).toEqual(pageSet.toArray(pageSet.intersection(set, out)))
        expect(bits(words)).toBe(given.length)
      })
    )
  })

  it('takes a batch out of a bitmap again', () => {
    const words = Int32Array.of(0, -1, -1)
    takeOut(words, { first: 1, words: Int32Array.of(3, 0), count: 2 })
    expect([...words]).toEqual([0, -4, -1])
  })
})
