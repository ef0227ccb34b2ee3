import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'

/**
 * Bytes transferred: the `bytes` of every `sent` answer, so pages as they are on the wire, with headers and after encoding. The execution context and the
 * protocol's own messages are not in it, nor is a disk (`diskTransfer`).
 */
export const bytesTransferred: Fold<Entry, number> = overSignals({
  init: () => 0,
  step: (sum, signal) => (signal.type === 'sent' && signal.of === undefined ? sum + signal.bytes : sum),
  done: (sum) => sum
})
