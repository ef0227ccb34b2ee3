import type { Entry } from '../../lib/protocol/journal'
import type { KernelFact } from '../../lib/protocol/process'

type Placed = Extract<KernelFact, { readonly type: 'placed' }>['state']

/** The first entry of a chip's journal with processes. */
export const begunWith = (processes: Readonly<Record<string, { readonly threads?: number; readonly cpuNs?: number }>>): Entry => ({
  type: 'began',
  at: 0,
  version: 1,
  seed: 1,
  guests: {},
  world: { processes }
})

/** A cluster tells how a process stands there, at a millisecond. */
export const placedAt = (ms: number, migration: string, process: string, state: Placed): Entry => ({
  type: 'signalled',
  at: ms * 1e6,
  signal: { type: 'placed', process, user: process, state, migration, at: ms * 1e6 }
})

/** A cluster tells how many threads of a process have a core, at a millisecond. */
export const threadsAt = (ms: number, migration: string, process: string, running: number): Entry => ({
  type: 'signalled',
  at: ms * 1e6,
  signal: { type: 'threads', process, running, ready: 0, waiting: 0, stopped: 0, migration, at: ms * 1e6 }
})
