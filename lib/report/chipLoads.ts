import type { Time } from '../time/time'
import type { ChipActivity } from './chipActivity'
import type { ChipLane, LinkLoad } from './linkTraffic'

/**
 * A link with what it has carried in all: flits, those of migrations (`moved`), its load on the mean and in the window in which that was highest, which begins `at` (`telling` ones). Loads are parts of what the link
 * can carry, a flit a cycle.
 */
export type BusyLink = LinkLoad & {
  readonly flits: number
  readonly moved: number
  readonly mean: number
  readonly peak: number
  readonly at: Time
}

/** The links that have carried anything, by how much, the most first. */
export const busyLinks = (activity: ChipActivity, lane: ChipLane): readonly BusyLink[] => {
  const { links, cycles, from, width } = activity
  const whole = cycles.slice(0, telling(activity))
  return links[lane]
    .map((link): BusyLink => {
      const loads = whole.map((all, window) => loadOf(link.all[window], all))
      const peak = loads.reduce((most, load) => Math.max(most, load), 0)
      const flits = total(link.all)
      return {
        ...link,
        flits,
        moved: total(link.migration),
        mean: loadOf(flits, total(cycles)),
        peak,
        at: from + Math.max(0, loads.indexOf(peak)) * width
      }
    })
    .filter(({ flits }) => flits > 0)
    .sort((a, b) => b.flits - a.flits || a.from - b.from || a.port - b.port)
}

/** Windows that can be compared: all but a last one that ends before its half, in which a single chunk would be a high load. @internal */
export const telling = ({ from, until, width, cycles }: ChipActivity): number =>
  cycles.length > 1 && 2 * (until - from - (cycles.length - 1) * width) < width ? cycles.length - 1 : cycles.length

/** Flits as a part of those that a link can carry in so many cycles. @internal */
export const loadOf = (flits: number, cycles: number): number => (flits === 0 ? 0 : cycles > 0 ? flits / cycles : 1)

/** The sum of a row, or of some of its windows. @internal */
export const total = (row: ArrayLike<number>, from = 0, to = row.length): number => {
  let sum = 0
  for (let i = from; i < to; i++) sum += row[i]
  return sum
}
