import { describe, expect, it } from 'vitest'
import { qemu12Held, qemu16Costs } from '../../pipelines/qemu1xCosts'

describe('qemu16Costs', () => {
  it('is one reading of a page for a look, and one more writing for a copy, at what a core draws from memory', () => {
    expect(qemu16Costs({ coreBytesPerSecond: 4.096e9 })).toEqual({ lookPageNs: 1000, copyPageNs: 2000 })
    expect(qemu16Costs({ coreBytesPerSecond: 4.096e9, pageBytes: 16_384 })).toEqual({ lookPageNs: 4000, copyPageNs: 8000 })
  })

  it('refuses a core that draws nothing', () => {
    expect(() => qemu16Costs({ coreBytesPerSecond: 0 })).toThrow(
      new RangeError('qemu16Costs: coreBytesPerSecond must be positive and finite (got 0)')
    )
  })
})

describe('qemu12Held', () => {
  it("is the reciprocal of the published downtimes over the tolerated ones, at 10, 20 and 30 s of Chanchio and Thaenkaew's Figure 3", () => {
    expect((16.21 / 10 + 37.69 / 20 + 45.71 / 30) / 3).toBeCloseTo(1 / qemu12Held, 1)
  })
})
