import { formatNumber } from '../../lib/report/numbers'
import type { ThreadsRan } from '../isoThreads'
import type { ReproducedTable } from './reproduction'

/** Runs of slots that threads were given in a run: how many, how many of them were negotiated, and messages and microseconds of negotiations for each. */
export type Counted = { readonly runs: number; readonly negotiated: number; readonly messages: number; readonly meanUs: number }

/** What a run came to. */
export const messagesCounted = ({ signals, runsGiven, traffic }: ThreadsRan): Counted => {
  const { thread: _, reserve: _reserve, reserved: _reserved, full: _full, ...negotiating } = traffic
  const took = signals.flatMap((one) => (one.type === 'negotiated' ? [one.ns] : []))
  return {
    runs: runsGiven,
    negotiated: took.length,
    messages: Object.values(negotiating).reduce((sum, one) => sum + one.messages, 0) / runsGiven,
    meanUs: took.reduce((sum, ns) => sum + ns, 0) / runsGiven / 1000
  }
}

/** How many times as many messages the naive allocator takes; `undefined` where the other takes none. */
export const timesAsMany = (naive: Counted, iso: Counted): number | undefined =>
  iso.messages === 0 ? undefined : naive.messages / iso.messages

/** What runs with both allocators came to, by the number of nodes. */
export type CountedBySize = readonly (readonly [nodes: number, iso: Counted, naive: Counted])[]

/** All of that as a table; `nodes`: what the nodes are called. */
export const tableBySize = (title: string, nodes: string, isoDecimals: number, bySize: CountedBySize): ReproducedTable => ({
  title,
  columns: [
    { name: nodes },
    { name: 'runs', decimals: 0 },
    { name: 'negotiated', unit: '%', decimals: 1 },
    { name: 'messages, iso-address', unit: 'a run', decimals: 2 },
    { name: 'messages, naive', unit: 'a run', decimals: 2 },
    { name: 'naive to iso', unit: 'times', decimals: 1 },
    { name: 'time for a run, iso', unit: 'us', decimals: isoDecimals },
    { name: 'naive', unit: 'us', decimals: 0 }
  ],
  rows: bySize.map(([count, iso, naive]) => [
    count,
    iso.runs,
    (100 * iso.negotiated) / iso.runs,
    iso.messages,
    naive.messages,
    timesAsMany(naive, iso),
    iso.meanUs,
    naive.meanUs
  ])
})

/** Messages for a run of both, by the number of nodes, in words. */
export const againstEachOther = (bySize: CountedBySize): string =>
  bySize.map(([, iso, naive]) => `${formatNumber(iso.messages, 2)} against ${formatNumber(naive.messages, 1)}`).join(', ')
