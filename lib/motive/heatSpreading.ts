import { type ChipHeat, chipHeat } from '../guest/chipHeat'
import { afterMove, type ChipView, hasRoom, runningProcesses } from './chipView'
import type { Decision, Motive } from './decision'

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
 * Moves CPU-bound processes apart, where the chip would come to rest at a lower peak: of all that could move from the cluster that will be hottest, the move whose peak is lowest, until the peak is low enough or no move lowers it
 * by as much as asked. Processes that mostly wait heat nothing and stay. Errors: `RangeError` when `gainKelvin` is not above 0 or `atMost` not an integer from 1 on. Cost: a thermal solution for each process there and cluster.
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
    const decisions: Decision[] = []
    let view = first
    while (decisions.length < atMost) {
      const steady = steadyOf(view)
      const peak = Math.max(...steady)
      if (peak <= aboveCelsius) break
      const hottest = clusters[steady.indexOf(peak)]
      const moves = runningProcesses(view)
        .filter((one) => one.cluster === hottest && one.cpuNs >= boundAt * share(view, hottest) * one.ageNs * one.threads)
        .flatMap((process) =>
          view.clusters
            .filter(
              (target) =>
                target.cluster !== hottest && hasRoom(target, process) && target.running + target.ready + process.threads <= target.cores
            )
            .map(({ cluster: to }) => ({ process, to, peak: Math.max(...steadyOf(afterMove(view, process, to))) }))
        )
      const best = moves.reduce<(typeof moves)[number] | undefined>(
        (a, b) => (a === undefined || b.peak < a.peak - 1e-9 ? b : a),
        undefined
      )
      if (best === undefined) break
      const figures = { hottestCelsius: peak, thereCelsius: best.peak }
      const { process, cluster: from } = best.process
      if (peak - best.peak < gainKelvin) {
        decisions.push({ type: 'stay', process, from, figures, reason: 'wherever it went, the hottest place would be about as hot' })
        break
      }
      decisions.push({ type: 'migrate', process, from, to: best.to, figures, reason: `${hottest} would become the hottest place` })
      view = afterMove(view, best.process, best.to)
    }
    return decisions
  }
}

/** The share of its time that a thread can have a core where there are more threads than cores. */
const share = ({ clusters }: ChipView, name: string): number => {
  const { running, ready, cores } = clusters.find(({ cluster }) => cluster === name)!
  return running + ready <= cores ? 1 : cores / (running + ready)
}
