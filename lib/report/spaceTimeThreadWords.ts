import type { ThreadActed, ThreadFact, ThreadOrder } from '../protocol/threadOrder'
import { formatTime } from '../time/time'
import { formatBytes, formatNumber } from './numbers'

/** What a thread does in a few words. @internal */
export const threadOrderInWords = (order: ThreadOrder): string => {
  switch (order.type) {
    case 'spawn':
      return `begin on node ${order.node}`
    case 'allocate':
      return `take ${formatBytes(order.bytes)}`
    case 'free':
      return `give back what is at ${hex(order.address)}`
    case 'read':
      return `read ${hex(order.address)}`
    case 'write':
      return `write ${hex(order.word)} at ${hex(order.address)}`
    case 'push':
      return `push ${hex(order.word)}`
    case 'pop':
      return 'pop'
    case 'exit':
      return 'end'
    case 'migrate':
      return `move to node ${order.to}`
    case 'open':
      return `open a ${order.what}`
  }
}

/** What a world of threads says in a few words. @internal */
export const threadSignalInWords = (signal: ThreadActed | ThreadFact): string => {
  switch (signal.type) {
    case 'acted':
      return resultInWords(signal.result)
    case 'negotiated':
      return `node ${signal.node} has ${signal.run === undefined ? 'got nothing' : `${formatNumber(signal.run.n)} slots of node ${signal.owners.join(', ')}`} after ${formatTime(signal.ns)}`
    case 'carried':
      return `${signal.what} from node ${signal.from} to node ${signal.node}, ${formatBytes(signal.bytes)}`
    case 'threadLost':
      return `lost: ${signal.reason}`
    case 'nodeFailed':
      return `node ${signal.node} has broken down`
  }
}

const resultInWords = (result: ThreadActed['result']): string => {
  switch (result.type) {
    case 'spawned':
      return `runs on node ${result.node}, its stack at ${hex(result.stack)}`
    case 'allocated':
      return `has memory at ${hex(result.address)}`
    case 'freed':
      return `has given back ${hex(result.address)}`
    case 'wrote':
      return `it stands at ${hex(result.address)}`
    case 'read':
      return `${hex(result.word)} is at ${hex(result.address)}`
    case 'migrated':
      return `moved from node ${result.from} to node ${result.to} in ${formatTime(result.ns)}, ${formatBytes(result.bytes)}`
    case 'exited':
      return `ended on node ${result.node}`
    case 'faulted':
      return `no memory at ${hex(result.address)}`
  }
}

const hex = (n: number | bigint): string => `0x${n.toString(16)}`
