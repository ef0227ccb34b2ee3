import type { FleetView } from '../protocol/fleet'
import type { FleetLook } from './fleetLook'
import { peakNeed } from './peakNeed'
import { percentileOf } from './percentileOf'
import type { SandpiperRules } from './sandpiperOptions'
import { cpuForPeak, networkForPeak } from './sustainableRate'

/** What a VM needs: MIPS, and bytes per second of network. */
export type FleetNeed = { readonly cpu: number; readonly network: number }

/**
 * What VMs need after such looks (Wood et al., NSDI 2007, resource provisioning). From outside, a high percentile of what they got, and more where they might have wanted more then (`peakNeed`). From inside, what keeps the promise at the highest rate of requests of the window
 * (`cpuForPeak`, `networkForPeak`), by the looks at which the VM had memory enough: short of it, the time of a service says nothing about its CPU. Beyond what was seen no VM needs more than its `mips`. One of which all reports are lost counts as if it took all its CPU and no network.
 *
 * A function of a VM's index. Cost: O(window) a VM.
 */
export const fleetNeeds = (
  looks: readonly FleetLook[],
  { vms }: Pick<FleetView, 'vms'>,
  { part, box }: Pick<SandpiperRules, 'part' | 'box'>
): ((vm: number) => FleetNeed) => {
  const seen = new Float64Array(looks.length)
  const peak = (vm: number, figure: 'cpuOf' | 'networkOf', bit: 1 | 2): readonly [percentile: number, need: number] => {
    let count = 0
    for (const look of looks) if (!Number.isNaN(look[figure][vm])) seen[count++] = look[figure][vm]
    const percentile = percentileOf(seen, count, part)
    const isSaturated = looks.some((look) => (look.full[vm] & bit) !== 0 && look[figure][vm] >= percentile)
    return [percentile, peakNeed({ percentile: () => percentile }, { part, isSaturated })]
  }
  return (vm) => {
    const [got, wants] = peak(vm, 'cpuOf', 1)
    const inside = box === 'gray' ? insideNeed(looks, vm) : undefined
    if (Number.isNaN(got)) return { cpu: vms[vm].mips, network: 0 }
    const most = Math.max(got, vms[vm].mips)
    return { cpu: Math.min(most, inside?.cpu ?? wants), network: inside?.network ?? peak(vm, 'networkOf', 2)[1] }
  }
}

const insideNeed = (looks: readonly FleetLook[], vm: number): FleetNeed | undefined => {
  let found: { readonly has: number; readonly seen: NonNullable<FleetLook['inside'][number]> } | undefined
  for (const { inside, has, memoryOf } of looks) {
    const seen = inside[vm]
    if (seen === undefined || !(memoryOf[vm] < 1 && has[vm] > 0 && seen.serviceSeconds < Infinity)) continue
    if (seen.requestsPerSecond > (found?.seen.requestsPerSecond ?? 0)) found = { has: has[vm], seen }
  }
  if (found === undefined) return undefined
  const { requestsPerSecond: peakRate, serviceSeconds: serviceTime, promisedSeconds: promised, responseBytes } = found.seen
  const { interarrivalVariance, serviceVariance } = found.seen
  return {
    cpu: cpuForPeak(found.has, { serviceTime, promised, interarrivalVariance, serviceVariance, peakRate }),
    network: networkForPeak(peakRate, responseBytes)
  }
}
