import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chipHeat, mppaHeat } from '../../lib/guest/chipHeat'

const heat = chipHeat()
const watts = fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 16, maxLength: 16 })
const near = (a: readonly number[], b: readonly number[], digits = 6): void => {
  for (const [i, one] of a.entries()) expect(one).toBeCloseTo(b[i], digits)
}

describe('chipHeat', () => {
  it('is at rest where it is steady: after(steady(w), w, t) = steady(w)', () => {
    fc.assert(
      fc.property(watts, fc.integer({ min: 1, max: 100_000_000 }), (w, ns) => near(heat.after(heat.steady(w), w, ns), heat.steady(w))),
      { numRuns: 20 }
    )
  })
  it('is linear: what two powers heat together is what each does', () => {
    fc.assert(
      fc.property(watts, watts, (a, b) => {
        const both = heat.steady(a.map((one, i) => one + b[i]))
        const [first, second] = [heat.steady(a), heat.steady(b)]
        near(
          both,
          first.map((one, i) => one + second[i] - mppaHeat.ambientCelsius)
        )
      }),
      { numRuns: 20 }
    )
  })
  it('loses to the ambient what comes in, and no more', () => {
    fc.assert(
      fc.property(watts, (w) => {
        const out = heat.steady(w).reduce((sum, kelvin) => sum + (kelvin - mppaHeat.ambientCelsius) / mppaHeat.verticalKelvinPerWatt, 0)
        expect(out).toBeCloseTo(
          w.reduce((sum, one) => sum + one, 0),
          6
        )
      }),
      { numRuns: 20 }
    )
  })
  it('comes to its steady temperatures, and in two halves of a time as in the whole', () => {
    const w = Array.from({ length: 16 }, (_, i) => heat.watts(i === 5 ? 16 : 1))
    const cold = w.map(() => 45)
    near(heat.after(cold, w, 2e9), heat.steady(w), 4)
    near(heat.after(heat.after(cold, w, 20e6), w, 20e6), heat.after(cold, w, 40e6), 1)
  })
  it('has the closed form of a single cluster: ambient + P R (1 - e^(-t / RC))', () => {
    const one = chipHeat({ ...mppaHeat, columns: 1, rows: 1 })
    expect(one.steady([1])[0]).toBeCloseTo(45 + 32, 9)
    expect(one.after([45], [1], 76.8e6)[0]).toBeCloseTo(45 + 32 * (1 - Math.exp(-1)), 0)
  })
  it('is cooler at the peak when the same power is spread', () => {
    const peak = (busy: readonly number[]): number =>
      Math.max(...heat.steady(Array.from({ length: 16 }, (_, i) => heat.watts(busy.includes(i) ? 15 : 0))))
    expect(peak([5, 7, 13, 15])).toBeLessThan(peak([0, 1, 4, 5]) - 3)
  })
  it('refuses what is no chip', () => {
    expect(() => chipHeat({ ...mppaHeat, joulesPerKelvin: 0 })).toThrow('chipHeat: joulesPerKelvin must be a positive number (got 0)')
    expect(() => heat.steady([1])).toThrow('chipHeat: watts must be 16 numbers (got 1)')
  })
})
