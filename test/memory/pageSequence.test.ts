import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, isPageSequence, orderOf, ownSequence, sequence, toArray } from '../../lib/memory/pageSequence'

const distinct = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 30 - 1 }), { maxLength: 50 })

describe('PageSequence', () => {
  it('toArray(sequence(p)) = p, in order and without repetition', () => {
    fc.assert(
      fc.property(distinct, (list) => {
        const made = sequence(list)
        expect(toArray(made)).toEqual(list)
        expect(new Set(toArray(made)).size).toBe(made.length)
        expect(list.map((_, i) => at(made, i))).toEqual(list)
      })
    )
  })

  it('sequence copies and ownSequence does not', () => {
    const order = Int32Array.of(3, 1, 2)
    const [copy, own] = [sequence(order), ownSequence(order)]
    order[0] = 9
    expect([toArray(copy), toArray(own), orderOf(own) === order]).toEqual([[3, 1, 2], [9, 1, 2], true])
  })

  it('is frozen, knows itself, and JSON shows its length only', () => {
    const made = sequence([4, 2])
    expect([Object.isFrozen(made), isPageSequence(made), isPageSequence({ type: 'PageSequence' }), isPageSequence(null)]).toEqual([
      true,
      true,
      false,
      false
    ])
    expect(JSON.stringify(made)).toBe('{"type":"PageSequence","length":2}')
  })

  it('refuses what is not a page number and places outside', () => {
    expect(() => sequence([1, -1])).toThrow(new RangeError('sequence: a page must be an integer from 0 to 2^30 - 1 (got -1)'))
    for (const bad of [1.5, Number.NaN, 2 ** 30]) expect(() => sequence([bad])).toThrow(RangeError)
    expect(() => at(sequence([5]), 1)).toThrow(new RangeError('at: place must be an integer from 0 to 0 (got 1)'))
  })
})
