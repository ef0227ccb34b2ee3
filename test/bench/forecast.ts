import { alone, type Followed, followedMigrations, techniques, watched } from '../migration/forecastSwarm'
import { followedDisks, withDisk } from '../migration/forecastSwarmDisk'
import { boundedGuests, boundedModes, followedWalks } from '../migration/timeBoundedSwarm'
import type { BenchResult } from './timeline'

/**
 * How honest forecasts are: over a swarm of worlds, actual over likely remaining time at its tenth, half and nine tenths, by what the forecast rested on; and how many intervals held, by technique. Each migration counts as
 * much as any other. The factors of lib/migration/remaining.ts are the tenths and nine tenths of the seed 1, the widest of the techniques'; what held is of other seeds.
 * Migrations whose disk moves, or whose state goes through files, have a swarm of their own: nothing is fitted to them, their ends are sums.
 * Time-bounded migrations have a swarm of their own besides, with zero pages, hosts that cost something and the NAS benchmarks; their ends are no factors but courses (lib/migration/walkToCome.ts).
 */
export const benchForecast = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const runs = smoke ? 20 : 600
  const swarm = (seed: number): readonly Followed[] => [
    ...followedMigrations(seed, runs),
    ...[...alone, ...watched].flatMap((technique) => followedMigrations(seed, Math.ceil(runs / techniques.length), [technique]))
  ]
  const [drawn, others] = [swarm(1), swarm(2)]
  const figures: Record<string, number | string> = { migrations: drawn.length }
  const ratios = drawn.flatMap(weighed)
  for (const knowledge of [...new Set(ratios.map((one) => one.knowledge))].sort())
    for (const technique of [...techniques, ...alone, ...watched]) {
      const of = ratios.filter((one) => one.knowledge === knowledge && one.technique === technique)
      const total = of.reduce((sum, { weight }) => sum + weight, 0)
      if (total >= runs / 50)
        figures[`actual / likely, ${knowledge}, ${technique}`] = [0.1, 0.5, 0.9].map((p) => quantile(of, p, total).toFixed(2)).join(' ')
    }
  for (const technique of [...techniques, ...alone, ...watched])
    figures[`intervals that held, ${technique}`] = `${(100 * held(others.filter((one) => one.technique === technique))).toFixed(1)} %`
  figures['intervals that held, all'] = `${(100 * held(others)).toFixed(1)} %`
  const walks = followedWalks(2, smoke ? 18 : 540)
  for (const technique of boundedModes)
    for (const guest of boundedGuests) {
      const of = walks.filter((one) => one.technique === technique && one.guest === guest)
      figures[`intervals that held, ${technique} of ${guest}`] = `${(100 * held(of)).toFixed(1)} %`
    }
  for (const technique of withDisk)
    figures[`intervals that held, ${technique} with a disk`] = `${(100 * held(followedDisks(2, smoke ? 4 : 120, technique))).toFixed(1)} %`
  const hash = others.reduce((sum, { overAt }) => (Math.imul(sum, 31) + overAt) | 0, 0)
  return { name: 'forecast', figures, hash: (hash >>> 0).toString(16) }
}

/** The part of a migration's forecasts whose interval held, on average over the migrations. */
export const held = (migrations: readonly Followed[]): number => {
  const parts = migrations.flatMap(({ forecasts, overAt }) => {
    const said = forecasts.filter(({ stage, remaining }) => stage !== 'over' && remaining !== undefined)
    const right = said.filter(({ at, remaining }) => remaining!.lowNs <= overAt - at && overAt - at <= remaining!.highNs)
    return said.length === 0 ? [] : [right.length / said.length]
  })
  return parts.reduce((sum, part) => sum + part, 0) / parts.length
}

type Weighed = { readonly technique: string; readonly knowledge: string; readonly ratio: number; readonly weight: number }

const weighed = ({ technique, forecasts, overAt }: Followed): readonly Weighed[] => {
  const said = forecasts.filter(
    ({ stage, restsOn, remaining }) => stage !== 'over' && restsOn !== undefined && Number.isFinite(remaining!.likelyNs)
  )
  const counts = new Map<string, number>()
  for (const { restsOn } of said) counts.set(restsOn!, (counts.get(restsOn!) ?? 0) + 1)
  return said.map(({ at, remaining, restsOn }) => ({
    technique,
    knowledge: restsOn!,
    ratio: (overAt - at) / remaining!.likelyNs,
    weight: 1 / counts.get(restsOn!)!
  }))
}

const quantile = (of: readonly Weighed[], p: number, total: number): number => {
  let sum = 0
  for (const { ratio, weight } of [...of].sort((a, b) => a.ratio - b.ratio)) {
    sum += weight
    if (sum >= p * total) return ratio
  }
  return Number.NaN
}
