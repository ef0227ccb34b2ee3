import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ceilTimes, floorTimes, ratio } from '../../lib/time/ratio'
import { convertTime, cycles, formatTime, microseconds, milliseconds, nanoseconds, seconds } from '../../lib/time/time'

const integers = fc.maxSafeInteger()
const rates = fc.integer({ min: 1, max: 4_000_000_000 })

describe('time', () => {
  it('units are whole nanoseconds, decimals as their writer meant them', () => {
    expect([microseconds(2.5), milliseconds(300), seconds(4.35), seconds(1.1), milliseconds(0.000001), seconds(-1)]).toEqual([
      2500, 300_000_000, 4_350_000_000, 1_100_000_000, 1, -1_000_000_000
    ])
    expect(() => microseconds(0.0001)).toThrow('microseconds: n must be a whole number of nanoseconds within 2^53 (got 0.0001)')
    for (const n of [NaN, 1e-10, 1e10, -Infinity]) expect(() => seconds(n)).toThrow(RangeError)
    expect(seconds(Infinity)).toBe(Infinity)
  })

  it('any whole number of nanoseconds survives being written in seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 }), (ns) => {
        expect(seconds(ns / 1e9)).toBe(ns)
        expect(milliseconds(ns / 1e6)).toBe(ns)
      })
    )
  })

  it('400 MHz cycles are 2.5 ns', () => {
    const unit = cycles({ hertz: 400e6 })
    expect([convertTime(2, { from: unit, to: nanoseconds }), convertTime(3, { from: unit, to: nanoseconds })]).toEqual([5, 7])
    expect(convertTime(9, { from: nanoseconds, to: unit })).toBe(3)
    expect(convertTime(Infinity, { from: nanoseconds, to: unit })).toBe(Infinity)
    expect(() => cycles({ hertz: 0 })).toThrow('cycles: hertz must be a positive integer (got 0)')
    expect(() => convertTime(0.5, { from: nanoseconds, to: unit })).toThrow(RangeError)
  })

  it('convertTime(convertTime(t, { from, to }), { from: to, to: from }) = t', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), fc.integer({ min: 1, max: 1000 }), rates, (t, times, hertz) => {
        const from = cycles({ hertz })
        const to = cycles({ hertz: hertz * times })
        expect(convertTime(convertTime(t, { from, to }), { from: to, to: from })).toBe(t)
      })
    )
  })

  it('floorTimes(r, n) <= n * r < floorTimes(r, n) + 1, ceilTimes(r, n) = -floorTimes(r, -n)', () => {
    fc.assert(
      fc.property(integers, rates, rates, (n, up, down) => {
        const exact = BigInt(n) * BigInt(up)
        if (exact / BigInt(down) > BigInt(2 ** 52) || exact / BigInt(down) < -BigInt(2 ** 52)) {
          fc.pre(false)
        }
        const by = ratio(up, down)
        const floor = BigInt(floorTimes(by, n))
        expect(floor * BigInt(down) <= exact && exact < (floor + 1n) * BigInt(down)).toBe(true)
        expect(ceilTimes(by, n) + floorTimes(by, -n)).toBe(0)
      })
    )
    expect(() => ratio(1, 0)).toThrow('ratio: both parts must be positive integers (got 1 / 0)')
    expect(() => floorTimes(ratio(1e9, 1), 1e9)).toThrow(RangeError)
  })

  it('formats for people', () => {
    const shown = [
      0,
      17,
      999,
      1000,
      1234,
      300_000_000,
      1_234_000_000,
      999_999_499,
      999_999_500,
      999_999,
      174_800_000_000_000,
      -1_500_000,
      Infinity
    ]
    expect(shown.map(formatTime)).toEqual([
      '0 ns',
      '17 ns',
      '999 ns',
      '1 µs',
      '1.234 µs',
      '300 ms',
      '1.234 s',
      '999.999 ms',
      '1 s',
      '999.999 µs',
      '174800 s',
      '-1.5 ms',
      'never'
    ])
  })
})
