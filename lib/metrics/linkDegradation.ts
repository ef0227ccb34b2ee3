import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'

/**
 * Link degradation, a fraction: what the migration took from the applications that share its link, `1 - applicationBytes / applicationDemandBytes` of the
 * last `linkUsed`, which counts from the migration's first command. `undefined` when nobody wanted the link.
 */
export const linkDegradation: Fold<Entry, number | undefined> = overSignals<number | undefined, number | undefined>({
  init: () => undefined,
  step: (last, signal) =>
    signal.type === 'linkUsed' && signal.applicationDemandBytes > 0 ? 1 - signal.applicationBytes / signal.applicationDemandBytes : last,
  done: (last) => last
})
