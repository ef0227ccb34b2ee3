import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as content from '../../lib/memory/content'
import { deltaBytes, difference, patched } from '../../lib/memory/delta'

const WORDS = 16
const bytes = fc.array(fc.oneof(fc.constant(0), fc.constantFrom(1, 255, 256, 0x01000000, -1), fc.integer()), {
  minLength: WORDS,
  maxLength: WORDS
})
const pages = bytes.map((words) => Int32Array.from(words))
const versions = fc.oneof(fc.nat({ max: 5 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }))

/** XBZRLE as QEMU's migration/xbzrle.c writes it, from two pages of bytes: runs of equal and of changed bytes, lengths in base 128, a last run of equal bytes left out. */
const xbzrle = (from: Uint8Array, to: Uint8Array): readonly number[] => {
  const out: number[] = []
  const length = (n: number): void => {
    let left = n
    while (left >= 128) {
      out.push((left & 127) | 128)
      left >>>= 7
    }
    out.push(left)
  }
  let i = 0
  while (i < to.length) {
    let equal = 0
    while (i + equal < to.length && from[i + equal] === to[i + equal]) equal++
    i += equal
    if (i === to.length) return out
    let changed = 0
    while (i + changed < to.length && from[i + changed] !== to[i + changed]) changed++
    length(equal)
    length(changed)
    for (let k = 0; k < changed; k++) out.push(to[i + k])
    i += changed
  }
  return out
}

const unpacked = (from: Uint8Array, encoded: readonly number[]): Uint8Array => {
  const page = from.slice()
  let at = 0
  let i = 0
  const length = (): number => {
    let n = 0
    for (let shift = 0; ; shift += 7) {
      const byte = encoded[i++]
      n |= (byte & 127) << shift
      if (byte < 128) return n
    }
  }
  while (i < encoded.length) {
    at += length()
    const changed = length()
    for (let k = 0; k < changed; k++) page[at++] = encoded[i++]
  }
  return page
}

const asBytes = (words: Int32Array): Uint8Array =>
  Uint8Array.from([...words].flatMap((w) => [0, 8, 16, 24].map((shift) => (w >>> shift) & 255)))

describe('a difference of contents', () => {
  it('patched(from, difference(from, to)) = to', () => {
    fc.assert(
      fc.property(fc.oneof(fc.tuple(pages, pages), fc.tuple(versions, versions)), ([from, to]) => {
        expect(patched(from, difference(from, to))).toEqual(to)
      }),
      { numRuns: 1000 }
    )
  })

  it('difference(a, a) is nothing, and takes no bytes', () => {
    fc.assert(
      fc.property(fc.oneof(pages, versions), (a) => {
        expect(deltaBytes(difference(a, a))).toBe(0)
        expect(patched(a, difference(a, a))).toEqual(a)
      })
    )
  })

  it('applied to what it was not taken from gives something else than was meant', () => {
    fc.assert(
      fc.property(pages, pages, pages, (from, to, other) => {
        fc.pre(other.some((word, i) => word !== from[i]))
        expect(patched(other, difference(from, to))).not.toEqual(to)
      })
    )
  })

  it('takes as many bytes as XBZRLE writes for it', () => {
    fc.assert(
      fc.property(pages, pages, (from, to) => {
        const encoded = xbzrle(asBytes(from), asBytes(to))
        expect(unpacked(asBytes(from), encoded)).toEqual(asBytes(to))
        expect(deltaBytes(difference(from, to))).toBe(encoded.length)
      }),
      { numRuns: 1000 }
    )
  })

  it('takes lengths of two bytes from 128 on and of three from 16,384 on, as XBZRLE does', () => {
    const from = new Int32Array(32_768)
    for (const at of [0, 31, 32, 33, 4095, 4096, 4097, 32_767]) {
      const to = from.slice()
      to[at] = 0x01010101
      expect(deltaBytes(difference(from, to))).toBe(xbzrle(asBytes(from), asBytes(to)).length)
      to.fill(-1, 0, at)
      expect(deltaBytes(difference(from, to))).toBe(xbzrle(asBytes(from), asBytes(to)).length)
    }
  })

  it('of a memory that was written in between is as long as of its words, however many of them are kept', () => {
    fc.assert(
      fc.property(fc.nat({ max: 40 }), fc.nat({ max: 40 }), (before, after) => {
        const pageBytes = 128
        const memory = content.content({ fidelity: 'bytes', size: 1, pageBytes })
        const whole = (): Int32Array => {
          const read = content.read(memory, 0) as Int32Array
          const all = new Int32Array(pageBytes / 4)
          all.set(read)
          return all
        }
        for (let i = 0; i < before; i++) content.write(memory, 0)
        const from = content.read(memory, 0)
        const fromAll = whole()
        for (let i = 0; i < after; i++) content.write(memory, 0)
        const delta = difference(from, content.read(memory, 0))
        expect(deltaBytes(delta)).toBe(xbzrle(asBytes(fromAll), asBytes(whole())).length)
        const other = content.content({ fidelity: 'bytes', size: 1, pageBytes })
        content.place(other, 0, from)
        content.place(other, 0, patched(content.read(other, 0), delta))
        expect(content.differing(memory, other).count).toBe(0)
      })
    )
  })

  it('is refused between two fidelities', () => {
    expect(() => difference(1, new Int32Array(4))).toThrow(RangeError)
    expect(() => patched(new Int32Array(4), 1)).toThrow(RangeError)
  })
})
