import { isRight } from 'fp-ts/lib/Either'
import * as t from 'io-ts'

/** A quantity from its text: 300 ms, 512 MiB, 10 Gbit/s. */
type Units = Readonly<Record<string, number>>

const durations: Units = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 }
const sizes: Units = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }
const rates: Units = {
  'bit/s': 1 / 8,
  'kbit/s': 125,
  'Mbit/s': 125e3,
  'Gbit/s': 125e6,
  'B/s': 1,
  'kB/s': 1e3,
  'MB/s': 1e6,
  'GB/s': 1e9,
  'MiB/s': 2 ** 20,
  'GiB/s': 2 ** 30
}

/**
 * A time as text with its unit, `"300 ms"`, as whole nanoseconds from 0 on. Units: ns, us (or µs), ms, s, min, h. A bare number, another unit, a negative
 * value or a part of a nanosecond is a problem that says so.
 *
 * Law: `decode(encode(ns)) = right(ns)`, for this and the two below.
 */
export const durationText = quantity('a time with its unit, such as "300 ms" (ns, us, ms, s, min, h)', durations, true)

/** `durationText` without zero: for what has to last. */
export const positiveDurationText = aboveZero('a time above zero with its unit, such as "300 ms" (ns, us, ms, s, min, h)', durationText)

/** A size as text with its unit, `"512 MiB"`, as whole bytes from 0 on. Units: B; kB, MB, GB, TB of 1000; KiB, MiB, GiB, TiB of 1024. */
export const sizeText = quantity('a size with its unit, such as "512 MiB" (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)', sizes, true)

/** A rate as text with its unit, `"10 Gbit/s"`, as bytes per second from 0 on. Units: bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, MiB/s, GiB/s. */
export const rateText = quantity(
  'a rate with its unit, such as "10 Gbit/s" (bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, MiB/s, GiB/s)',
  rates,
  false
)

/** `rateText` without zero. */
export const positiveRateText = aboveZero(
  'a rate above zero with its unit, such as "10 Gbit/s" (bit/s, kbit/s, Mbit/s, Gbit/s, B/s, kB/s, MB/s, GB/s, MiB/s, GiB/s)',
  rateText
)

/** The same, or `null` where there is to be none. */
export const orNull = <A>(codec: t.Type<A, unknown>): t.Type<A | null, unknown> =>
  new t.Type<A | null, unknown>(
    `${codec.name}, or null`,
    (u): u is A | null => u === null || codec.is(u),
    (u, context) => {
      if (u === null) return t.success(null)
      const read = codec.decode(u)
      return isRight(read) ? read : t.failure(u, context)
    },
    (value) => (value === null ? null : codec.encode(value))
  )

function aboveZero(name: string, codec: t.Type<number, unknown>): t.Type<number, unknown> {
  const is = (u: unknown): u is number => codec.is(u) && u > 0
  return new t.Type<number, unknown>(
    name,
    is,
    (u, context) => {
      const read = codec.decode(u)
      return isRight(read) && read.right > 0 ? read : t.failure(u, context)
    },
    codec.encode
  )
}

function quantity(name: string, units: Units, whole: boolean): t.Type<number, unknown> {
  const read = (text: string): number | undefined => {
    const [, digits, unit] = /^([0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?) ?(\S+)$/.exec(text) ?? []
    if (unit === undefined || !Object.hasOwn(units, unit)) return undefined
    const value = Number(digits) * units[unit]
    const rounded = Math.round(value)
    // The text is a decimal and the product of two doubles: 0.3 ms are 300,000 ns, whatever the last bit says.
    if (whole && Math.abs(value - rounded) > 1e-9 * value) return undefined
    const result = whole ? rounded : value
    return result <= Number.MAX_SAFE_INTEGER ? result : undefined
  }
  const is = (u: unknown): u is number => typeof u === 'number' && u >= 0 && (whole ? Number.isSafeInteger(u) : Number.isFinite(u))
  return new t.Type<number, unknown>(
    name,
    is,
    (u, context) => {
      const value = typeof u === 'string' ? read(u.trim()) : undefined
      return value === undefined ? t.failure(u, context) : t.success(value)
    },
    (value) => written(value, units)
  )
}

/** In the largest unit in which it is a whole number, or in the smallest. */
const written = (value: number, units: Units): string => {
  const whole = Object.entries(units)
    .filter(([, size]) => Number.isInteger(value / size) && (value / size) * size === value)
    .sort(([, a], [, b]) => b - a)
  const [unit, size] = value === 0 || whole.length === 0 ? Object.entries(units).find(([, of]) => of === 1)! : whole[0]
  return `${value / size} ${unit}`
}
