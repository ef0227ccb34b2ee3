import type { Time } from '../time/time'
import type { CheckedDay } from './fleetOptions'

/** What VMs want at a time, by their series: MIPS, bytes per second, bytes of memory in use, requests per second; and whether a look has nothing of them. A kernel. @internal */
export type FleetDemand = {
  readonly demand: Float64Array
  readonly network: Float64Array
  readonly working: Float64Array
  readonly requests: Float64Array
  readonly lost: Uint8Array
  /** Of all VMs. */
  readonly at: (time: Time) => void
  /** Of some of them. */
  readonly of: (some: readonly number[], time: Time) => void
  readonly look: (number: number) => void
}

/** See `FleetDemand`. Cost: O(VMs that are asked for) a time. @internal */
export const fleetDemand = (options: CheckedDay): FleetDemand => {
  const { vms, everyNs, services = [] } = options
  const cpu = options.utilisations.map(known)
  const nets = options.networks?.map(known)
  const sets = options.workingSets?.map(known)
  const rates = services.map((service) => (service === undefined ? undefined : known(service.requests)))
  const mips = Float64Array.from(vms, (vm) => vm.mips)
  const isLost = [options.utilisations, options.networks, options.workingSets].some((series) => series?.some(hasGaps))
  const demand = mips.slice()
  const network = new Float64Array(vms.length)
  const working = new Float64Array(vms.length)
  const requests = new Float64Array(vms.length)
  const lost = new Uint8Array(vms.length)
  const set = (vm: number, slot: number, part: number): void => {
    demand[vm] = mips[vm] * between(cpu[vm], slot, part)
    if (nets !== undefined) network[vm] = between(nets[vm], slot, part)
    if (sets !== undefined) working[vm] = between(sets[vm], slot, part)
    const series = rates[vm]
    if (series === undefined) return
    const { instructions, responseBytes } = services[vm]!
    requests[vm] = between(series, slot, part)
    demand[vm] = requests[vm] * instructions
    network[vm] = requests[vm] * responseBytes
  }
  return {
    demand,
    network,
    working,
    requests,
    lost,
    at: (time) => {
      const slot = Math.floor(time / everyNs)
      const part = time / everyNs - slot
      for (let vm = 0; vm < mips.length; vm++) set(vm, slot, part)
    },
    of: (some, time) => {
      const slot = Math.floor(time / everyNs)
      const part = time / everyNs - slot
      for (const vm of some) set(vm, slot, part)
    },
    look: (number) => {
      if (!isLost) return
      for (let vm = 0; vm < vms.length; vm++) {
        const series = [options.utilisations, options.networks, options.workingSets]
        lost[vm] = series.some((one) => one !== undefined && Number.isNaN(one[vm][number])) ? 1 : 0
      }
    }
  }
}

/** A value between two samples, the last one going on. */
const between = (samples: Float64Array, slot: number, part: number): number => {
  const here = samples[slot]
  return part === 0 || slot + 1 >= samples.length ? here : here + (samples[slot + 1] - here) * part
}

const hasGaps = (series: ArrayLike<number>): boolean => {
  for (let i = 0; i < series.length; i++) if (Number.isNaN(series[i])) return true
  return false
}

/** A series without gaps: what is lost is as it was before, and nothing at the beginning. */
const known = (series: ArrayLike<number>): Float64Array => {
  if (!hasGaps(series)) return series instanceof Float64Array ? series : Float64Array.from(series)
  let last = 0
  return Float64Array.from(series, (value) => {
    last = Number.isNaN(value) ? last : value
    return last
  })
}
