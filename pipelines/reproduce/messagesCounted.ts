import { formatNumber } from '../../lib/report/numbers'
import type { ThreadsRan } from '../isoThreads'

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

/** Messages for a run of both, by the number of nodes, in words. */
export const againstEachOther = (bySize: readonly (readonly [nodes: number, iso: Counted, naive: Counted])[]): string =>
  bySize.map(([, iso, naive]) => `${formatNumber(iso.messages, 2)} against ${formatNumber(naive.messages, 1)}`).join(', ')
