import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { key, split } from '../../lib/random/random'
import { datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { qemu72, qemu72Windows } from '../../pipelines/qemu'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { chances } from './chances'
import type { Followed } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'

/** The techniques of the swarm, by turns. */
export const overZeros = ['stop-and-copy', 'pre-copy', 'post-copy', 'hybrid', 'windows'] as const

/**
 * Migrations of guests whose pages without content, a fifth to nine tenths of them, lie together below, in the middle or above; 4 to 16 MiB, links that carry the memory in a twentieth of a second to five
 * seconds (in two to twenty with windows), senders that cost nothing or up to half of what the link does. The guest writes among all pages, or among those with content alone.
 */
export const followedOverZeros = (seed: number, count: number): readonly Followed[] =>
  Array.from({ length: count }, (_, i) => followed(seed, i)).filter((one) => one !== undefined)

const followed = (seed: number, i: number): Followed | undefined => {
  const stream = split(key(seed), i)
  const { chance, between, scaled } = chances(stream)
  const technique = overZeros[i % overZeros.length]
  const pages = Math.round(scaled(1_024, 4_096))
  const spanNs = Math.round(technique === 'windows' ? scaled(2e9, 20e9) : scaled(5e7, 5e9))
  const bytesPerSecond = Math.round((pages * 4_104e9) / spanNs)
  const empty = Math.floor(pages * between(0.2, 0.9))
  const at = [0, Math.floor((pages - empty) / 2), pages - empty][Math.floor(3 * chance())]
  const writesPerSecond = Math.max(1, Math.round(((pages * 1e9) / spanNs) * scaled(0.02, 1)))
  const workload =
    chance() < 0.5
      ? uniform({ pages: at === pages - empty ? pages - empty : pages, writesPerSecond })
      : hotCold({ pages, writesPerSecond, hotPages: between(0.02, 0.3), hotAccesses: between(0.5, 0.99) })
  const guest = vm({ pages, workload, classes: pageClasses({ size: pages, zero: pageSet.range(pages, at, at + empty) }) })
  const until = or(downtimeWithin(Math.round(spanNs * scaled(0.01, 0.3))), roundsAtMost(technique === 'hybrid' ? 1 : 5))
  const windows = { downtimeLimitNs: Math.round(spanNs * scaled(0.02, 0.3)), maxBandwidth: Math.round(bytesPerSecond * scaled(0.3, 2)) }
  const pipeline: Pipeline = {
    'stop-and-copy': () => stopAndCopy(),
    'pre-copy': () => precopy({ until }),
    'post-copy': () => postcopy(),
    hybrid: () => hybrid({ until }),
    windows: () => qemu72(windows)
  }[technique]()
  const world = datacentre({
    guests: { guest },
    link: link({ bytesPerSecond, latencyNs: Math.round(scaled(5_000, 200_000)) }),
    source: chance() < 0.5 ? {} : { sendPageNs: (4_104e9 / bytesPerSecond) * scaled(0.05, 0.5) },
    fidelity: 'marks',
    ...(technique === 'windows' && { sender: { windowNs: 100e6, sliceNs: 51e6 } }),
    progressNs: Math.round(spanNs / between(20, 100))
  })
  const options: ForecastOptions = {
    rules: { until },
    follows: technique === 'hybrid' || technique === 'post-copy' ? 'pull' : 'copy',
    ...(technique === 'windows' && { windows: qemu72Windows(windows) })
  }
  const entries: Entry[] = []
  run(pipeline, world, { seed: i, until: spanNs * 60 }).subscribe((entry) => entries.push(entry))
  const forecasts = forecastsOf(entries, options)
  const end = entries.at(-1)
  if (end?.type !== 'ended' || end.outcome.type !== 'completed') return undefined
  const released = entries.find((entry) => entry.type === 'signalled' && entry.signal.type === 'released')
  return { technique, forecasts, overAt: (released ?? end).at, entries }
}
