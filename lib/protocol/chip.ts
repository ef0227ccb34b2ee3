import type { Data } from './data'

/** The three abstractions of communication on the chip: a barrier's half, fixed messages from many to one, bulk data from one to one. */
export type Abstraction = 'mailbox' | 'portal' | 'sync'

/**
 * Who takes part in a sync: the first node is the one, the others are all. `allToOne`: the first waits until all others have signalled; `oneToAll`: each of the others waits until the first
 * has. At most 64 nodes: a bit each.
 */
export type SyncGroup = { readonly mode: 'allToOne' | 'oneToAll'; readonly nodes: readonly string[] }

/**
 * What a program on a cluster of a chip may ask besides `wake` and `cancel`. An end of a mailbox, portal or sync has a name of its program's choice; a node is a cluster by its name (`cc3`, `io0`), or
 * one of the other interfaces of an I/O cluster (`io0.1`), or a process by its name, wherever that is. `dma`: which of its own interfaces (default 0). `port` (default 0) tells ends of one kind apart that one owner
 * has at one node: who attaches names the port of who created.
 *
 * - `create`: the end that receives, or that waits for a sync. `attach`: the end that sends to `remote`, or that signals. `close`: either; refused while something is under way on it. Each takes
 *   slots and channels of its interface until it is closed, and is refused when they have run out.
 * - `mail`: a message of fixed size. Answered when it has left. One message of a sender to a mailbox may be outstanding, until it is received; the next waits for that, or is refused (`atOnce`).
 * - `receive`: the next message of a mailbox, when it comes.
 * - `allow`: a permission for so many bytes of one sender to a portal. `get`: so many of them, in chunks, each asked for by itself; refused without permission.
 * - `put`: bytes and their content into a portal, a chunk whenever the reader asks for one; with `atOnce` refused where it has not. Answered when the last has left.
 * - `signal`: this cluster's bit to who waits. `await`: until all bits are there, which begins a new round.
 *
 * An end to a process is made known to it, wherever it is, and then follows it. What comes to a cluster where it is not goes back to its sender's kernel, which keeps it and sends it again (`bounced`); nobody else's ends can be
 * used, and a portal of another user's process only by who is allowed there (see the chip's option `talk`).
 *
 * What waits for a cluster that has failed, or behind a link that is dead, is refused.
 */
export type ChipOrder =
  | {
      readonly type: 'create'
      readonly end: string
      readonly kind: Abstraction
      readonly sync?: SyncGroup
      readonly dma?: number
      readonly port?: number
    }
  | {
      readonly type: 'attach'
      readonly end: string
      readonly kind: Abstraction
      readonly remote?: string
      readonly sync?: SyncGroup
      readonly dma?: number
      readonly port?: number
    }
  | { readonly type: 'close'; readonly end: string }
  | { readonly type: 'mail'; readonly end: string; readonly message: Data; readonly atOnce?: boolean }
  | { readonly type: 'receive'; readonly end: string }
  | { readonly type: 'allow'; readonly end: string; readonly from: string; readonly bytes: number }
  | { readonly type: 'put'; readonly end: string; readonly bytes: number; readonly content?: Data; readonly atOnce?: boolean }
  | { readonly type: 'get'; readonly end: string; readonly bytes: number }
  | { readonly type: 'signal'; readonly end: string }
  | { readonly type: 'await'; readonly end: string }

/** What a chip answers besides; `cycles` is how long the call took by the cluster's own clock. `got`: the contents of the puts of which the last byte has come, in order. */
export type ChipAnswer =
  | { readonly type: 'received'; readonly from: string; readonly message: Data; readonly cycles: number }
  | { readonly type: 'got'; readonly bytes: number; readonly contents: readonly Data[]; readonly cycles: number }
  | { readonly type: 'awaited'; readonly cycles: number }

/**
 * What a chip tells a program besides, the oracle's words, for journals and invariants and not for decisions:
 *
 * - `arrived`: a message, a chunk or a signal is at `node`; `number` counts those from `from` on that kind of channel to that node, from 0 on, by the order in which they left. `process`: for whose end it is, where
 *   that is a process and not the cluster's own program.
 * - `bounced`: what came to `node` for a process that is not there (any more, or yet, or with its ends handed over) and went back to its sender's kernel, which keeps it and asks again.
 * - `slots`: how many receive slots (C-NoC, D-NoC) and transmit channels of an interface one kind of channel takes now.
 */
export type ChipFact =
  | {
      readonly type: 'arrived'
      readonly by: Abstraction
      readonly from: string
      readonly node: string
      readonly number: number
      readonly bytes: number
      readonly process?: string
    }
  | { readonly type: 'bounced'; readonly by: Abstraction; readonly from: string; readonly node: string; readonly process: string }
  | {
      readonly type: 'slots'
      readonly node: string
      readonly kind: Abstraction
      readonly cRx: number
      readonly cTx: number
      readonly dRx: number
      readonly dTx: number
    }

/** The kind of answer that each order of a chip gets. */
export type ChipAnswerKind = {
  create: 'done'
  attach: 'done'
  close: 'done'
  mail: 'done'
  receive: 'received'
  allow: 'done'
  put: 'done'
  get: 'got'
  signal: 'done'
  await: 'awaited'
}

const words: ReadonlySet<string> = new Set<ChipOrder['type']>([
  'create',
  'attach',
  'close',
  'mail',
  'receive',
  'allow',
  'put',
  'get',
  'signal',
  'await'
])

/** Whether an order is one of a chip's own, which a world of migrations refuses. */
export const isChipOrder = (order: { readonly type: string }): order is ChipOrder => words.has(order.type)
