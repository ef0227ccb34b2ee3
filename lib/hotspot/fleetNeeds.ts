import type { FleetView, InsideView } from '../protocol/fleet'
import { cpuToSustain } from './cpuToSustain'
import type { FleetLook } from './fleetLook'
import { peakNeed } from './peakNeed'
import { percentileOf } from './percentileOf'
import type { SandpiperRules } from './sandpiperOptions'
import { networkForPeak } from './sustainableRate'

/** What a VM needs: MIPS, and bytes per second of network. */
export type FleetNeed = { readonly cpu: number; readonly network: number }

/**
 * What VMs need after such looks (Wood et al., NSDI 2007, resource provisioning). From outside, a high percentile of what they got, and more where they might have wanted more then (`peakNeed`). From inside, what keeps the promise at the highest rate of requests of the window
 * (`cpuToSustain`, `networkForPeak`), from the service times of looks at which the VM had memory enough: short of it, they say nothing about its CPU. Beyond what was seen no VM needs more than its `mips`. One of which all reports are lost counts as if it took all its CPU and no network. Where no host's network has a limit, none is needed.
 *
 * A function of a VM's index. Cost: O(window) a VM.
 */
export const fleetNeeds = (
  looks: readonly FleetLook[],
  { vms, hosts }: Pick<FleetView, 'vms' | 'hosts'>,
  { part, box }: Pick<SandpiperRules, 'part' | 'box'>
): ((vm: number) => FleetNeed) => {
  const cpu = peaksOf(
    looks.map(({ cpuOf }) => cpuOf),
    looks.map(({ full }) => full),
    1,
    part
  )
  const network = peaksOf(
    looks.map(({ networkOf }) => networkOf),
    looks.map(({ full }) => full),
    2,
    part
  )
  const isLimited = hosts.some(({ networkBytesPerSecond = Infinity }) => networkBytesPerSecond < Infinity)
  return (vm) => {
    const [got, wants] = cpu(vm)
    if (Number.isNaN(got)) return { cpu: vms[vm].mips, network: 0 }
    const inside = box === 'gray' ? insideNeed(looks, vm) : undefined
    const most = Math.max(got, vms[vm].mips)
    return { cpu: Math.min(most, inside?.cpu ?? wants), network: isLimited ? (inside?.network ?? network(vm)[1]) : 0 }
  }
}

/** Of each VM the percentile of its rows, and what it needs by that. */
const peaksOf = (
  rows: readonly Float64Array[],
  fulls: readonly Uint8Array[],
  bit: 1 | 2,
  part: number
): ((vm: number) => readonly [percentile: number, need: number]) => {
  const seen = new Float64Array(rows.length)
  return (vm) => {
    let count = 0
    let highestFull = -1
    for (let i = 0; i < rows.length; i++) {
      const value = rows[i][vm]
      if (Number.isNaN(value)) continue
      seen[count++] = value
      if (value > highestFull && (fulls[i][vm] & bit) !== 0) highestFull = value
    }
    const percentile = percentileOf(seen, count, part)
    return [percentile, peakNeed({ percentile: () => percentile }, { part, isSaturated: highestFull >= percentile })]
  }
}

const insideNeed = (looks: readonly FleetLook[], vm: number): Partial<FleetNeed> | undefined => {
  let peakRate = 0
  let found: { readonly has: number; readonly seen: InsideView } | undefined
  for (const { inside, has, memoryOf } of looks) {
    const seen = inside[vm]
    if (seen === undefined || Number.isNaN(memoryOf[vm])) continue
    peakRate = Math.max(peakRate, seen.requestsPerSecond)
    if (memoryOf[vm] < 1 && has[vm] > 0 && seen.serviceSeconds < Infinity && seen.requestsPerSecond > (found?.seen.requestsPerSecond ?? 0))
      found = { has: has[vm], seen }
  }
  if (found === undefined) return undefined
  const { requestsPerSecond, serviceSeconds: serviceTime, promisedSeconds: promised, responseBytes, serviceVariance } = found.seen
  // Times between requests scatter with their mean.
  const interarrivalVariance = found.seen.interarrivalVariance * (requestsPerSecond / peakRate) ** 2
  return {
    cpu: cpuToSustain(found.has, { serviceTime, promised, interarrivalVariance, serviceVariance, peakRate }),
    network: networkForPeak(peakRate, responseBytes)
  }
}
