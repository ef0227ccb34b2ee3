import type { ClassesConfig } from '../../lib/codec/guestConfig'
import { type PageClasses, pageClasses } from '../../lib/memory/pageClasses'
import { difference, empty, full, type PageSet, range, union } from '../../lib/memory/pageSet'
import type { InputError } from './inputError'

/** The memory whose pages are to be classed; `untouched` are those that nothing ever writes or reads, where that is known. `path` opens the path of an error. */
export type Classed = { readonly pages: number; readonly pageBytes: number; readonly untouched: PageSet | undefined; readonly path: string }

const names = ['zero', 'free', 'cache', 'nonPageable'] as const

/**
 * The classes of a guest's pages when it starts, or why there are none; `undefined` where nothing is stated or known, and all is in use. The layout is that of
 * `ClassesConfig`: free, cache and the rest from the top of memory downwards.
 */
export const classesOf = (config: ClassesConfig, { pages, pageBytes, untouched, path }: Classed): PageClasses | InputError | undefined => {
  if (untouched === undefined && names.every((name) => config[name] === undefined)) return undefined
  if (pages < 1) return { path: `${path}.memory`, expected: 'a size, where what its pages are used for is stated', got: 'none' }
  for (const name of names)
    if ((config[name] ?? 0) % pageBytes !== 0)
      return { path: `${path}.${name}`, expected: `a multiple of the page size ${pageBytes} B`, got: `${config[name]} B` }
  const of = (name: (typeof names)[number]): number => (config[name] ?? 0) / pageBytes
  for (const name of ['free', 'zero'] as const) {
    const all = of(name) + of('cache') + of('nonPageable')
    if (all > pages)
      return {
        path: `${path}.${name}`,
        expected: `at most the guest's ${pages * pageBytes} B together with cache and nonPageable`,
        got: `${all * pageBytes} B`
      }
  }
  const cacheEnd = pages - of('free')
  const cacheStart = cacheEnd - of('cache')
  const cache = range(pages, cacheStart, cacheEnd)
  const nonPageable = range(pages, 0, of('nonPageable'))
  const unused = difference(untouched ?? empty(pages), union(cache, nonPageable))
  const free = config.free === undefined ? unused : range(pages, cacheEnd, pages)
  const above = Math.min(of('zero'), of('free'))
  const stated = union(range(pages, pages - above, pages), range(pages, cacheStart - (of('zero') - above), cacheStart))
  const zero = config.zero === undefined ? unused : stated
  return pageClasses({ size: pages, guestOs: difference(full(pages), free), zero, cache, nonPageable })
}
