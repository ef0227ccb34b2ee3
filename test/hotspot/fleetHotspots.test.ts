import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fleetHotspots } from '../../lib/hotspot/fleetHotspots'
import { fleetLook } from '../../lib/hotspot/fleetLook'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import { checkedSandpiper, type SandpiperOptions } from '../../lib/hotspot/sandpiperOptions'
import type { FleetDecider, FleetHotspot, FleetView } from '../../lib/protocol/fleet'
import { fleetHost, fleetView, fleetVm, insideView, MIB, type Sample, samples } from './fleetViews'

/** What a manager finds at each of such looks, at which nothing comes of what it decides. */
const foundBy = (options: SandpiperOptions, views: readonly FleetView[]): readonly (readonly FleetHotspot[])[] => {
  const [{ hosts, vms }] = views
  let decide: FleetDecider = sandpiper(options).begin(hosts, vms)
  return views.map((view) => {
    const [, next, found = []] = decide(view)
    decide = next
    return found.filter(({ isPast }) => isPast !== true)
  })
}
const names = (found: readonly FleetHotspot[]): readonly string[] => found.map(({ host, resource }) => `${resource} ${host}`)

const hosts = [fleetHost('a'), fleetHost('b'), fleetHost('c', { memoryBytes: 8192 * MIB })]
const vms = Array.from({ length: 6 }, (_, i) => fleetVm(`v${i}`))
const placement = [0, 0, 0, 0, 1, 1]
const viewOf = (row: readonly Sample[], lost?: readonly number[]): FleetView =>
  fleetView({
    hosts,
    vms,
    placement,
    lost,
    demand: row.map(({ demand }) => demand),
    network: row.map(({ network }) => network),
    swap: row.map(({ swap }) => swap),
    inside: row.map(({ inside }, vm) => (vm % 2 === 0 ? inside : undefined))
  })

describe('hotspots of a fleet', () => {
  it('are of what hosts give, of what their VMs send, and of promises that services break', () => {
    const rules = checkedSandpiper({ k: 1, n: 1, forecast: false, box: 'gray' })
    const view = fleetView({
      hosts,
      vms,
      placement,
      demand: [900, 700, 0, 0, 100, 0],
      network: [0, 0, 0, 0, 90, 60],
      inside: [undefined, undefined, undefined, undefined, insideView({ responseSeconds: 0.15 }), insideView({ droppedPerSecond: 1 })]
    })
    expect(fleetHotspots([fleetLook(view, rules)], view, rules)).toEqual([
      { host: 0, resource: 'cpu', above: 1, n: 1, predicted: 0.8, threshold: 0.75 },
      { host: 1, resource: 'network', above: 1, n: 1, predicted: 1, threshold: 0.75 },
      { host: 1, resource: 'promise', above: 1, n: 1, predicted: 2, threshold: 1 }
    ])
  })

  it('are found with a reason, also where nothing can be done', () => {
    const full = fleetView({ hosts: [hosts[0]], vms: vms.slice(0, 2), placement: [0, 0], demand: [900, 900] })
    const [, [spot]] = foundBy({ k: 2, n: 2, window: 2 }, [full, full])
    expect(spot).toEqual({
      host: 0,
      resource: 'cpu',
      above: 2,
      n: 2,
      predicted: 0.9,
      threshold: 0.75,
      why: 'CPU of a was above 75 % at 2 of the last 2 looks and is expected at 90 %; none of its VMs fits on another host, nor can any be swapped'
    })
  })

  it('are never more for a report that is lost', () => {
    const day = fc.array(fc.array(samples, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 8 })
    const losses = fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 5 }), samples), { minLength: 1, maxLength: 12 })
    const options: fc.Arbitrary<SandpiperOptions> = fc.record({
      k: fc.constantFrom(1, 2),
      n: fc.constantFrom(2, 3),
      window: fc.constantFrom(3, 5),
      threshold: fc.constantFrom(0.5, 0.75),
      box: fc.constantFrom('black' as const, 'gray' as const)
    })
    let foundWith = 0
    let foundWithout = 0
    fc.assert(
      fc.property(day, losses, options, (rows, lost, chosen) => {
        const whole = foundBy(
          chosen,
          rows.map((row) => viewOf(row))
        )
        const partly = foundBy(
          chosen,
          rows.map((row, look) => {
            const gone = lost.filter(([at]) => at === look)
            const stale = row.map((sample, vm) => gone.find(([, one]) => one === vm)?.[2] ?? sample)
            return viewOf(
              stale,
              row.map((_, vm) => (gone.some(([, one]) => one === vm) ? 1 : 0))
            )
          })
        )
        partly.forEach((found, look) => {
          const known = names(whole[look])
          for (const name of names(found)) if (!known.includes(name)) throw new Error(`${name} is found at look ${look} for a loss`)
          foundWith += whole[look].length
          foundWithout += found.length
        })
      }),
      { numRuns: 100 }
    )
    expect(foundWithout).toBeGreaterThan(foundWith / 20)
  })

  it('need k of n, and the next one predicted', () => {
    const day = fc.array(fc.array(samples, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(day, (rows) => {
        const views = rows.map((row) => viewOf(row))
        const rules = checkedSandpiper({ k: 2, n: 3, box: 'gray' })
        const looks = views.map((view) => fleetLook(view, rules))
        foundBy(rules, views).forEach((found, look) => {
          for (const { host, resource, above, n, predicted, threshold } of found) {
            expect(above).toBeGreaterThanOrEqual(2)
            expect(predicted).toBeGreaterThan(threshold)
            if (resource === 'memory') continue
            const seen = looks.slice(Math.max(0, look + 1 - n), look + 1).map((one) => one[resource][host])
            expect(seen.filter((one) => one > threshold).length).toBe(above)
          }
        })
      }),
      { numRuns: 40 }
    )
  })
})
