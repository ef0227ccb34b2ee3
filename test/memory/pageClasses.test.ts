import fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import {
  allocate,
  deflate,
  dropCache,
  fillCache,
  free,
  inflate,
  level,
  type PageClasses,
  pageClasses,
  sameClasses,
  written
} from '../../lib/memory/pageClasses'
import {
  complement,
  difference,
  empty,
  equals,
  fromPages,
  full,
  intersection,
  isEmpty,
  type PageSet,
  range,
  toArray,
  union
} from '../../lib/memory/pageSet'

const size = 24
const sets = fc.array(fc.integer({ min: 0, max: size - 1 }), { maxLength: size }).map((list) => fromPages(size, list))
const within = (a: PageSet, b: PageSet): boolean => isEmpty(difference(a, b))

type Transition = (classes: PageClasses) => PageClasses
const transitions: fc.Arbitrary<Transition> = fc.oneof(
  sets.map(allocate),
  sets.map(fillCache),
  sets.map(free),
  sets.map(inflate),
  sets.map(deflate),
  fc.nat({ max: 10 }).map(dropCache),
  sets.map(written)
)
const start = pageClasses({
  size,
  hypervisor: range(size, 0, 20),
  guestOs: range(size, 0, 14),
  application: range(size, 2, 8),
  zero: range(size, 12, 18),
  cache: range(size, 8, 11),
  nonPageable: range(size, 0, 3)
})
const reached = fc.array(transitions, { maxLength: 12 }).map((steps) => steps.reduce((classes, step) => step(classes), start))

const nests = (c: PageClasses): boolean =>
  within(c.application, c.guestOs) &&
  within(c.guestOs, c.hypervisor) &&
  within(c.zero, c.hypervisor) &&
  within(c.cache, c.guestOs) &&
  within(c.nonPageable, c.guestOs) &&
  isEmpty(intersection(c.cache, union(c.application, c.nonPageable))) &&
  equals(c.free, difference(c.hypervisor, c.guestOs))

describe('pageClasses', () => {
  it('nesting holds after any sequence of transitions', () => {
    fc.assert(fc.property(reached, nests), { numRuns: 500 })
  })

  it('what the transitions give is what the constructor accepts', () => {
    fc.assert(fc.property(reached, (classes) => sameClasses(pageClasses(classes), classes)))
  })

  it('inflate then deflate gives the same allocation back', () => {
    fc.assert(
      fc.property(reached, sets, (classes, pages) => {
        const taken = difference(pages, complement(classes.hypervisor))
        const back = pipe(classes, inflate(taken), deflate(taken))
        return (['hypervisor', 'guestOs', 'application'] as const).every((of) => equals(level(back, of), level(classes, of)))
      })
    )
  })

  it('written(p) makes p used and not zero, and written(p) . written(p) = written(p)', () => {
    fc.assert(
      fc.property(reached, sets, (classes, pages) => {
        const once = written(pages)(classes)
        expect(within(pages, once.application) && isEmpty(intersection(pages, union(once.zero, once.cache)))).toBe(true)
        expect(written(pages)(once)).toBe(once)
      })
    )
  })

  it('inflate takes free pages only and dropCache frees cache pages only', () => {
    fc.assert(
      fc.property(reached, sets, fc.nat({ max: 10 }), (classes, pages, n) => {
        expect(equals(difference(classes.hypervisor, inflate(pages)(classes).hypervisor), intersection(pages, classes.free))).toBe(true)
        const dropped = dropCache(n)(classes)
        expect(classes.cache.count - dropped.cache.count).toBe(Math.min(n, classes.cache.count))
        expect(equals(difference(dropped.free, classes.free), difference(classes.cache, dropped.cache))).toBe(true)
        expect(equals(dropped.application, classes.application)).toBe(true)
      })
    )
  })

  it('each transition moves the pages it names', () => {
    const of = (pages: readonly number[]): PageSet => fromPages(size, pages)
    expect(toArray(start.free)).toEqual([14, 15, 16, 17, 18, 19])
    expect(toArray(difference(allocate(of([3, 15, 21]))(start).guestOs, start.guestOs))).toEqual([15])
    const filled = fillCache(of([3, 15, 21]))(start)
    expect([toArray(filled.cache), toArray(filled.zero)]).toEqual([
      [8, 9, 10, 15],
      [12, 13, 14, 16, 17]
    ])
    const freed = free(of([0, 8, 13]))(start)
    expect([toArray(freed.nonPageable), toArray(freed.cache), toArray(freed.zero)]).toEqual([
      [1, 2],
      [9, 10],
      [12, 13, 14, 15, 16, 17]
    ])
    expect(toArray(inflate(of([3, 15, 21]))(start).zero)).toEqual([12, 13, 14, 16, 17])
    expect(toArray(deflate(of([21]))(start).free)).toEqual([14, 15, 16, 17, 18, 19, 21])
    expect(toArray(written(of([9, 21]))(start).application)).toEqual([2, 3, 4, 5, 6, 7, 9, 21])
  })

  it('without sets everything is allocated and used', () => {
    const classes = pageClasses({ size: 5 })
    expect([classes.hypervisor, classes.application, classes.free, classes.zero].map((set) => set.count)).toEqual([5, 5, 0, 0])
    expect(toArray(pageClasses({ size: 5, cache: fromPages(5, [2]) }).application)).toEqual([0, 1, 3, 4])
  })

  it('a broken rule is named with the first page that breaks it', () => {
    const message = (options: Parameters<typeof pageClasses>[0]): string => {
      try {
        pageClasses(options)
        return 'accepted'
      } catch (error) {
        return String(error)
      }
    }
    const [none, all, two] = [empty(4), full(4), fromPages(4, [2, 3])]
    expect(message({ size: 4, hypervisor: two, guestOs: all })).toBe(
      'RangeError: pageClasses: guestOs must be within hypervisor (got page 0 outside)'
    )
    expect(message({ size: 4, guestOs: two, application: all })).toBe(
      'RangeError: pageClasses: application must be within guestOs (got page 0 outside)'
    )
    expect(message({ size: 4, hypervisor: two, zero: all })).toBe(
      'RangeError: pageClasses: zero must be within hypervisor (got page 0 outside)'
    )
    expect(message({ size: 4, guestOs: none, cache: two })).toBe(
      'RangeError: pageClasses: cache must be within guestOs (got page 2 outside)'
    )
    expect(message({ size: 4, guestOs: none, nonPageable: two })).toBe(
      'RangeError: pageClasses: nonPageable must be within guestOs (got page 2 outside)'
    )
    expect(message({ size: 4, application: all, cache: two })).toBe(
      'RangeError: pageClasses: cache must have no page of application (got page 2 in both)'
    )
    expect(message({ size: 4, cache: two, nonPageable: two })).toBe(
      'RangeError: pageClasses: cache must have no page of nonPageable (got page 2 in both)'
    )
    expect(message({ size: 4, zero: full(5) })).toBe('RangeError: pageClasses: zero must have size 4 (got 5)')
  })
})
