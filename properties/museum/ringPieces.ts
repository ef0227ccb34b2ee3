import { logOf, taken, unmarked } from './logKernel'
import { museumWorlds } from './museumWorlds'
import type { Piece } from './piece'
import { roundsOf } from './rounds'

/** Entries of a ring. */
const RING = 8

type Ring = { entries: number[]; head: number; harvested: boolean[]; buffer: { at: number; page: number } | null }

/** A log as a ring of page numbers; `publish` makes the entry at the head be written and the head move on, in one order or the other. */
const ring = (name: string, publish: (ring: Ring, page: number) => void) => {
  /** Reads the entries up to the head. */
  const harvest = (state: Ring): void => {
    for (let i = 0; i < state.head; i++) state.harvested[state.entries[i]] = true
    state.head = 0
  }
  return logOf<Ring>({
    name,
    empty: (pages) => ({ entries: new Array<number>(RING).fill(0), head: 0, harvested: unmarked(pages), buffer: null }),
    wrote: (state, pages) => {
      for (const page of pages) {
        publish(state, page)
        if (state.head === RING) harvest(state)
      }
    },
    sync: (state) => {
      harvest(state)
      return taken(state.harvested)
    }
  })
}

/** The store of an entry becomes visible with the next one, as on a processor that holds it back. */
const drain = (state: Ring): void => {
  if (state.buffer !== null) state.entries[state.buffer.at] = state.buffer.page
  state.buffer = null
}

const rounds = roundsOf({ rounds: 2 })

/** The pieces about a log that is a ring of page numbers. */
export const ringPieces: readonly Piece[] = [
  {
    id: 'B17',
    name: 'a ring’s entry is read before it is written',
    reference: {
      project: 'QEMU',
      date: '2022-09',
      of: ['52281c6d11ec68b802e8a264780df2c4b981e6bc', '4802bf910eee98312c4a9777ac2567e6a0445c46']
    },
    story:
      'The head of a dirty ring moves on before the entry behind it can be seen; who harvests the ring reads what the entry was a lap ago.',
    invariant: 'noPageLost',
    budget: 100,
    worlds: museumWorlds(),
    wrong: {
      rule: 'The head moves on, and the entry is written when the store gets there.',
      pipeline: rounds,
      engine: () => ({
        log: ring('dirty ring without barrier', (state, page) => {
          drain(state)
          state.buffer = { at: state.head++, page }
        })
      })
    },
    right: {
      rule: 'The entry is written, then, behind a barrier, the head moves on.',
      pipeline: rounds,
      engine: () => ({
        log: ring('dirty ring', (state, page) => {
          state.buffer = { at: state.head, page }
          drain(state)
          state.head++
        })
      })
    }
  }
]
