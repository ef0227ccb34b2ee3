import { describe, expect, it } from 'vitest'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { key } from '../../lib/random/random'

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, one) => sum + one, 0) / values.length

describe('a day of utilisations made up', () => {
  const day = utilisationDay({ key: key(1), vms: 1052 })

  it('has the statistics of the day that it is like', () => {
    const means = day.map(mean).sort((a, b) => a - b)
    expect(mean(means)).toBeGreaterThan(0.11)
    expect(mean(means)).toBeLessThan(0.145)
    expect(means[526]).toBeGreaterThan(0.05)
    expect(means[526]).toBeLessThan(0.09)
    const all = day.flatMap((series) => [...series])
    const idle = all.filter((part) => part === 0).length / all.length
    expect(idle).toBeGreaterThan(0.12)
    expect(idle).toBeLessThan(0.18)
    const correlations = day
      .map((series) => {
        const [middle, pairs] = [mean(series), [...series].slice(1).map((one, i) => [series[i], one])]
        const variance = series.reduce((sum, one) => sum + (one - middle) ** 2, 0)
        return variance === 0 ? 0 : pairs.reduce((sum, [a, b]) => sum + (a - middle) * (b - middle), 0) / variance
      })
      .sort((a, b) => a - b)
    expect(correlations[526]).toBeGreaterThan(0.01)
    expect(correlations[526]).toBeLessThan(0.1)
  })

  it('is of whole percents, the same for the same key, and a VM the same among few', () => {
    expect(day.every((series) => series.every((part) => part >= 0 && part <= 1 && Math.round(part * 100) / 100 === part))).toBe(true)
    expect(utilisationDay({ key: key(1), vms: 3 })).toEqual(day.slice(0, 3))
    expect(utilisationDay({ key: key(2), vms: 3 })).not.toEqual(day.slice(0, 3))
    expect(utilisationDay({ key: key(1), vms: 0 })).toEqual([])
    expect(() => utilisationDay({ key: key(1), vms: -1 })).toThrow('utilisationDay: vms must be an integer from 0 on (got -1)')
  })
})
