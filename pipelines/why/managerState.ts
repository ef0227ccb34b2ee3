import type { ChipDecision } from '../../lib/motive/chipDecision'
import type { ChipView, ClusterView, SavedView } from '../../lib/motive/chipView'
import type { Time } from '../../lib/time/time'
import type { DaemonRequest } from '../manycore/daemonMessage'

/** A decision of a manager, when it was made, and what came of it: nothing yet, the reply's kind, and why not. */
export type LoggedDecision = ChipDecision & {
  readonly at: Time
  readonly outcome?: string
  readonly why?: string
  readonly answeredAt?: Time
}

/** A request that has not been answered: its number, whose daemon was asked, the place of its decision in the log, and the size of its process. @internal */
export type OpenDeed = {
  readonly id: number
  readonly daemon: string
  readonly logged: number
  readonly threads: number
  readonly pages: number
}

/** A message to a cluster's daemon that has not left. @internal */
export type ToTell = { readonly cluster: string; readonly message: DaemonRequest }

/** What a cluster has said of itself in a look, as far as it has come. @internal */
export type Heard = { readonly id: number; readonly cluster: string; readonly view?: ClusterView; readonly awaited: readonly string[] }

/**
 * All that a manager's future depends on. `looking`: answers of this look, where one is under way. `toTell`: messages that wait for others to leave; `telling`: to whom one is leaving. `placed`: where each process was last seen. @internal
 */
export type ManagerState = {
  readonly looks: number
  readonly lookedAt: Time
  readonly next: number
  readonly attached: readonly string[]
  readonly failed: readonly string[]
  readonly isLooking: boolean
  readonly looking: readonly Heard[]
  readonly toTell: readonly ToTell[]
  readonly telling: readonly string[]
  readonly deeds: readonly OpenDeed[]
  readonly saved: readonly SavedView[]
  readonly placed: Readonly<Record<string, string>>
  readonly log: readonly LoggedDecision[]
  readonly isOver: boolean
}

/** A manager that has done nothing. @internal */
export const freshManager: ManagerState = {
  looks: 0,
  lookedAt: 0,
  next: 0,
  attached: [],
  failed: [],
  isLooking: false,
  looking: [],
  toTell: [],
  telling: [],
  deeds: [],
  saved: [],
  placed: {},
  log: [],
  isOver: false
}

/** What a look has come to: clusters of which all is known. @internal */
export const viewOf = ({ looking, failed, saved }: ManagerState, at: Time): ChipView => ({
  at,
  clusters: looking.flatMap(({ view, awaited }) => (view === undefined || awaited.length > 0 ? [] : [view])),
  failed,
  saved
})

/** Where processes are by a look: what was on a cluster that has failed stays there, what is nowhere has ended and need not be kept any more. @internal */
export const afterLook = (state: ManagerState, view: ChipView): ManagerState => {
  const seen = Object.fromEntries(
    view.clusters.flatMap(({ cluster, processes }) => processes.map(({ process }) => [process, cluster] as const))
  )
  const unseen = new Set([...state.failed, ...state.looking.flatMap(({ cluster, view: its }) => (its === undefined ? [cluster] : []))])
  const before = Object.entries(state.placed).filter(([process, cluster]) => !(process in seen) && unseen.has(cluster))
  const placed = { ...Object.fromEntries(before), ...seen }
  const saved = state.saved.flatMap((one) => (one.process in placed ? [{ ...one, from: placed[one.process] }] : []))
  return { ...state, placed, saved }
}

/** A deed answered, in the log. @internal */
export const answered = (state: ManagerState, deed: OpenDeed, outcome: string, at: Time, why?: string): ManagerState => ({
  ...state,
  deeds: state.deeds.filter(({ id }) => id !== deed.id),
  log: state.log.map((one, i) => (i === deed.logged ? { ...one, outcome, answeredAt: at, ...(why === undefined ? {} : { why }) } : one))
})

/** A cluster that cannot be talked to any more: nothing is expected of its daemon. @internal */
export const withFailed = (state: ManagerState, cluster: string, at: Time): ManagerState =>
  state.deeds
    .filter(({ daemon }) => daemon === cluster)
    .reduce<ManagerState>((left, deed) => answered(left, deed, 'lost', at, `${cluster} has failed`), {
      ...state,
      failed: state.failed.includes(cluster) ? state.failed : [...state.failed, cluster],
      looking: state.looking.filter((one) => one.cluster !== cluster),
      toTell: state.toTell.filter((one) => one.cluster !== cluster)
    })

/** Whether all that a cluster was asked in a look is known. @internal */
export const isWhole = ({ view, awaited }: Heard): boolean => view !== undefined && awaited.length === 0
