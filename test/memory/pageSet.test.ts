import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ownSequence } from '../../lib/memory/pageSequence'
import {
  add,
  addAll,
  booleanAlgebra,
  complement,
  copyInto,
  difference,
  empty,
  eq,
  equals,
  forEach,
  fromBitmap,
  fromPages,
  fromRuns,
  full,
  has,
  intersection,
  isEmpty,
  isPageSet,
  next,
  nextAbsent,
  type PageSet,
  pages,
  previous,
  range,
  remove,
  removeAll,
  runs,
  show,
  symmetricDifference,
  take,
  toArray,
  toRuns,
  union
} from '../../lib/memory/pageSet'

/** A universe of up to three chunks, the last one rarely whole. */
const sizes = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 32_700, max: 32_850 }), fc.integer({ min: 65_500, max: 65_600 }))

/** Sets of every density: single pages, runs, complements of them. */
const setOver = (size: number): fc.Arbitrary<PageSet> => {
  const page = fc.integer({ min: 0, max: size - 1 })
  const few = fc.array(page, { maxLength: 20 }).map((list) => fromPages(size, list))
  const runsOf = fc.array(page, { maxLength: 6 }).map((ends) => {
    const sorted = [...new Set([...ends, size])].sort((a, b) => a - b)
    let set = empty(size)
    for (let i = 0; i + 1 < sorted.length; i += 2) set = union(set, range(size, sorted[i], sorted[i + 1]))
    return set
  })
  return fc
    .tuple(few, runsOf, fc.boolean(), fc.boolean())
    .map(([a, b, inverted, joined]) => (inverted ? complement : (x: PageSet) => x)(joined ? symmetricDifference(a, b) : a))
}

const oneSet = sizes.chain((size) => setOver(size))
const twoSets = sizes.chain((size) => fc.tuple(setOver(size), setOver(size)))
const threeSets = sizes.chain((size) => fc.tuple(setOver(size), setOver(size), setOver(size)))
const setAndPage = sizes.chain((size) => fc.tuple(setOver(size), fc.integer({ min: 0, max: size - 1 })))
const modelOf = (set: PageSet): ReadonlySet<number> => new Set(toArray(set))
const sorted = (list: Iterable<number>): readonly number[] => [...list].sort((a, b) => a - b)

describe('PageSet as a Boolean algebra', () => {
  const law = (name: string, holds: (a: PageSet, b: PageSet, c: PageSet) => boolean) =>
    it(name, () =>
      fc.assert(
        fc.property(threeSets, ([a, b, c]) => holds(a, b, c)),
        { numRuns: 100 }
      )
    )
  const B = booleanAlgebra
  law('join(a, join(b, c)) = join(join(a, b), c)', (a, b, c) => equals(union(a, union(b, c)), union(union(a, b), c)))
  law('meet(a, meet(b, c)) = meet(meet(a, b), c)', (a, b, c) =>
    equals(intersection(a, intersection(b, c)), intersection(intersection(a, b), c))
  )
  law(
    'join(a, b) = join(b, a) and meet(a, b) = meet(b, a)',
    (a, b) => equals(union(a, b), union(b, a)) && equals(intersection(a, b), intersection(b, a))
  )
  law(
    'join(a, meet(a, b)) = a = meet(a, join(a, b))',
    (a, b) => equals(union(a, intersection(a, b)), a) && equals(intersection(a, union(a, b)), a)
  )
  law('meet(a, join(b, c)) = join(meet(a, b), meet(a, c))', (a, b, c) =>
    equals(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)))
  )
  law('join(a, meet(b, c)) = meet(join(a, b), join(a, c))', (a, b, c) =>
    equals(union(a, intersection(b, c)), intersection(union(a, b), union(a, c)))
  )
  law(
    'join(a, zero) = a = meet(a, one)',
    (a) => equals(B(a.size).join(a, B(a.size).zero), a) && equals(B(a.size).meet(a, B(a.size).one), a)
  )
  law(
    'join(a, not(a)) = one and meet(a, not(a)) = zero',
    (a) => equals(union(a, complement(a)), full(a.size)) && equals(intersection(a, complement(a)), empty(a.size))
  )
  law(
    'implies(a, b) = join(not(a), b) and implies(a, a) = one',
    (a, b) => equals(B(a.size).implies(a, b), union(complement(a), b)) && equals(B(a.size).implies(a, a), full(a.size))
  )
  law('not(not(a)) = a', (a) => equals(complement(complement(a)), a))
  law('difference(a, b) = meet(a, not(b))', (a, b) => equals(difference(a, b), intersection(a, complement(b))))
  law('symmetricDifference(a, b) = difference(join(a, b), meet(a, b))', (a, b) =>
    equals(symmetricDifference(a, b), difference(union(a, b), intersection(a, b)))
  )
  law('eq is sameness of members', (a, b) => eq.equals(a, b) === (String(toArray(a)) === String(toArray(b))))
})

describe('PageSet against a model on Set<number>', () => {
  it('union, intersection, difference and symmetricDifference agree with the model, count included', () => {
    fc.assert(
      fc.property(twoSets, ([a, b]) => {
        const [x, y] = [modelOf(a), modelOf(b)]
        const both = [...x, ...[...y].filter((p) => !x.has(p))]
        for (const [set, model] of [
          [union(a, b), both],
          [intersection(a, b), both.filter((p) => x.has(p) && y.has(p))],
          [difference(a, b), both.filter((p) => x.has(p) && !y.has(p))],
          [symmetricDifference(a, b), both.filter((p) => x.has(p) !== y.has(p))]
        ] as const) {
          expect(toArray(set)).toEqual(sorted(model))
          expect(set.count).toBe(model.length)
        }
      }),
      { numRuns: 30 }
    )
  })

  it('add, remove and has agree with the model', () => {
    fc.assert(
      fc.property(setAndPage, ([set, page]) => {
        const model = modelOf(set)
        expect(has(set, page)).toBe(model.has(page))
        const [more, less] = [add(set, page), remove(set, page)]
        expect([has(more, page), has(less, page)]).toEqual([true, false])
        expect(toArray(more)).toEqual(sorted(new Set([...model, page])))
        expect(toArray(less)).toEqual(sorted([...model].filter((p) => p !== page)))
        expect([more.count, less.count]).toEqual([model.size + (model.has(page) ? 0 : 1), model.size - (model.has(page) ? 1 : 0)])
      }),
      { numRuns: 30 }
    )
  })

  it('next, previous and nextAbsent agree with the model', () => {
    fc.assert(
      fc.property(setAndPage, ([set, from]) => {
        const members = toArray(set)
        const absent = toArray(complement(set))
        expect(next(set, from)).toBe(members.find((p) => p >= from) ?? -1)
        expect(previous(set, from)).toBe(members.findLast((p) => p <= from) ?? -1)
        expect(nextAbsent(set, from)).toBe(absent.find((p) => p >= from) ?? set.size)
        expect([next(set, -5), previous(set, set.size + 5)]).toEqual([members[0] ?? -1, members.at(-1) ?? -1])
        expect([next(set, set.size), previous(set, -1)]).toEqual([-1, -1])
      })
    )
  })

  it('take gives the first n members at or after from', () => {
    fc.assert(
      fc.property(setAndPage, fc.integer({ min: -1, max: 40_000 }), ([set, from], n) => {
        const expected = toArray(set).filter((p) => p >= from)
        const taken = take(set, n, from)
        expect(toArray(taken)).toEqual(expected.slice(0, Math.max(0, n)))
        expect(taken.count).toBe(Math.min(Math.max(0, n), expected.length))
      })
    )
  })

  it('forEach, pages, toArray and runs visit the same members, ascending', () => {
    fc.assert(
      fc.property(oneSet, (set) => {
        const seen: number[] = []
        forEach(set, (page) => seen.push(page))
        expect(toArray(set)).toEqual(seen)
        expect([...pages(set)]).toEqual(seen)
        expect(seen).toEqual(sorted(seen))
        expect(seen.length).toBe(set.count)
        const unrolled: number[] = []
        for (const [from, to] of runs(set)) for (let page = from; page < to; page++) unrolled.push(page)
        expect(unrolled).toEqual(seen)
      }),
      { numRuns: 30 }
    )
  })

  it('addAll(a, s) = union(a, fromPages(size, s))', () => {
    fc.assert(
      fc.property(twoSets, ([a, b]) => equals(addAll(a, b), union(a, b)) && equals(addAll(a, toArray(b).reverse()), union(a, b))),
      { numRuns: 20 }
    )
  })

  it('removeAll(a, s) = difference(a, fromPages(size, s))', () => {
    fc.assert(
      fc.property(twoSets, ([a, b]) => {
        const gone = toArray(b)
        const expected = difference(a, b)
        expect(equals(removeAll(a, gone), expected)).toBe(true)
        const inOrder = removeAll(a, ownSequence(Int32Array.from(gone.reverse())))
        expect(equals(inOrder, expected)).toBe(true)
        expect(inOrder).toEqual(expected)
      }),
      { numRuns: 30 }
    )
  })
})

describe('PageSet as a value', () => {
  it('equal sets are structurally equal however they were made', () => {
    fc.assert(
      fc.property(twoSets, ([a, b]) => {
        expect(union(difference(a, b), intersection(a, b))).toEqual(a)
        expect(fromPages(a.size, toArray(a))).toEqual(a)
      }),
      { numRuns: 20 }
    )
  })

  it('a change copies the touched chunk and shares the others', () => {
    const chunksOf = (set: PageSet) => Object.getOwnPropertySymbols(set).map((key) => (set as never)[key])[0] as readonly unknown[]
    const before = range(200_000, 10, 150_000)
    const after = remove(before, 70_000)
    const shared = chunksOf(after).map((chunk, c) => chunk === chunksOf(before)[c])
    expect(shared).toEqual([true, true, false, true, true, true, true])
  })

  it('a value never changes after being published', () => {
    fc.assert(
      fc.property(setAndPage, fc.array(fc.nat(), { maxLength: 30 }), ([set, page], others) => {
        const before = toRuns(set)
        const gone = others.map((p) => p % set.size)
        let later = remove(add(set, page), page)
        later = removeAll(later, gone)
        later = union(complement(later), fromPages(set.size, gone))
        for (const p of gone) later = add(later, p)
        copyInto(later, new Int32Array(Math.ceil(set.size / 32)))
        expect(toRuns(set)).toEqual(before)
      }),
      { numRuns: 30 }
    )
  })

  it('every version in a tree of windows keeps its members, also after a window that throws', () => {
    const change = fc.record({
      of: fc.nat(),
      around: fc.nat(),
      length: fc.integer({ min: 0, max: 90 }),
      shape: fc.constantFrom('outward', 'ascending', 'repeated', 'outside'),
      as: fc.constantFrom('sequence', 'array'),
      adds: fc.boolean()
    })
    fc.assert(
      fc.property(
        sizes.chain((size) => setOver(size)),
        fc.array(change, { maxLength: 60 }),
        (first, changes) => {
          const size = first.size
          const versions = [{ set: first, model: modelOf(first) }]
          for (const { of, around, length, shape, as, adds } of changes) {
            const from = versions[of % 5 === 0 ? of % versions.length : versions.length - 1]
            // Near the border of the first two chunks where there is one, so that windows outward alternate between chunks, else between words.
            const middle = size > 32_768 ? 32_700 + (around % 130) : around % size
            const offset = (i: number): number => (shape === 'outward' ? (i % 2 === 0 ? -i : i + 1) >> 1 : shape === 'repeated' ? i % 7 : i)
            const inside = Array.from({ length }, (_, i) => middle + offset(i)).filter((p) => p >= 0 && p < size)
            const window = shape === 'outside' ? [...inside, size] : inside
            const change = adds ? addAll : removeAll
            const members = as === 'array' ? window : ownSequence(Int32Array.from(window))
            if (shape === 'outside') {
              expect(() => change(from.set, members)).toThrow(
                `${adds ? 'addAll' : 'removeAll'}: page must be an integer from 0 to ${size - 1} (got ${size})`
              )
              continue
            }
            const model = new Set(from.model)
            for (const p of inside) adds ? model.add(p) : model.delete(p)
            const set = change(from.set, members)
            expect([set.count, set === from.set]).toEqual([model.size, model.size === from.model.size])
            versions.push({ set, model })
          }
          for (const { set, model } of versions) expect(equals(set, fromPages(size, model))).toBe(true)
        }
      ),
      { numRuns: 25 }
    )
  }, 60_000)

  it('every version in a tree of single changes keeps its members, whichever is read first', () => {
    const change = fc.record({ of: fc.nat(), page: fc.nat(), adds: fc.boolean(), reads: fc.option(fc.nat()) })
    fc.assert(
      fc.property(
        sizes.chain((size) => setOver(size)),
        fc.array(change, { maxLength: 400 }),
        (first, changes) => {
          const size = first.size
          const versions = [{ set: first, model: modelOf(first) }]
          for (const { of, page, adds, reads } of changes) {
            // Mostly the newest version is changed, as a pull phase does; now and then an older one, as a state explorer does.
            const from = versions[of % 5 === 0 ? of % versions.length : versions.length - 1]
            const p = page % Math.min(size, 300)
            versions.push({
              set: adds ? add(from.set, p) : remove(from.set, p),
              model: adds ? new Set([...from.model, p]) : new Set([...from.model].filter((q) => q !== p))
            })
            if (reads !== null) {
              const read = versions[reads % versions.length]
              expect(has(read.set, p)).toBe(read.model.has(p))
            }
          }
          for (const { set, model } of versions) {
            expect(set.count).toBe(model.size)
            expect(equals(set, fromPages(size, model))).toBe(true)
          }
        }
      ),
      { numRuns: 25 }
    )
  }, 60_000)

  it('a set may be iterated while descendants of it are made', () => {
    const set = range(40_000, 30, 700)
    let left = set
    for (const page of set) left = remove(left, page)
    expect([isEmpty(left), set.count, toArray(set).length]).toEqual([true, 670, 670])
    let rest = set
    forEach(set, (page) => {
      rest = remove(rest, page)
    })
    expect([isEmpty(rest), toArray(set).length]).toEqual([true, 670])
    expect(isEmpty(removeAll(set, pages(set)))).toBe(true)
    expect(toArray(set).length).toBe(670)
  })

  it('gives the same value back when nothing changes', () => {
    const set = range(100_000, 5, 70_000)
    expect(add(set, 5)).toBe(set)
    expect(remove(set, 4)).toBe(set)
    expect(removeAll(set, [0, 1, 99_999])).toBe(set)
    expect(union(set, range(100_000, 6, 60_000))).toBe(set)
    expect(intersection(set, full(100_000))).toBe(set)
    expect(difference(set, empty(100_000))).toBe(set)
    expect(difference(set, range(100_000, 0, 5))).toBe(set)
    expect(intersection(range(100_000, 4, 70_001), set)).toBe(set)
    expect(take(set, 100_000)).toBe(set)
  })

  it('fromRuns(size, toRuns(a)) = a and copyInto is undone by fromBitmap', () => {
    fc.assert(
      fc.property(oneSet, (set) => {
        expect(fromRuns(set.size, toRuns(set))).toEqual(set)
        const words = new Int32Array(Math.ceil(set.size / 32)).fill(-1)
        copyInto(set, words)
        expect(fromBitmap(set.size, words)).toEqual(set)
      }),
      { numRuns: 30 }
    )
  })

  it('sets that differ are told apart by toEqual, which iterates them', () => {
    expect(fromPages(10, [1])).not.toEqual(fromPages(10, [2]))
    expect({ pages: [fromPages(10, [1])] }).not.toEqual({ pages: [fromPages(10, [2])] })
    expect(empty(10)).not.toEqual(empty(11))
  })

  it('JSON shows its size and count, never its words', () => {
    expect(JSON.stringify(range(100, 0, 3))).toBe('{"type":"PageSet","size":100,"count":3}')
    expect(Object.isFrozen(full(10))).toBe(true)
  })

  it('is shown as runs', () => {
    expect(show.show(fromPages(100, [7, 0, 1, 2, 3]))).toBe('PageSet(5 of 100: 0-3 7)')
    expect(show.show(empty(9))).toBe('PageSet(0 of 9)')
    expect(show.show(fromPages(100, [0, 2, 4, 6, 8, 10, 12, 14, 16]))).toBe('PageSet(9 of 100: 0 2 4 6 8 10 12 14 ...)')
  })

  it('knows itself', () => {
    expect([isPageSet(full(3)), isPageSet({ type: 'PageSet' }), isPageSet(null), isPageSet(3)]).toEqual([true, false, false, false])
    expect([isEmpty(empty(3)), isEmpty(full(3)), isEmpty(full(0))]).toEqual([true, false, true])
  })

  it('a universe without pages works', () => {
    const none = empty(0)
    expect(equals(none, full(0))).toBe(true)
    expect([next(none, 0), previous(none, 0), toArray(none), toRuns(complement(none))]).toEqual([-1, -1, [], []])
  })

  it('an array given to fromBitmap with few occupied chunks is copied out of', () => {
    const words = new Int32Array(294_912)
    words[5] = 6
    const set = fromBitmap(9_437_184, words)
    words[5] = 0
    expect(toArray(set)).toEqual([161, 162])
  })
})

describe('mistakes throw', () => {
  it('on different sizes', () => {
    for (const operation of [union, intersection, difference, symmetricDifference])
      expect(() => operation(full(3), full(4))).toThrow(new RangeError(`${operation.name}: both sets must have one size (got 3 and 4)`))
    expect(equals(full(3), full(4))).toBe(false)
  })

  it('on pages outside of the universe', () => {
    expect(() => add(empty(10), 10)).toThrow(new RangeError('add: page must be an integer from 0 to 9 (got 10)'))
    expect(() => remove(empty(10), -1)).toThrow(RangeError)
    expect(() => fromPages(10, [1.5])).toThrow(new RangeError('fromPages: page must be an integer from 0 to 9 (got 1.5)'))
    expect(() => removeAll(full(10), [Number.NaN])).toThrow(RangeError)
    expect([has(full(10), 10), has(full(10), -1)]).toEqual([false, false])
  })

  it('on sizes, runs and bitmaps that make no sense', () => {
    expect(() => empty(-1)).toThrow(new RangeError('empty: size must be an integer from 0 to 2^30 (got -1)'))
    expect(() => full(1.5)).toThrow(RangeError)
    expect(() => range(10, 3, 11)).toThrow(RangeError)
    for (const bad of [[1], [3, 3], [0, 11], [0, 2, 2, 4], [4, 5, 0, 1], [0.5, 1], [-1, 2]])
      expect(() => fromRuns(10, bad)).toThrow(RangeError)
    expect(() => fromBitmap(40, new Int32Array(1))).toThrow(new RangeError('fromBitmap: words must have length 2 (got 1)'))
    expect(() => fromBitmap(33, new Int32Array([0, 2]))).toThrow(RangeError)
    expect(() => copyInto(full(40), new Int32Array(1))).toThrow(RangeError)
  })
})
