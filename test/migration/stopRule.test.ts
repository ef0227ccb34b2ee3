import * as fc from 'fast-check'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../lib/memory/pageSet'
import { clarkDynamic, unlimited } from '../../lib/migration/pacing'
import type { StopRule } from '../../lib/migration/stopRule'
import {
  always,
  and,
  downtimeWithin,
  elapsedAtLeast,
  monoidAnd,
  monoidOr,
  never,
  notShrinking,
  or,
  rateAbove,
  residualBelow,
  roundsAtMost,
  sentAtMost
} from '../../lib/migration/stopRule'
import { pushed, pushes, round } from './pushed'

const owing = (pages: number) => pushed({ owed: range(1000, 0, pages) })

describe('downtimeWithin', () => {
  it('stops when residual / measured bandwidth is within the limit', () => {
    expect(downtimeWithin(300e6)(owing(30))).toEqual(O.some('the expected downtime, 300 ms, is within 300 ms'))
    expect(downtimeWithin(300e6)(owing(31))).toEqual(O.none)
  })

  it('uses a bandwidth given for the final copy instead', () => {
    expect(downtimeWithin(300e6, { bytesPerSecond: 4096e3 })(owing(300))).toEqual(O.some('the expected downtime, 300 ms, is within 300 ms'))
    expect(downtimeWithin(300e6, { bytesPerSecond: 4096e3 })(owing(301))).toEqual(O.none)
  })

  it('takes the bandwidth of the whole push when the last round sent nothing', () => {
    const idle = round({ round: 2, pages: 0, bytes: 0, startedAt: 1e9, endedAt: 2e9 })
    const left = (pages: number) => pushed({ last: idle, bytes: 409_600, owed: range(1000, 0, pages) })
    expect(O.isSome(downtimeWithin(300e6)(left(15)))).toBe(true)
    expect(O.isSome(downtimeWithin(300e6)(left(16)))).toBe(false)
  })

  it('stops with nothing owed even when nothing was ever sent', () => {
    expect(O.isSome(downtimeWithin(0)(pushed({ last: round({ pages: 0, bytes: 0 }), bytes: 0 })))).toBe(true)
  })
})

describe('the other rules', () => {
  it('residualBelow compares strictly, in pages or bytes', () => {
    expect(residualBelow({ pages: 50 })(owing(49))).toEqual(O.some('49 pages are left, below 50'))
    expect(residualBelow({ pages: 50 })(owing(50))).toEqual(O.none)
    expect(residualBelow({ bytes: 262_144 })(owing(63))).toEqual(O.some('258048 bytes are left, below 262144'))
    expect(residualBelow({ bytes: 262_144 })(owing(64))).toEqual(O.none)
  })

  it('roundsAtMost stops at the round with that number', () => {
    expect(roundsAtMost(29)(pushed({ last: round({ round: 28 }) }))).toEqual(O.none)
    expect(roundsAtMost(29)(pushed({ last: round({ round: 29 }) }))).toEqual(O.some('29 rounds have been made, at most 29'))
  })

  it('sentAtMost stops when so many memories have been sent', () => {
    expect(sentAtMost(3)(pushed({ bytes: 3 * 4_096_000 - 1 }))).toEqual(O.none)
    expect(sentAtMost(3)(pushed({ bytes: 3 * 4_096_000 }))).toEqual(
      O.some('12288000 bytes have been sent, 3 times the memory of 4096000 bytes')
    )
  })

  it('notShrinking compares two rounds, so it never stops after the first', () => {
    expect(notShrinking(pushed())).toEqual(O.none)
    expect(notShrinking(pushed({ previous: round({ dirtied: 11 }) }))).toEqual(O.none)
    expect(notShrinking(pushed({ previous: round({ dirtied: 10 }) }))).toEqual(O.some('rounds no longer shrink: 10 pages dirtied, then 10'))
  })

  it('elapsedAtLeast counts from the start of the push', () => {
    const late = pushed({ startedAt: 5e8 })
    expect(elapsedAtLeast(5e8)(late)).toEqual(O.some('500 ms have passed, at least 500 ms'))
    expect(elapsedAtLeast(5e8 + 1)(late)).toEqual(O.none)
  })

  it('rateAbove stops when the computed rate passes the maximum, and never where none is computed', () => {
    const dirtying = (mbitPerSecond: number) =>
      pushed({ guest: { name: 'guest', pages: 1000, pageBytes: 1 }, last: round({ dirtied: (mbitPerSecond * 1e6) / 8 }) })
    const uncapped = clarkDynamic({ maxBytesPerSecond: Infinity })
    expect(rateAbove(62.5e6, uncapped)(dirtying(450))).toEqual(O.none)
    expect(rateAbove(62.5e6, uncapped)(dirtying(453))).toEqual(O.some('the next round asks for 503 Mbit/s, above 500 Mbit/s'))
    expect(rateAbove(62.5e6, unlimited)(dirtying(1000))).toEqual(O.none)
  })

  it('refuses limits that mean nothing', () => {
    expect(() => downtimeWithin(-1)).toThrow('downtimeWithin: ns must be at least 0 (got -1)')
    expect(() => downtimeWithin(1, { bytesPerSecond: 0 })).toThrow('downtimeWithin: bytesPerSecond must be above 0 (got 0)')
    expect(() => residualBelow({ pages: Number.NaN })).toThrow('residualBelow: pages must be at least 0 (got NaN)')
    expect(() => residualBelow({ bytes: -5 })).toThrow('residualBelow: bytes must be at least 0 (got -5)')
    expect(() => roundsAtMost(0.5)).toThrow('roundsAtMost: n must be an integer above 0 (got 0.5)')
    expect(() => sentAtMost(0)).toThrow('sentAtMost: factor must be above 0 (got 0)')
    expect(() => elapsedAtLeast(-1)).toThrow('elapsedAtLeast: ns must be at least 0 (got -1)')
    expect(() => rateAbove(0, unlimited)).toThrow('rateAbove: maxBytesPerSecond must be above 0 (got 0)')
  })
})

const rules: fc.Arbitrary<StopRule> = fc.oneof(
  fc.constantFrom<StopRule[]>(never, always, notShrinking),
  fc.integer({ min: 1, max: 40 }).map(roundsAtMost),
  fc.nat({ max: 64 }).map((pages) => residualBelow({ pages })),
  fc.nat({ max: 1e9 }).map((ns) => downtimeWithin(ns)),
  fc.nat({ max: 1e9 }).map(elapsedAtLeast),
  fc.integer({ min: 1, max: 4 }).map(sentAtMost)
)

describe.each([
  { name: 'or', combined: or, monoid: monoidOr, identity: never, holds: (a: boolean, b: boolean) => a || b },
  { name: 'and', combined: and, monoid: monoidAnd, identity: always, holds: (a: boolean, b: boolean) => a && b }
])('$name', ({ combined, monoid, identity, holds }) => {
  it('is associative, reasons included', () => {
    fc.assert(
      fc.property(pushes, rules, rules, rules, (p, a, b, c) => {
        const left = monoid.concat(monoid.concat(a, b), c)(p)
        expect(left).toEqual(monoid.concat(a, monoid.concat(b, c))(p))
        expect(left).toEqual(combined(a, b, c)(p))
      })
    )
  })

  it('has an identity, which combining nothing gives', () => {
    expect(monoid.empty).toBe(identity)
    fc.assert(
      fc.property(pushes, rules, (p, a) => {
        expect(monoid.concat(identity, a)(p)).toEqual(a(p))
        expect(monoid.concat(a, identity)(p)).toEqual(a(p))
        expect(combined()(p)).toEqual(identity(p))
      })
    )
  })

  it('stops exactly when the word says so', () => {
    fc.assert(
      fc.property(pushes, rules, rules, (p, a, b) => {
        expect(O.isSome(combined(a, b)(p))).toBe(holds(O.isSome(a(p)), O.isSome(b(p))))
      })
    )
  })
})

it('or says the first reason, and says all', () => {
  const [few, third] = [residualBelow({ pages: 50 }), roundsAtMost(3)]
  const both = pushed({ owed: range(1000, 0, 7), last: round({ round: 3 }) })
  expect(or(never, third, few)(both)).toEqual(O.some('3 rounds have been made, at most 3'))
  expect(and(few, third)(both)).toEqual(O.some('7 pages are left, below 50, and 3 rounds have been made, at most 3'))
})
