import type { Order } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import { type Fold, fold } from '../../lib/stream/fold'
import { qemuContextBytes } from './qemuExperiment'

/**
 * What a run came to, in the figures that QEMU reports, seconds and bytes. `total`: from the first command until the source is done; `downtime`: as the source sees it, from the order
 * to pause until all has arrived (with post-copy until the guest is handed over); `stopToResume`: until the guest runs at the target. `requests`: pages asked for by post-copy; `waited`: how long the guest stood still for them. Times are 0 of a migration that
 * did not end.
 */
export type QemuFigures = {
  readonly converged: boolean
  readonly total: number
  readonly downtime: number
  readonly stopToResume: number
  readonly bytes: number
  readonly syncs: number
  readonly throttle: number
  readonly requests: number
  readonly waited: number
}

type State = {
  began: number | undefined
  paused: number | undefined
  committed: number | undefined
  activated: number | undefined
  released: number | undefined
  bytes: number
  left: number
  syncs: number
  throttle: number
  requests: number
  waited: number
  pulls: boolean
  completed: boolean
}

/** The figures of a run of one migration. */
export const qemuFigures: Fold<Entry, QemuFigures> = fold<Entry, QemuFigures, State>({
  init: () => ({
    began: undefined,
    paused: undefined,
    committed: undefined,
    activated: undefined,
    released: undefined,
    bytes: 0,
    left: 0,
    syncs: 0,
    throttle: 0,
    requests: 0,
    waited: 0,
    pulls: false,
    completed: false
  }),
  step: (state, entry) => {
    if (entry.type === 'commanded') commanded(state, entry.command.order, entry.at)
    else if (entry.type === 'ended') state.completed = entry.outcome.type === 'completed'
    else if (entry.type === 'signalled') {
      const { signal, at } = entry
      if (signal.type === 'synced') state.syncs++
      else if (signal.type === 'sent') state.bytes += signal.bytes
      else if (signal.type === 'progress') state.left = signal.bytes
      else if (signal.type === 'activated') state.activated = at
      else if (signal.type === 'faulted') state.requests++
      else if (signal.type === 'released') state.waited = signal.waited?.all ?? 0
    }
    return state
  },
  done: ({ began = 0, paused = 0, committed = 0, activated = 0, released = 0, completed, pulls, bytes, left, ...rest }) => ({
    converged: completed,
    total: completed ? ((pulls ? released : committed) - began) / 1e9 : 0,
    downtime: completed ? (committed - paused) / 1e9 : 0,
    stopToResume: completed ? (activated - paused) / 1e9 : 0,
    bytes: completed ? bytes + qemuContextBytes : left,
    syncs: rest.syncs,
    throttle: rest.throttle,
    requests: rest.requests,
    waited: rest.waited / 1e9
  })
})

const commanded = (state: State, order: Order, at: number): void => {
  state.began ??= at
  if (order.type === 'pause') state.paused = at
  else if (order.type === 'commit') state.committed = at
  else if (order.type === 'release') state.released = at
  else if (order.type === 'discard') state.pulls = true
  else if (order.type === 'throttle') state.throttle = Math.max(state.throttle, order.fraction)
}
