import type { FleetHost, FleetView, FleetVm } from '../protocol/fleet'
import type { FoundHotspot } from './fleetHotspots'
import type { Decision } from './mitigation'

/** Sandpiper's reasons in words: what a hotspot is, and what is made of it. VMs and hosts of a decision by their index in the fleet. @internal */
export const sandpiperWords = {
  hotspot: (
    { host, resource, above, n, predicted, threshold, vm }: FoundHotspot & { readonly vm?: number },
    { hosts, vms, inside }: Pick<FleetView, 'hosts' | 'vms' | 'inside'>,
    box: 'black' | 'gray'
  ): string => {
    const { name } = hosts[host]
    const looks = `at ${above} of the last ${n} looks`
    if (resource === 'promise')
      return `answers on ${name} came later than promised ${looks} and are expected after ${predicted.toFixed(2)} times that time`
    if (resource !== 'memory' || vm === undefined)
      return `${resource === 'cpu' ? 'CPU' : resource} of ${name} was above ${percent(threshold)} ${looks} and is expected at ${percent(predicted)}`
    return box === 'gray' && inside[vm] !== undefined
      ? `${vms[vm].name} used more than ${percent(threshold)} of its memory ${looks}, is expected at ${percent(predicted)}, and ${name} has no more for it`
      : `${vms[vm].name} swapped ${looks}, is expected to go on, and ${name} has no more memory for it`
  },
  resolution: (decision: Decision, hosts: readonly FleetHost[], vms: readonly FleetVm[]): string => {
    if (decision.type === 'unresolved') return decision.reason
    const { moves, vsr, volumes } = decision
    const [first, ...rest] = moves
    const steps = moves.map(({ vm, to }) => `${vms[vm].name} to ${hosts[to].name}`).join(', ')
    const which =
      rest.length === 0
        ? `of its VMs the highest volume-to-size ratio that fits anywhere, ${vms[first.vm].name} with ${vsr.toPrecision(3)} per MiB, goes to ${hosts[first.to].name}, of the lowest volume that has room`
        : `no move helps, but a swap does, one after the other: ${steps}`
    return `${which}: its volume ${volumes[0].toPrecision(4)} -> ${volumes[1].toPrecision(4)}`
  }
} as const

const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`
