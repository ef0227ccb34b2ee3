import type { FleetCommand, FleetDecider, FleetHotspot, FleetManager, FleetView } from '../../lib/protocol/fleet'

/** What a manager does otherwise: how it sees a fleet, what it has done, and what it says that it found. */
export type OtherwiseManaged = {
  readonly sees?: (view: FleetView) => FleetView
  readonly decides?: (commands: readonly FleetCommand[], view: FleetView) => readonly FleetCommand[]
  readonly finds?: (found: readonly FleetHotspot[]) => readonly FleetHotspot[]
}

/** A manager that sees or decides otherwise than it should; what `otherwise` remembers is born with each day. `decides` is given the view as it is. */
export const alteredManager = (manager: FleetManager, name: string, otherwise: () => OtherwiseManaged): FleetManager => ({
  name,
  begin: (hosts, vms) => {
    const { sees = same, decides = same, finds = same } = otherwise()
    const altered =
      (decide: FleetDecider): FleetDecider =>
      (view) => {
        const [commands, next, found = [], notes] = decide(sees(view))
        return [decides(commands, view), altered(next), finds(found), notes]
      }
    return altered(manager.begin(hosts, vms))
  }
})

const same = <A>(one: A): A => one
