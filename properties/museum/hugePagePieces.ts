import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../../lib/memory/pageSet'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { andKeep, andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Backing, Mapping, Packet } from '../../lib/world/engine'
import { postcopy } from '../../pipelines/postcopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { codingOf } from './codingKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { hybridOf, lastCopy } from './rounds'

/** Small pages in a huge one. */
const HUGE = 4

/** The pages that share a huge page with one of these. */
const around = (pages: readonly number[], size: number): readonly number[] => {
  const frames = new Set(pages.map((page) => Math.floor(page / HUGE)))
  return Array.from({ length: size }, (_, page) => page).filter((page) => frames.has(Math.floor(page / HUGE)))
}

/** A backing without memory of its own: which pages are there when one has arrived, and which are gone when some are dropped. */
const backing = (
  name: string,
  rules: Pick<Mapping, 'arrived' | 'dropped'> | ((size: number) => Pick<Mapping, 'arrived' | 'dropped'>)
): Backing => ({
  name,
  wanted: (page) => [page],
  open: (size) => {
    const mapping: Mapping = { ...(typeof rules === 'function' ? rules(size) : rules), copy: () => mapping, key: () => '' }
    return mapping
  }
})

const small = backing('small pages', { arrived: (page) => [page], dropped: (pages) => pages })
const hugeAtOnce = backing('huge pages, present at once', (size) => ({
  arrived: (page) => around([page], size),
  dropped: (pages) => pages
}))
const hugeDropped = backing('huge pages', (size) => ({ arrived: (page) => [page], dropped: (pages) => around(pages, size) }))

/** All pages of the huge pages of which some are in the set. */
const widened = (pages: PageSet): PageSet => pageSet.fromPages(pages.size, [...around(pageSet.toArray(pages), pages.size)])

/** The pages of those huge pages that are in the set as a whole. */
const narrowed = (pages: PageSet): PageSet => pageSet.difference(pages, widened(pageSet.complement(pages)))

/** A pre-copy of one round that gives what the guest has given up (its balloon) back at the target; `given` of that is dropped there. */
const ballooned =
  (given: (pages: PageSet) => PageSet): Pipeline =>
  () =>
    pipe(
      prepare(),
      andThen('track', () => request({ type: 'track', on: true })),
      andThen('select', () => request({ type: 'select', level: 'hypervisor' })),
      andKeep('round', ({ pages }) => request({ type: 'send', pages, place: 'always', round: 1 })),
      andKeep('barrier', () => request({ type: 'flush' })),
      andThen('balloon', ({ pages }) => request({ type: 'discard', pages: given(pageSet.complement(pages)) })),
      andThen('sync', () => request({ type: 'sync' })),
      andThen('last copy', ({ dirty }) => lastCopy(dirty)),
      andThen('release', release),
      concluded
    )

/** A target that places a page of its host when all small ones of it have come; `zero`: whether it is then left as a page of zeros. */
const placedWhole = (name: string, zero: (forms: readonly Packet['form'][]) => boolean) =>
  codingOf<{ readonly size: number; waiting: Packet[] }>({
    name,
    empty: (size) => ({ size, waiting: [] }),
    decode: (state, packet) => {
      state.waiting.push(packet)
      if (packet.page % HUGE !== HUGE - 1 && packet.page !== state.size - 1) return []
      const all = state.waiting
      state.waiting = []
      const leaves = zero(all.map(({ form }) => form))
      return all.filter(({ form }) => form === 'zero' || !leaves).map(({ page, content }) => ({ page, content }))
    }
  })

/** The pieces about a target whose memory is of larger pages than those that are sent. */
export const hugePagePieces: readonly Piece[] = [
  {
    id: 'B8a',
    name: 'a huge page is there with its first small one',
    reference: { project: 'CRIU', date: '2017-09', of: ['9d45bb39875b7cd647a96be9f49d4aeda5550c02'] },
    story:
      'The target backs a range by a huge page when its first page arrives; the others seem to be there, all zeros, and no access to them is trapped.',
    invariant: 'arrivedBeforeRead',
    budget: 100,
    worlds: museumWorlds(),
    wrong: { rule: 'A page that arrives brings the huge page it lies in.', pipeline: postcopy(), engine: () => ({ backing: hugeAtOnce }) },
    right: {
      rule: 'A range whose pages are still missing is backed by small pages.',
      pipeline: postcopy(),
      engine: () => ({ backing: small })
    }
  },
  {
    id: 'B8b',
    name: 'a dropped page takes its neighbours along',
    reference: { project: 'QEMU', date: '2012-12', of: ['45e6cee42b98d10e2e14885ab656541a9ffd5187'] },
    story:
      'The target’s pages are larger than the source’s; to drop a stale one there is to drop the whole of it, with neighbours that nobody sends again.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ pages: [2, 3, 4, 5, 6, 7, 8] }),
    wrong: {
      rule: 'What is stale is dropped and sent again.',
      pipeline: hybridOf({ rounds: 1 }),
      engine: () => ({ backing: hugeDropped })
    },
    right: {
      rule: 'What is stale is dropped, and sent again with all that its huge page holds.',
      pipeline: hybridOf({ rounds: 1, stale: widened }),
      engine: () => ({ backing: hugeDropped })
    }
  },
  {
    id: 'B16a',
    name: 'a host’s page is judged zero by its last part',
    reference: { project: 'QEMU', of: ['a3b6ff6d0a7a964c5c7cd5f9a0d5e42752b6347a'] },
    story:
      'A host’s page comes in small ones; that it is zeros is said anew by each, so that the last one decides. (The commit tells no more than of a wrong check.)',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ pages: [2, 3, 4, 5, 6, 7, 8], classes: ['zero'] }),
    wrong: {
      rule: 'A host’s page is zero when the part that came last is.',
      pipeline: stopAndCopy(),
      engine: () => ({ coding: placedWhole('host pages, zero by the last part', (forms) => forms.at(-1) === 'zero') })
    },
    right: {
      rule: 'A host’s page is zero when all of its parts are.',
      pipeline: stopAndCopy(),
      engine: () => ({ coding: placedWhole('host pages', (forms) => forms.every((form) => form === 'zero')) })
    }
  },
  {
    id: 'B16b',
    name: 'a balloon takes live neighbours',
    reference: { project: 'QEMU', of: ['b27b3239140470b7d593e3b0b09687bcc6fbf274'] },
    story:
      'Pages that the guest has given up by its balloon are dropped one by one on a host whose pages are larger: what else lies in them is dropped too.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ pages: [2, 3, 4, 5, 6, 7, 8], classes: ['ballooned'] }),
    wrong: { rule: 'A page in the balloon is dropped.', pipeline: ballooned((pages) => pages), engine: () => ({ backing: hugeDropped }) },
    right: {
      rule: 'A host’s page is dropped when all of it is in the balloon.',
      pipeline: ballooned(narrowed),
      engine: () => ({ backing: hugeDropped })
    }
  }
]
