import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { difference, fromPages, has } from '../../lib/memory/pageSet'
import type { Pushed } from '../../lib/migration/round'
import type { SkipRule } from '../../lib/migration/skipRule'
import { both, frequentlyDirtied, none, peek } from '../../lib/migration/skipRule'
import { pushed, pushes } from './pushed'

const pages = (...of: readonly number[]) => fromPages(1000, of)

const frequent = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.nat({ max: 3 })).map(([atLeast, more]) => ({ atLeast, of: atLeast + more }))

const rules: fc.Arbitrary<SkipRule> = fc.oneof(fc.constantFrom(none, peek), frequent.map(frequentlyDirtied))

const said = (rule: SkipRule, p: Pushed) => ({ hold: [...rule(p).hold], peek: rule(p).peek })

describe('frequentlyDirtied', () => {
  it('holds back what was dirtied in k of the last n rounds and is owed', () => {
    const p = pushed({ owed: pages(1, 2, 3, 4), recent: [pages(1, 2, 9), pages(2, 3, 9), pages(2, 4, 1), pages(3)] })
    expect([...frequentlyDirtied({ atLeast: 2, of: 3 })(p).hold]).toEqual([1, 2])
    expect([...frequentlyDirtied({ atLeast: 3, of: 3 })(p).hold]).toEqual([2])
    expect([...frequentlyDirtied({ atLeast: 2, of: 4 })(p).hold]).toEqual([1, 2, 3])
    expect([...frequentlyDirtied({ atLeast: 1, of: 1 })(p).hold]).toEqual([1, 2])
  })

  it('holds back nothing before k rounds have been made', () => {
    expect(frequentlyDirtied({ atLeast: 2, of: 3 })(pushed({ owed: pages(1), recent: [pages(1)] })).hold.count).toBe(0)
  })

  it('holds exactly the owed pages counted k times: the count of a model', () => {
    fc.assert(
      fc.property(pushes, frequent, (p, { atLeast, of }) => {
        const expected = [...p.owed].filter((page) => p.recent.slice(0, of).filter((set) => has(set, page)).length >= atLeast)
        expect([...frequentlyDirtied({ atLeast, of })(p).hold]).toEqual(expected)
      })
    )
  })

  it('refuses counts that mean nothing', () => {
    expect(() => frequentlyDirtied({ atLeast: 0, of: 3 })).toThrow('frequentlyDirtied: atLeast must be an integer above 0 (got 0)')
    expect(() => frequentlyDirtied({ atLeast: 4, of: 3 })).toThrow('frequentlyDirtied: of must be an integer of at least 4 (got 3)')
  })
})

describe('skip rules', () => {
  it('hold only what is owed', () => {
    fc.assert(
      fc.property(pushes, rules, rules, (p, a, b) => {
        expect(difference(both(a, b)(p).hold, p.owed).count).toBe(0)
      })
    )
  })

  it('both is associative and commutative, and none is its identity', () => {
    fc.assert(
      fc.property(pushes, rules, rules, rules, (p, a, b, c) => {
        expect(said(both(both(a, b), c), p)).toEqual(said(both(a, both(b, c)), p))
        expect(said(both(a, b), p)).toEqual(said(both(b, a), p))
        expect(said(both(none, a), p)).toEqual(said(a, p))
      })
    )
  })

  it('only peek looks at the round under way', () => {
    expect(peek(pushed()).peek).toBe(true)
    expect(none(pushed()).peek).toBe(false)
    expect(both(frequentlyDirtied({ atLeast: 1, of: 1 }), peek)(pushed()).peek).toBe(true)
  })
})
