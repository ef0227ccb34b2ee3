import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aliasEntries, aliasTable } from '../../lib/guest/aliasTable'

/** Draws of 2^32 that give each entry. */
const sharesOf = (table: Uint32Array): Float64Array => {
  const shares = new Float64Array(aliasEntries)
  table.forEach((word, i) => {
    shares[i] += word >>> 12
    shares[word & 0xfff] += 0x10_0000 - (word >>> 12)
  })
  return shares
}

describe('aliasTable', () => {
  it('keeps every chance to a rounding each time an entry is an alias', () => {
    const weight = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1e6, noNaN: true }))
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 50 }), (pattern) => {
        fc.pre(pattern.some((one) => one > 0))
        const weights = Float64Array.from({ length: aliasEntries }, (_, i) => pattern[i % pattern.length])
        const total = weights.reduce((sum, one) => sum + one, 0)
        const table = aliasTable(weights)
        const uses = new Float64Array(aliasEntries).fill(2)
        for (const word of table) uses[word & 0xfff]++
        const off = sharesOf(table).findIndex((share, i) => Math.abs(share - (weights[i] / total) * 2 ** 32) > uses[i])
        expect(off).toBe(-1)
      }),
      { numRuns: 40 }
    )
  })

  it('never gives an entry of weight 0', () => {
    const weights = new Float64Array(aliasEntries)
    weights[7] = 1
    weights[4095] = 3
    const shares = sharesOf(aliasTable(weights))
    expect(shares.reduce((sum, share, i) => sum + (i === 7 || i === 4095 ? 0 : share), 0)).toBe(0)
  })
})
