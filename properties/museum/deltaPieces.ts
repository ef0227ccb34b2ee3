import type { PageContent } from '../../lib/memory/content'
import { deltaBytes, difference } from '../../lib/memory/delta'
import type { Packet, PageToSend } from '../../lib/world/engine'
import { xbzrle } from '../../lib/world/xbzrle'
import { codingOf, plain } from './codingKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { hybridOf, roundsOf } from './rounds'

/** The difference from what was sent last where that is known, allowed and shorter; the whole page otherwise. */
const shorter = (page: PageToSend, known: PageContent | undefined): Packet => {
  if (page.isZero || known === undefined || !page.mayDelta) return plain(page)
  const content = difference(known, page.content)
  const bytes = page.sizes.header + deltaBytes(content)
  return bytes < page.sizes.whole ? { page: page.page, form: 'delta', content, bytes } : plain(page)
}

const zerosNotCached = codingOf<{ cache: (PageContent | undefined)[] }>({
  name: 'deltas, zero pages not cached',
  empty: () => ({ cache: [] }),
  encode: ({ cache }, page) => {
    if (page.isZero) return plain(page)
    const known = cache[page.page]
    cache[page.page] = page.content
    return shorter(page, known)
  }
})

/** A cache entry is safe from others for so many sends. */
const GENERATIONS = 2
const SLOTS = 2

type Slot = { page: number; content: PageContent; used: number }

/** A delta cache in which a page that was used lately keeps its slot; `refused` is what is sent of a page that finds its slot so. */
const ageing = (name: string, refused: (page: PageToSend, slot: Slot) => PageToSend) =>
  codingOf<{ generation: number; slots: (Slot | undefined)[] }>({
    name,
    empty: () => ({ generation: 0, slots: [] }),
    encode: (state, page) => {
      const at = page.page % SLOTS
      const slot = state.slots[at]
      if (slot !== undefined && slot.page !== page.page && state.generation - slot.used < GENERATIONS) return plain(refused(page, slot))
      state.slots[at] = { page: page.page, content: page.content, used: state.generation }
      return shorter(page, slot?.page === page.page ? slot.content : undefined)
    },
    ended: (state) => {
      state.generation++
      return undefined
    }
  })

const rounds = roundsOf({ rounds: 3, encoding: 'delta' })

/** The pieces about deltas (XBZRLE): what sender and target must agree on is what a difference is taken from. */
export const deltaPieces: readonly Piece[] = [
  {
    id: 'B1',
    name: 'a zero page is not cached',
    reference: { project: 'QEMU', date: '2014-02', of: ['6d3cb1f970ee85361618f7ff02869180394e012d'] },
    story:
      'A page of zeros is sent as a mark, and the sender’s cache keeps what it was before; the next difference is taken from that, and applied to zeros.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ clears: true }),
    wrong: {
      rule: 'Zero pages leave ahead of the cache, which does not hear of them.',
      pipeline: rounds,
      engine: () => ({ coding: zerosNotCached })
    },
    right: {
      rule: 'Whatever is sent of a page is what the cache has of it, zeros too (xbzrle).',
      pipeline: rounds,
      engine: () => ({ coding: xbzrle() })
    }
  },
  {
    id: 'B2',
    name: 'the cached copy is sent where it is another’s',
    reference: { project: 'QEMU', date: '2014-05', of: ['1534ee93cc6be992c05577886b24bd44c37ecff6'] },
    story:
      'A page that finds no room in the sender’s cache is sent from the cache all the same, as if it were there: what leaves is old, and another page’s.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds(),
    wrong: {
      rule: 'What leaves is what the page’s slot of the cache holds, whether the page got in or not.',
      pipeline: rounds,
      engine: () => ({ coding: ageing('deltas, sent from the cache', (page, { content }) => ({ ...page, content })) })
    },
    right: {
      rule: 'A page that does not get into the cache is sent as it is in memory.',
      pipeline: rounds,
      engine: () => ({ coding: ageing('deltas with a cache that ages', (page) => page) })
    }
  },
  {
    id: 'B9',
    name: 'deltas after the switch to post-copy',
    reference: { project: 'QEMU', date: '2016-10', of: ['2ebeaec012b4e5695612774c44f14c61ab46c72c'] },
    story:
      'Differences are sent for pages that the target has dropped at the switch to post-copy. (QEMU’s stream was rejected there; here the page is garbage.)',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds(),
    wrong: { rule: 'The pull is encoded as the push was.', pipeline: hybridOf({ rounds: 2, encoding: 'delta', pull: 'delta' }) },
    right: { rule: 'From the switch on pages are sent whole.', pipeline: hybridOf({ rounds: 2, encoding: 'delta' }) }
  }
]
