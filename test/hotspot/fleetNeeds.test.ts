import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cpuToSustain } from '../../lib/hotspot/cpuToSustain'
import { fleetLook } from '../../lib/hotspot/fleetLook'
import { fleetNeeds } from '../../lib/hotspot/fleetNeeds'
import { percentileOf } from '../../lib/hotspot/percentileOf'
import { profile } from '../../lib/hotspot/profile'
import { checkedSandpiper, type SandpiperOptions } from '../../lib/hotspot/sandpiperOptions'
import type { FleetView } from '../../lib/protocol/fleet'
import { fleetHost, fleetView, fleetVm, insideView, MIB } from './fleetViews'

const needsOf = (options: SandpiperOptions, views: readonly FleetView[]) => {
  const rules = checkedSandpiper(options)
  return fleetNeeds(
    views.map((view) => fleetLook(view, rules)),
    views[0],
    rules
  )
}
const hosts = [fleetHost('a')]
const fast = (name: string) => fleetVm(name, { mips: 1000 })

describe('a percentile without sorting', () => {
  it('is that of the profile', () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 100 }), (window, percent) => {
        const part = percent / 100
        expect(percentileOf(Float64Array.from([...window, 99]), window.length, part)).toBe(profile(window).percentile(part))
      })
    )
    expect(() => percentileOf(new Float64Array(1), 1, 2)).toThrow('percentileOf: part must be from 0 to 1 (got 2)')
  })
})

describe('what VMs need', () => {
  const view = (demand: readonly number[], more: Partial<Parameters<typeof fleetView>[0]> = {}) =>
    fleetView({ hosts, vms: demand.map((_, i) => fast(`v${i}`)), placement: demand.map(() => 0), demand, ...more })

  it('is what they take, as long as there is more', () => {
    const needs = needsOf({}, [view([300, 500], { network: [10, 20] }), view([400, 200], { network: [30, 0] })])
    expect([needs(0), needs(1)]).toEqual([
      { cpu: 400, network: 30 },
      { cpu: 500, network: 20 }
    ])
  })

  it('is more than what they get of a host that is full, whatever they want, and no more than their virtual CPUs do', () => {
    // 2,700 MIPS are wanted of 2,000, and 120 bytes per second of 100.
    const needs = needsOf({}, [view([900, 900, 900], { network: [60, 60, 0] })])
    expect(needs(0).cpu).toBeCloseTo((2000 / 3) * 1.2, 9)
    expect(needs(0).network).toBeCloseTo(50 * 1.2, 9)
    expect(needsOf({}, [view([1000, 1000, 100])])(0).cpu).toBe(1000)
  })

  it('from inside is what keeps the promise at the most requests, of a full host too', () => {
    // Half of the CPU that it wants: 20 ms a request in place of 10 ms, at 80 requests a second.
    const inside = [insideView({ requestsPerSecond: 80, serviceSeconds: 0.02, interarrivalVariance: 1 / 6400, serviceVariance: 4e-4 })]
    const full = view([800, 800, 800, 800], { inside: [...inside, undefined, undefined, undefined] })
    const demand = { serviceTime: 0.02, promised: 0.1, interarrivalVariance: 1 / 6400, serviceVariance: 4e-4, peakRate: 80 }
    expect(needsOf({ box: 'gray' }, [full])(0).cpu).toBe(cpuToSustain(500, demand))
    expect(cpuToSustain(500, demand)).toBeGreaterThan(800)
    expect(needsOf({ box: 'gray' }, [full])(0).network).toBe(80 * 1000)
    expect(needsOf({ box: 'black' }, [full])(0).cpu).toBeCloseTo(500 * 1.2, 9)
    expect(needsOf({ box: 'gray' }, [full])(1).cpu).toBeCloseTo(500 * 1.2, 9)
  })

  it('from inside is by service times of looks at which it had memory enough, and none where nobody asks', () => {
    const short = view([800], { inside: [insideView({ memoryBytes: 1024 * MIB, requestsPerSecond: 80, serviceSeconds: 1 })] })
    expect(needsOf({ box: 'gray' }, [short])(0)).toEqual({ cpu: 800, network: 0 })
    const before = view([200], { inside: [insideView({ requestsPerSecond: 20, interarrivalVariance: 1 / 400 })] })
    // 10 ms at 1,000 MIPS, at as many requests as when it was short.
    const demand = { serviceTime: 0.01, promised: 0.1, interarrivalVariance: 1 / 6400, serviceVariance: 1e-4, peakRate: 80 }
    expect(needsOf({ box: 'gray' }, [before, short])(0).cpu).toBeCloseTo(cpuToSustain(1000, demand), 6)
    const idle = view([0], { inside: [insideView({ requestsPerSecond: 0, interarrivalVariance: 0 })] })
    expect(needsOf({ box: 'gray' }, [idle])(0)).toEqual({ cpu: 0, network: 0 })
  })

  it('is all of its CPU of a VM of which nothing is known', () => {
    expect(needsOf({}, [view([100], { lost: [1] })])(0)).toEqual({ cpu: 1000, network: 0 })
    expect(needsOf({}, [view([100], { lost: [1] }), view([300])])(0)).toEqual({ cpu: 300, network: 0 })
  })
})
