import type { ThreadUse } from '../metrics/threadUse'
import { outcomeInWords } from './columns'
import { grid, type Head, type TableForm } from './grid'
import { formatNumber } from './numbers'

/**
 * What threads with iso-address memory have done, a row for each and one for all: where they ran, what they took and moved, and what it cost in messages. A mean of nothing is `-`.
 *
 *     threadTable()(runFold(threadUse, journal))
 */
export const threadTable =
  ({ form = 'text' }: { readonly form?: TableForm } = {}) =>
  (uses: Readonly<Record<string, ThreadUse>>): string => {
    const all = Object.values(uses)
    const whole: ThreadUse = {
      nodes: [],
      outcome: undefined,
      blocks: sum(all, 'blocks'),
      refused: sum(all, 'refused'),
      moves: sum(all, 'moves'),
      bytes: sum(all, 'bytes'),
      moveNs: sum(all, 'moveNs'),
      negotiations: sum(all, 'negotiations'),
      negotiationNs: sum(all, 'negotiationNs'),
      messages: sum(all, 'messages'),
      moveMessages: sum(all, 'moveMessages')
    }
    const rows = Object.entries(uses).map(([name, use]) => [name, route(use), ...cells(use), outcomeInWords(use.outcome)])
    return grid(form, heads, [...rows, ['all', '', ...cells(whole), '']])
  }

const words = (name: string): Head => ({ name, unit: '', align: 'left' })
const figures = (name: string, unit = ''): Head => ({ name, unit, align: 'right' })

const heads: readonly Head[] = [
  words('thread'),
  words('nodes'),
  figures('blocks'),
  figures('for memory', 'messages a block'),
  figures('negotiations'),
  figures('each', 'µs'),
  figures('moves'),
  figures('for moves', 'messages a move'),
  figures('a move', 'µs'),
  figures('carries', 'B'),
  figures('refused'),
  words('outcome')
]

const cells = (use: ThreadUse): readonly string[] => [
  formatNumber(use.blocks),
  mean(use.messages, use.blocks),
  formatNumber(use.negotiations),
  mean(use.negotiationNs / 1000, use.negotiations),
  formatNumber(use.moves),
  mean(use.moveMessages, use.moves),
  mean(use.moveNs / 1000, use.moves),
  mean(use.bytes, use.moves),
  formatNumber(use.refused)
]

const mean = (total: number, n: number): string => (n === 0 ? '-' : formatNumber(total / n, 1))

const sum = (uses: readonly ThreadUse[], what: Exclude<keyof ThreadUse, 'nodes' | 'outcome'>): number =>
  uses.reduce((total, use) => total + use[what], 0)

/** The first nodes of a thread's way. */
const route = ({ nodes }: ThreadUse): string => (nodes.length <= SHOWN ? nodes.join(' ') : `${nodes.slice(0, SHOWN).join(' ')} ..`)

const SHOWN = 8
