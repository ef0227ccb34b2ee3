import type { Entry } from '../protocol/journal'
import type { Fold } from '../stream/fold'
import { overSignals } from './overSignals'
import { sentOf } from './sentOf'

/**
 * Bytes transferred: the `bytes` of every `sent` answer, and of what had left of sends that were given up, so pages as they are on the wire, with headers and after encoding. The execution context and the
 * protocol's own messages are not in it, nor is a disk (`diskTransfer`).
 */
export const bytesTransferred: Fold<Entry, number> = overSignals({
  init: () => 0,
  step: (sum, signal) => sum + (sentOf(signal, undefined)?.bytes ?? 0),
  done: (sum) => sum
})
