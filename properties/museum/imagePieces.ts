import type { PageContent } from '../../lib/memory/content'
import type { Packet } from '../../lib/world/engine'
import { apart, codingOf, plain, together } from './codingKernel'
import { unmarked } from './logKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

/** A file with a place for every page and a bit for whether it has been written: what is not there is zeros. `zeroed`: what a page of zeros does to its bit. */
const randomAccess = (name: string, zeroed: (written: boolean[], page: number) => void) =>
  codingOf<{ written: boolean[]; file: PageContent[] }>({
    name,
    empty: (pages) => ({ written: unmarked(pages), file: [] }),
    decode: ({ written, file }, { page, form, content }) => {
      if (form === 'zero') zeroed(written, page)
      else {
        written[page] = true
        file[page] = content
      }
      return [{ page, content: written[page] ? file[page] : content }]
    }
  })

/** All pages of a send leave as one file at its end, as `write` lays them out. */
const file = (
  name: string,
  write: (pages: readonly Packet[], size: number) => readonly Packet[],
  read: (file: readonly Packet[]) => readonly { readonly page: number; readonly content: PageContent }[]
) =>
  codingOf<{ gathered: Packet[] }>({
    name,
    empty: () => ({ gathered: [] }),
    encode: ({ gathered }, page) => {
      gathered.push(plain(page))
      return undefined
    },
    ended: (state, size) => {
      const pages = state.gathered
      state.gathered = []
      return together(write(pages, size))
    },
    decode: (_, packet) => read(apart(packet))
  })

const inOrder = (pages: readonly Packet[]): readonly Packet[] => pages
const whereItSays = (pages: readonly Packet[]) => pages.map(({ page, content }) => ({ page, content }))

/** Pages in a region of memory. */
const REGION = 4

/** A file of dirty pages, each after as many holes as there were clean ones before it; `trailing`: whether the clean ones at a region's end count. */
const diff = (trailing: boolean) => (pages: readonly Packet[], size: number) => {
  const written: Packet[] = []
  let cursor = 0
  for (let region = 0; region < size; region += REGION) {
    const end = Math.min(region + REGION, size)
    let next = region
    for (const packet of pages.filter(({ page }) => page >= region && page < end)) {
      cursor += packet.page - next
      written.push({ ...packet, page: cursor++ })
      next = packet.page + 1
    }
    if (trailing) cursor += end - next
  }
  return written
}

/** Pages applied at a time. */
const BATCH = 2

/** Applies a buffer batch by batch; `place` is where in the list of page numbers the i-th of the batch at `offset` finds its own. */
const applied = (place: (offset: number, i: number) => number) => (buffer: readonly Packet[]) => {
  const numbers = buffer.map(({ page }) => page)
  return buffer.map(({ content }, at) => ({ page: numbers[place(at - (at % BATCH), at % BATCH)], content }))
}

const rounds = roundsOf({ rounds: 2 })

/** The pieces about images and streams: what a page is found under must be what it was put under. */
export const imagePieces: readonly Piece[] = [
  {
    id: 'B11',
    name: 'a page that became zero is still in the image',
    reference: { project: 'QEMU', date: '2024-03', of: ['8fa1a21c6edc2bf7de85984944848ab9ac49e937'] },
    story:
      'In an image with a place for every page, zero pages are not written; the bit that says a page is there stays set from before, and old content is restored.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ clears: true }),
    wrong: {
      rule: 'A page’s bit is set when it is written.',
      pipeline: rounds,
      engine: () => ({ coding: randomAccess('image, bits set only', () => {}) })
    },
    right: {
      rule: 'A page’s bit is set when it is written, and cleared when it is zero.',
      pipeline: rounds,
      engine: () => ({
        coding: randomAccess('image', (written, page) => {
          written[page] = false
        })
      })
    }
  },
  {
    id: 'B21',
    name: 'the file is not moved on over clean pages',
    reference: { project: 'Firecracker', date: '2026-02', of: ['524c6d8fb996b7ccf88e247a3762c6559472cf7d'] },
    story:
      'A diff of several regions is written to one file; clean pages at the end of a region do not move the file on, and the next region is written too early in it.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ pages: [5, 6, 7, 8] }),
    wrong: {
      rule: 'The file moves on with each dirty page, over the clean ones before it.',
      pipeline: rounds,
      engine: () => ({ coding: file('diff file, short', diff(false), whereItSays) })
    },
    right: {
      rule: 'The file moves on to the end of each region.',
      pipeline: rounds,
      engine: () => ({ coding: file('diff file', diff(true), whereItSays) })
    }
  },
  {
    id: 'B26',
    name: 'a batch is applied where the first one was',
    reference: { project: 'Xen (Remus)', date: '2011', of: ['dc55dcd8f1c3c6f134ae12917d099c84bb84c618'] },
    story:
      'The buffer of a checkpoint is applied batch by batch, and each batch looks its page numbers up from the beginning: the second overwrites what the first has placed.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ pages: [3, 4, 5, 6] }),
    wrong: {
      rule: 'The i-th page of a batch goes where the i-th number says.',
      pipeline: rounds,
      engine: () => ({
        coding: file(
          'batches without offset',
          inOrder,
          applied((_, i) => i)
        )
      })
    },
    right: {
      rule: 'The i-th page of a batch goes where the number says that is i behind the batch’s first.',
      pipeline: rounds,
      engine: () => ({
        coding: file(
          'batches',
          inOrder,
          applied((offset, i) => offset + i)
        )
      })
    }
  }
]
