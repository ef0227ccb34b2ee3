import { type ChipHeat, chipHeat } from '../guest/chipHeat'
import type { ChipDecision, Motive } from './chipDecision'
import { afterMove, type ChipView, hasRoom, runningProcesses, type Seen } from './chipView'

/**
 * - `clusters`: their names in the order of the thermal model's nodes. `heat`: the model (default `chipHeat()`, of a chip like the MPPA-256).
 * - `aboveCelsius`: nothing moves unless the chip will be hotter somewhere (default 55, assumed). `gainKelvin`: that a move must lower the hottest place by (default 0.5).
 * - `boundAt`: share of their time for which a CPU-bound process's threads have a core (default 0.5; where several share one, as much as is left to them counts).
 * - `atMost`: moves that one look may decide (default 4).
 */
export type HeatSpreadingOptions = {
  readonly clusters: readonly string[]
  readonly heat?: ChipHeat
  readonly aboveCelsius?: number
  readonly gainKelvin?: number
  readonly boundAt?: number
  readonly atMost?: number
}

/**
 * Moves CPU-bound processes apart, where the chip would come to rest at a lower peak. Move by move, whatever leaves the clusters coolest from the hottest downwards is planned; of the plan as many moves are made as lower the peak by
 * `gainKelvin` each on the mean, none where none do: several places are often about as hot, and only when each of them has given something away does the peak fall. Processes that mostly wait heat nothing and stay. Errors: `RangeError`
 * when `gainKelvin` is not above 0 or `atMost` not an integer from 1 on. Cost: a thermal solution for each process and cluster, a move.
 */
export const heatSpreading = ({
  clusters,
  heat = chipHeat(),
  aboveCelsius = 55,
  gainKelvin = 0.5,
  boundAt = 0.5,
  atMost = 4
}: HeatSpreadingOptions): Motive => {
  if (!(gainKelvin > 0)) throw new RangeError(`heatSpreading: gainKelvin must be above 0 (got ${gainKelvin})`)
  if (!(Number.isSafeInteger(atMost) && atMost >= 1))
    throw new RangeError(`heatSpreading: atMost must be an integer from 1 on (got ${atMost})`)
  const steadyOf = (view: ChipView): readonly number[] =>
    heat.steady(clusters.map((name) => heat.watts(view.clusters.find(({ cluster }) => cluster === name)?.running ?? 0)))
  return (first) => {
    const before = Math.max(...steadyOf(first))
    if (before <= aboveCelsius) return []
    const bound = new Set(
      runningProcesses(first)
        .filter((one) => isBound(first, one, boundAt))
        .map(({ process }) => process)
    )
    const planned: Planned[] = []
    let view = first
    while (planned.length < atMost) {
      const next = coolest(view, bound, steadyOf)
      if (next === undefined) break
      planned.push(next)
      view = afterMove(view, next.process, next.to)
    }
    const many = planned.reduce((best, { sorted }, i) => (before - sorted[0] >= gainKelvin * (i + 1) ? i + 1 : best), 0)
    const [tried] = planned
    if (many === 0 && tried !== undefined) {
      const { process, cluster: from } = tried.process
      const figures = { hottestCelsius: before, thereCelsius: tried.sorted[0] }
      return [{ type: 'stay', process, from, figures, reason: 'wherever it went, the hottest place would be about as hot' }]
    }
    return planned.slice(0, many).map(({ process: { process, cluster: from }, to, sorted }): ChipDecision => {
      const figures = { hottestCelsius: before, thereCelsius: sorted[0] }
      return { type: 'migrate', process, from, to, figures, reason: 'the hottest place will be cooler' }
    })
  }
}

/** A move, and the temperatures at rest after it, hottest first. */
type Planned = { readonly process: Seen; readonly to: string; readonly sorted: readonly number[] }

const coolest = (view: ChipView, bound: ReadonlySet<string>, steadyOf: (view: ChipView) => readonly number[]): Planned | undefined => {
  let best: Planned | undefined
  for (const process of runningProcesses(view)) {
    if (!bound.has(process.process)) continue
    for (const target of view.clusters) {
      const fits = hasRoom(target, process) && target.running + target.ready + process.threads <= target.cores
      if (target.cluster === process.cluster || !fits) continue
      const sorted = [...steadyOf(afterMove(view, process, target.cluster))].sort((a, b) => b - a)
      if (best === undefined || isCooler(sorted, best.sorted)) best = { process, to: target.cluster, sorted }
    }
  }
  return best
}

/** Hottest against hottest, then the next; a billionth of a kelvin is no difference. */
const isCooler = (one: readonly number[], other: readonly number[]): boolean => {
  const first = one.findIndex((kelvin, i) => Math.abs(kelvin - other[i]) > 1e-9)
  return first >= 0 && one[first] < other[first]
}

const isBound = (view: ChipView, { cluster, cpuNs, ageNs, threads }: Seen, boundAt: number): boolean =>
  cpuNs >= boundAt * share(view, cluster) * ageNs * threads

/** The share of its time that a thread can have a core where there are more threads than cores. */
const share = ({ clusters }: ChipView, name: string): number => {
  const { running, ready, cores } = clusters.find(({ cluster }) => cluster === name)!
  return running + ready <= cores ? 1 : cores / (running + ready)
}
