import { type Guest, vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { npbGuest } from '../../lib/guest/npb'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import type { ForecastOptions } from '../../lib/migration/forecast'
import type { Overcommit } from '../../lib/migration/timeBounded'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import { key, split } from '../../lib/random/random'
import { datacentre } from '../../lib/world/datacentre'
import { tlm } from '../../pipelines/tlm'
import { chances } from './chances'
import type { Followed } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'

/** Guests of the swarm: programs of class D in small, and synthetic ones with zero pages below, above or among the others, or none. */
export const boundedGuests = ['MG', 'IS', 'SP', 'BT', 'uniform', 'hotCold'] as const

/** The variants of TLM: an update now and then, none, and over-commitment. */
export const boundedModes = ['TLM', 'TLM.1S', 'over-commit'] as const

/** A time-bounded migration of the swarm; `technique` is its mode. */
export type FollowedWalk = Followed & { readonly guest: (typeof boundedGuests)[number] }

/**
 * Time-bounded migrations over worlds drawn at random: eight to sixty-four MiB, links that carry a memory in a tenth to the whole of the time in which its program goes through its series, senders that
 * cost nothing or as much as the link, applications beside them in every other world. The forecasts are made from the journal with `options`, by default none at all.
 */
export const followedWalks = (seed: number, count: number, options: ForecastOptions = {}): readonly FollowedWalk[] =>
  Array.from({ length: count }, (_, i) => followed(seed, i, options)).filter((one) => one !== undefined)

const followed = (seed: number, i: number, options: ForecastOptions): FollowedWalk | undefined => {
  const stream = split(key(seed), i)
  const { chance, between, scaled } = chances(stream)
  const name = boundedGuests[i % boundedGuests.length]
  const mode = boundedModes[Math.floor(i / boundedGuests.length) % boundedModes.length]
  const spanNs = Math.round(scaled(1e9, 60e9))
  const guest = guestOf(name, { chance, between, scaled, spanNs })
  const bytesPerSecond = Math.round((guest.pages * 4104 * 1e9) / spanNs)
  const pageNs = 4104e9 / bytesPerSecond
  const costs = chance() < 0.5 ? {} : { freshPageNs: pageNs * scaled(0.1, 1.5), sendPageNs: pageNs * scaled(0.3, 1), crowding: 0.02 }
  const source = { ...costs, ...(chance() < 0.5 && { syncNs: Math.round(spanNs * scaled(1e-5, 1e-3)) }) }
  const intervalNs = mode === 'TLM.1S' ? null : Math.round(spanNs * scaled(0.01, 0.6))
  const overcommit: readonly Overcommit[] = mode === 'over-commit' ? [{ after: between(0, 0.8), cores: scaled(0.2, 4) }] : []
  const world = datacentre({
    guests: { guest },
    link: link({
      bytesPerSecond,
      latencyNs: Math.round(scaled(5_000, 200_000)),
      applicationBytesPerSecond: chance() < 0.5 ? 0 : bytesPerSecond * between(0, 0.6)
    }),
    source,
    fidelity: 'marks',
    progressNs: Math.round(spanNs / between(20, 200))
  })
  const entries: Entry[] = []
  const startAt = Math.round(spanNs * between(0, 1))
  run(tlm({ intervalNs, overcommit }), world, { seed: i, startAt, until: startAt + spanNs * 50 }).subscribe((entry) => entries.push(entry))
  const forecasts = forecastsOf(entries, options)
  const end = entries.at(-1)
  if (end?.type !== 'ended' || end.outcome.type !== 'completed') return undefined
  return { guest: name, technique: mode, forecasts, overAt: end.at, entries }
}

type Chances = {
  readonly chance: () => number
  readonly between: (from: number, to: number) => number
  readonly scaled: (from: number, to: number) => number
  readonly spanNs: number
}

const guestOf = (name: (typeof boundedGuests)[number], { chance, between, scaled, spanNs }: Chances): Guest => {
  if (name !== 'uniform' && name !== 'hotCold')
    return npbGuest(name, { scale: scaled(1 / 4096, 1 / 640), beginAtS: Math.floor(between(0, 40)) })
  const pages = Math.round(scaled(2_048, 16_384))
  const writesPerSecond = Math.max(1, Math.round(((pages * 1e9) / spanNs) * scaled(0.02, 2)))
  const workload =
    name === 'uniform'
      ? uniform({ pages, writesPerSecond })
      : hotCold({ pages, writesPerSecond, hotPages: between(0.02, 0.3), hotAccesses: between(0.5, 0.99) })
  const empty = Math.floor(pages * between(0.1, 0.7))
  const at = Math.floor(3 * chance())
  const zero = [
    () => pageSet.range(pages, 0, empty),
    () => pageSet.range(pages, pages - empty, pages),
    () =>
      pageSet.fromPages(
        pages,
        Array.from({ length: Math.ceil(pages / 3) }, (_, i) => 3 * i)
      )
  ][at]()
  return vm({ workload, ...(chance() < 0.6 && { classes: pageClasses({ size: pages, zero }) }) })
}
