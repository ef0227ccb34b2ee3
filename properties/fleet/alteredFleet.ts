import { map } from 'rxjs'
import type { FleetDecider, FleetManager, FleetView } from '../../lib/protocol/fleet'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'
import type { FleetWorld } from './fleetHistory'

/** What the world of a fleet does otherwise: how it is set up, what it shows of itself, and what it tells. */
export type OtherwiseFleet = {
  readonly day?: (day: FleetDayOptions) => FleetDayOptions
  readonly shows?: (view: FleetView) => FleetView
  readonly tells?: (row: FleetRow) => FleetRow
}

/** `fleetDay` that does otherwise than it should; what `otherwise` remembers is born with each day. A view is shown to the manager and to whoever watches alike. */
export const alteredFleet =
  (otherwise: () => OtherwiseFleet): FleetWorld =>
  (options, seen = () => {}) => {
    const { day = same, shows = same, tells = same } = otherwise()
    let shown: FleetView | undefined
    const watched = (view: FleetView): void => {
      shown = shows(view)
      seen(shown)
    }
    return fleetDay({ ...day(options), manager: seeing(options.manager, (view) => shown ?? view) }, watched).pipe(map(tells))
  }

const seeing = (manager: FleetManager, sees: (view: FleetView) => FleetView): FleetManager => {
  const other =
    (decide: FleetDecider): FleetDecider =>
    (view) => {
      const [commands, next, found, notes] = decide(sees(view))
      return [commands, other(next), found, notes]
    }
  return { ...manager, begin: (hosts, vms) => other(manager.begin(hosts, vms)) }
}

const same = <A>(one: A): A => one
