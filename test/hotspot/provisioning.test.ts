import * as fc from 'fast-check'
import { from, lastValueFrom, map, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { cpuToSustain } from '../../lib/hotspot/cpuToSustain'
import { memoryNeed, peakNeed } from '../../lib/hotspot/peakNeed'
import { profile, profiles } from '../../lib/hotspot/profile'
import { cpuForPeak, networkForPeak, sustainableRate } from '../../lib/hotspot/sustainableRate'
import { insideOf } from '../../lib/world/insideOf'

describe('a profile', () => {
  it('has the observations and their distribution, without those that are lost', () => {
    const { series, percentile } = profile([5, Number.NaN, 1, 3])
    expect(series).toEqual([5, 1, 3])
    expect([0, 0.3, 0.5, 0.67, 1].map(percentile)).toEqual([1, 1, 3, 5, 5])
    expect(profile([]).percentile(0.5)).toBeNaN()
    expect(() => percentile(1.1)).toThrow('profile: part must be from 0 to 1 (got 1.1)')
  })

  it('has at least a part p of its observations at most at its percentile of p, and less below', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 100 }),
        (window, percent) => {
          const at = profile(window).percentile(percent / 100)
          expect(window.filter((one) => one <= at).length * 100).toBeGreaterThanOrEqual(percent * window.length)
          expect(window.filter((one) => one < at).length * 100).toBeLessThan(percent * window.length)
        }
      )
    )
  })

  it('slides over a stream', async () => {
    const peaks = await lastValueFrom(
      from([3, 1, 2, 0]).pipe(
        profiles(2),
        map(({ percentile }) => percentile(1)),
        toArray()
      )
    )
    expect(peaks).toEqual([3, 3, 2, 2])
    expect(() => profiles(0)).toThrow('profiles: window must be an integer above 0 (got 0)')
  })
})

describe('provisioning', () => {
  it('is a high percentile from outside, more where the resource was used up', () => {
    const hundred = profile(Array.from({ length: 100 }, (_, i) => i + 1))
    expect(peakNeed(hundred)).toBe(95)
    expect(peakNeed(hundred, { isSaturated: true })).toBeCloseTo(114, 9)
    expect(peakNeed(hundred, { part: 1 })).toBe(100)
    expect(memoryNeed(2 ** 28, true) - 2 ** 28).toBe(32 * 2 ** 20)
    expect(memoryNeed(2 ** 28, false)).toBe(2 ** 28)
  })

  it('is by the queue from inside', () => {
    // 10 ms of service, 110 ms promised, variances of 1e-4 each: 10 ms + 2e-4 / 0.2 = 11 ms.
    const queue = { serviceTime: 0.01, promised: 0.11, interarrivalVariance: 1e-4, serviceVariance: 1e-4 }
    expect(sustainableRate(queue)).toBeCloseTo(1 / 0.011, 9)
    expect(cpuForPeak(1, { ...queue, peakRate: 2 / 0.011 })).toBeCloseTo(2, 9)
    expect(sustainableRate({ ...queue, promised: 0.01 })).toBe(0)
    expect(cpuForPeak(1, { ...queue, promised: 0.01, peakRate: 1 })).toBe(Infinity)
    expect(networkForPeak(100, 8192)).toBe(819_200)
    expect(() => sustainableRate({ ...queue, serviceTime: 0 })).toThrow('sustainableRate: serviceTime must be above 0 (got 0)')
    expect(() => sustainableRate({ ...queue, serviceVariance: -1 })).toThrow('sustainableRate: serviceVariance must be from 0 on (got -1)')
  })

  it('asks for no less rate of service for a shorter promise or wilder requests', () => {
    const time = fc.integer({ min: 1, max: 100 }).map((ms) => ms / 1000)
    fc.assert(
      fc.property(time, time, time, fc.integer({ min: 0, max: 100 }), (serviceTime, slack, more, variance) => {
        const queue = { serviceTime, promised: serviceTime + slack, interarrivalVariance: variance / 1e4, serviceVariance: 1e-4 }
        expect(sustainableRate({ ...queue, promised: queue.promised + more })).toBeGreaterThanOrEqual(sustainableRate(queue))
        expect(sustainableRate({ ...queue, serviceVariance: 1e-4 + more })).toBeLessThan(sustainableRate(queue))
        expect(sustainableRate(queue)).toBeLessThan(1 / serviceTime)
      })
    )
  })

  it('keeps the promise of a queue with the CPU that it asks for, and asks for less of it than twice what keeps it', () => {
    const rate = fc.integer({ min: 1, max: 200 })
    fc.assert(
      fc.property(rate, fc.integer({ min: 5, max: 50 }), fc.integer({ min: 1, max: 40 }), (peakRate, ms, has) => {
        const promised = ms / 1000
        const service = { requests: [], instructions: 10, responseBytes: 0, promisedSeconds: promised, room: 2000 }
        const serviceTime = 10 / (has * 100)
        const queue = { serviceTime, promised, interarrivalVariance: 1 / peakRate ** 2, serviceVariance: serviceTime ** 2 }
        const needs = cpuToSustain(has * 100, { ...queue, peakRate })
        expect(insideOf(service, peakRate, needs, 0).responseSeconds).toBeLessThanOrEqual(promised)
        expect(insideOf(service, peakRate, needs / 2, 0).responseSeconds).toBeGreaterThan(promised)
      })
    )
  })

  it('asks for more CPU for more and wilder requests and a shorter promise, and never for less than they take', () => {
    const ms = fc.integer({ min: 1, max: 100 }).map((n) => n / 1000)
    fc.assert(
      fc.property(ms, ms, ms, ms, fc.integer({ min: 1, max: 100 }), (serviceTime, promised, scatter, more, peakRate) => {
        const demand = { serviceTime, promised, interarrivalVariance: scatter, serviceVariance: scatter, peakRate }
        const needs = cpuToSustain(1, demand)
        expect(needs).toBeGreaterThanOrEqual(serviceTime * peakRate)
        expect(cpuToSustain(1, { ...demand, promised: promised + more })).toBeLessThan(needs)
        expect(cpuToSustain(1, { ...demand, serviceVariance: scatter + more })).toBeGreaterThan(needs)
        expect(cpuToSustain(1, { ...demand, interarrivalVariance: scatter + more })).toBeGreaterThan(needs)
      })
    )
    const demand = { serviceTime: 0.01, promised: 0.1, interarrivalVariance: 0, serviceVariance: 0, peakRate: 10 }
    expect(() => cpuToSustain(0, demand)).toThrow('cpuToSustain: hasCpu must be above 0 (got 0)')
    expect(() => cpuToSustain(1, { ...demand, serviceVariance: -1 })).toThrow('cpuToSustain: serviceVariance must be from 0 on (got -1)')
  })
})
