import { describe, expect, it } from 'vitest'
import { requestDay } from '../../lib/guest/requestDay'
import { key } from '../../lib/random/random'

const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, one) => sum + one, 0) / values.length

describe('a day of requests made up', () => {
  const day = requestDay({ key: key(1), services: 200 })

  it('has few requests before dawn and many in the evening', () => {
    const at = (hour: number) => mean(requestDay({ key: key(1), services: 200, crowds: 0 }).map((series) => series[hour * 12]))
    expect(at(20) / at(4)).toBeGreaterThan(3)
    const means = requestDay({ key: key(1), services: 200, crowds: 0 }).map(mean)
    expect(mean(means)).toBeGreaterThan(40)
    expect(mean(means)).toBeLessThan(48)
    expect(Math.max(...means) / Math.min(...means)).toBeGreaterThan(7)
  })

  it('has crowds, of 2 to 5 times the requests, once a day on the average', () => {
    const calm = requestDay({ key: key(1), services: 200, crowds: 0 })
    const crowded = day.map((series, i) => series.map((rate, sample) => rate / calm[i][sample]))
    const most = crowded.map((series) => Math.max(...series))
    const some = most.filter((one) => one > 1.9).length
    expect(some / 200).toBeGreaterThan(0.5)
    expect(some / 200).toBeLessThan(0.75)
    expect(most.filter((one) => one > 1.05 && one < 1.9)).toEqual([])
    expect(mean(most.filter((one) => one > 1.9))).toBeGreaterThan(3)
    const first = crowded.find((series) => Math.max(...series) > 3)!
    expect(first.at(-1)).toBeLessThan(Math.max(...first) / 2)
  })

  it('is in hundredths, the same for the same key, and a service the same among few', () => {
    expect(day.every((series) => series.every((rate) => rate >= 0 && Math.round(rate * 100) / 100 === rate))).toBe(true)
    expect(requestDay({ key: key(1), services: 3 })).toEqual(day.slice(0, 3))
    expect(requestDay({ key: key(2), services: 3 })).not.toEqual(day.slice(0, 3))
    expect(requestDay({ key: key(1), services: 1, samples: 10 })[0]).toHaveLength(10)
    expect(() => requestDay({ key: key(1), services: -1 })).toThrow('requestDay: services must be an integer from 0 on (got -1)')
    expect(() => requestDay({ key: key(1), services: 1, mean: Number.NaN })).toThrow(
      'requestDay: mean must be a number from 0 on (got NaN)'
    )
    expect(() => requestDay({ key: key(1), services: 1, samples: 2, crowds: 3 })).toThrow('requestDay: crowds must be from 0 to one for')
  })
})
