import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  chance,
  draw,
  fillBelow,
  fillUint32,
  type Key,
  key,
  markBelow,
  permutation,
  pick,
  type Seed,
  shuffle,
  split,
  uniformInt,
  unit
} from '../../lib/random/random'

// Computed once from this code on x86-64, Node 20.20; integers only, so they must hold on every machine.
const GOLDEN = {
  keys: [
    { a: -354942632, b: 290652760 },
    { a: -925878551, b: -611163086 },
    { a: -356605316, b: 1809330853 },
    { a: 1448396287, b: -1302468156 },
    { a: -2054342155, b: 1688398545 },
    { a: -863328021, b: 1266028538 },
    { a: -300116454, b: -1683589728 },
    { a: 331529851, b: -267320516 }
  ],
  draws: [3253460674, 667659628, 2872574124, 3235222335, 1825490489],
  permutation: [7, 6, 1, 5, 8, 4, 2, 0, 3, 9],
  hash: -1767810746
}

const seeds: fc.Arbitrary<Seed> = fc.oneof(fc.maxSafeInteger(), fc.string())
const counters = fc.oneof(fc.nat(), fc.integer({ min: 2 ** 32 - 50, max: 2 ** 32 + 50 }), fc.integer({ min: 0, max: 2 ** 52 }))

const chiSquare = (counts: readonly number[] | Int32Array, expected: number): number =>
  Array.from(counts).reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
// A chi-square with many degrees of freedom is nearly normal with mean df and variance 2 df; 5 deviations either way.
const plausible = (value: number, freedom: number): boolean => Math.abs(value - freedom) < 5 * Math.sqrt(2 * freedom)

const draws = (stream: Key, n: number): Uint32Array => {
  const out = new Uint32Array(n)
  fillUint32(stream, 0, out, n)
  return out
}

const correlation = (a: Uint32Array, b: Uint32Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] / 2 ** 32 - 0.5) * (b[i] / 2 ** 32 - 0.5)
  return (sum / a.length) * 12
}

describe('random', () => {
  it('known answers on every machine', () => {
    expect([key(0), key(1), key('1'), key(''), key(-1), key(2 ** 40), split(key(1), 'writes'), split(key(1), 7)]).toEqual(GOLDEN.keys)
    expect([0, 1, 2, 2 ** 32, 2 ** 52].map((counter) => draw(key(1), counter))).toEqual(GOLDEN.draws)
    expect([...permutation(key('deck'), 10)]).toEqual(GOLDEN.permutation)
    let hash = 0
    for (const x of draws(key('hash'), 100_000)) hash = (Math.imul(hash, 31) + x) | 0
    expect(hash).toBe(GOLDEN.hash)
  })

  it('out[i] = draw(key, counterStart + i), across blocks of 2^32 too', () => {
    fc.assert(
      fc.property(seeds, counters, fc.integer({ min: 0, max: 120 }), (seed, start, n) => {
        const out = new Uint32Array(n + 1)
        fillUint32(key(seed), start, out, n)
        expect([...out]).toEqual([...Array.from({ length: n }, (_, i) => draw(key(seed), start + i)), 0])
      })
    )
  })

  it('out[i] = uniformInt(key, counterStart + i, bound), within the bound', () => {
    fc.assert(
      fc.property(seeds, counters, fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 31 })), (seed, start, bound) => {
        const out = new Int32Array(60)
        fillBelow(key(seed), start, bound, out, 60)
        expect([...out]).toEqual(Array.from({ length: 60 }, (_, i) => uniformInt(key(seed), start + i, bound)))
        for (const x of out) expect(x >= 0 && x < bound).toBe(true)
      })
    )
  })

  it('markBelow marks what fillBelow gives, and counts the bits set anew', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(1000), fc.integer({ min: 1, max: 500 }), fc.nat(40), fc.nat(200), (seed, start, bound, from, n) => {
        const values = new Int32Array(n)
        fillBelow(key(seed), start, bound, values, n)
        const words = new Int32Array(17)
        words[0] = 5
        const before = words.slice()
        const newly = markBelow(key(seed), start, bound, words, n, from)
        const expected = new Set([0, 2, ...Array.from(values, (value) => from + value)])
        const found = Array.from({ length: 17 * 32 }, (_, bit) => bit).filter((bit) => (words[bit >> 5] >>> (bit & 31)) & 1)
        expect(found).toEqual([...expected].sort((a, b) => a - b))
        expect(newly).toBe(expected.size - before.reduce((sum, word) => sum + (word === 5 ? 2 : 0), 0))
      })
    )
  })

  it('fillBelow shifts and adds on its way: out[i] = (value << shift) + plus', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(1000),
        fc.integer({ min: 1, max: 2 ** 20 }),
        fc.nat(3),
        fc.nat(9),
        (seed, start, bound, shift, plus) => {
          const [plain, moved] = [new Int32Array(40), new Int32Array(40)]
          fillBelow(key(seed), start, bound, plain, 40)
          fillBelow(key(seed), start, bound, moved, 40, { shift, plus })
          expect(Array.from(moved)).toEqual(Array.from(plain, (value) => (value << shift) + plus))
        }
      )
    )
  })

  it('multiply-shift is exact up to bounds of 2^21 and never reaches a bound', () => {
    fc.assert(
      fc.property(seeds, fc.nat(), fc.integer({ min: 1, max: 2 ** 21 }), (seed, counter, bound) => {
        expect(uniformInt(key(seed), counter, bound)).toBe(Number((BigInt(draw(key(seed), counter)) * BigInt(bound)) >> 32n))
      })
    )
    for (const bound of [1, 3, 2 ** 24 + 1, 2 ** 31 - 1, 2 ** 31]) expect(((2 ** 32 - 1) * (bound / 2 ** 32)) | 0).toBe(bound - 1)
  })

  it('the bits, bytes, tens and pairs of a stream pass chi-square', () => {
    for (const seed of [1, 2, 'three', 2 ** 45]) {
      const all = draws(key(seed), 400_000)
      const bits = new Int32Array(32)
      const bytes = [0, 8, 16, 24].map(() => new Int32Array(256))
      const tens = new Int32Array(10)
      const pairs = new Int32Array(4096)
      all.forEach((x, i) => {
        for (let b = 0; b < 32; b++) bits[b] += (x >>> b) & 1
        bytes.forEach((counts, b) => {
          counts[(x >>> (8 * b)) & 255]++
        })
        tens[uniformInt(key(seed), i, 10)]++
        if (i % 2 === 1) pairs[(x >>> 26) * 64 + (all[i - 1] >>> 26)]++
      })
      for (const n of bits) expect(Math.abs(n - 200_000)).toBeLessThan(5 * Math.sqrt(100_000))
      for (const counts of bytes) expect(plausible(chiSquare(counts, all.length / 256), 255)).toBe(true)
      expect(plausible(chiSquare(tens, all.length / 10), 9)).toBe(true)
      expect(plausible(chiSquare(pairs, all.length / 2 / 4096), 4095)).toBe(true)
    }
  })

  it('flipping one bit of the counter or of a name flips half the bits of a draw', () => {
    const flips = (other: (i: number, bit: number) => number, own: (i: number) => number): void => {
      for (let bit = 0; bit < 32; bit++) {
        let flipped = 0
        for (let i = 0; i < 2000; i++) {
          for (let x = (own(i) ^ other(i, bit)) >>> 0; x !== 0; x &= x - 1) flipped++
        }
        expect(Math.abs(flipped / 2000 - 16)).toBeLessThan(0.5)
      }
    }
    flips(
      (i, bit) => draw(key(5), (i ^ (1 << bit)) >>> 0),
      (i) => draw(key(5), i)
    )
    flips(
      (i, bit) => draw(split(key(5), (i ^ (1 << bit)) >>> 0), 0),
      (i) => draw(split(key(5), i), 0)
    )
  })

  it('split streams are uncorrelated with their parent, siblings and neighbours in time', () => {
    const n = 50_000
    const streams = [
      key(1),
      key(2),
      split(key(1), 0),
      split(key(1), 1),
      split(key(1), 2),
      split(key(1), 'a'),
      split(split(key(1), 0), 0)
    ].map((k) => draws(k, n + 64))
    for (const a of streams) {
      for (const b of streams) {
        for (const lag of a === b ? [1, 2, 7, 63] : [0, 1, 63]) {
          expect(Math.abs(correlation(a.subarray(0, n), b.subarray(lag, lag + n)))).toBeLessThan(5 / Math.sqrt(n))
        }
      }
    }
  })

  it('keys of different seeds, names and paths differ', () => {
    const seen = new Set<string>()
    let made = 0
    for (let i = 0; i < 2000; i++) {
      for (const k of [
        key(i),
        key(String(i)),
        key(-i - 1),
        key(i * 2 ** 32 + 2 ** 33),
        split(key(0), i),
        split(key(0), `${i}`),
        split(split(key(0), i), 0)
      ]) {
        seen.add(`${k.a},${k.b}`)
        made++
      }
    }
    expect(seen.size).toBe(made)
  })

  it('drawing and splitting are pure: order and repetition change nothing', () => {
    fc.assert(
      fc.property(seeds, seeds, counters, (seed, name, counter) => {
        const root = key(seed)
        const before = draw(split(root, name), counter)
        draw(root, 3)
        split(root, 'other')
        expect(draw(split(key(seed), name), counter)).toBe(before)
        expect(draw(root, counter)).toBe(draw({ ...root }, counter))
      })
    )
  })

  it('unit is in [0, 1) with mean one half, chance(p) is true p of the time', () => {
    let sum = 0
    let hits = 0
    let outside = 0
    for (let i = 0; i < 100_000; i++) {
      const u = unit(key(9), i)
      if (u < 0 || u >= 1) outside++
      sum += u
      if (chance(key(10), i, 0.3)) hits++
    }
    expect(outside).toBe(0)
    expect(Math.abs(sum / 100_000 - 0.5)).toBeLessThan(0.005)
    expect(Math.abs(hits / 100_000 - 0.3)).toBeLessThan(0.0075)
    expect(key('')).not.toEqual(key(0x73747200))
    expect([chance(key(1), 0, 0), chance(key(1), 0, 1)]).toEqual([false, true])
  })

  it('permutation(k, n) holds 0 to n - 1 once each, shuffle(k, items)[i] = items[permutation(k, items.length)[i]]', () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer(), { maxLength: 60 }), (seed, items) => {
        const order = [...permutation(key(seed), items.length)]
        expect([...order].sort((a, b) => a - b)).toEqual(items.map((_, i) => i))
        expect(shuffle(key(seed), items)).toEqual(order.map((i) => items[i]))
      })
    )
  })

  it('every order of four and every item to pick is as likely as the others', () => {
    const orders = new Map<string, number>()
    const picked = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = permutation(split(key('orders'), i), 4).join()
      orders.set(order, (orders.get(order) ?? 0) + 1)
      const item = pick(key('picks'), i, ['a', 'b', 'c'])
      picked.set(item, (picked.get(item) ?? 0) + 1)
    }
    expect([orders.size, picked.size]).toEqual([24, 3])
    expect(plausible(chiSquare([...orders.values()], 1000), 23)).toBe(true)
    expect(plausible(chiSquare([...picked.values()], 8000), 2)).toBe(true)
  })

  it('refuses what is out of range', () => {
    expect(() => key(0.5)).toThrow('key: a number must be a safe integer (got 0.5)')
    expect(() => split(key(1), NaN)).toThrow('split: a number must be a safe integer (got NaN)')
    expect(() => uniformInt(key(1), 0, 0)).toThrow('uniformInt: bound must be an integer from 1 to 2^31 (got 0)')
    expect(() => fillBelow(key(1), 0, 2 ** 31 + 1, new Int32Array(1), 1)).toThrow(RangeError)
    expect(() => fillUint32(key(1), 0, new Uint32Array(3), 4)).toThrow('fillUint32: n must be an integer from 0 to out.length = 3 (got 4)')
    expect(() => fillUint32(key(1), -1, new Uint32Array(3), 1)).toThrow(
      'fillUint32: counterStart must be an integer from 0 to 2^53 - 1 - n (got -1)'
    )
    expect(() => chance(key(1), 0, 1.1)).toThrow('chance: p must be within 0 and 1 (got 1.1)')
    expect(() => pick(key(1), 0, [])).toThrow('pick: items must not be empty (got 0 items)')
    expect(() => permutation(key(1), -1)).toThrow('permutation: n must be an integer from 0 to 2^31 - 1 (got -1)')
  })
})
