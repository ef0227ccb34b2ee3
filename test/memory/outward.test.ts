import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { outwardInto, upwardInto } from '../../lib/memory/outward'
import { fromPages, fromRuns, full, type PageSet, removeAll } from '../../lib/memory/pageSet'

const upward = (set: PageSet, from: number, below: number, want: number): readonly number[] => {
  const out = new Int32Array(want)
  return Array.from(out.subarray(0, upwardInto(set, from, below, out, want)))
}

const outward = (set: PageSet, pivot: number, distance: number, want: number): readonly [readonly number[], number] => {
  const out = new Int32Array(want + 1)
  const [n, reached] = outwardInto(set, pivot, distance, out, want)
  return [Array.from(out.subarray(0, n)), reached]
}

/** Members by growing distance, the lower first. */
const byDistance = (set: PageSet, pivot: number, distance: number): readonly number[] =>
  [...set].filter((page) => Math.abs(page - pivot) >= distance).sort((a, b) => Math.abs(a - pivot) - Math.abs(b - pivot) || a - b)

/** Sets of every density over up to three chunks, with whole chunks empty or full among them. */
const sets: fc.Arbitrary<PageSet> = fc.oneof(
  fc.integer({ min: 1, max: 200 }).chain((size) => fc.uniqueArray(fc.nat({ max: size - 1 })).map((pages) => fromPages(size, pages))),
  fc
    .tuple(fc.integer({ min: 65_000, max: 90_000 }), fc.uniqueArray(fc.nat({ max: 64_999 }), { maxLength: 20 }))
    .map(([size, edges]) => fromRuns(size, edges.sort((a, b) => a - b).slice(0, edges.length & ~1))),
  fc
    .tuple(fc.integer({ min: 65_000, max: 90_000 }), fc.uniqueArray(fc.nat({ max: 64_999 }), { maxLength: 20 }))
    .map(([size, pages]) => fromPages(size, pages))
)

const searches = sets.chain((set) =>
  fc.record({
    set: fc.constant(set),
    at: fc.nat({ max: set.size - 1 }),
    other: fc.nat({ max: set.size + 40 }),
    want: fc.integer({ min: 1, max: 300 })
  })
)

describe('upwardInto', () => {
  it('gives the first members between two pages, as filtering gives them', () => {
    fc.assert(
      fc.property(searches, ({ set, at, other, want }) => {
        expect(upward(set, at, other, want)).toEqual([...set].filter((page) => page >= at && page < other).slice(0, want))
      })
    )
  })
})

describe('outwardInto', () => {
  it('gives the members nearest to the pivot, as sorting gives them', () => {
    fc.assert(
      fc.property(searches, fc.nat({ max: 70 }), ({ set, at, want }, distance) => {
        expect(outward(set, at, distance, want)[0]).toEqual(byDistance(set, at, distance).slice(0, want))
      })
    )
  })

  it('goes on from the distance it reached, once what it gave is gone, to every member', () => {
    fc.assert(
      fc.property(searches, ({ set, at, want }) => {
        const found: number[] = []
        for (let [left, distance] = [set, 0]; left.count > 0; ) {
          const [pages, reached] = outward(left, at, distance, want + 40)
          if (pages.length === 0) break
          found.push(...pages)
          left = removeAll(left, pages)
          distance = reached
        }
        expect(found).toEqual(byDistance(set, at, 0))
      })
    )
  })

  it('steps over empty chunks to the furthest page', () => {
    const size = 9_437_184
    expect(outward(fromPages(size, [0]), size - 1, 0, 4)).toEqual([[0], size])
    expect(outward(fromPages(size, [size - 1]), 0, 1, 1)).toEqual([[size - 1], size - 1])
    expect(outward(full(size), 40_000, 39_999, 4)[0]).toEqual([1, 79_999, 0, 80_000])
  })
})
