import { Observable } from 'rxjs'
import { ceilTimes, floorTimes, type Ratio, ratio } from './ratio'
import { nanoseconds, type Time, type TimeUnit } from './time'
import type { Timeline } from './timeline'

/**
 * A hardware clock as a value: an oscillator that started at true time 0 and a display.
 * The oscillator runs at `hertz` times (1 + driftPpm / 10^6); each tick adds 1 / hertz seconds to the display, which starts at `offsetNs`, is
 * rounded down to a multiple of `granularityNs`, and then has `adjustNs` added (software correction).
 */
export type Clock = {
  readonly hertz: number
  readonly offsetNs: number
  readonly driftPpm: number
  readonly granularityNs: number
  readonly adjustNs: number
  /** Ticks per true nanosecond, displayed nanoseconds per tick: exact fractions, so no error accumulates. */
  readonly ticksPerNs: Ratio
  readonly nsPerTick: Ratio
}

/**
 * A clock. hertz is a positive integer (default 10^9), driftPpm a multiple of 0.001 above -10^6 (default 0), offsetNs an integer (default 0),
 * granularityNs a positive integer (default 1). Throws RangeError otherwise.
 */
export const clock = ({
  hertz = 1e9,
  offsetNs = 0,
  driftPpm = 0,
  granularityNs = 1
}: {
  readonly hertz?: number
  readonly offsetNs?: number
  readonly driftPpm?: number
  readonly granularityNs?: number
} = {}): Clock => {
  if (!Number.isSafeInteger(hertz) || hertz <= 0) throw new RangeError(`clock: hertz must be a positive integer (got ${hertz})`)
  if (!Number.isSafeInteger(offsetNs)) throw new RangeError(`clock: offsetNs must be an integer (got ${offsetNs})`)
  if (!Number.isSafeInteger(granularityNs) || granularityNs <= 0) {
    throw new RangeError(`clock: granularityNs must be a positive integer (got ${granularityNs})`)
  }
  const perBillion = Math.round(driftPpm * 1000)
  if (!Number.isSafeInteger(perBillion) || perBillion / 1000 !== driftPpm || perBillion <= -1e9) {
    throw new RangeError(`clock: driftPpm must be a multiple of 0.001 above -1000000 (got ${driftPpm})`)
  }
  const ticksPerNs = ratio(BigInt(hertz) * BigInt(1e9 + perBillion), 10n ** 18n)
  return Object.freeze({ hertz, offsetNs, driftPpm, granularityNs, adjustNs: 0, ticksPerNs, nsPerTick: ratio(1_000_000_000, hertz) })
}

/** What a clock shows, in its own nanoseconds, at true time `atNs` (an integer from 0 on). Law: never falls as `atNs` grows. */
export const read = (of: Clock, atNs: Time): number => {
  const shown = of.offsetNs + floorTimes(of.nsPerTick, floorTimes(of.ticksPerNs, atNs))
  return Math.floor(shown / of.granularityNs) * of.granularityNs + of.adjustNs
}

/**
 * The first true time (ns, at least 0) at which a clock shows `reading` or more: the inverse of `read`.
 * Law: `read(c, t) >= r` if and only if `t >= showsAt(c, r)`.
 */
export const showsAt = (of: Clock, reading: number): Time => {
  const shown = Math.ceil((reading - of.adjustNs) / of.granularityNs) * of.granularityNs
  const tick = ceilTimes(ratio(of.nsPerTick.down, of.nsPerTick.up), shown - of.offsetNs)
  return tick <= 0 ? 0 : tickAt(of, tick)
}

/**
 * The true time of a clock's tick k (an integer from 0 on; tick 0 is at 0) in ticks of `unit` (default ns), rounded up: computed from the
 * origin, so that a million ticks are as exact as one.
 */
export const tickAt = (of: Clock, k: number, unit: TimeUnit = nanoseconds): Time => ceilTimes(unitsPerTick(of, unit), k)

/** A clock's display can lag behind its continuous time by less than this many nanoseconds: its granularity and one tick, rounded up. */
export const resolutionNs = (of: Clock): number => of.granularityNs + ceilTimes(of.nsPerTick, 1)

/** One tick of a clock: its number since the origin and its time on the timeline. */
export type Tick = { readonly k: number; readonly at: Time }

/**
 * The ticks of a clock on a timeline, from the first one not before the subscription on; cold, endless.
 *
 *     ticks(clock({ hertz: 400e6 }), line)    0---1--2---3--4---    at 0, 3, 5, 8, 10 ns (2.5 ns each, rounded up)
 *
 * Times are in the timeline's unit; a clock faster than the unit ticks several times at one time. Cost: one recurring action.
 */
export const ticks = (of: Clock, line: Timeline): Observable<Tick> => {
  const perTick = unitsPerTick(of, line.unit)
  const perUnit = ratio(perTick.down, perTick.up)
  return new Observable<Tick>((observer) => {
    let k = ceilTimes(perUnit, line.now())
    // Ticks are rounded up to the unit, so one or more before the exact k may still fall on now.
    while (k > 0 && ceilTimes(perTick, k - 1) >= line.now()) k--
    return line.schedule(function () {
      const at = line.now()
      observer.next({ k, at })
      k++
      if (!observer.closed) this.schedule(undefined, ceilTimes(perTick, k) - at)
    }, ceilTimes(perTick, k) - line.now())
  })
}

const unitsPerTick = (of: Clock, unit: TimeUnit): Ratio =>
  ratio(of.ticksPerNs.down * BigInt(unit.ticksPerSecond), of.ticksPerNs.up * 1_000_000_000n)
