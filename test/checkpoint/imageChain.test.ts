import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ancestry, contentAt, type Layer, restorePlan } from '../../lib/checkpoint/imageChain'
import { droppable } from '../../lib/checkpoint/retention'
import * as pageSet from '../../lib/memory/pageSet'

const PAGES = 12
const pages = fc.array(fc.nat({ max: PAGES - 1 }), { maxLength: 8 }).map((some) => pageSet.fromPages(PAGES, some))
/** Images, the oldest first; each is full or has one before it as its parent. */
const layers: fc.Arbitrary<readonly Layer[]> = fc
  .array(fc.record({ parent: fc.option(fc.nat({ max: 9 }), { nil: undefined }), bulk: pages, table: pages, last: pages }), {
    minLength: 1,
    maxLength: 7
  })
  .map((all) =>
    all.map(({ parent, bulk, table, last }, i) => ({
      image: `${i}`,
      ...(parent === undefined || i === 0 ? {} : { parent: `${parent % i}` }),
      sections: { bulk, table, last }
    }))
  )

describe('an image chain', () => {
  it('later content wins: a page is as the last piece of the plan has it', () => {
    fc.assert(
      fc.property(layers, fc.nat({ max: 6 }), fc.nat({ max: PAGES - 1 }), (all, n, page) => {
        const { image } = all[n % all.length]
        // A memory onto which the plan is loaded, as simple as can be.
        const memory = new Map<number, string>()
        for (const piece of restorePlan(all, image)!)
          pageSet.forEach(all.find((one) => one.image === piece.image)!.sections[piece.section], (one) =>
            memory.set(one, `${piece.image} ${piece.section}`)
          )
        const found = contentAt(all, image, page)
        expect(found && `${found.image} ${found.section}`).toBe(memory.get(page))
      })
    )
  })

  it('has no plan where an ancestor is missing, or where there is a ring', () => {
    expect(ancestry([{ image: 'b', parent: 'a' }], 'b')).toBeUndefined()
    expect(restorePlan([{ image: 'b', parent: 'a' }], 'b')).toBeUndefined()
    const ring = [
      { image: 'a', parent: 'b' },
      { image: 'b', parent: 'a' }
    ]
    expect(ancestry(ring, 'a')).toBeUndefined()
    expect(contentAt([], 'a', 0)).toBeUndefined()
  })
})

describe('retention', () => {
  it('what is kept is whole, and nothing needless is; children go before their parents', () => {
    fc.assert(
      fc.property(layers, fc.integer({ min: 1, max: 4 }), (all, keep) => {
        const gone = droppable(all, keep)
        const left = all.filter(({ image }) => !gone.includes(image))
        const newest = all.slice(-keep)
        for (const { image } of newest) expect(ancestry(left, image)).toBeDefined()
        const needed = new Set(newest.flatMap(({ image }) => ancestry(all, image)!))
        for (const { image } of left) expect(needed.has(image)).toBe(true)
        gone.forEach((image, i) => {
          const { parent } = all.find((one) => one.image === image)!
          if (parent !== undefined && gone.includes(parent)) expect(gone.indexOf(parent)).toBeGreaterThan(i)
        })
      })
    )
  })

  it('refuses to keep nothing', () => {
    expect(() => droppable([], 0)).toThrow(new RangeError('droppable: keep must be an integer from 1 on (got 0)'))
  })
})
