import * as fc from 'fast-check'
import { isLeft, right } from 'fp-ts/lib/Either'
import type * as t from 'io-ts'
import { describe, expect, it } from 'vitest'
import { decode, formatProblems } from '../../lib/codec/decode'
import { numberText } from '../../lib/codec/numberText'
import { positive } from '../../lib/codec/quantities'
import { durationText, positiveDurationText, positiveRateText, rateText, sizeText } from '../../lib/codec/quantityText'

const said = (codec: t.Type<number, unknown>, value: unknown): string => {
  const result = decode(codec)(value)
  return isLeft(result) ? formatProblems(result.left) : String(result.right)
}

describe('quantities as text', () => {
  it('a time is whole nanoseconds', () =>
    expect(
      ['300 ms', '300ms', '1.5 us', '1.5 µs', '0.3 ms', '2 min', '1 h', '0 ns', '1e3 s'].map((text) => said(durationText, text))
    ).toEqual(['300000000', '300000000', '1500', '1500', '300000', '120000000000', '3600000000000', '0', '1000000000000']))

  it('a size tells powers of 1000 from powers of 1024', () =>
    expect(['4 KiB', '4 kB', '512MiB', '1.5 GiB', '7 B'].map((text) => said(sizeText, text))).toEqual([
      '4096',
      '4000',
      '536870912',
      '1610612736',
      '7'
    ]))

  it('a rate is bytes per second, of bits or of bytes', () =>
    expect(['10 Gbit/s', '1 bit/s', '125 MB/s', '1 MiB/s'].map((text) => said(rateText, text))).toEqual([
      '1250000000',
      '0.125',
      '125000000',
      '1048576'
    ]))

  it('a bare number, another unit, a negative value or a part of a nanosecond is refused, and what is expected is said', () => {
    for (const value of [300, '300', '300 MB', '-1 ms', '0.1 ns', 'ms', '', null, '1e400 s', '9e15 s'])
      expect(said(durationText, value)).toMatch(/^expected a time with its unit, such as "300 ms" \(ns, us, ms, s, min, h\), got /)
    expect(said(sizeText, '512 Mb')).toBe(
      'expected a size with its unit, such as "512 MiB" (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB), got "512 Mb"'
    )
    expect(said(sizeText, '0.5 B')).toContain('got "0.5 B"')
    expect(said(positiveDurationText, '0 s')).toMatch(/^expected a time above zero with its unit, .* got "0 s"$/)
    expect(said(positiveRateText, '0 B/s')).toMatch(/^expected a rate above zero with its unit, .* got "0 B\/s"$/)
    expect([said(positiveDurationText, '2 ms'), positiveDurationText.encode(2e6), positiveRateText.is(0)]).toEqual([
      '2000000',
      '2 ms',
      false
    ])
    expect(said(rateText, '10 GB')).toContain('expected a rate with its unit, such as "10 Gbit/s"')
  })

  it('decode(encode(x)) = right(x)', () => {
    for (const codec of [durationText, sizeText])
      fc.assert(fc.property(fc.maxSafeNat(), (n) => void expect(decode(codec)(codec.encode(n))).toEqual(right(n))))
    fc.assert(
      fc.property(fc.maxSafeNat(), (eighths) => void expect(decode(rateText)(rateText.encode(eighths / 8))).toEqual(right(eighths / 8)))
    )
  })

  it('the largest unit in which it is whole is written', () => {
    expect([300_000_000, 0, 1, 90e9].map(durationText.encode)).toEqual(['300 ms', '0 ns', '1 ns', '90 s'])
    expect([4096, 4000, 2 ** 30].map(sizeText.encode)).toEqual(['4 KiB', '4 kB', '1 GiB'])
    expect([125e6, 1].map(rateText.encode)).toEqual(['1 Gbit/s', '1 B/s'])
  })

  it('a number as text is read by the codec it must satisfy', () => {
    expect(said(numberText(positive), '1e9')).toBe('1000000000')
    expect(said(numberText(positive), '-1')).toBe('expected a number > 0, got "-1"')
    expect(said(numberText(positive), '')).toBe('expected a number > 0, got ""')
  })
})
