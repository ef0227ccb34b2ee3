import { floorTimes, ratio } from './ratio'

/** A time or a duration in whole ticks; a tick is a nanosecond unless the timeline's unit says otherwise. `Infinity` means never. */
export type Time = number

/** What one tick is: `ticksPerSecond` is a positive safe integer, so that any two units convert by an exact rational. */
export type TimeUnit = { readonly name: string; readonly ticksPerSecond: number }

/** The default unit: 10^9 ticks per second. */
export const nanoseconds: TimeUnit = Object.freeze({ name: 'ns', ticksPerSecond: 1e9 })

/** Clock cycles as a unit, for instance `cycles({ hertz: 400e6 })` with ticks of 2.5 ns. Throws RangeError unless hertz is a positive safe integer. */
export const cycles = ({ hertz }: { readonly hertz: number }): TimeUnit => {
  if (!Number.isSafeInteger(hertz) || hertz <= 0) throw new RangeError(`cycles: hertz must be a positive integer (got ${hertz})`)
  return Object.freeze({ name: 'cycles', ticksPerSecond: hertz })
}

/** n microseconds in nanoseconds. Throws RangeError unless that is a whole number: `microseconds(2.5)` is 2500, `microseconds(0.0001)` throws. */
export const microseconds = (n: number): Time => wholeNs('microseconds', n, 1e3)

/** n milliseconds in nanoseconds. Throws RangeError unless that is a whole number. */
export const milliseconds = (n: number): Time => wholeNs('milliseconds', n, 1e6)

/** n seconds in nanoseconds. Throws RangeError unless that is a whole number: `seconds(4.35)` is 4350000000. */
export const seconds = (n: number): Time => wholeNs('seconds', n, 1e9)

/**
 * The same time in another unit, rounded down to a whole tick (exactly, by integers); Infinity stays Infinity.
 * Law: `convertTime(convertTime(t, { from, to }), { from: to, to: from }) = t` whenever `to` has a multiple of `from`'s ticks per second.
 * Throws RangeError when t is not an integer or the result would leave the safe integers. Cost: builds a fraction; see `conversion`.
 */
export const convertTime = (t: Time, units: { readonly from: TimeUnit; readonly to: TimeUnit }): Time => conversion(units)(t)

/** `convertTime` with the fraction built once: about 1 ns per conversion while the product of time and fraction stays within 2^53. */
export const conversion = ({ from, to }: { readonly from: TimeUnit; readonly to: TimeUnit }): ((t: Time) => Time) => {
  const by = ratio(to.ticksPerSecond, from.ticksPerSecond)
  return (t) => (t === Infinity ? t : floorTimes(by, t))
}

/** Nanoseconds for people: the largest unit not above the value, at most three decimals (rounded half up), `1.234 s`, `300 ms`, `17 ns`, `never`. */
export const formatTime = (ns: Time): string => {
  if (ns === Infinity) return 'never'
  if (ns < 0) return `-${formatTime(-ns)}`
  const [name, size] = ns >= 999_999_500 ? ['s', 1e9] : ns >= 999_999.5 ? ['ms', 1e6] : ns >= 1e3 ? ['µs', 1e3] : ['ns', 1]
  return `${Math.round(ns / (size / 1e3)) / 1e3} ${name}`
}

// n is taken as the decimal its writer meant: the double nearest to a whole number of nanoseconds over `size`.
const wholeNs = (who: string, n: number, size: number): Time => {
  const ns = Math.round(n * size)
  if (n === Infinity) return Infinity
  if (!Number.isSafeInteger(ns) || ns / size !== n)
    throw new RangeError(`${who}: n must be a whole number of nanoseconds within 2^53 (got ${n})`)
  return ns
}
