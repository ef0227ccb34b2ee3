import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import type { DatacentreOptions, Fault } from '../../lib/world/datacentre'
import { datacentre } from '../../lib/world/datacentre'
import { delayed } from '../../lib/world/delayed'
import { invariants } from '../../properties/invariants/invariants'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

/** A small guest that reads and writes all of its memory, on a link on which a page takes a microsecond, and hosts that take their time. */
export const breaking = (options: Partial<DatacentreOptions> & { readonly delayNs?: number } = {}) => {
  const { delayNs = 0, ...rest } = options
  const world = datacentre({
    guests: {
      a: vm({ pages: PAGES, contextBytes: 2000, workload: uniform({ pages: PAGES, writesPerSecond: 5e5, readsPerSecond: 5e5, vcpus: 2 }) })
    },
    link: link({ bytesPerSecond: 4104e6, latencyNs: LATENCY_NS }),
    source: { syncNs: 300, suspendNs: 500, resumeNs: 400 },
    target: { resumeNs: 400 },
    redirectNs: 900,
    ...rest
  })
  return delayNs === 0 ? world : delayed({ maxDelayNs: delayNs })(world)
}

export const PAGES = 24
export const LATENCY_NS = 700

/** A run with these faults; throws what an invariant finds wrong with it. */
export const broken = (
  pipeline: Pipeline,
  faults: readonly Fault[],
  options: Parameters<typeof breaking>[0] & { readonly seed?: number } = {}
): Journal => {
  const { seed = 1, ...world } = options
  const journal = journalOf(pipeline, breaking({ ...world, faults }), { seed, until: 100_000_000, maxEntries: 20_000 })
  const found = runFold(breaches(invariants), journal)
  if (found.length > 0)
    throw new Error(
      `${JSON.stringify(faults)}: ${found.map(({ invariant, violation }) => `${invariant}: ${JSON.stringify(violation)}`).join('\n')}`
    )
  return journal
}

export const outcomeOf = (journal: Journal): Outcome => {
  const last = journal.at(-1)
  if (last?.type !== 'ended') throw new Error('the journal has no end')
  return last.outcome
}

/** The times at which anything happens in a journal. */
export const timesOf = (journal: Journal): readonly number[] => [...new Set(journal.map(({ at }) => at))]

/** How often an order of a kind was given. */
export const ordered = (journal: Journal, type: string): number =>
  journal.filter((e) => e.type === 'commanded' && e.command.order.type === type).length

/** When the last order of a kind was given; -1 where none was. */
export const lastGiven = (journal: Journal, type: string): number =>
  journal.reduce((at, e) => (e.type === 'commanded' && e.command.order.type === type ? e.at : at), -1)
