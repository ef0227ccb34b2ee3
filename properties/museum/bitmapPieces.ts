import { pipe } from 'fp-ts/lib/function'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { andKeep, andThen, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { invariant } from '../invariants/invariant'
import { logOf, taken, unmarked } from './logKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

/** Pages in a block of memory, and in a chunk of the log that is cleared at once. */
const BLOCK = 3
const CHUNK = 4

/** A log that is read block by block; `cleared` are the pages cleared for a block from `start` to `end`. */
const byBlocks = (name: string, cleared: (start: number, end: number) => readonly [from: number, to: number]) =>
  logOf<{ marked: boolean[] }>({
    name,
    empty: (pages) => ({ marked: unmarked(pages) }),
    wrote: ({ marked }, pages) => {
      for (const page of pages) marked[page] = true
    },
    sync: ({ marked }) => {
      const dirty: number[] = []
      for (let start = 0; start < marked.length; start += BLOCK) {
        const end = Math.min(start + BLOCK, marked.length)
        for (let page = start; page < end; page++) if (marked[page]) dirty.push(page)
        marked.fill(false, ...cleared(start, end))
      }
      return dirty
    }
  })

/** A log that is read by snapshots; `clears`: whether the n-th, from 0 on, leaves an empty log. */
const bySnapshots = (name: string, clears: (n: number) => boolean) =>
  logOf<{ marked: boolean[]; snapshots: number }>({
    name,
    empty: (pages) => ({ marked: unmarked(pages), snapshots: 0 }),
    wrote: ({ marked }, pages) => {
      for (const page of pages) marked[page] = true
    },
    sync: (state) => (clears(state.snapshots++) ? taken(state.marked) : taken([...state.marked]))
  })

/** A full snapshot of the paused guest and a diff to it, which is empty. */
const fullThenDiff: Pipeline = () =>
  pipe(
    prepare(),
    andThen('track', () => request({ type: 'track', on: true })),
    andThen('pause', pause),
    andKeep('full', () => request({ type: 'sync' })),
    andThen('select', (clockNs) =>
      pipe(
        request({ type: 'select', level: 'hypervisor' }),
        andThen('send', ({ pages }) => request({ type: 'send', pages, place: 'always' })),
        andThen('diff', () => request({ type: 'sync' })),
        andThen('send diff', ({ dirty }) => request({ type: 'send', pages: dirty, place: 'always' })),
        andThen('switch over', () => switchOver({ clockNs }))
      )
    ),
    andThen('release', release),
    concluded
  )

/** A log that has been read while the guest stands still is empty until it runs: a diff is what was written since the last snapshot, and no more. */
const diffSinceLast = invariant<{ stands: boolean; read: boolean }>({
  name: 'diffSinceLast',
  sentence: 'A diff names what was written since the last snapshot: of a guest that has not run since, nothing.',
  init: () => ({ stands: false, read: false }),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'suspended') return { stands: true, read: false }
    if (signal.type === 'activated') return { stands: false, read: false }
    if (signal.type !== 'synced') return memory
    if (memory.stands && memory.read && signal.dirty.count > 0)
      tell(`${signal.dirty.count} pages are named although the guest has not run since the log was read`)
    return { ...memory, read: true }
  }
})

const rounds = roundsOf({ rounds: 2 })

/** The pieces about reading and clearing the log. */
export const bitmapPieces: readonly Piece[] = [
  {
    id: 'B15',
    name: 'more of the log is cleared than was read',
    reference: {
      project: 'QEMU',
      of: [
        '084140bd4989095d39978269fd0f43e398a0015d',
        'f70d3451fe468eacddb15ccf5fd170754510b0a0',
        'aa777e297c8408ee5bebc4f6a2e00071224e4a64',
        '25aa6b3718b6bc936b24045e8f8ba98b47170320',
        '3145fcb6057c82e9d8b57bf86494df6af844c732'
      ]
    },
    story:
      'The log is read by blocks and cleared by aligned chunks; where a block does not end with a chunk, marks of its neighbour go that nobody has read.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds({ pages: [4, 5, 6, 7, 8] }),
    wrong: {
      rule: 'The chunks that a block touches are cleared with it.',
      pipeline: rounds,
      engine: () => ({ log: byBlocks('log cleared by chunks', (start, end) => [start - (start % CHUNK), Math.ceil(end / CHUNK) * CHUNK]) })
    },
    right: {
      rule: 'What is cleared is what was read.',
      pipeline: rounds,
      engine: () => ({ log: byBlocks('log cleared by blocks', (start, end) => [start, end]) })
    }
  },
  {
    id: 'B29',
    name: 'a diff to an older snapshot than the last',
    reference: { project: 'Firecracker', date: '2024-04', of: ['75e05ab11898ab0247ad88d070791a79b9b0b8c2'] },
    story:
      'A full snapshot leaves the dirty log as it is, and the diff after it names what the full one has. Nothing is lost; the diff is not what it says.',
    invariant: 'diffSinceLast',
    rules: [diffSinceLast],
    budget: 100,
    worlds: museumWorlds(),
    wrong: {
      rule: 'A diff snapshot clears the log.',
      pipeline: fullThenDiff,
      engine: () => ({ log: bySnapshots('log kept over a full snapshot', (n) => n > 0) })
    },
    right: { rule: 'Every snapshot clears the log.', pipeline: fullThenDiff, engine: () => ({ log: bySnapshots('log', () => true) }) }
  }
]
