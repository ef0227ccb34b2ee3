import type { SlotRun } from '../memory/isoArea'
import type { Time } from '../time/time'
import type { IsoMessage } from './isoMessage'

/**
 * What a thread with iso-address memory asks for, one thing after the other.
 *
 * - `spawn`: the thread itself, on a node: its stack. `exit`: its end; all its slots go to the node where it is.
 * - `allocate` and `free`: a block of its heap. `read` and `write`: a word of 64 bits of its own memory. `push` and `pop`: a word on its stack.
 * - `migrate`: to another node, where it goes on at the same addresses. `open`: a file or a connection, which is refused: it would have to stay behind.
 */
export type ThreadOrder =
  | { readonly type: 'spawn'; readonly node: number }
  | { readonly type: 'allocate'; readonly bytes: number }
  | { readonly type: 'free'; readonly address: number }
  | { readonly type: 'read'; readonly address: number }
  | { readonly type: 'write'; readonly address: number; readonly word: bigint }
  | { readonly type: 'push'; readonly word: bigint }
  | { readonly type: 'pop' | 'exit' }
  | { readonly type: 'migrate'; readonly to: number }
  | { readonly type: 'open'; readonly what: 'file' | 'connection' }

/** An order of a thread. */
export type ThreadCommand = { readonly thread: string; readonly order: ThreadOrder }

/**
 * How an order came out. `allocated`: the block's address. `wrote` also answers a push, with the word's address; `read` a pop. `migrated`: after so many ns and with so many bytes on the wire, having mapped so many slots.
 * `refused`: nothing has changed, and why. `faulted`: no memory was where it should be, which must not happen.
 */
export type ThreadAnswer =
  | { readonly type: 'spawned'; readonly node: number; readonly stack: number }
  | { readonly type: 'allocated' | 'freed' | 'wrote'; readonly address: number }
  | { readonly type: 'read'; readonly address: number; readonly word: bigint }
  | {
      readonly type: 'migrated'
      readonly from: number
      readonly to: number
      readonly ns: Time
      readonly bytes: number
      readonly mapped: number
    }
  | { readonly type: 'exited'; readonly node: number }
  | { readonly type: 'refused'; readonly order: ThreadOrder['type']; readonly reason: string }
  | { readonly type: 'faulted'; readonly order: ThreadOrder['type']; readonly address: number }

/**
 * What threads are told, and what a journal holds: answers; that a thread is `lost`, with its node or on its way; that a negotiation of a node has ended, `for` a thread, in which it took `run` (absent: none) from
 * its `owners`, `ns` after it asked for the mutex; that a message of nodes has been `carried`, `for` a thread, which is how messages are counted; and that a node `failed`.
 */
export type ThreadSignal = { readonly at: Time } & (
  | ({ readonly thread: string } & ThreadAnswer)
  | { readonly thread: string; readonly type: 'lost'; readonly reason: string }
  | ({ readonly for: string } & IsoFact)
  | { readonly type: 'failed'; readonly node: number }
)

/** What nodes do for a thread. See `ThreadSignal`. */
export type IsoFact =
  | {
      readonly type: 'negotiated'
      readonly node: number
      readonly owners: readonly number[]
      readonly run?: SlotRun
      readonly ns: Time
    }
  | {
      readonly type: 'carried'
      readonly what: IsoMessage['type']
      readonly from: number
      readonly node: number
      readonly bytes: number
    }

/** An order of a thread as a command has it: the thread is the guest by its name. */
export type ThreadAct = { readonly type: 'act'; readonly action: ThreadOrder }

/** What a world of threads answers; an action that is refused is answered `refused`, as any order. */
export type ThreadActed = { readonly type: 'acted'; readonly result: Exclude<ThreadAnswer, { readonly type: 'refused' }> }

/**
 * What a world of threads tells besides: what nodes do for the thread, the oracle's words; that the thread is lost (its orders are then refused); and, every thread, that a node has broken down.
 */
export type ThreadFact =
  | IsoFact
  | { readonly type: 'threadLost'; readonly reason: string }
  | { readonly type: 'nodeFailed'; readonly node: number }

/** The kind of answer that a thread's order gets. */
export type ThreadAnswerKind = { act: 'acted' }
