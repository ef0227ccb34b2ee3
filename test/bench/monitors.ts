import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { downtimeWithin } from '../../lib/migration/stopRule'
import { autoConverge } from '../../lib/migration/throttle'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { runFold } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { worldOf } from '../../properties/arbitraries/worldPlan'
import type { Invariant } from '../../properties/invariants/invariant'
import { invariants } from '../../properties/invariants/invariants'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'
import { monitored } from '../../properties/monitored'
import { best } from './cpu'
import type { BenchResult } from './timeline'

/**
 * What watching costs: a large pre-copy and a large post-copy (36 GiB of 4 KiB pages, 10 Gbit/s) unwatched, watched by the invariants of the control plane, and by all of
 * them, as ratios of processor time in one process; the runs take turns, and the least time of each counts. And the invariants alone over the
 * journal of a small world, which a check judges thousands of times a second.
 */
export const benchMonitors = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const pages = smoke ? 1 << 15 : 9_437_184
  const repeats = smoke ? 1 : 3
  const control = invariants.filter(({ plane }) => plane === 'control')
  const pre = (): World => worldWith(pages, uniform({ pages, writesPerSecond: smoke ? 60_000 : 600_000 }))
  const post = (): World => worldWith(pages, hotCold({ pages, writesPerSecond: 12_000, readsPerSecond: 108_000, vcpus: 4 }))
  const figures: Record<string, number | string> = { pages, invariants: invariants.length, 'of the control plane': control.length }
  let hash = 0x811c9dc5
  for (const [name, pipeline, world] of [
    ['pre-copy', precopy({ throttle: autoConverge(), until: downtimeWithin(300e6) }), pre],
    ['post-copy', postcopy(), post]
  ] as const) {
    const watched = (by: readonly Invariant[] | undefined) => (): void => {
      const { entries, endedAt, broken } = migrate(pipeline, world(), by)
      figures[`${name}, entries`] = entries
      if (broken > 0) throw new Error(`benchMonitors: ${name} must break no invariant (got ${broken} breaches)`)
      hash = Math.imul(hash ^ entries ^ endedAt, 0x01000193)
    }
    migrate(pipeline, worldWith(1 << 12, uniform({ pages: 1 << 12, writesPerSecond: 1000 })), invariants)
    const [plain, byControl, byAll] = best(repeats, [watched(undefined), watched(control), watched(invariants)])
    figures[`${name}, unwatched, ms`] = rounded(plain / 1e6)
    figures[`${name}, control plane watched / unwatched (target at most 1.2)`] = rounded(byControl / plain)
    figures[`${name}, all watched / unwatched (target at most 2)`] = rounded(byAll / plain)
  }
  const journal = journalOf(precopy(), worldOf(smallPlan), { seed: 1 })
  const fold = breaches(invariants)
  const times = smoke ? 200 : 5000
  const judge = (): void => {
    for (let i = 0; i < times; i++)
      if (runFold(fold, journal).length > 0) throw new Error('benchMonitors: the small run must break nothing')
  }
  judge()
  const [small] = best(repeats, [judge])
  figures['small journal, entries'] = journal.length
  figures['all invariants over it, us'] = rounded(small / times / 1e3)
  return { name: 'monitors', figures, hash: (hash >>> 0).toString(16) }
}

const worldWith = (pages: number, workload: ReturnType<typeof uniform>): World =>
  datacentre({ guests: { guest: vm({ pages, workload }) }, link: link({ gigabitsPerSecond: 10 }), fidelity: 'marks' })

/** A guest of sixteen pages, written fast enough for a few rounds. */
const smallPlan: Parameters<typeof worldOf>[0] = {
  seed: 1,
  guest: { kind: 'vm', pages: 16, vcpus: 1, contextPages: 1, workload: { type: 'uniform', writes: 8, reads: 8 } },
  fidelity: 'versions',
  pageBytes: 4096,
  pageNs: 1000,
  latencyPages: 2
}

const migrate = (pipeline: Pipeline, world: World, by: readonly Invariant[] | undefined) => {
  let [entries, endedAt, broken] = [0, 0, 0]
  const journal = run(pipeline, world)
  const watched = by === undefined ? journal : journal.pipe(monitored({ invariants: by, onBreach: () => broken++ }))
  watched.subscribe((entry: Entry) => {
    entries++
    if (entry.type === 'ended') endedAt = entry.at
  })
  return { entries, endedAt, broken }
}

const rounded = (x: number): number => Math.round(x * 1000) / 1000
