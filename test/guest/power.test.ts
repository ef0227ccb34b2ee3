import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { power } from '../../lib/guest/power'

describe('power', () => {
  it('agrees with the engine to 1e-13', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e10, noNaN: true }), fc.double({ min: -8, max: 8, noNaN: true }), (base, exponent) => {
        expect(Math.abs(power(base, exponent) / base ** exponent - 1)).toBeLessThan(1e-13)
      }),
      { numRuns: 1000 }
    )
  })

  it('is the same bits on every machine', () => {
    expect([power(2, 10), power(1, 5), power(9_437_184, -0.99), power(3, 0.5), power(0.1, 3.7)]).toEqual([
      1024, 1, 1.2442452787670566e-7, 1.7320508075688772, 0.0001995262314968878
    ])
  })
})
