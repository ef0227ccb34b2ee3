import type { GuestView } from '../protocol/pipeline'
import { milliseconds, type Time } from '../time/time'
import type { DiskRules } from './diskRules'
import type { AlternatingOptions } from './engines/alternatingPush'
import { fixed } from './pacing'
import type { PushRules } from './push'
import { downtimeWithin, or, roundsAtMost } from './stopRule'
import type { WindowedRules } from './windowedPush'

/** The rules of a push that decide how long it goes on; those of `PushRules` that choose pages are not asked. */
export type ForecastRules = Pick<PushRules, 'until'> &
  Partial<Pick<PushRules, 'giveUp' | 'throttle' | 'firstThrottle' | 'pacing' | 'final' | 'remember' | 'notes'>>

/**
 * How a push by windows decides (`windowedPush`): its limit, its rate (default: the `pacing` of the rules, or as the link allows), what it takes from the guest at syncs, and whether post-copy has been
 * asked for; who `looks` at it from outside; then `pullBytesPerSecond` is at most what the pull sends (default: as the link allows). `vcpus`: virtual CPUs that a dirty limit counts by (default 1).
 */
export type WindowsAhead = Pick<WindowedRules, 'downtimeLimitNs' | 'bytesPerSecond' | 'windowNs' | 'throttle' | 'asked' | 'looks'> & {
  readonly pullBytesPerSecond?: number
  readonly vcpus?: number
}

/**
 * What is known beforehand of a migration. `rules`: those of its push (default: the stop rule of `precopy()`). `follows`: what follows the push, a copy (pre-copy) or a pull (hybrid). `pull`: whether a
 * background sends what is missing, or only what is asked for. `bytesPerSecond`: what the link is said to carry, until something was measured (default: what the world's description in `began` says). `boundNs`: no migration takes
 * longer than this from its first command on (a time-bounded one, see `timeBound`, or a limit). `timeBounded`: it is pushed by two senders (`tlm`) with
 * this time between two dirty updates (default: heard from a journal's orders, and from signals alone at the first update). `contextBytes`: what moves besides the pages; `zeroPages`: how many of them have no content, as what
 * a host has in memory of the guest says (default of both: the world's description).
 * `windows`: it is pushed by windows (`windowedPush`). `batches`: by batches of pages never dirtied and dirty ones (`alternatingPush`).
 * `pushes: false`: nothing is sent while the guest runs at the source. `hops`: what is known of each hop of a journey (`hops`), besides what is said here.
 * `disk`: how a disk comes along, where the guest has one that must (default: as `DiskRules` has it; where nothing is pushed, in rounds before a pull, and not ahead of a copy). `files`: the state goes through files, which the source dumps at so many bytes per second and the target
 * rebuilds (default: as the world's description says; where there is none, what is heard). `pages`, `blocks`: how many move of the guest's (default: all, until they are named).
 * `unforeseen`: why nothing is known of how it goes on; then no time is named.
 * `guests`: the guests by migration, where the stream has no `began`.
 */
export type ForecastOptions = {
  readonly rules?: ForecastRules
  readonly follows?: 'copy' | 'pull'
  readonly pull?: 'background' | 'demandOnly'
  readonly bytesPerSecond?: number
  readonly boundNs?: Time
  readonly unforeseen?: string
  readonly timeBounded?: { readonly intervalNs: Time | null }
  readonly windows?: WindowsAhead
  readonly batches?: Required<Omit<AlternatingOptions, 'level'>>
  readonly pushes?: boolean
  readonly hops?: readonly ForecastOptions[]
  readonly contextBytes?: number
  readonly zeroPages?: number
  readonly disk?: DiskRules
  readonly files?: { readonly dumpBytesPerSecond?: number; readonly rebuildBytesPerSecond?: number }
  readonly pages?: number
  readonly blocks?: number
  readonly guests?: Readonly<Record<string, GuestView>>
}

/** The stop rule of `precopy()`. @internal */
export const usualRules: ForecastRules = { until: or(downtimeWithin(milliseconds(300)), roundsAtMost(30)) }

/** The rules of its push; of one by windows, the rate is the pacing. @internal */
export const rulesOf = ({ rules = usualRules, windows }: ForecastOptions): ForecastRules =>
  windows?.bytesPerSecond === undefined ? rules : { ...rules, pacing: fixed(windows.bytesPerSecond) }
