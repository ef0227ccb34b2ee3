import type { FleetCommand, FleetDecider, FleetHotspot, FleetManager, FleetView } from '../../lib/protocol/fleet'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'

/** A look of a manager at a fleet: what it saw (a copy), what it had done, the hotspots that it found, and what the fleet's world tells: what happened since the look before, and how commands were answered. */
export type LookOfDay = {
  readonly look: number
  readonly view: FleetView
  readonly commands: readonly FleetCommand[]
  readonly found: readonly FleetHotspot[]
  readonly row: FleetRow
}

/** A day of a fleet as it was set up, and all looks of it. */
export type FleetHistory = { readonly day: FleetDayOptions; readonly looks: readonly LookOfDay[] }

/** What carries a day out, as `fleetDay` does. */
export type FleetWorld = typeof fleetDay

/** Carries a day out and records it. Errors: throws what the world or the manager throws. Cost: that of the day, and O(VMs + hosts) a look. */
export const fleetHistory = (day: FleetDayOptions, world: FleetWorld = fleetDay): FleetHistory => {
  const looks: LookOfDay[] = []
  let view: FleetView | undefined
  let decided: Pick<LookOfDay, 'commands' | 'found'> = { commands: [], found: [] }
  let failed: { readonly error: unknown } | undefined
  const manager = recorded(day.manager, (commands, found) => {
    decided = { commands, found }
  })
  world({ ...day, manager }, (seen) => {
    view = copied(seen)
  }).subscribe({
    next: (row) => {
      if (view !== undefined) looks.push({ look: looks.length + 1, view, ...decided, row })
      view = undefined
    },
    error: (error: unknown) => {
      failed = { error }
    }
  })
  if (failed !== undefined) throw failed.error
  return { day, looks }
}

const recorded = (manager: FleetManager, tell: (commands: LookOfDay['commands'], found: LookOfDay['found']) => void): FleetManager => {
  const telling =
    (decide: FleetDecider): FleetDecider =>
    (view) => {
      const [commands, next, found = [], notes] = decide(view)
      tell([...commands], [...found])
      return [commands, telling(next), found, notes]
    }
  return { ...manager, begin: (hosts, vms) => telling(manager.begin(hosts, vms)) }
}

/** A view as it is now, however it changes. */
const copied = (view: FleetView): FleetView => ({
  ...view,
  on: view.on.map((there) => [...there]),
  arriving: view.arriving.map((coming) => new Set(coming)),
  host: view.host.slice(),
  moving: view.moving.slice(),
  demand: view.demand.slice(),
  network: view.network.slice(),
  memory: view.memory.slice(),
  swap: view.swap.slice(),
  lost: view.lost.slice(),
  inside: [...view.inside],
  given: view.given.slice(),
  traffic: view.traffic.slice()
})
