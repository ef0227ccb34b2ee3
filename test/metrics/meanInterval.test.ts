import { expect, it } from 'vitest'
import { meanInterval } from '../../lib/metrics/meanInterval'

// 97.5 % points of Student's t from tables.
it.each([
  [3, 3.182, 0.01],
  [7, 2.365, 0.001],
  [9, 2.262, 0.001],
  [99, 1.984, 0.001]
])('with %i degrees of freedom the half is %f standard errors', (freedom, point, within) => {
  const values = Array.from({ length: freedom + 1 }, (_, i) => i)
  const mean = freedom / 2
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / freedom
  const interval = meanInterval(values)
  expect(interval.mean).toBe(mean)
  expect(Math.abs(interval.half / Math.sqrt(variance / values.length) - point)).toBeLessThan(within)
})

it('values that are all the same have no width', () => {
  expect(meanInterval([3, 3, 3, 3])).toEqual({ mean: 3, half: 0 })
})

it('refuses fewer than four values', () => {
  expect(() => meanInterval([1, 2, 3])).toThrow(new RangeError('meanInterval: values must be four or more (got 3)'))
})
