import type { PageContent } from '../memory/content'
import { deltaBytes, difference, patched } from '../memory/delta'
import type { Coder, Coding, Packet, PageToSend } from './engine'

/** `cachePages`: how many pages the sender remembers as it sent them last (default 16,384: QEMU's 64 MiB of 4 KiB pages, `xbzrle-cache-size`). */
export type XbzrleOptions = { readonly cachePages?: number }

/**
 * XBZRLE: a page that the sender remembers is sent as its difference from what was sent of it last, where the pipeline allows it and where that is shorter; each page
 * that is sent, a zero page too, is remembered as it was sent. The cache is direct-mapped and a newcomer replaces who was there (QEMU keeps a page for two rounds). Sender
 * and target agree because what leaves on a lane arrives in order: a target that has dropped or changed a page must be sent it whole, and over several channels a
 * barrier must stand between two sends of a page. With a broken connection the cache is forgotten, for nobody knows what has arrived. A page that is sent again
 * unchanged is sent as an empty difference (QEMU leaves it out).
 */
export const xbzrle = ({ cachePages = 16_384 }: XbzrleOptions = {}): Coding => {
  if (!Number.isSafeInteger(cachePages) || cachePages < 1)
    throw new RangeError(`xbzrle: cachePages must be an integer of at least 1 (got ${cachePages})`)
  return { name: `xbzrle of ${cachePages} pages`, open: () => coder(cachePages, new Map()) }
}

/** Before a difference, besides the page's header: a byte that names the encoding and two of its length (`save_xbzrle_page`, QEMU, migration/ram.c). */
const FRAME = 3

type Cached = { readonly page: number; readonly content: PageContent }

const coder = (slots: number, cache: Map<number, Cached>): Coder => ({
  encode: ({ page, content, isZero, mayDelta, sizes }: PageToSend): Packet => {
    const known = cache.get(page % slots)
    const hit = known !== undefined && known.page === page
    if (hit || mayDelta) cache.set(page % slots, { page, content })
    if (isZero) return { page, form: 'zero', content, bytes: sizes.zero }
    if (hit && mayDelta) {
      const delta = difference(known.content, content)
      const bytes = sizes.header + FRAME + deltaBytes(delta)
      if (bytes < sizes.whole) return { page, form: 'delta', content: delta, bytes }
    }
    return { page, form: 'whole', content, bytes: sizes.whole }
  },
  decode: ({ page, form, content }, present) => [{ page, content: form === 'delta' ? patched(present(page), content) : content }],
  forgotten: () => cache.clear(),
  copy: () => coder(slots, new Map(cache)),
  key: () =>
    [...cache.values()]
      .sort((a, b) => a.page - b.page)
      .map(({ page, content }) => `${page}=${typeof content === 'number' ? content : content.join('.')}`)
      .join()
})
