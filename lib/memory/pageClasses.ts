import { difference, empty, equals, full, intersection, isEmpty, next, type PageSet, take, union } from './pageSet'

/** Who counts a page as in use: the hypervisor gave it to the guest, the guest OS handed it out, an application keeps data in it. */
export type Level = 'hypervisor' | 'guestOs' | 'application'

/**
 * What the pages of a guest are used for, as sets over one size: `application` within `guestOs` within `hypervisor`, and across them zero, page-cache and
 * non-pageable pages. A value: transitions give another one.
 */
export interface PageClasses {
  readonly size: number
  /** Pages the hypervisor has allocated to the guest; the others are in the balloon. */
  readonly hypervisor: PageSet
  /** Pages the guest's operating system has allocated. */
  readonly guestOs: PageSet
  /** Pages an application, or the kernel for its own data, has written since they were allocated. */
  readonly application: PageSet
  /** Pages known to contain nothing but zeros. */
  readonly zero: PageSet
  /** `hypervisor` without `guestOs`: their content matters to nobody. */
  readonly free: PageSet
  /** Clean page-cache pages: the guest OS may drop them, because a disk has their content. */
  readonly cache: PageSet
  /** Pages the guest OS cannot take away from their owner: they move within the downtime of a post-copy that pages (Hines and Gopalan, VEE 2009). */
  readonly nonPageable: PageSet
}

/** The sets a `PageClasses` is made of; by default everything is allocated and used, and nothing is zero, cached or non-pageable. */
export interface PageClassesOptions {
  readonly size: number
  readonly hypervisor?: PageSet
  /** `hypervisor` by default. */
  readonly guestOs?: PageSet
  /** `guestOs` without `cache` by default. */
  readonly application?: PageSet
  readonly zero?: PageSet
  readonly cache?: PageSet
  readonly nonPageable?: PageSet
}

/**
 * Page classes whose nesting holds: application and cache and nonPageable within guestOs, guestOs and zero within hypervisor, no cache page in application or
 * nonPageable. Throws `RangeError` naming the rule that is broken and the first page that breaks it, or a set of another size.
 */
export function pageClasses(options: PageClassesOptions): PageClasses {
  const { size, hypervisor = full(size), zero = empty(size), cache = empty(size), nonPageable = empty(size) } = options
  const { guestOs = hypervisor } = options
  checkSize('hypervisor', hypervisor, size)
  checkSize('guestOs', guestOs, size)
  checkSize('zero', zero, size)
  checkSize('cache', cache, size)
  checkSize('nonPageable', nonPageable, size)
  const { application = difference(guestOs, cache) } = options
  checkSize('application', application, size)
  checkWithin('guestOs', 'hypervisor', guestOs, hypervisor)
  checkWithin('application', 'guestOs', application, guestOs)
  checkWithin('zero', 'hypervisor', zero, hypervisor)
  checkWithin('cache', 'guestOs', cache, guestOs)
  checkWithin('nonPageable', 'guestOs', nonPageable, guestOs)
  checkApart('cache', 'application', cache, application)
  checkApart('cache', 'nonPageable', cache, nonPageable)
  return classesOf({ size, hypervisor, guestOs, application, zero, cache, nonPageable })
}

/** The pages in use as this level counts them: what a technique sends that sends this level. */
export function level(classes: PageClasses, of: Level): PageSet {
  return classes[of]
}

/** True when both have the same sets. */
export function sameClasses(a: PageClasses, b: PageClasses): boolean {
  return a.size === b.size && setNames.every((name) => equals(a[name], b[name]))
}

/** The guest OS allocates those of the pages that are free. */
export const allocate =
  (pages: PageSet) =>
  (classes: PageClasses): PageClasses =>
    changed(classes, { guestOs: union(classes.guestOs, intersection(pages, classes.free)) })

/** The guest OS reads files into those of the pages that are free: they become page cache and are no longer zero. */
export const fillCache =
  (pages: PageSet) =>
  (classes: PageClasses): PageClasses => {
    const filled = intersection(pages, classes.free)
    return changed(classes, {
      guestOs: union(classes.guestOs, filled),
      cache: union(classes.cache, filled),
      zero: difference(classes.zero, filled)
    })
  }

/** The guest OS takes those of the pages back that it had handed out; what was known to be zero still is. */
export const free =
  (pages: PageSet) =>
  (classes: PageClasses): PageClasses =>
    changed(classes, {
      guestOs: difference(classes.guestOs, pages),
      application: difference(classes.application, pages),
      cache: difference(classes.cache, pages),
      nonPageable: difference(classes.nonPageable, pages)
    })

/** The balloon gives those of the pages that are free to the hypervisor. */
export const inflate =
  (pages: PageSet) =>
  (classes: PageClasses): PageClasses => {
    const given = intersection(pages, classes.free)
    return changed(classes, { hypervisor: difference(classes.hypervisor, given), zero: difference(classes.zero, given) })
  }

/**
 * The balloon gets those of the pages back that it holds; they are free, and not known to be zero.
 *
 * Law: `deflate(p)(inflate(p)(c))` has the levels of `c` when `p` was not in the balloon before.
 */
export const deflate =
  (pages: PageSet) =>
  (classes: PageClasses): PageClasses =>
    changed(classes, { hypervisor: union(classes.hypervisor, pages) })

/** The guest OS drops the first `n` page-cache pages: they are free. */
export const dropCache =
  (n: number) =>
  (classes: PageClasses): PageClasses =>
    n === 0 ? classes : free(take(classes.cache, n))(classes)

/**
 * The guest writes to the pages: each is allocated, from the balloon if need be, used and not zero; a page of the cache is no longer clean and leaves it.
 * The same value when nothing changes, so that a world may call it with every dirty log.
 */
export const written =
  (pages: PageSet) =>
  (classes: PageClasses): PageClasses =>
    changed(classes, {
      hypervisor: union(classes.hypervisor, pages),
      guestOs: union(classes.guestOs, pages),
      application: union(classes.application, pages),
      zero: difference(classes.zero, pages),
      cache: difference(classes.cache, pages)
    })

const setNames = ['hypervisor', 'guestOs', 'application', 'zero', 'cache', 'nonPageable'] as const

type Sets = { readonly [name in (typeof setNames)[number]]: PageSet } & { readonly size: number }

/** The classes made of these sets; `free` follows from them. */
function classesOf({ size, hypervisor, guestOs, application, zero, cache, nonPageable }: Sets): PageClasses {
  return Object.freeze({ size, hypervisor, guestOs, application, zero, free: difference(hypervisor, guestOs), cache, nonPageable })
}

/** The classes with some sets replaced; the same value when each is the one it was. */
function changed(classes: PageClasses, sets: Partial<Sets>): PageClasses {
  const { hypervisor = classes.hypervisor, guestOs = classes.guestOs, application = classes.application } = sets
  const { zero = classes.zero, cache = classes.cache, nonPageable = classes.nonPageable } = sets
  const isSame =
    hypervisor === classes.hypervisor &&
    guestOs === classes.guestOs &&
    application === classes.application &&
    zero === classes.zero &&
    cache === classes.cache &&
    nonPageable === classes.nonPageable
  return isSame ? classes : classesOf({ size: classes.size, hypervisor, guestOs, application, zero, cache, nonPageable })
}

function checkSize(name: string, set: PageSet, size: number): void {
  if (set.size !== size) throw new RangeError(`pageClasses: ${name} must have size ${size} (got ${set.size})`)
}

function checkWithin(name: string, outerName: string, inner: PageSet, outer: PageSet): void {
  const outside = difference(inner, outer)
  if (!isEmpty(outside)) throw new RangeError(`pageClasses: ${name} must be within ${outerName} (got page ${next(outside, 0)} outside)`)
}

function checkApart(name: string, otherName: string, a: PageSet, b: PageSet): void {
  const both = intersection(a, b)
  if (!isEmpty(both)) throw new RangeError(`pageClasses: ${name} must have no page of ${otherName} (got page ${next(both, 0)} in both)`)
}
