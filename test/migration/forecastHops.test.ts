import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { run } from '../../lib/loop/run'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { hops } from '../../lib/migration/hops'
import { retried } from '../../lib/migration/retried'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { draw, key, split } from '../../lib/random/random'
import { forecastText } from '../../lib/report/forecastText'
import { milliseconds, seconds } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { tlm } from '../../pipelines/tlm'
import { held } from '../bench/forecast'
import type { Followed } from './forecastSwarm'
import { forecastsOf } from './forecastsOf'

const until = or(downtimeWithin(milliseconds(5)), roundsAtMost(10))
const intervalNs = milliseconds(60)

/** Each kind of hop: its pipeline, and what is known of it beforehand. */
const kinds: readonly (readonly [Pipeline, ForecastOptions])[] = [
  [precopy({ until }), { rules: { until } }],
  [postcopy(), { pushes: false, follows: 'pull' }],
  [tlm({ intervalNs }), { timeBounded: { intervalNs } }],
  [stopAndCopy(), { pushes: false }]
]

const journalOf = (pipeline: Pipeline, writesPerSecond: number, more: Partial<DatacentreOptions> = {}): readonly Entry[] => {
  const entries: Entry[] = []
  const workload = hotCold({ pages: 4_096, writesPerSecond, hotPages: 0.1, hotAccesses: 0.9 })
  const world = datacentre({
    guests: { m: vm({ workload }) },
    link: link({ gigabitsPerSecond: 1 }),
    progressNs: milliseconds(5),
    fidelity: 'marks',
    ...more
  })
  run(pipeline, world, { until: seconds(20) }).subscribe((entry) => entries.push(entry))
  return entries
}

const releases = (entries: readonly Entry[]): readonly number[] =>
  entries.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'released' ? [entry.at] : []))

const journey = (i: number): Followed & { readonly of: number } => {
  const stream = split(key(5), i)
  const chosen = Array.from({ length: 2 + (i % 2) }, (_, n) => kinds[draw(stream, n) % kinds.length])
  const entries = journalOf(hops(chosen.map(([pipeline]) => pipeline)), 1_000 * 2 ** (draw(stream, 9) % 6))
  const forecasts = forecastsOf(entries, { hops: chosen.map(([, known]) => known) })
  return { technique: 'hops', forecasts, overAt: releases(entries).at(-1)!, entries, of: chosen.length }
}

describe('forecast of hops', () => {
  it('where the hops to come are known, the time is that of the whole journey, and four of five intervals hold', () => {
    const journeys = Array.from({ length: 12 }, (_, i) => journey(i))
    expect(held(journeys)).toBeGreaterThan(0.8)
    for (const { forecasts, entries, of } of journeys) {
      expect(releases(entries)).toHaveLength(of)
      expect(forecasts.every(({ hop, stage }) => hop?.of === of || (hop === undefined && stage === 'over'))).toBe(true)
      const said = forecasts.filter(({ hop, remaining }) => hop !== undefined && remaining !== undefined)
      expect(said.length).toBeGreaterThan(20)
      expect(said.every(({ hop }) => hop!.whole)).toBe(true)
      expect(forecasts.at(-1)).toMatchObject({ stage: 'over', fraction: 1, remaining: { highNs: 0 } })
    }
  })

  it('at the release of a source it goes on with the next hop, and is not over', () => {
    const entries = journalOf(hops([precopy({ until }), stopAndCopy()]), 6_000)
    const said = forecastsOf(entries, { hops: [kinds[0][1], kinds[3][1]] })
    const [first] = releases(entries)
    const then = said.filter(({ at, hop }) => at === first && hop?.number === 2)
    expect(then[0]).toMatchObject({ stage: 'preparing', hop: { number: 2, of: 2, whole: true } })
    expect(then[0].remaining!.likelyNs / (releases(entries)[1] - first)).toBeCloseTo(1, 1)
    expect(said.filter(({ stage }) => stage === 'over').every(({ at }) => at >= releases(entries)[1])).toBe(true)
  })

  it('where they are not known, each hop is reckoned from its own beginning, and the time is said to be of this hop', () => {
    const entries = journalOf(hops([tlm({ intervalNs }), tlm({ intervalNs }), tlm({ intervalNs })]), 6_000)
    const said = forecastsOf(entries)
    for (const [i, overAt] of releases(entries).entries()) {
      const ofHop = said.filter(({ hop, stage }) => stage !== 'over' && (hop?.number ?? 1) === i + 1)
      expect(ofHop.some(({ restsOn }) => restsOn === 'firstInterval')).toBe(true)
      expect(ofHop.some(({ restsOn }) => restsOn === 'timeBounded')).toBe(true)
      expect(held([{ technique: 'hop', forecasts: ofHop, overAt, entries }])).toBeGreaterThan(0.8)
    }
    const third = said.find(({ hop, remaining }) => hop?.number === 3 && remaining !== undefined)!
    expect(third.hop).toEqual({ number: 3, whole: false })
    expect(forecastText(third)).toMatch(/^hop 3, round 1, .* left of this hop$/)
  })

  it('a hop to come of which nothing is foreseen leaves the time of this one', () => {
    const entries = journalOf(hops([precopy({ until }), precopy({ until })]), 6_000)
    const said = forecastsOf(entries, { hops: [kinds[0][1], { unforeseen: 'it is a secret' }] })
    const pushing = said.find(({ stage, hop }) => stage === 'pushing' && hop?.number === 1)!
    expect(pushing.hop).toEqual({ number: 1, of: 2, whole: false })
    expect(forecastText(pushing)).toMatch(/^hop 1 of 2, round 1, .* left of this hop$/)
    const second = said.find(({ stage, hop }) => stage === 'pushing' && hop?.number === 2)!
    expect([second.remaining, second.unforeseen]).toEqual([undefined, 'it is a secret'])
  })

  it('another attempt is no hop', () => {
    const faults = [{ at: milliseconds(50), what: 'link' as const, until: milliseconds(80) }]
    const entries = journalOf(retried({ times: 2 })(precopy({ until })), 6_000, { faults })
    const attempts = entries.filter((entry) => entry.type === 'signalled' && entry.signal.type === 'preselected')
    expect(attempts).toHaveLength(2)
    expect(forecastsOf(entries, kinds[0][1]).every(({ hop }) => hop === undefined)).toBe(true)
  })
})
