import { type FleetLook, fleetLook } from '../../lib/hotspot/fleetLook'
import { fleetMemory } from '../../lib/hotspot/fleetMemory'
import { fleetNeeds } from '../../lib/hotspot/fleetNeeds'
import { checkedSandpiper, type SandpiperOptions } from '../../lib/hotspot/sandpiperOptions'
import type { FleetCommand, FleetView } from '../../lib/protocol/fleet'
import type { FleetNeeds } from './fleetRules'

/** What VMs need as `sandpiper` knows it with such options: `fleetNeeds` of the looks of its window, and memory with what they are short of. */
export const sandpiperNeeds = (options: SandpiperOptions = {}): (() => FleetNeeds) => {
  const rules = checkedSandpiper(options)
  return () => {
    let looks: readonly FleetLook[] = []
    let of: FleetNeeds['of'] = () => ({ cpu: 0, network: 0, memory: 0 })
    return {
      see: (view: FleetView, commands: readonly FleetCommand[]) => {
        looks = [...looks.slice(-rules.window + 1), fleetLook(view, rules)]
        const gives = new Set(commands.flatMap(({ type, vm }) => (type === 'allotMemory' ? [view.host[vm]] : [])))
        const { bytes } = fleetMemory(looks, view, rules, (host) => !gives.has(host))
        const needs = fleetNeeds(looks, view, rules)
        of = (vm) => ({ ...needs(vm), memory: bytes(vm) })
      },
      of: (vm) => of(vm)
    }
  }
}
