import { power } from '../guest/power'
import type { PageContent } from '../memory/content'
import { deltaBytes, difference, patched } from '../memory/delta'
import type { Coder, Coding, Packet, PageToSend } from './engine'

/**
 * `cachePages`: how many pages the sender remembers as it sent them last (default 16,384: QEMU's 64 MiB of 4 KiB pages, `xbzrle-cache-size`). `lifetimeSyncs`: a page that was used
 * within so many dirty-log syncs keeps its place against a newcomer (default 0: none does; QEMU's is 2, CACHED_PAGE_LIFETIME, migration/page_cache.c). `writeBytes`: the
 * bytes that a write changes, where versions are all that is kept of a page (default: a word).
 */
export type XbzrleOptions = { readonly cachePages?: number; readonly lifetimeSyncs?: number; readonly writeBytes?: number }

/**
 * XBZRLE: a page that the sender remembers is sent as its difference from what was sent of it last, where the pipeline allows it and where that is shorter; each page
 * that is sent, a zero page too, is remembered as it was sent. The cache is direct-mapped and a newcomer replaces who was there, unless that one is still in its lifetime. Sender
 * and target agree because what leaves on a lane arrives in order: a target that has dropped or changed a page must be sent it whole, and over several channels a
 * barrier must stand between two sends of a page. With a broken connection the cache is forgotten, for nobody knows what has arrived. A page that is sent again
 * unchanged is sent as an empty difference (QEMU leaves it out).
 */
export const xbzrle = ({ cachePages = 16_384, lifetimeSyncs = 0, writeBytes }: XbzrleOptions = {}): Coding => {
  if (!Number.isSafeInteger(cachePages) || cachePages < 1)
    throw new RangeError(`xbzrle: cachePages must be an integer of at least 1 (got ${cachePages})`)
  if (!Number.isSafeInteger(lifetimeSyncs) || lifetimeSyncs < 0)
    throw new RangeError(`xbzrle: lifetimeSyncs must be an integer of at least 0 (got ${lifetimeSyncs})`)
  if (writeBytes !== undefined && !(Number.isSafeInteger(writeBytes) && writeBytes >= 1))
    throw new RangeError(`xbzrle: writeBytes must be an integer of at least 1 (got ${writeBytes})`)
  return {
    name: [
      `xbzrle of ${cachePages} pages`,
      ...(lifetimeSyncs === 0 ? [] : [`kept for ${lifetimeSyncs} syncs`]),
      ...(writeBytes === undefined ? [] : [`writes of ${writeBytes} bytes`])
    ].join(', '),
    open: ({ pageBytes }) => coder({ slots: cachePages, lifetimeSyncs, bytesOf: sizeOf(writeBytes, pageBytes) }, new Map(), 0)
  }
}

/** Before a difference, besides the page's header: a byte that names the encoding and two of its length (`save_xbzrle_page`, QEMU, migration/ram.c). */
const FRAME = 3

/**
 * The bytes of a difference. Where it counts writes of so many bytes, they fall on multiples of them, some on the same ones: of `places` in a page `places (1 - (1 - 1 / places)^n)`
 * are hit on average, each with two lengths and its bytes.
 */
const sizeOf = (writeBytes: number | undefined, pageBytes: number): ((delta: PageContent) => number) => {
  if (writeBytes === undefined) return deltaBytes
  const places = Math.max(1, Math.floor(pageBytes / writeBytes))
  const each = lengthBytes(pageBytes - writeBytes) + lengthBytes(writeBytes) + writeBytes
  return (delta) => {
    if (typeof delta !== 'number') return deltaBytes(delta)
    const n = Math.abs(delta)
    return Math.ceil((places === 1 ? Math.min(1, n) : places * (1 - power(1 - 1 / places, n))) * each)
  }
}

const lengthBytes = (length: number): number => (length < 2 ** 7 ? 1 : 2)

/** What was sent of a page last, and the number of the sync after which it was used last. */
type Cached = { readonly page: number; readonly content: PageContent; readonly age: number }

type Cache = { readonly slots: number; readonly lifetimeSyncs: number; readonly bytesOf: (delta: PageContent) => number }

const coder = (of: Cache, cache: Map<number, Cached>, before: number): Coder => {
  const { slots, lifetimeSyncs, bytesOf } = of
  let syncs = before
  return {
    encode: ({ page, content, isZero, mayDelta, sizes }: PageToSend): Packet => {
      const known = cache.get(page % slots)
      const hit = known !== undefined && known.page === page
      const isFree = known === undefined || known.age + lifetimeSyncs <= syncs
      if (hit || (mayDelta && isFree)) cache.set(page % slots, { page, content, age: syncs })
      if (isZero) return { page, form: 'zero', content, bytes: sizes.zero }
      if (hit && mayDelta) {
        const delta = difference(known.content, content)
        const bytes = sizes.header + FRAME + bytesOf(delta)
        if (bytes < sizes.whole) return { page, form: 'delta', content: delta, bytes }
      }
      return { page, form: 'whole', content, bytes: sizes.whole }
    },
    decode: ({ page, form, content }, present) => [{ page, content: form === 'delta' ? patched(present(page), content) : content }],
    synced: () => {
      syncs++
    },
    forgotten: () => cache.clear(),
    copy: () => coder(of, new Map(cache), syncs),
    key: () =>
      [...cache.values()]
        .sort((a, b) => a.page - b.page)
        .map(
          ({ page, content, age }) =>
            `${page}=${typeof content === 'number' ? content : content.join('.')}${kept(lifetimeSyncs, syncs - age)}`
        )
        .join()
  }
}

/** How much longer a page keeps its place: a part of the key where it matters. */
const kept = (lifetimeSyncs: number, age: number): string => (lifetimeSyncs === 0 ? '' : `+${Math.max(0, lifetimeSyncs - age)}`)
