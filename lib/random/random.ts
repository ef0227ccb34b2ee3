/** A seed as a user writes it: a safe integer or any text. */
export type Seed = number | string

/** A point in the tree of random streams: 64 bits as two int32 words; a plain value, so drawing from it changes nothing. */
export type Key = { readonly a: number; readonly b: number }

const TWO_32 = 4294967296
const GOLDEN = 0x9e3779b9 | 0
const M1 = 0xed5ad4bb | 0
const M2 = 0xac4c1b51 | 0
const M3 = 0x31848bab | 0

/**
 * The root key of a seed; numbers and texts never meet (`key(1)` differs from `key('1')`).
 * Throws RangeError on a number that is not a safe integer. Cost: O(length of the text).
 */
export const key = (seed: Seed): Key => absorb({ a: 0x243f6a88, b: 0x85a308d3 | 0 }, seed, 'key')

/**
 * The child stream of a key under a name or a number: independent of its siblings and of the parent's own draws.
 * Cost: O(1) for a number, O(length) for a text; nothing is drawn and the order of splits does not matter.
 * Two of n streams share all 64 bits with probability about n² / 2^65.
 */
export const split = (parent: Key, name: Seed): Key => absorb(parent, name, 'split')

/**
 * The uint32 at position `counter` (0 to 2^53 - 1) of a key's stream: pure random access, the same on every machine (integers only).
 * Mixing: a Weyl step of the counter into the three-round multiply-xorshift "triple32" (C. Wellons, hash-prospector), the key's second word
 * entering after the first round. Within one block of 2^32 counters a stream is a permutation of uint32. Not for cryptography.
 * Cost: 10 to 15 ns measured; use the fillers in bulk.
 */
export const draw = (stream: Key, counter: number): number =>
  mixed((stream.a + Math.imul(counter | 0, GOLDEN)) | 0, blockWord(stream, counter)) >>> 0

/** Writes draws `counterStart` to `counterStart + n - 1` into `out[0..n)`: law `out[i] = draw(key, counterStart + i)`. Cost: 1.1 to 2.1 ns each. */
export const fillUint32 = (stream: Key, counterStart: number, out: Uint32Array, n: number): void => {
  refuseFill('fillUint32', counterStart, out.length, n)
  for (let done = 0; done < n; ) {
    const counter = counterStart + done
    const end = Math.min(n, done + (TWO_32 - (counter % TWO_32)))
    const b = blockWord(stream, counter)
    let weyl = (stream.a + Math.imul(counter | 0, GOLDEN)) | 0
    for (; done < end; done++) {
      let x = Math.imul(weyl ^ (weyl >>> 17), M1)
      x = Math.imul(x ^ (x >>> 11) ^ b, M2)
      x = Math.imul(x ^ (x >>> 15), M3)
      out[done] = x ^ (x >>> 14)
      weyl = (weyl + GOLDEN) | 0
    }
  }
}

/**
 * Writes uniform integers in [0, bound) into `out[0..n)`: law `out[i] = uniformInt(key, counterStart + i, bound)`.
 * bound is 1 to 2^31. Multiply-shift, floor(u * bound / 2^32), without rejection: some values are likelier than others by at most one part
 * in 2^32 / bound (0.2 % for nine million pages). The product is exact for bounds up to 2^21; above it is rounded as IEEE 754 says, which
 * never reaches `bound`, moves a result by one with a probability below bound * 2^-53 and is the same on every machine. Cost: 1.9 to 2.5 ns each.
 */
export const fillBelow = (
  stream: Key,
  counterStart: number,
  bound: number,
  out: Int32Array,
  n: number,
  { shift, plus }: { readonly shift: number; readonly plus: number } = asDrawn
): void => {
  refuseFill('fillBelow', counterStart, out.length, n)
  refuseBound('fillBelow', bound)
  const scale = bound / TWO_32
  // Told to be integers, these stay in registers as such.
  const left = shift | 0
  const more = plus | 0
  for (let done = 0; done < n; ) {
    const counter = counterStart + done
    const end = Math.min(n, done + (TWO_32 - (counter % TWO_32)))
    const b = blockWord(stream, counter)
    let weyl = (stream.a + Math.imul(counter | 0, GOLDEN)) | 0
    for (; done < end; done++) {
      let x = Math.imul(weyl ^ (weyl >>> 17), M1)
      x = Math.imul(x ^ (x >>> 11) ^ b, M2)
      x = Math.imul(x ^ (x >>> 15), M3)
      out[done] = ((((x ^ (x >>> 14)) >>> 0) * scale) << left) + more
      weyl = (weyl + GOLDEN) | 0
    }
  }
}

/**
 * Sets bit `from + value` of a bitmap for each of n uniform integers in [0, bound); answers how many bits it set anew. Law: the same as `fillBelow` and a mark for
 * each value, in one loop that neither writes nor reads them. The bits from `from` to `from + bound - 1` must be there.
 */
export const markBelow = (stream: Key, counterStart: number, bound: number, words: Int32Array, n: number, from = 0): number => {
  refuseBound('markBelow', bound)
  const scale = bound / TWO_32
  const first = from | 0
  let newly = 0
  for (let done = 0; done < n; ) {
    const counter = counterStart + done
    const end = Math.min(n, done + (TWO_32 - (counter % TWO_32)))
    const b = blockWord(stream, counter)
    let weyl = (stream.a + Math.imul(counter | 0, GOLDEN)) | 0
    for (; done < end; done++) {
      let x = Math.imul(weyl ^ (weyl >>> 17), M1)
      x = Math.imul(x ^ (x >>> 11) ^ b, M2)
      x = Math.imul(x ^ (x >>> 15), M3)
      const bit = (first + ((x ^ (x >>> 14)) >>> 0) * scale) | 0
      weyl = (weyl + GOLDEN) | 0
      const old = words[bit >> 5]
      const now = old | (1 << bit)
      words[bit >> 5] = now
      newly = (newly + ((old ^ now) >>> bit)) | 0
    }
  }
  return newly
}

const asDrawn = { shift: 0, plus: 0 }

/** A uniform integer in [0, bound) at a position of the stream; bound is 1 to 2^31, its bias is that of `fillBelow`. Throws RangeError. */
export const uniformInt = (stream: Key, counter: number, bound: number): number => {
  refuseBound('uniformInt', bound)
  return (draw(stream, counter) * (bound / TWO_32)) | 0
}

/** A number in [0, 1) at a position of the stream: a multiple of 2^-32, so arithmetic on it is exact. */
export const unit = (stream: Key, counter: number): number => draw(stream, counter) / TWO_32

/** True with probability `p` (0 to 1, resolution 2^-32) at a position of the stream. Throws RangeError outside 0 to 1. */
export const chance = (stream: Key, counter: number, p: number): boolean => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`chance: p must be within 0 and 1 (got ${p})`)
  return draw(stream, counter) < p * TWO_32
}

/** One item of a non-empty array, each as likely as the others. Throws RangeError on an empty array. */
export const pick = <A>(stream: Key, counter: number, items: readonly A[]): A => {
  if (items.length === 0) throw new RangeError('pick: items must not be empty (got 0 items)')
  return items[uniformInt(stream, counter, items.length)]
}

/** The numbers 0 to n - 1 in random order (Fisher and Yates, draws 0 to n - 2 of the stream). n is 0 to 2^31 - 1. Cost: O(n). */
export const permutation = (stream: Key, n: number): Int32Array => {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) throw new RangeError(`permutation: n must be an integer from 0 to 2^31 - 1 (got ${n})`)
  const order = new Int32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  for (let i = n - 1; i > 0; i--) {
    const j = uniformInt(stream, n - 1 - i, i + 1)
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}

/** The items in random order, as a new array: law `shuffle(k, items)[i] = items[permutation(k, items.length)[i]]`. Cost: O(n). */
export const shuffle = <A>(stream: Key, items: readonly A[]): readonly A[] => Array.from(permutation(stream, items.length), (i) => items[i])

const mixed = (weyl: number, b: number): number => {
  let x = Math.imul(weyl ^ (weyl >>> 17), M1)
  x = Math.imul(x ^ (x >>> 11) ^ b, M2)
  x = Math.imul(x ^ (x >>> 15), M3)
  return x ^ (x >>> 14)
}

// The second key word for a counter's block of 2^32; the first block uses the key as it is.
const blockWord = (stream: Key, counter: number): number =>
  counter < TWO_32 ? stream.b : stream.b ^ mixed(Math.imul(Math.floor(counter / TWO_32), GOLDEN), 0)

const absorb = (into: Key, seed: Seed, who: string): Key => {
  if (typeof seed === 'string') {
    // A number's upper word lies within 2^21 of 0, so no number begins as a text does.
    let to = absorbed(into, 0x73747200, 0x40000000 + seed.length)
    for (let i = 0; i < seed.length; i += 2) to = absorbed(to, seed.charCodeAt(i), i + 1 < seed.length ? seed.charCodeAt(i + 1) : 0x10000)
    return to
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`${who}: a number must be a safe integer (got ${seed})`)
  return absorbed(into, seed | 0, Math.floor(seed / TWO_32))
}

// Each half is keyed by the other, so that neither word of the child depends on one word of the parent only.
const absorbed = ({ a, b }: Key, low: number, high: number): Key => {
  const a1 = mixed((a ^ low) | 0, b + GOLDEN)
  const b1 = mixed((b ^ high) | 0, a1 ^ M2)
  return { a: mixed((a1 + GOLDEN) | 0, b1), b: mixed((b1 + M1) | 0, a1) }
}

const refuseBound = (who: string, bound: number): void => {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 31) {
    throw new RangeError(`${who}: bound must be an integer from 1 to 2^31 (got ${bound})`)
  }
}

const refuseFill = (who: string, counterStart: number, length: number, n: number): void => {
  if (!Number.isInteger(n) || n < 0 || n > length)
    throw new RangeError(`${who}: n must be an integer from 0 to out.length = ${length} (got ${n})`)
  if (counterStart < 0 || !Number.isSafeInteger(counterStart) || !Number.isSafeInteger(counterStart + n)) {
    throw new RangeError(`${who}: counterStart must be an integer from 0 to 2^53 - 1 - n (got ${counterStart})`)
  }
}
