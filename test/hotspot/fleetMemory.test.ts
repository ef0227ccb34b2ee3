import { describe, expect, it } from 'vitest'
import { fleetLook } from '../../lib/hotspot/fleetLook'
import { fleetMemory } from '../../lib/hotspot/fleetMemory'
import { checkedSandpiper, type SandpiperOptions } from '../../lib/hotspot/sandpiperOptions'
import type { FleetView } from '../../lib/protocol/fleet'
import { fleetHost, fleetView, fleetVm, insideView, MIB } from './fleetViews'

const memoryOf = (options: SandpiperOptions, views: readonly FleetView[], kept = false) => {
  const rules = checkedSandpiper({ k: 2, n: 2, window: 2, ...options })
  return fleetMemory(
    views.map((view) => fleetLook(view, rules)),
    views[views.length - 1],
    rules,
    () => kept
  )
}
const hosts = [fleetHost('a', { memoryBytes: 2100 * MIB }), fleetHost('b')]
const vms = [fleetVm('u'), fleetVm('v')]
const view = (swap: readonly number[], more: Partial<Parameters<typeof fleetView>[0]> = {}) =>
  fleetView({ hosts, vms, placement: [0, 0], demand: [100, 100], swap, ...more })

describe('memory for VMs that are short of it', () => {
  it('is a step while one swaps, sustained, where its host has it', () => {
    expect(memoryOf({}, [view([0, 0]), view([50e6, 0])]).allotted).toEqual([])
    expect(memoryOf({}, [view([50e6, 0]), view([50e6, 0])])).toMatchObject({
      allotted: [{ type: 'allotMemory', vm: 0, bytes: 1056 * MIB, why: 'u swaps, as at 2 of the last 2 looks, and a has memory for it' }],
      hotspots: []
    })
    expect(memoryOf({}, [view([50e6, 0]), view([0, 0])]).allotted).toEqual([])
  })

  it('is a hotspot where it has not, of the VM that swaps most; what VMs need is told', () => {
    const more = memoryOf({}, [view([50e6, 90e6]), view([50e6, 90e6])])
    // 52 MiB are free: a step for the first of them.
    expect(more.allotted).toMatchObject([{ vm: 0, bytes: 1056 * MIB }])
    expect(more.hotspots).toEqual([{ host: 0, resource: 'memory', above: 2, n: 2, predicted: 0.9, threshold: 0.01, vm: 1 }])
    expect([more.bytes(0), more.bytes(1)]).toEqual([1056 * MIB, 1056 * MIB])
  })

  it('waits for VMs on their way and for hosts that are kept, and counts what comes', () => {
    const goes = view([50e6, 0], { goes: { 0: 1 } })
    expect(memoryOf({}, [goes, goes])).toMatchObject({ allotted: [], hotspots: [] })
    const swaps = view([50e6, 0])
    expect(memoryOf({}, [swaps, swaps], true)).toMatchObject({ allotted: [], hotspots: [] })
    const comes = view([50e6, 0], { placement: [0, 1], goes: { 1: 0 } })
    expect(memoryOf({ stepBytes: 64 * MIB }, [comes, comes])).toMatchObject({ allotted: [], hotspots: [{ host: 0, vm: 0 }] })
  })

  it('from inside is given before a VM swaps, as much as brings it below the threshold', () => {
    const used = (mib: number) => view([0, 0], { placement: [1, 1], inside: [insideView({ memoryBytes: mib * MIB }), undefined] })
    expect(memoryOf({ box: 'gray' }, [used(800), used(800)]).allotted).toEqual([])
    expect(memoryOf({ box: 'gray' }, [used(1000), used(1000)]).allotted).toMatchObject([{ vm: 0, bytes: (1024 + 96) * MIB }])
    expect(memoryOf({ box: 'black' }, [used(1000), used(1000)]).allotted).toEqual([])
  })
})
