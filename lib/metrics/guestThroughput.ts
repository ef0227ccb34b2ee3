import type { Entry } from '../protocol/journal'
import { combine, type Fold, fold, mapFold } from '../stream/fold'
import { nanoseconds, type TimeUnit } from '../time/time'
import { applicationDegradation } from './applicationDegradation'
import { migrationOfEntry } from './perMigration'

/**
 * Guest throughput, bytes per second: what a guest exchanges over its own network, averaged over the migration; what it offers at full speed times
 * its progress per time, stops included (`1 - applicationDegradation`). `undefined` for a guest that states no network. It is what a user of the
 * machine sees of over-commitment and throttling (iperf in Chanchio & Thaenkaew, CCGrid 2014, Fig 11).
 */
export const guestThroughput = (unit: TimeUnit = nanoseconds): Fold<Entry, number | undefined> =>
  mapFold(({ offered, degradation }: { readonly offered: number | undefined; readonly degradation: number | undefined }) =>
    offered === undefined || degradation === undefined ? undefined : offered * (1 - degradation)
  )(combine({ offered, degradation: applicationDegradation(unit) }))

/** What the guest of this migration offers its network, as the world's description has it. */
const offered = fold<Entry, number | undefined, { readonly world?: unknown; readonly migration?: string }>({
  init: () => ({}),
  step: (state, entry) => {
    if (entry.type === 'began') return { ...state, world: entry.world }
    return state.migration === undefined ? { ...state, migration: migrationOfEntry(entry) } : state
  },
  done: ({ world, migration }) => {
    const rate = [migration ?? '', 'network', 'bytesPerSecond'].reduce(fieldOf, fieldOf(world, 'guests'))
    return typeof rate === 'number' ? rate : undefined
  }
})

const fieldOf = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? (of as Readonly<Record<string, unknown>>)[name] : undefined
