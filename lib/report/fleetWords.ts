import type { FleetHost, FleetVm } from '../protocol/fleet'
import type { Time } from '../time/time'
import type { FleetMove } from '../world/fleetRow'
import { formatBytes, formatNumber } from './numbers'

/** Hosts and VMs by their indices, for words about them. @internal */
export type FleetNames = { readonly hosts: readonly Pick<FleetHost, 'name'>[]; readonly vms: readonly Pick<FleetVm, 'name'>[] }

/** A time of a fleet's day as a clock shows it, seconds only where they are not whole minutes: `06:25`, `06:25:14`, after the first day `1 d 06:25`. @internal */
export const clock = (at: Time): string => {
  const seconds = Math.round(at / 1e9)
  const two = (n: number): string => String(n).padStart(2, '0')
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
  return `${days > 0 ? `${days} d ` : ''}${two(hours)}:${two(minutes)}${seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`}`
}

/** A span of time with at most three digits: `14.2 s`, `350 ms`, `2.5 min`. @internal */
export const spanText = (ns: Time): string => {
  const [unit, size] = ns >= 90e9 ? ['min', 60e9] : ns >= 1e9 || ns === 0 ? ['s', 1e9] : ns >= 1e6 ? ['ms', 1e6] : ['µs', 1e3]
  const value = ns / size
  const digits = formatNumber(value, value >= 100 ? 0 : value >= 10 ? 1 : 2)
  return `${digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits} ${unit}`
}

/** A VM, or a host, by its name; one that there is not by its number. @internal */
export const vmName = ({ vms }: FleetNames, vm: number): string => vms[vm]?.name ?? `VM ${vm}`
/** See `vmName`. @internal */
export const hostName = ({ hosts }: FleetNames, host: number | undefined): string =>
  host === undefined || host < 0 ? 'nowhere' : (hosts[host]?.name ?? `host ${host}`)

/** A move in words: who, from where to where. @internal */
export const moveText = (
  names: FleetNames,
  { vm, from, to }: { readonly vm: number; readonly from?: number; readonly to: number }
): string => `${vmName(names, vm)} ${hostName(names, from)} → ${hostName(names, to)}`

/** What a move took, in words. @internal */
export const moveCostText = ({ ns, downtimeNs, lostNs = downtimeNs, bytes, joules, failed }: FleetMove): string =>
  [
    `${failed === undefined ? '' : 'failed after '}${spanText(ns)}`,
    formatBytes(bytes),
    `down ${spanText(downtimeNs)}`,
    ...(spanText(lostNs) !== spanText(downtimeNs) ? [`${spanText(lostNs)} of its work lost in all`] : []),
    ...(joules === undefined ? [] : [`${formatNumber(joules / 1e3, 2)} kJ`]),
    ...(failed === undefined ? [] : [`because ${failed}`])
  ].join(', ')
