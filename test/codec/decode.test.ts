import { isRight } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import { describe, expect, it } from 'vitest'
import { closed } from '../../lib/codec/closed'
import { decode, formatProblems } from '../../lib/codec/decode'
import { dictionary } from '../../lib/codec/dictionary'
import { finite, fraction, nonNegative, nonNegativeInteger, positive, positiveInteger, whole } from '../../lib/codec/quantities'
import { tagged } from '../../lib/codec/tagged'
import { oneOf, text, texts, yesNo } from '../../lib/codec/text'

const linkCodec = closed({ bytesPerSecond: positive }, { latencyNs: nonNegativeInteger })
const rule = tagged<{ type: 'rounds'; atMost: number } | { type: 'never' }>({
  rounds: closed({ atMost: positiveInteger }),
  never: closed({})
})
const configuration = closed(
  { link: linkCodec, rules: t.readonlyArray(rule, 'a list of rules') },
  { guests: dictionary(closed({ name: text })), level: oneOf('guestOs', 'application') }
)

const told = <A>(codec: t.Decoder<unknown, A>, value: unknown) => {
  const read = decode(codec)(value)
  return isRight(read) ? read.right : formatProblems(read.left)
}

describe('decode', () => {
  it('gives the value that fits', () => {
    const value = {
      link: { bytesPerSecond: 1.5, latencyNs: 0 },
      rules: [{ type: 'never' }, { type: 'rounds', atMost: 3 }],
      guests: { a: { name: '' } }
    }
    expect(told(configuration, value)).toEqual(value)
  })

  it('says path, expected and got of everything that is wrong', () => {
    const value = {
      link: { bytesPerSecond: -1, latencyMs: 3 },
      rules: [{ type: 'rounds', atMost: 0 }, { type: 'round' }, 7],
      guests: { 'my vm': { name: 4 } },
      level: 'guest'
    }
    expect(told(configuration, value)).toBe(
      [
        'link.bytesPerSecond: expected a number > 0, got -1',
        'link.latencyMs: expected no such field (the fields are bytesPerSecond, latencyNs), got 3',
        'rules[0].atMost: expected an integer >= 1, got 0',
        'rules[1].type: expected one of "rounds", "never", got "round"',
        'rules[2]: expected an object, got 7',
        'guests["my vm"].name: expected a string, got 4',
        'level: expected "guestOs" or "application", got "guest"'
      ].join('\n')
    )
  })

  it('says what is missing, and what stands in the place of the whole', () => {
    expect(told(configuration, {})).toBe('link: expected an object, got nothing\nrules: expected a list of rules, got nothing')
    expect(told(configuration, [1])).toBe('expected an object, got [1]')
    expect(told(configuration, undefined)).toBe('expected an object, got nothing')
  })

  it('cuts what it shows after 60 characters', () => {
    expect(told(whole, 'x'.repeat(100))).toBe(`expected an integer, got "${'x'.repeat(58)}…`)
  })

  it('does not take inherited fields for given ones', () => {
    expect(told(closed({ toString: text }), {})).toBe('toString: expected a string, got nothing')
  })
})

describe('quantities', () => {
  const accepted = (codec: t.Decoder<unknown, number>) =>
    [-1, 0, 0.5, 1, 1.5, 2, NaN, Infinity, '1', null].filter((x) => typeof told(codec, x) === 'number')

  it('take the numbers they are named after', () => {
    expect(accepted(whole)).toEqual([-1, 0, 1, 2])
    expect(accepted(nonNegativeInteger)).toEqual([0, 1, 2])
    expect(accepted(positiveInteger)).toEqual([1, 2])
    expect(accepted(finite)).toEqual([-1, 0, 0.5, 1, 1.5, 2])
    expect(accepted(nonNegative)).toEqual([0, 0.5, 1, 1.5, 2])
    expect(accepted(positive)).toEqual([0.5, 1, 1.5, 2])
    expect(accepted(fraction)).toEqual([0, 0.5, 1])
  })
})

describe('text', () => {
  it('takes strings, lists of strings, words and truths', () => {
    expect(told(text, 3)).toBe('expected a string, got 3')
    expect(told(texts, ['a', null])).toBe('[1]: expected a string, got null')
    expect(told(oneOf('a'), 'b')).toBe('expected "a", got "b"')
    expect(told(yesNo, 1)).toBe('expected true or false, got 1')
    expect([told(text, ''), told(texts, []), told(oneOf('a', 'b'), 'b'), told(yesNo, false)]).toEqual(['', [], 'b', false])
  })
})
