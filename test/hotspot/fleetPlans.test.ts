import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { specPower, wattsAt } from '../../lib/guest/serverPower'
import { fleetPlans } from '../../lib/hotspot/fleetPlans'
import type { FleetHost } from '../../lib/protocol/fleet'

const host = (name: string, kind: number): FleetHost => ({
  name,
  cores: 2,
  mipsPerCore: [1000, 1000, 1500][kind],
  memoryBytes: 1,
  power: [specPower.hpMl110G4, specPower.hpMl110G5, specPower.hpMl110G4][kind]
})

describe('plans of a fleet', () => {
  it('find the host that looking at all of them finds, whatever is planned already', () => {
    const hostCount = 12
    const fleets = fc.record({
      kinds: fc.array(fc.nat({ max: 2 }), { minLength: hostCount, maxLength: hostCount }),
      demands: fc.array(fc.integer({ min: 0, max: 1600 }), { minLength: 14, maxLength: 14 }),
      at: fc.array(fc.nat({ max: 5 }), { minLength: 8, maxLength: 8 }),
      barred: fc.array(fc.boolean(), { minLength: hostCount, maxLength: hostCount }),
      steps: fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 13 })), { maxLength: 12 }),
      isOff: fc.boolean()
    })
    fc.assert(
      fc.property(fleets, ({ kinds, demands, at, barred, steps, isOff }) => {
        const hosts = kinds.map((kind, i) => host(`h${i}`, kind))
        const demand = Float64Array.from(demands)
        const on: number[][] = hosts.map(() => [])
        at.forEach((to, vm) => {
          on[to].push(vm)
        })
        const isIdle = on.map((there) => there.length === 0)
        const capacity = hosts.map(({ cores, mipsPerCore }) => cores * mipsPerCore)
        const given = Float64Array.from(hosts, (_, i) =>
          Math.min(
            capacity[i],
            on[i].reduce((sum, vm) => sum + Math.min(demand[vm], hosts[i].mipsPerCore), 0)
          )
        )
        const moving = new Uint8Array(demands.length)
        const plan = fleetPlans(hosts)(demand, given, { on, arriving: hosts.map(() => new Set<number>()), moving })
        const isOverloaded = (_: number, wanted: number): boolean => wanted > 0.8
        const plainly = (vm: number): number => {
          let [found, least] = [-1, Infinity]
          hosts.forEach(({ mipsPerCore, power }, i) => {
            const sum = (of: (one: number) => number): number => plan.on[i].reduce((all, one) => all + of(one), 0)
            const used = sum((one) => Math.min(demand[one], mipsPerCore))
            if (barred[i] || demand[vm] > mipsPerCore || demand[vm] > capacity[i] - used + 1e-9) return
            if (given[i] > 0 && isOverloaded(i, (sum((one) => demand[one]) + demand[vm]) / capacity[i])) return
            if (!isOff && isIdle[i]) return
            const rise = wattsAt(power, (used + demand[vm]) / capacity[i]) - wattsAt(power, given[i] / capacity[i])
            if (rise < least) [found, least] = [i, rise]
          })
          return found
        }
        const bars = Uint8Array.from(barred, Number)
        for (const [isLeaving, vm] of steps) {
          const from = plan.on.findIndex((there) => there.includes(vm))
          if (from >= 0 && isLeaving) plan.remove(vm, from)
          if (from >= 0) continue
          const to = plan.best(vm, bars, isOff, isOverloaded)
          expect(to).toBe(plainly(vm))
          if (to >= 0) plan.add(vm, to)
        }
      }),
      { numRuns: 300 }
    )
  })

  it('leave what they are made of as it is', () => {
    const on = [[0], []]
    const hosts = [host('a', 0), host('b', 0)]
    const moving = new Uint8Array(1)
    const plan = fleetPlans(hosts)(Float64Array.of(100), Float64Array.of(100, 0), { on, arriving: [new Set(), new Set()], moving })
    plan.remove(0, 0)
    plan.add(0, 1)
    expect(plan.on).toEqual([[], [0]])
    expect(plan.wanted(1)).toBe(0.05)
    expect(on).toEqual([[0], []])
  })
})
