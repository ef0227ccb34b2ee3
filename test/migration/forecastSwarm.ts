import { type Guest, process, vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { idle } from '../../lib/guest/idle'
import { phased } from '../../lib/guest/phased'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { zipf } from '../../lib/guest/zipf'
import { run } from '../../lib/loop/run'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import type { Forecast, ForecastOptions } from '../../lib/migration/forecast'
import { clarkDynamic } from '../../lib/migration/pacing'
import { frequentlyDirtied, peek } from '../../lib/migration/skipRule'
import { downtimeWithin, notShrinking, or, roundsAtMost, type StopRule } from '../../lib/migration/stopRule'
import { autoConverge } from '../../lib/migration/throttle'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { key, split } from '../../lib/random/random'
import { milliseconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { mplm } from '../../pipelines/mplm'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import { chances } from './chances'
import { qemus, slowness } from './forecastSwarmQemu'
import { forecastsOf } from './forecastsOf'

/** A migration of the swarm: which technique, what was said of it while it ran, and when it was over. */
export type Followed = {
  readonly technique: string
  readonly forecasts: readonly Forecast[]
  readonly overAt: number
  readonly entries: readonly Entry[]
}

/** The techniques of the swarm; each migration draws one. */
export const techniques = ['stop-and-copy', 'pre-copy', 'post-copy', 'hybrid', 'tlm'] as const

/** Techniques with swarms of their own. */
export const alone = ['windows', 'auto-converge', 'dirty-limit', 'asked-for', 'qemu-1.x', 'mplm'] as const

/** Techniques that somebody watches from outside; each takes hundreds of looks. */
export const watched = ['kubevirt-ramp', 'kubevirt-stall'] as const

type Technique = (typeof techniques)[number] | (typeof alone)[number] | (typeof watched)[number]

/**
 * Migrations over worlds drawn at random: 2 to 16 MiB, 0.1 to 10 Gbit/s with applications beside it (a 25th of that for QEMU's windows of 100 ms, a 50th where a second counts), six kinds of workload that write from a fiftieth to twice of what the link
 * carries, and rules of every kind. Those that did not complete, or were not given up by who watches them, within two hundred times what memory takes are left out.
 */
export const followedMigrations = (seed: number, count: number, of: readonly Technique[] = techniques): readonly Followed[] =>
  Array.from({ length: count }, (_, i) => followed(seed, i, of)).filter((one) => one !== undefined)

const followed = (seed: number, i: number, of: readonly Technique[]): Followed | undefined => {
  const stream = split(key(seed), i)
  const { chance, between, scaled, half, one } = chances(stream)

  const pages = Math.round(scaled(512, 4096))
  const bytesPerSecond = Math.round(scaled(12.5e6, 1.25e9) / slowness(of[0]))
  const linkPages = bytesPerSecond / 4104
  const spanNs = Math.round((pages * 1e9) / linkPages)
  const workload = (): Workload => {
    const writesPerSecond = Math.round(linkPages * scaled(0.02, 2))
    const rated = { pages, writesPerSecond, readsPerSecond: half() ? 0 : Math.round(linkPages * scaled(0.1, 2)) }
    const region = Math.round(pages * scaled(0.02, 1))
    return one(
      () => uniform(rated),
      () => uniform({ ...rated, pages: region }),
      () => hotCold({ ...rated, hotPages: between(0.02, 0.3), hotAccesses: between(0.5, 0.99) }),
      () => zipf({ ...rated, exponent: between(0.6, 1.2) }),
      () => sweep({ ...rated, pages: region }),
      () => idle({})
    )()
  }
  const runs =
    chance() < 0.15
      ? phased([
          { forNs: Math.round(spanNs * between(0.3, 2)), workload: workload() },
          { forNs: Math.round(spanNs * between(0.3, 2)), workload: workload() }
        ])
      : workload()
  const guest: Guest = one(vm, process)({ pages, workload: runs })
  const technique = one(...of)
  const until: StopRule =
    technique === 'hybrid'
      ? roundsAtMost(one(1, 1, 2, 3))
      : or(
          downtimeWithin(Math.round(spanNs * scaled(0.01, 0.3))),
          roundsAtMost(one(3, 5, 10, 30)),
          ...(chance() < 0.25 ? [notShrinking] : [])
        )
  const rules = {
    until,
    ...(chance() < 0.2 && { throttle: autoConverge() }),
    ...(chance() < 0.15 && {
      pacing: clarkDynamic({
        minBytesPerSecond: bytesPerSecond / 10,
        maxBytesPerSecond: bytesPerSecond / 2,
        incrementBytesPerSecond: bytesPerSecond / 20
      })
    })
  }
  const skip = one(undefined, undefined, peek, frequentlyDirtied({ atLeast: 2, of: 3 }))
  const prepaging = one(bubbling(), activePush)
  const intervalNs = chance() < 0.2 ? null : Math.round(spanNs * scaled(0.03, 0.5))
  const apart = chances(stream, 1_000)
  const limitNs = Math.round(spanNs * apart.scaled(0.02, 0.3))
  const maxBandwidth = Math.round(bytesPerSecond * apart.scaled(0.2, 2))
  const batches = {
    nonDirtyPages: apart.one(20, 50),
    dirtyPages: apart.one(20, 50),
    intervalNs: Math.round(spanNs * apart.scaled(0.05, 1))
  }
  const qemu = qemus(apart.between, apart.half, apart.one)[technique as keyof ReturnType<typeof qemus>]?.({ limitNs, maxBandwidth, spanNs })
  const pipeline: Pipeline =
    {
      'stop-and-copy': () => stopAndCopy(),
      'pre-copy': () => precopy({ ...rules, skip }),
      'post-copy': () => postcopy({ prepaging }),
      hybrid: () => hybrid({ ...rules, skip, prepaging }),
      tlm: () => tlm({ intervalNs }),
      mplm: () => mplm(batches)
    }[technique as Exclude<Technique, keyof ReturnType<typeof qemus>>]?.() ?? qemu!.pipeline
  const application = half() ? 0 : bytesPerSecond * between(0, 0.8)
  const world = datacentre({
    guests: { guest },
    link: link({
      bytesPerSecond,
      latencyNs: Math.round(scaled(5_000, 200_000)),
      applicationBytesPerSecond: half() ? 0 : bytesPerSecond * between(0, 0.8)
    }),
    fidelity: 'marks',
    ...(qemu && { sender: { windowNs: milliseconds(100), sliceNs: milliseconds(51) } }),
    progressNs: Math.round(spanNs / between(10, 100))
  })
  const options: ForecastOptions = {
    rules,
    ...(qemu && { windows: qemu.windows }),
    ...(technique === 'mplm' && { batches }),
    follows: technique === 'hybrid' || technique === 'post-copy' ? 'pull' : 'copy',
    ...(technique === 'tlm' && { timeBounded: { intervalNs } }),
    bytesPerSecond: Math.max(bytesPerSecond / 2, bytesPerSecond - application)
  }
  const entries: Entry[] = []
  run(pipeline, world, { seed: i, startAt: Math.round(spanNs * between(0, 2)), until: spanNs * (qemu ? 60 : 200) }).subscribe((entry) =>
    entries.push(entry)
  )
  const forecasts = forecastsOf(entries, options)
  const end = entries.at(-1)
  if (end?.type !== 'ended' || !isFollowed(end.outcome)) return undefined
  const released = entries.find((entry) => entry.type === 'signalled' && entry.signal.type === 'released')
  return { technique, forecasts, overAt: (released ?? end).at, entries }
}

/** Whoever watches it may give a migration up: its forecast says so beforehand. */
const isFollowed = (outcome: Outcome): boolean =>
  outcome.type === 'completed' || (outcome.type === 'aborted' && outcome.reason.includes('given up: '))
