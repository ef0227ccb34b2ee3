import type { ChipAnswer, ChipFact, ChipOrder, SyncGroup } from '../protocol/chip'
import { formatBytes, formatNumber } from './numbers'

/** An order of a chip in a few words. @internal */
export const chipOrderInWords = (order: ChipOrder): string => {
  switch (order.type) {
    case 'create':
      return order.sync === undefined ? `create a ${order.kind}: ${order.end}` : `create a sync ${groupInWords(order.sync)}: ${order.end}`
    case 'attach':
      return order.sync === undefined
        ? `open the ${order.kind} of ${order.remote}: ${order.end}`
        : `open a sync ${groupInWords(order.sync)}: ${order.end}`
    case 'mail':
      return `mail by ${order.end}`
    case 'allow':
      return `allow ${order.from} ${formatBytes(order.bytes)} into ${order.end}`
    case 'put':
      return `put ${formatBytes(order.bytes)} into ${order.end}`
    case 'get':
      return `get ${formatBytes(order.bytes)} from ${order.end}`
    case 'close':
    case 'receive':
    case 'signal':
    case 'await':
      return `${order.type} ${order.end}`
  }
}

/** What a chip says in a few words. @internal */
export const chipSignalInWords = (signal: ChipAnswer | ChipFact): string => {
  switch (signal.type) {
    case 'received':
      return `a message of ${signal.from}`
    case 'got':
      return `${formatBytes(signal.bytes)} in ${formatNumber(signal.cycles)} cycles`
    case 'awaited':
      return `all have signalled, after ${formatNumber(signal.cycles)} cycles`
    case 'arrived':
      return `${signal.by} ${signal.from} to ${signal.node}: ${things[signal.by]} ${signal.number} is there`
    case 'bounced':
      return `${signal.by} ${signal.from} to ${signal.process}: back from ${signal.node}, where it is not`
    case 'slots':
      return `${signal.node} has ${formatNumber(signal.cRx + signal.dRx)} slots and ${formatNumber(signal.cTx + signal.dTx)} channels in use for ${signal.kind}`
  }
}

const things = { mailbox: 'message', portal: 'chunk', sync: 'signal' } as const

const groupInWords = ({ mode, nodes }: SyncGroup): string =>
  mode === 'allToOne' ? `of ${nodes.length - 1} to ${nodes[0]}` : `of ${nodes[0]} to ${nodes.length - 1}`
