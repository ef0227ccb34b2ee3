import { logOf, taken, unmarked } from './logKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

type FastPath = { marked: boolean[]; fast: boolean[]; leave: boolean }

/** A log whose store path remembers which pages it has marked; `sync` says what becomes of that memory when the log is read. */
const fastPath = (name: string, reset: (state: FastPath) => void) =>
  logOf<FastPath>({
    name,
    empty: (pages) => ({ marked: unmarked(pages), fast: unmarked(pages), leave: false }),
    wrote: (state, pages) => {
      for (const page of pages) {
        if (state.fast[page]) continue
        if (state.leave) state.fast.fill(false)
        state.leave = false
        state.marked[page] = true
        state.fast[page] = true
      }
    },
    sync: (state) => {
      reset(state)
      return taken(state.marked)
    }
  })

/** Translations that a virtual CPU holds. */
const TLB = 4

type Protected = { marked: boolean[]; writable: boolean[]; tlb: number[] }

/** A log by write protection: a store through the translation cache meets no protection. `flush` says which translations are left when pages are protected again. */
const writeProtection = (name: string, flush: (tlb: readonly number[], pages: readonly number[]) => readonly number[]) =>
  logOf<Protected>({
    name,
    empty: (pages) => ({ marked: unmarked(pages), writable: unmarked(pages), tlb: [] }),
    wrote: ({ marked, writable, tlb }, pages) => {
      for (const page of pages) {
        if (tlb.includes(page)) continue
        if (!writable[page]) marked[page] = true
        writable[page] = true
        tlb.push(page)
        if (tlb.length > TLB) tlb.shift()
      }
    },
    sync: (state) => {
      const dirty = taken(state.marked)
      for (const page of dirty) state.writable[page] = false
      state.tlb = [...flush(state.tlb, dirty)]
      return dirty
    }
  })

/** The machine frame of each page of a guest of so many, and the page in each frame: the same reflection. */
const frameOf = (pages: number) => (page: number) => pages - 1 - page

/** A log by machine frame; `named` says which number a guest's page is named by when the log is read. */
const byFrame = (name: string, named: (frame: number, pages: number) => number) =>
  logOf<{ marked: boolean[] }>({
    name,
    empty: (pages) => ({ marked: unmarked(pages) }),
    wrote: ({ marked }, pages) => {
      for (const page of pages) marked[frameOf(marked.length)(page)] = true
    },
    sync: ({ marked }) => taken(marked).map((frame) => named(frame, marked.length))
  })

const rounds = roundsOf({ rounds: 2 })
const worlds = museumWorlds()

/** The pieces about how a store gets into the log. */
export const writePathPieces: readonly Piece[] = [
  {
    id: 'B5',
    name: 'a store believes its page is marked',
    reference: {
      project: 'QEMU and Linux',
      date: '2019-08 and 2024-03',
      of: [
        '9458a9a1df1a4c719e24512394d548c1fc7abd22',
        '03bfc2188f061aa8381403f9280555f4e22c35a2',
        'LKML 20210127235347.1402-2-will@kernel.org (soft-dirty)'
      ]
    },
    story:
      'A page’s mark is cleared and the page read, and a virtual CPU that stores to it in between is still on its fast path, where the page counts as marked.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'Virtual CPUs are told to leave their fast paths, and do at their next slow store.',
      pipeline: rounds,
      engine: () => ({
        log: fastPath('fast path, reset later', (state) => {
          state.leave = true
        })
      })
    },
    right: {
      rule: 'Virtual CPUs have left their fast paths before a mark is cleared.',
      pipeline: rounds,
      engine: () => ({ log: fastPath('fast path, reset first', ({ fast }) => fast.fill(false)) })
    }
  },
  {
    id: 'B14',
    name: 'write protection without a flush of the TLB',
    reference: { project: 'Linux', of: ['7c8a4742c4abe205ec9daf416c9d42fd6b406e8e', '76d58e0f07ec'] },
    story:
      'The pages of a log that has been read are protected against writing again, and the translations of before, which allow it, stay in the TLB.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'To read the log is to protect its pages.',
      pipeline: rounds,
      engine: () => ({ log: writeProtection('write protection, no flush', (tlb) => tlb) })
    },
    right: {
      rule: 'To read the log is to protect its pages and to flush their translations.',
      pipeline: rounds,
      engine: () => ({ log: writeProtection('write protection', (tlb, pages) => tlb.filter((page) => !pages.includes(page))) })
    }
  },
  {
    id: 'B25',
    name: 'the log names machine frames',
    reference: {
      project: 'Xen',
      date: '2025-12',
      of: ['9bdd419d64212d0c58af20a0882d15813004f36e', '98fccdf0ac7c1a909b54dd5beeba54a0a23f756c']
    },
    story:
      'A store is marked under the machine frame where the page lies and not under the guest’s number for it, so that another page is sent in its place.',
    invariant: 'noPageLost',
    budget: 100,
    worlds,
    wrong: {
      rule: 'A mark is the number of the frame that was written.',
      pipeline: rounds,
      engine: () => ({ log: byFrame('log of frames', (frame) => frame) })
    },
    right: {
      rule: 'A mark is the guest’s number of the page in that frame.',
      pipeline: rounds,
      engine: () => ({ log: byFrame('log of pages in frames', (frame, pages) => frameOf(pages)(frame)) })
    }
  }
]
