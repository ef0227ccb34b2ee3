import { assumedFlitEnergy, type FlitEnergy } from '../noc/nocEnergy'
import type { ProcessView } from '../protocol/process'
import type { Time } from '../time/time'
import type { ChipDecision, Motive } from './chipDecision'
import { type ChipView, hasRoom, runningProcesses, type Seen } from './chipView'

/**
 * - `hops`: links from one cluster to another, as the chip's routes go.
 * - `remainingNs`: how long a process of such an age is expected to go on as it did (default: its age, the median where lifetimes are Pareto of exponent 1).
 * - `flitsOf`: flits that so many bytes travel in (default: 4 bytes a flit and a header for every 256, as `mppa256`). `energy` of a flit (default `assumedFlitEnergy`).
 * - `staying`: processes that stay where they are, such as those whose data are in the memory of their I/O cluster (default none). `targets`: clusters that may be moved to (default all that are in view).
 * - `moveWeighs`: how much of what the move itself spends counts (default 1: all).
 * - `atMost`: moves that one look may decide (default 1: when two that talk to each other move at once, both find the other gone).
 */
export type DataLocalityOptions = {
  readonly hops: (from: string, to: string) => number
  readonly remainingNs?: (ageNs: Time) => Time
  readonly flitsOf?: (bytes: number) => number
  readonly energy?: FlitEnergy
  readonly staying?: readonly string[]
  readonly targets?: readonly string[]
  readonly moveWeighs?: number
  readonly atMost?: number
}

/**
 * Moves a process closer to where its data come from and to whom it talks, where that saves more energy on the network than the move spends: bytes that are still to be expected, each way, times the links between the two,
 * times the energy of a flit and link; now, and from each other cluster that has room; less the process's own bytes times the links of its way. What a flit costs at its last router is the same wherever, but for those that
 * need no network any more, on one cluster with whom they talk to. Traffic to what is not a process in view counts to the cluster of that name (`io0.1` is on `io0`). Errors: `RangeError` when `atMost` is not an integer from 1 on.
 */
export const dataLocality = ({
  hops,
  remainingNs = (ageNs) => ageNs,
  flitsOf = mppaFlits,
  energy = assumedFlitEnergy,
  staying = [],
  targets,
  moveWeighs = 1,
  atMost = 1
}: DataLocalityOptions): Motive => {
  if (!(Number.isSafeInteger(atMost) && atMost >= 1))
    throw new RangeError(`dataLocality: atMost must be an integer from 1 on (got ${atMost})`)
  const picojoules = (flits: number, from: string, to: string): number =>
    from === to ? 0 : flits * (hops(from, to) * energy.linkPicojoules + energy.terminalPicojoules)
  return (view) =>
    runningProcesses(view)
      .filter(({ process }) => !staying.includes(process))
      .flatMap((process) => {
        const flows = flowsOf(view, process, remainingNs, flitsOf)
        if (flows.length === 0) return []
        const spent = (at: string): number =>
          flows.reduce((sum, { flits, other, away }) => sum + (away ? picojoules(flits, at, other) : picojoules(flits, other, at)), 0)
        const now = spent(process.cluster)
        const moves = view.clusters
          .filter((target) => target.cluster !== process.cluster && targets?.includes(target.cluster) !== false && hasRoom(target, process))
          .map(({ cluster: to }) => ({ to, there: spent(to), move: moveWeighs * picojoules(flitsOf(process.bytes), process.cluster, to) }))
        const best = moves.reduce<(typeof moves)[number] | undefined>(
          (a, b) => (a === undefined || b.there + b.move < a.there + a.move ? b : a),
          undefined
        )
        return best === undefined ? [] : [{ process, now, ...best, gain: now - best.there - best.move }]
      })
      .sort((a, b) => b.gain - a.gain)
      .filter(({ gain }, i) => (gain > 0 ? i < atMost : i === 0))
      .map(({ process: { process, cluster: from }, to, now, there, move, gain }): ChipDecision => {
        const figures = { nowNanojoules: now / 1e3, thereNanojoules: there / 1e3, moveNanojoules: move / 1e3 }
        return gain > 0
          ? { type: 'migrate', process, from, to, figures, reason: `${to} is closer to whom it talks to, for less than that saves` }
          : { type: 'stay', process, from, figures, reason: 'no other place saves more energy than the move spends' }
      })
}

/** What is still expected between a process and each other place: flits, where the other end is, and whether they go away from the process. */
type Flow = { readonly flits: number; readonly other: string; readonly away: boolean }

const flowsOf = (
  view: ChipView,
  process: Seen,
  remainingNs: (ageNs: Time) => Time,
  flitsOf: (bytes: number) => number
): readonly Flow[] => {
  const others = view.clusters.flatMap(({ cluster, processes }) => processes.map((one) => ({ ...one, cluster })))
  const placeOf = (name: string): string => others.find((one) => one.process === name)?.cluster ?? name.split('.')[0]
  const expected = (of: ProcessView, bytes: number, leftNs: Time): number => (of.ageNs === 0 ? 0 : flitsOf((bytes / of.ageNs) * leftNs))
  const leftNs = remainingNs(process.ageNs)
  const away = Object.entries(process.bytesTo).map(([to, bytes]) => ({
    flits: expected(process, bytes, leftNs),
    other: placeOf(to),
    away: true
  }))
  const hither = others.flatMap((other) => {
    const bytes = other.process === process.process ? undefined : other.bytesTo[process.process]
    if (bytes === undefined) return []
    return [{ flits: expected(other, bytes, Math.min(leftNs, remainingNs(other.ageNs))), other: other.cluster, away: false }]
  })
  return [...away, ...hither].filter(({ flits }) => flits > 0)
}

const mppaFlits = (bytes: number): number => Math.ceil(bytes / 4) + Math.ceil(bytes / 256)
