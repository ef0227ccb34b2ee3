import type { Entry } from '../protocol/journal'
import type { Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'

/** A fold of signals as a fold of a journal's entries, which passes over all that is not a signal. */
export const overSignals = <A, S>({ init, step, done }: Fold<Signal, A, S>): Fold<Entry, A> =>
  fold<Entry, A, S>({ init, step: (state, entry) => (entry.type === 'signalled' ? step(state, entry.signal) : state), done })
