import type { Time } from '../time/time'
import type { Abstraction } from './chip'
import type { Data } from './data'

/**
 * What a process on a cluster of a chip is made of, in the order in which Nanvix transfers it (N. Vanz, TCC, UFSC 2023, ch. 4); see `nanvixSections` for bytes. `user`: pages of its code and data, the last one shorter. `stacks`: pages of the kernel's pool, two for
 * a thread, and one for the table of user pages where there are any. `frames`: pages that the process has allocated. `ends`: of its mailboxes, portals and syncs, where it has any. `scattered`: a field of the
 * process's state in a kernel without a UArea, which has to be found.
 */
export type ProcessSection =
  | 'user'
  | 'uArea'
  | 'scattered'
  | 'systemBoard'
  | 'pageDirectory'
  | 'pageTable'
  | 'kernelPageIds'
  | 'stacks'
  | 'frameBitmap'
  | 'frames'
  | 'ends'

/** One thing that is transferred by itself: a section, or the page `index` of a section that has several. `user`, `stacks` and `frames` are pages that threads write. */
export type ProcessPiece = { readonly section: ProcessSection; readonly index: number; readonly bytes: number }

/** What a cluster must know of a process to admit it: whose it is, its threads, the pages it has allocated, and all its pieces in the order of their transfer. */
export type ProcessImage = {
  readonly process: string
  readonly user: string
  readonly threads: number
  readonly pages: number
  readonly pieces: readonly ProcessPiece[]
}

/** One end of a process: its name and kind, the way it goes, and whose other end it has (several who may mail it; none for what nobody has opened yet). */
export type ProcessEnd = { readonly end: string; readonly kind: Abstraction; readonly way: 'in' | 'out'; readonly peers: readonly string[] }

/**
 * A process as its cluster sees it. `cpuNs`: core time it has had; `ageNs`: time since it began, wherever. `bytesTo`: what it has put and mailed to each node since it began. `refusals`: orders of its
 * program that were refused because they concern what is not its own (absent: none).
 */
export type ProcessView = {
  readonly process: string
  readonly user: string
  readonly state: 'running' | 'frozen' | 'arriving'
  readonly threads: number
  readonly pages: number
  readonly bytes: number
  readonly ageNs: Time
  readonly cpuNs: Time
  readonly bytesTo: Readonly<Record<string, number>>
  readonly refusals?: number
}

/**
 * What a program of a cluster, as an OS daemon, may ask of its own kernel about the processes there. A process may not: it is refused, as is who names a process that is not there.
 *
 * - `freeze`: user threads stop at a scheduling decision, threads of the system go on; answered in a consistent state: none of its threads runs, and none of its calls is half done. `unfreeze`: they go on; refused
 *   while a piece is missing that cannot be fetched later (`stacks`, `user` and `frames` can where `absent` allows it).
 * - `describe`: what it is made of. `extract`: a copy of a piece, of a frozen process, or of a running one its pages only. `admit`: keeps memory for a process that shall come here; refused when there is not enough.
 *   `install`: a piece of one that was admitted. `forget`: drops a process that is frozen or arriving, with all that it has here. `kill`: ends a process, wherever it stands.
 * - `watch`: writes to its pages are noted from now on (or no longer), `collect` reads and clears that log. Pages that were written after they were extracted are in it.
 * - `depend`: its ends and the nodes that have one to it, and so what must follow. `hold`: nothing is sent from this cluster to that process any more, until `repoint` tells where it is now; answered when nothing is on
 *   its way. Both concern any process of the chip.
 * - `observe`: what this cluster runs and has free.
 */
export type KernelOrder =
  | { readonly type: 'freeze' | 'describe' | 'forget' | 'kill' | 'collect' | 'depend' | 'hold'; readonly process: string }
  | { readonly type: 'unfreeze'; readonly process: string; readonly absent?: boolean }
  | { readonly type: 'admit'; readonly made: ProcessImage }
  | { readonly type: 'extract'; readonly process: string; readonly piece: ProcessPiece }
  | { readonly type: 'install'; readonly process: string; readonly piece: ProcessPiece; readonly content: Data }
  | { readonly type: 'watch'; readonly process: string; readonly on: boolean }
  | { readonly type: 'repoint'; readonly process: string; readonly to: string }
  | { readonly type: 'observe' }

/** What a process's own program may ask besides a chip's orders: the word of a page of its memory, 0 before it is written. Its pages are those that it has allocated, and then those of its code and data; another is refused. */
export type MemoryOrder =
  | { readonly type: 'peek'; readonly page: number }
  | { readonly type: 'poke'; readonly page: number; readonly word: number }

/** The answers to those; `cycles` as in `ChipAnswer`. */
export type KernelAnswer =
  | { readonly type: 'described'; readonly made: ProcessImage; readonly cycles: number }
  | { readonly type: 'extracted'; readonly content: Data; readonly cycles: number }
  | { readonly type: 'collected'; readonly pieces: readonly ProcessPiece[]; readonly cycles: number }
  | { readonly type: 'depends'; readonly ends: readonly ProcessEnd[]; readonly nodes: readonly string[]; readonly cycles: number }
  | {
      readonly type: 'observed'
      readonly processes: readonly ProcessView[]
      /** Threads that run and that wait for a core; cores for users; frames and kernel pages that are free; core time spent so far. */
      readonly running: number
      readonly ready: number
      readonly cores: number
      readonly freeFrames: number
      readonly freeKernelPages: number
      readonly busyNs: Time
    }
  | { readonly type: 'peeked'; readonly word: number; readonly cycles: number }

/**
 * What a cluster tells its program of processes.
 *
 * - `wanted`: a thread has stopped at its first access to a page that has not come yet: told to who must fetch it.
 * - `placed`: the oracle's word: how a process stands on this cluster now. `left`: dropped here; `exited`: it has done its work or was killed; `lost`: its only copy has gone with the cluster.
 * - `threads`: the oracle's word, whenever it changes: how many of its threads have a core, wait for one, wait for something else (a call, a page), and are stopped. `behind`: those
 *   that have not had a core since it began or was unfrozen here (absent: none).
 * - `checked`: the oracle's word, when a process goes on here and when a copy is dropped: pieces that are not as they were last written (`stale`), that are missing and that nobody owes (`lost`), and that hold what
 *   another process wrote (`foreign`).
 */
export type KernelFact =
  | { readonly type: 'wanted'; readonly process: string; readonly piece: ProcessPiece }
  | {
      readonly type: 'placed'
      readonly process: string
      readonly user: string
      readonly state: 'running' | 'frozen' | 'arriving' | 'left' | 'exited' | 'lost'
    }
  | {
      readonly type: 'threads'
      readonly process: string
      readonly running: number
      readonly ready: number
      readonly waiting: number
      readonly stopped: number
      readonly behind?: number
    }
  | {
      readonly type: 'checked'
      readonly process: string
      readonly when: 'unfrozen' | 'left'
      readonly lost: readonly ProcessPiece[]
      readonly stale: readonly ProcessPiece[]
      readonly foreign: readonly ProcessPiece[]
    }

/** The kind of answer that each of these orders gets. */
export type KernelAnswerKind = {
  freeze: 'done'
  unfreeze: 'done'
  describe: 'described'
  extract: 'extracted'
  admit: 'done'
  install: 'done'
  forget: 'done'
  kill: 'done'
  watch: 'done'
  collect: 'collected'
  depend: 'depends'
  hold: 'done'
  repoint: 'done'
  observe: 'observed'
  peek: 'peeked'
  poke: 'done'
}

const words: ReadonlySet<string> = new Set<keyof KernelAnswerKind>([
  'freeze',
  'unfreeze',
  'describe',
  'extract',
  'admit',
  'install',
  'forget',
  'kill',
  'watch',
  'collect',
  'depend',
  'hold',
  'repoint',
  'observe',
  'peek',
  'poke'
])

/** Whether an order concerns processes, or is a process's own to its memory. */
export const isKernelOrder = (order: { readonly type: string }): order is KernelOrder | MemoryOrder => words.has(order.type)
