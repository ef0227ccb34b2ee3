import type { Time } from '../time/time'
import type { CheckedDay } from './fleetOptions'

/** What VMs want at a time, by their series: MIPS, bytes per second, bytes of memory in use, requests per second; and whether a look has nothing of them. A kernel. @internal */
export type FleetDemand = {
  readonly demand: Float64Array
  readonly network: Float64Array
  readonly working: Float64Array
  readonly requests: Float64Array
  readonly lost: Uint8Array
  readonly at: (time: Time) => void
  readonly look: (number: number) => void
}

/** See `FleetDemand`. Cost: O(VMs) a time. @internal */
export const fleetDemand = (options: CheckedDay): FleetDemand => {
  const { vms, everyNs, services = [] } = options
  const cpu = options.utilisations.map(known)
  const nets = options.networks?.map(known)
  const sets = options.workingSets?.map(known)
  const rates = services.map((service) => (service === undefined ? undefined : known(service.requests)))
  const isLost = [options.utilisations, options.networks, options.workingSets].some((series) => series?.some(hasGaps))
  const demand = Float64Array.from(vms, ({ mips }) => mips)
  const network = new Float64Array(vms.length)
  const working = new Float64Array(vms.length)
  const requests = new Float64Array(vms.length)
  const lost = new Uint8Array(vms.length)
  return {
    demand,
    network,
    working,
    requests,
    lost,
    at: (time) => {
      const slot = Math.floor(time / everyNs)
      const part = time / everyNs - slot
      for (let vm = 0; vm < vms.length; vm++) demand[vm] = vms[vm].mips * between(cpu[vm], slot, part)
      if (nets !== undefined) for (let vm = 0; vm < vms.length; vm++) network[vm] = between(nets[vm], slot, part)
      if (sets !== undefined) for (let vm = 0; vm < vms.length; vm++) working[vm] = between(sets[vm], slot, part)
      for (let vm = 0; vm < services.length; vm++) {
        const [service, series] = [services[vm], rates[vm]]
        if (service === undefined || series === undefined) continue
        requests[vm] = between(series, slot, part)
        demand[vm] = requests[vm] * service.instructions
        network[vm] = requests[vm] * service.responseBytes
      }
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
const between = (samples: ArrayLike<number>, slot: number, part: number): number => {
  const here = samples[slot]
  return part === 0 || slot + 1 >= samples.length ? here : here + (samples[slot + 1] - here) * part
}

const hasGaps = (series: ArrayLike<number>): boolean => {
  for (let i = 0; i < series.length; i++) if (Number.isNaN(series[i])) return true
  return false
}

/** A series without gaps: what is lost is as it was before, and nothing at the beginning. */
const known = (series: ArrayLike<number>): ArrayLike<number> => {
  if (!hasGaps(series)) return series
  let last = 0
  return Float64Array.from(series, (value) => {
    last = Number.isNaN(value) ? last : value
    return last
  })
}
