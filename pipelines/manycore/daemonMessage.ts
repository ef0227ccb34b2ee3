import type { Data } from '../../lib/protocol/data'
import type { ProcessView } from '../../lib/protocol/process'
import type { TechniqueName } from './daemonOptions'
import type { PackedImage } from './packedImage'

/** The port at which the daemons of clusters have their mailboxes; programs have theirs at 0, unless they say otherwise. */
export const DAEMON_PORT = 1

/**
 * What any program may ask of a cluster's daemon by a message to its mailbox. `id`: the asker's own number, which the reply repeats. `port`: of the asker's mailbox (default 0), to which the reply goes.
 *
 * - `migrate`: moves a process of that cluster to another (`technique`: other than the daemon's own). `kill`: ends it. `observe`: what the cluster runs.
 * - `save`: a copy of a process is kept by the daemon of `to`, and the process goes on. `restore`: of the keeping daemon: starts a kept process at `to`.
 */
export type DaemonRequest = { readonly id: number; readonly port?: number } & (
  | { readonly type: 'migrate'; readonly process: string; readonly to: string; readonly technique?: TechniqueName }
  | { readonly type: 'save' | 'restore'; readonly process: string; readonly to: string }
  | { readonly type: 'kill'; readonly process: string }
  | { readonly type: 'observe' }
)

/**
 * What a daemon answers to who asked. `failed`: nothing has changed, and where the process was it still runs. `undecided`: the other cluster was told to let the process go on, and has not been heard of since: it stays
 * frozen here for ever. `lost`: it had gone on there, and died with that cluster. `observed` is followed by a `view` of each process.
 */
export type DaemonReply = { readonly id: number } & (
  | { readonly type: 'migrated' | 'saved' | 'restored'; readonly process: string; readonly to: string }
  | { readonly type: 'killed'; readonly process: string }
  | { readonly type: 'failed' | 'undecided' | 'lost'; readonly process: string; readonly reason: string }
  | {
      readonly type: 'observed'
      readonly cluster: string
      readonly running: number
      readonly ready: number
      readonly cores: number
      readonly freeFrames: number
      readonly freeKernelPages: number
      readonly busyNs: number
      readonly processes: readonly string[]
    }
  | { readonly type: 'view'; readonly cluster: string; readonly view: ProcessView }
)

/**
 * What daemons say to each other of one transfer, `key` naming it.
 *
 * - `offer`: a process wants to come, to run or to be kept; `all`: its pieces follow in order at once. `admitted`: there is room, at the portal of `port`. `declined`: there is not, or something went wrong: whatever had come is dropped. `undecided`: of a keeper that has handed a `commit` on and does not know what became of it.
 * - `batch`: which pieces come next (a bit each, hexadecimal, by their places in the image), and whether these are the last. `ready`: all are here. `commit`: let it go on; `absent`: with pages missing that are still to come.
 *   `arrived`: it has gone on. `want`: a thread waits for this piece. `whole`: nothing is missing any more. `forward`: of a keeper: send it on to another cluster.
 * - `cancel`: it will not come. `ping`: is this still under way? `unknown`: it is not. `hold`, `repoint`: where messages to a process go; `held`, `repointed`: it is done.
 */
export type PeerMessage = { readonly key: string } & (
  | { readonly type: 'offer'; readonly image: PackedImage; readonly keeps: boolean; readonly all: boolean }
  | { readonly type: 'admitted'; readonly port: number }
  | { readonly type: 'declined' | 'cancel' | 'undecided'; readonly reason: string }
  | { readonly type: 'batch'; readonly pieces: string; readonly last: boolean }
  | { readonly type: 'commit'; readonly absent: boolean }
  | { readonly type: 'want'; readonly place: number }
  | { readonly type: 'forward'; readonly to: string }
  | { readonly type: 'ready' | 'arrived' | 'whole' | 'ping' | 'unknown' | 'held' | 'repointed' }
  | { readonly type: 'hold'; readonly process: string }
  | { readonly type: 'repoint'; readonly process: string; readonly to: string }
)

/** Every message that a daemon says or understands. */
export type DaemonMessage = DaemonRequest | DaemonReply | PeerMessage

const peers: ReadonlySet<string> = new Set<PeerMessage['type']>([
  'offer',
  'admitted',
  'declined',
  'undecided',
  'cancel',
  'batch',
  'commit',
  'want',
  'forward',
  'ready',
  'arrived',
  'whole',
  'ping',
  'unknown',
  'held',
  'repointed',
  'hold',
  'repoint'
])
const requests: ReadonlySet<string> = new Set<DaemonRequest['type']>(['migrate', 'save', 'restore', 'kill', 'observe'])

/** A message as one between daemons, where it is one. */
export const asPeerMessage = (message: Data): PeerMessage | undefined => {
  const type = typeOf(message)
  if (type === undefined || !peers.has(type) || typeof (message as { key?: Data }).key !== 'string') return undefined
  return message as PeerMessage
}

/** A message as a request, where it is one. */
export const asRequest = (message: Data): DaemonRequest | undefined => {
  const type = typeOf(message)
  if (type === undefined || !requests.has(type)) return undefined
  const { id, process, to } = message as { id?: Data; process?: Data; to?: Data }
  if (typeof id !== 'number' || (type !== 'observe' && typeof process !== 'string')) return undefined
  if (['migrate', 'save', 'restore'].includes(type) && typeof to !== 'string') return undefined
  return message as DaemonRequest
}

const typeOf = (message: Data): string | undefined => {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined
  const { type } = message as { type: Data }
  return typeof type === 'string' ? type : undefined
}
