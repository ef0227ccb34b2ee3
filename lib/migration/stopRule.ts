import type { Monoid } from 'fp-ts/lib/Monoid'
import * as O from 'fp-ts/lib/Option'
import { formatTime } from '../time/time'
import type { Pacing } from './pacing'
import { bandwidthOf, type Pushed } from './round'

/**
 * When a push ends: asked after each round, with what was pushed so far. `some` stops; its sentence says why, with the figures. Any function of this type is
 * a stop rule.
 */
export type StopRule = (pushed: Pushed) => O.Option<string>

/** Goes on for ever: the identity of `or`. */
export const never: StopRule = () => O.none

/** Stops after the first round: the identity of `and`. */
export const always: StopRule = () => O.some('the first round has been made')

/**
 * Stops when the expected downtime, residual / bandwidth, is within a limit of `ns` nanoseconds. The state of the guest's devices is part of the residual, as it moves while the
 * guest stands still, too; what the devices take to save and to load it no rule knows.
 *
 * The bandwidth is what the last round measured (the whole push, when that round sent nothing), as QEMU's `expected-downtime` takes it from its last
 * window, unless `bytesPerSecond` says what the final copy will have. Throws `RangeError` on a limit below 0 or a bandwidth that is not above 0.
 */
export const downtimeWithin = (ns: number, options: { readonly bytesPerSecond?: number } = {}): StopRule => {
  const { bytesPerSecond } = options
  checkAtLeast('downtimeWithin', 'ns', ns, 0)
  if (bytesPerSecond !== undefined && !(bytesPerSecond > 0))
    throw new RangeError(`downtimeWithin: bytesPerSecond must be above 0 (got ${bytesPerSecond})`)
  return (pushed) => {
    const bytes = owedBytes(pushed)
    const bandwidth = bytesPerSecond ?? measured(pushed)
    const expectedNs = bytes === 0 ? 0 : (bytes * 1e9) / bandwidth
    return when(expectedNs <= ns, () => `the expected downtime, ${formatTime(expectedNs)}, is within ${formatTime(ns)}`)
  }
}

/**
 * Stops when fewer than `pages` pages, or `bytes` bytes of pages, are left to send (Clark et al., NSDI 2005, §5.3: 256 KB). Of pages alone: the state of devices stays as it is whatever
 * is sent, and what it adds to the downtime is for `downtimeWithin` to weigh. Throws `RangeError` below 0.
 */
export const residualBelow = (limit: { readonly pages: number } | { readonly bytes: number }): StopRule => {
  if ('pages' in limit) {
    const pages = checkAtLeast('residualBelow', 'pages', limit.pages, 0)
    return ({ owed }) => when(owed.count < pages, () => `${owed.count} pages are left, below ${pages}`)
  }
  const bytes = checkAtLeast('residualBelow', 'bytes', limit.bytes, 0)
  return (pushed) => when(bytesOfPages(pushed) < bytes, () => `${bytesOfPages(pushed)} bytes are left, below ${bytes}`)
}

/** Stops when `n` rounds have been made. Throws `RangeError` unless n is an integer above 0. */
export const roundsAtMost = (n: number): StopRule => {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`roundsAtMost: n must be an integer above 0 (got ${n})`)
  return ({ last }) => when(last.round >= n, () => `${last.round} rounds have been made, at most ${n}`)
}

/**
 * Stops when the bytes sent have reached `factor` times the guest's memory, so that no further round starts. What is on the wire counts, so a first round
 * that sends everything reaches factor 1. Throws `RangeError` unless factor is above 0.
 */
export const sentAtMost = (factor: number): StopRule => {
  if (!(factor > 0)) throw new RangeError(`sentAtMost: factor must be above 0 (got ${factor})`)
  return ({ bytes, guest }) => {
    const memory = guest.pages * guest.pageBytes
    return when(bytes >= factor * memory, () => `${bytes} bytes have been sent, ${factor} times the memory of ${memory} bytes`)
  }
}

/** Stops when a round ended with at least as many dirty pages as the round before it: the rounds to come are no longer shrinking. */
export const notShrinking: StopRule = ({ last, previous }) =>
  previous === null
    ? O.none
    : when(last.dirtied >= previous.dirtied, () => `rounds no longer shrink: ${previous.dirtied} pages dirtied, then ${last.dirtied}`)

/** Stops at the end of the first round that ends `ns` nanoseconds or more after the push started. Throws `RangeError` below 0. */
export const elapsedAtLeast = (ns: number): StopRule => {
  checkAtLeast('elapsedAtLeast', 'ns', ns, 0)
  return ({ startedAt, last }) => {
    const elapsedNs = last.endedAt - startedAt
    return when(elapsedNs >= ns, () => `${formatTime(elapsedNs)} have passed, at least ${formatTime(ns)}`)
  }
}

/**
 * Stops when the rate that a pacing computes for the next round is above `maxBytesPerSecond` (Clark et al., NSDI 2005, §5.3). The pacing must not cap its
 * rate at that maximum itself; where it leaves the rate to the link, nothing is computed and the rule goes on. Throws `RangeError` unless the maximum is above 0.
 */
export const rateAbove = (maxBytesPerSecond: number, pacing: Pacing): StopRule => {
  if (!(maxBytesPerSecond > 0)) throw new RangeError(`rateAbove: maxBytesPerSecond must be above 0 (got ${maxBytesPerSecond})`)
  return (pushed) => {
    const rate = pacing(pushed) ?? 0
    return when(rate > maxBytesPerSecond, () => `the next round asks for ${mbit(rate)}, above ${mbit(maxBytesPerSecond)}`)
  }
}

/**
 * Stops when one of the rules does, with the reason of the first that does, in the order given. A monoid with `never`:
 * `or(or(a, b), c) = or(a, or(b, c))`, `or(never, a) = a = or(a, never)`, `or() = never`.
 */
export const or =
  (...rules: readonly StopRule[]): StopRule =>
  (pushed) => {
    for (const rule of rules) {
      const reason = rule(pushed)
      if (O.isSome(reason)) return reason
    }
    return O.none
  }

/**
 * Stops when all rules do, with their reasons joined by "and". A monoid with `always`:
 * `and(and(a, b), c) = and(a, and(b, c))`, `and(always, a) = a = and(a, always)`, `and() = always`.
 */
export const and = (...rules: readonly StopRule[]): StopRule => {
  const asked = rules.filter((rule) => rule !== always)
  if (asked.length === 0) return always
  return (pushed) => {
    const reasons: string[] = []
    for (const rule of asked) {
      const reason = rule(pushed)
      if (O.isNone(reason)) return O.none
      reasons.push(reason.value)
    }
    return O.some(reasons.join(', and '))
  }
}

/** Stop rules under `or`. */
export const monoidOr: Monoid<StopRule> = { concat: (a, b) => or(a, b), empty: never }

/** Stop rules under `and`. */
export const monoidAnd: Monoid<StopRule> = { concat: (a, b) => and(a, b), empty: always }

const when = (stops: boolean, reason: () => string): O.Option<string> => (stops ? O.some(reason()) : O.none)

const bytesOfPages = ({ owed, guest }: Pushed): number => owed.count * guest.pageBytes

/** All that is to move once the guest stands still, as far as its pipeline knows. */
const owedBytes = (pushed: Pushed): number => bytesOfPages(pushed) + (pushed.guest.deviceStateBytes ?? 0)

const measured = ({ last, bytes, startedAt }: Pushed): number => bandwidthOf(last.bytes > 0 ? last : { ...last, bytes, startedAt })

const mbit = (bytesPerSecond: number): string => `${Number(((bytesPerSecond * 8) / 1e6).toFixed(1))} Mbit/s`

const checkAtLeast = (caller: string, name: string, value: number, least: number): number => {
  if (!(value >= least)) throw new RangeError(`${caller}: ${name} must be at least ${least} (got ${value})`)
  return value
}
