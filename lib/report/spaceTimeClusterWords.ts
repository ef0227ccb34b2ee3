import type { ClusterAnswer, ClusterFact, ClusterOrder } from '../protocol/cluster'
import type { Data } from '../protocol/data'
import { formatBytes, formatNumber } from './numbers'

/** An order of a cluster in a few words. @internal */
export const clusterOrderInWords = (order: ClusterOrder): string => {
  switch (order.type) {
    case 'tell':
      return `tell ${order.whom}: ${messageInWords(order.message)}`
    case 'keep':
      return order.what === 'state'
        ? `keep the guest's state for checkpoint ${order.checkpoint}`
        : `keep the receive queue for checkpoint ${order.checkpoint}${order.beyond === true ? ', all of it' : ''}`
    case 'settle':
      return order.as === 'sealed' ? `checkpoint ${order.checkpoint} counts` : `drop checkpoint ${order.checkpoint}`
    case 'list':
      return 'which checkpoints are complete?'
    case 'load':
      return `load checkpoint ${order.checkpoint}`
    case 'insertQueue':
      return `insert the loaded queue at the ${order.place}`
  }
}

/** What a cluster says in a few words. @internal */
export const clusterSignalInWords = (signal: ClusterAnswer | ClusterFact): string => {
  switch (signal.type) {
    case 'kept':
      return signal.frames === 0
        ? `${formatBytes(signal.bytes)} moved`
        : `${framesInWords(signal.frames)} moved (${formatBytes(signal.bytes)})`
    case 'listed':
      return `checkpoints ${signal.complete.join(', ')}; ${signal.sealed} counts`
    case 'told':
      return `${signal.from} says: ${messageInWords(signal.message)}`
    case 'stored':
      return `checkpoint ${signal.checkpoint} is ${signal.stands}${signal.queue.length === 0 ? '' : ` with ${framesInWords(signal.queue.length)} in its queue`}`
    case 'misdelivered':
      return `GOT FRAME ${signal.number} of ${signal.from} in place of ${signal.expected}`
    case 'finished':
      return 'the program has come to its end'
  }
}

const framesInWords = (count: number): string => `${formatNumber(count)} ${count === 1 ? 'frame' : 'frames'}`

/** A message by its kind, and its checkpoint where it names one. */
const messageInWords = (message: Data): string => {
  if (typeof message !== 'object' || message === null) return String(message)
  const { type, checkpoint } = message as { readonly type?: Data; readonly checkpoint?: Data }
  if (typeof type !== 'string') return 'a message'
  return typeof checkpoint === 'number' ? `${type} ${checkpoint}` : type
}
