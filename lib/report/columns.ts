import type { Metrics } from '../metrics/metrics'
import type { Outcome } from '../protocol/pipeline'
import { conversion, nanoseconds, type Time, type TimeUnit } from '../time/time'

/** One run to be compared: a technique's name and what was measured of its migration. */
export type Run = { readonly name: string; readonly metrics: Metrics }

/** How a column's numbers are written: `size` of the base unit make one of the unit shown. */
export type Scale = { readonly unit: string; readonly size: number }

/**
 * A column of the comparison: `value` in its base unit (`undefined` where it did not happen), the scales it may be shown in, the largest first, and what it
 * means in a sentence.
 */
export type Column = {
  readonly name: string
  readonly scales: readonly Scale[]
  readonly value: (metrics: Metrics) => number | undefined
  readonly meaning: string
}

const times: readonly Scale[] = [
  { unit: 's', size: 1e9 },
  { unit: 'ms', size: 1e6 },
  { unit: 'µs', size: 1e3 },
  { unit: 'ns', size: 1 }
]
const bytes: readonly Scale[] = [
  { unit: 'GB', size: 1e9 },
  { unit: 'MB', size: 1e6 },
  { unit: 'kB', size: 1e3 },
  { unit: 'B', size: 1 }
]
const rates: readonly Scale[] = [
  { unit: 'MB/s', size: 1e6 },
  { unit: 'kB/s', size: 1e3 },
  { unit: 'B/s', size: 1 }
]
const percent: readonly Scale[] = [{ unit: '%', size: 0.01 }]
const plain = (unit: string): readonly Scale[] => [{ unit, size: 1 }]

/** The columns of the comparison, in order; times in whole nanoseconds (rounded down), whatever the unit of the journal's ticks. */
export const columns = (unit: TimeUnit = nanoseconds): readonly Column[] => {
  const converted = conversion({ from: unit, to: nanoseconds })
  const ns = (ticks: Time | undefined): number | undefined => (ticks === undefined ? undefined : converted(ticks))
  return [
    {
      name: 'total',
      scales: times,
      value: (m) => ns(m.totalTime),
      meaning: 'total migration time: from the first command until the source is no longer needed'
    },
    {
      name: 'prepare',
      scales: times,
      value: (m) => ns(m.preparationTime),
      meaning: 'preparation time: from the first command until the guest is paused for the switch'
    },
    {
      name: 'down',
      scales: times,
      value: (m) => ns(m.downtime),
      meaning: "the guest's downtime: from its last instruction at the source to its first at the target"
    },
    {
      name: 'service',
      scales: times,
      value: (m) => ns(m.serviceDowntime),
      meaning: "the service's downtime: until the network delivers to the target, too"
    },
    {
      name: 'resume',
      scales: times,
      value: (m) => ns(m.resumeTime),
      meaning: 'resume time: from the switch to the target until the source is no longer needed'
    },
    { name: 'sent', scales: plain('pages'), value: (m) => m.pagesTransferred, meaning: 'pages sent, each as often as it was sent' },
    {
      name: 'wire',
      scales: bytes,
      value: (m) => m.bytesTransferred,
      meaning: 'bytes of those pages on the wire, headers included (1 MB is 10^6 bytes)'
    },
    {
      name: 'slowed',
      scales: percent,
      value: (m) => m.applicationDegradation,
      meaning: 'application degradation: the part of the migration in which the guest made no progress (downtime, stalls, throttling)'
    },
    {
      name: 'dirtied',
      scales: plain('pages/s'),
      value: (m) => m.pageDirtyRate?.mean,
      meaning: 'page dirty rate: distinct pages written between two readings of the dirty log, per second, over all of them'
    },
    {
      name: 'peak',
      scales: plain('pages/s'),
      value: (m) => m.pageDirtyRate?.max,
      meaning: 'the highest such rate between two readings'
    },
    {
      name: 'link',
      scales: percent,
      value: (m) => m.linkDegradation,
      meaning: "link degradation: the part of the applications' traffic on the link that did not get through"
    },
    { name: 'rounds', scales: plain(''), value: (m) => m.rounds, meaning: 'passes over memory while the guest ran' },
    {
      name: 'faults',
      scales: plain(''),
      value: (m) => m.faults,
      meaning: 'times the guest stopped at the target because a page was missing there'
    },
    {
      name: 'waited',
      scales: times,
      value: ({ waitedTime: w }) => (w === undefined ? undefined : ns(w.vcpus.reduce((sum, one) => sum + one, 0) / w.vcpus.length)),
      meaning: 'how long it stood still there for missing pages, each of its virtual CPUs on average'
    },
    {
      name: 'network',
      scales: rates,
      value: (m) => m.guestThroughput,
      meaning: 'what the guest exchanged over a network of its own while it was migrated, on average (stopped and slowed it exchanges less)'
    }
  ]
}

/** An outcome in a few words. */
export const outcomeInWords = (outcome: Outcome | undefined): string => {
  if (outcome === undefined) return 'not ended'
  if (outcome.type === 'completed') return outcome.needs.length === 0 ? 'completed' : `completed, needs ${outcome.needs.join(', ')}`
  if (outcome.type === 'aborted') return `aborted, runs at ${outcome.running}: ${outcome.reason}`
  return `${outcome.type}: ${outcome.type === 'limited' ? outcome.limit : outcome.reason}`
}
