import type { AllotMemory, FleetView } from '../protocol/fleet'
import { type FoundHotspot, sustained } from './fleetHotspots'
import type { FleetLook } from './fleetLook'
import { memoryNeed } from './peakNeed'
import type { SandpiperRules } from './sandpiperOptions'

/** Memory for VMs that are short of it: what is allotted now, and a hotspot of each host that has none to give. `bytes`: what each VM needs, with that. @internal */
export type FleetMemory = {
  readonly allotted: readonly AllotMemory[]
  readonly hotspots: readonly (FoundHotspot & { readonly vm: number })[]
  readonly bytes: (vm: number) => number
}

/**
 * Provisioning of memory (Wood et al., NSDI 2007): a VM that is short of it, sustained and predicted, gets more where it is, in steps; where its host has not even one step left, that is a memory hotspot. From outside it is short while it swaps, and gets one step at a look; from
 * inside while it uses too much of what it has, and gets as many steps as bring it below the threshold. VMs on their way, and on hosts that are `kept` as they are, get none now. Short is, as hotspots are, only who is so at this look.
 *
 * Law: memory never exceeds a host's, that of VMs on their way here and away counted. Cost: O(VMs), and O(window) for each that is short now.
 */
export const fleetMemory = (
  looks: readonly FleetLook[],
  view: FleetView,
  rules: SandpiperRules,
  kept: (host: number) => boolean
): FleetMemory => {
  const { hosts, vms, on, host, moving, memory, inside } = view
  const { stepBytes, box, swapThreshold, memoryThreshold } = rules
  const { memoryOf } = looks[looks.length - 1]
  const bytes = new Map<number, number>()
  const allotted: AllotMemory[] = []
  const worst = new Map<number, FoundHotspot & { readonly vm: number }>()
  const free = (at: number): number => on[at].reduce((left, vm) => left - (bytes.get(vm) ?? memory[vm]), hosts[at].memoryBytes)
  for (let vm = 0; vm < vms.length; vm++) {
    const isInside = box === 'gray' && inside[vm] !== undefined
    const threshold = isInside ? memoryThreshold : swapThreshold
    const at = host[vm]
    if (!(memoryOf[vm] > threshold) || at < 0 || moving[vm] === 1) continue
    const spot = sustained(looks, 'memoryOf', vm, { ...rules, threshold, range: PARTS })
    if (spot === undefined) continue
    const wants = isInside ? (memory[vm] * Math.min(1, Math.max(memoryOf[vm], spot.predicted))) / threshold : 0
    const steps = Math.max(1, Math.ceil((wants - memory[vm]) / stepBytes))
    const left = Math.floor(free(at) / stepBytes)
    if (left < 1) {
      const before = worst.get(at)
      if (before === undefined || spot.predicted > before.predicted) worst.set(at, { host: at, resource: 'memory', ...spot, vm })
      bytes.set(vm, memoryNeed(memory[vm], true, steps * stepBytes))
      continue
    }
    const now = memoryNeed(memory[vm], true, Math.min(steps, left) * stepBytes)
    bytes.set(vm, now)
    if (kept(at)) continue
    const short = isInside ? `uses more than ${threshold * 100} % of its memory` : 'swaps'
    const why = `${vms[vm].name} ${short}, as at ${spot.above} of the last ${spot.n} looks, and ${hosts[at].name} has memory for it`
    allotted.push({ type: 'allotMemory', vm, bytes: now, why })
  }
  return { allotted, hotspots: [...worst.values()], bytes: (vm) => bytes.get(vm) ?? memory[vm] }
}

const PARTS = [0, 1] as const
