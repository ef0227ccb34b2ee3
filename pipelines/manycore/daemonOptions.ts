import { bubbling } from '../../lib/migration/bubbling'
import type { Prepaging } from '../../lib/migration/prepaging'
import { notShrinking, or, residualBelow, roundsAtMost, type StopRule } from '../../lib/migration/stopRule'
import type { ProcessEnd, ProcessImage } from '../../lib/protocol/process'

/**
 * How a process is moved.
 *
 * - `nanvix`: frozen first, then everything else, as Nanvix does. `stopAndCopy`: the same, but the target has said that there is room before the process is frozen.
 * - `cold`: frozen, saved with a keeper as a whole, and started out of what the keeper has.
 * - `precopy`: its pages are copied while it runs, again those it has written, and the rest when it is frozen. `postcopy`: it goes on at the target with its state and stacks, and its other pages follow.
 */
export type TechniqueName = 'nanvix' | 'stopAndCopy' | 'cold' | 'precopy' | 'postcopy'

/** What a policy may look at before a process is moved: what it is made of, its ends with those of others, who asked, and where it shall go. */
export type AskedToMove = {
  readonly process: string
  readonly from: string
  readonly to: string
  readonly requester: string
  readonly image: ProcessImage
  readonly ends: readonly ProcessEnd[]
}

/** Whether a process may be moved: the reason why not, or nothing. Any function of this type is a policy. */
export type MovePolicy = (asked: AskedToMove) => string | undefined

/** Everything may move: ends that others have with a process follow it. */
export const following: MovePolicy = () => undefined

/** Nothing may move that others have ends with: it would leave residual dependencies (Milojicic et al., 2000, §3.2). */
export const withoutResidue: MovePolicy = ({ process, ends }) => {
  const used = ends.filter(({ peers }) => peers.length > 0)
  if (used.length === 0) return undefined
  const named = used.map(({ end, kind, peers }) => `${kind} ${end} with ${peers.join(' and ')}`)
  return `${process} has residual dependencies: ${named.join(', ')}`
}

/**
 * - `technique` (default `nanvix`), unless a request names another. `policy` (default `following`): whether a process may move. `follow` (default true): ends of others are held while it moves, and then follow it.
 * - `stop`: when `precopy` freezes (default: a round that leaves fewer than two pages, five rounds, or rounds that no longer shrink). `prepaging`: in which order `postcopy` sends what is missing (default `bubbling()`).
 * - `keeper`: the cluster whose daemon keeps what `cold` saves (default `io1`). `patienceNs`: after which silence another daemon is asked whether it is still there (default 20 ms).
 */
export type DaemonOptions = {
  readonly technique?: TechniqueName
  readonly policy?: MovePolicy
  readonly follow?: boolean
  readonly stop?: StopRule
  readonly prepaging?: Prepaging
  readonly keeper?: string
  readonly patienceNs?: number
}

/** Options with their defaults. @internal */
export type CheckedDaemon = Required<DaemonOptions>

/** Options with their defaults. Throws `RangeError`. @internal */
export const checkedDaemon = (options: DaemonOptions): CheckedDaemon => {
  const { technique = 'nanvix', policy = following, follow = true, keeper = 'io1', patienceNs = 20e6 } = options
  const { stop = or(residualBelow({ pages: 2 }), roundsAtMost(5), notShrinking), prepaging = bubbling() as Prepaging } = options
  if (!techniqueNames.includes(technique))
    throw new RangeError(`migrationDaemon: technique must be one of ${techniqueNames.join(', ')} (got ${technique})`)
  if (!(Number.isSafeInteger(patienceNs) && patienceNs > 0))
    throw new RangeError(`migrationDaemon: patienceNs must be an integer above 0 (got ${patienceNs})`)
  if (keeper === '') throw new RangeError('migrationDaemon: keeper must be the name of a cluster (got none)')
  return { technique, policy, follow, stop, prepaging, keeper, patienceNs }
}

/** The techniques by name. */
export const techniqueNames: readonly TechniqueName[] = ['nanvix', 'stopAndCopy', 'cold', 'precopy', 'postcopy']
