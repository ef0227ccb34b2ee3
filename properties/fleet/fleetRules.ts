import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import type { Amounts } from '../../lib/hotspot/placement'
import { checkedSandpiper, type SandpiperOptions } from '../../lib/hotspot/sandpiperOptions'
import type { FleetCommand, FleetHotspot, FleetView } from '../../lib/protocol/fleet'
import { sandpiperNeeds } from './sandpiperNeeds'

/** What a manager knows that its VMs need; it changes its own. `see`: a view, at each look, and what the manager has done then; `of`: what a VM needs by the views so far. */
export type FleetNeeds = {
  readonly see: (view: FleetView, commands: readonly FleetCommand[]) => void
  readonly of: (vm: number) => Amounts
}

/**
 * What a manager that mitigates hotspots promises, and is held to.
 *
 * - When a host is a hotspot: `HotspotOptions`, of what `use` says of a host at a look, in parts of what it has: NaN where it is lost; what it says nothing of is taken from the manager.
 * - `thresholds`: what hosts may be used of after a decision. `needs`: what VMs need, as the manager knows it at a decision.
 */
export type FleetRules = Required<Omit<HotspotOptions, 'comesLater'>> & {
  readonly thresholds: Amounts
  readonly use: (view: FleetView, host: number) => Partial<Readonly<Record<FleetHotspot['resource'], number>>>
  readonly needs: () => FleetNeeds
}

/** Options of a manager as Sandpiper has them, and what it goes by otherwise. */
export type FleetRulesOptions = SandpiperOptions & Partial<Pick<FleetRules, 'use' | 'needs'>>

/** The rules of `sandpiper(options)`, with what is given in place of its own. Throws `RangeError` naming what is senseless. */
export const fleetRules = ({ use = useOfHost, needs, ...options }: FleetRulesOptions = {}): FleetRules => {
  const { threshold, k, n, window, range, forecast, thresholds } = checkedSandpiper(options)
  return { threshold, k, n, window, range, forecast, thresholds, use, needs: needs ?? sandpiperNeeds(options) }
}

/**
 * The parts of its CPU and of its network card that a host's VMs use; what migrations send passes, and is not counted. Both are lost where the monitor has nothing of a VM that runs there, since the rest is only what was last known.
 */
export const useOfHost = (view: FleetView, host: number): { readonly cpu: number; readonly network: number } => {
  const { cores, mipsPerCore, networkBytesPerSecond: card = Infinity } = view.hosts[host]
  const running = view.on[host].filter((vm) => view.host[vm] === host)
  if (running.some((vm) => view.lost[vm] === 1)) return { cpu: Number.NaN, network: Number.NaN }
  const sent = running.reduce((sum, vm) => sum + view.network[vm], 0)
  const share = view.traffic[host] > card ? card / view.traffic[host] : 1
  return { cpu: view.given[host] / (cores * mipsPerCore), network: (sent * share) / card }
}
