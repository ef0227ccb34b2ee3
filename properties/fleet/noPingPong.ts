import { type FleetInvariant, fleetInvariant } from './fleetInvariant'
import type { FleetRules } from './fleetRules'

/**
 * No ping-pong: a VM that has come from A to B is not sent back to A before n looks, in which a hotspot can show that lasts, have passed since it arrived.
 *
 *     arrived(vm, A to B) at look i  and  ordered(vm, to A) at look j  =>  j - i >= n
 */
export const noPingPong = ({ n }: FleetRules): FleetInvariant =>
  fleetInvariant<Map<number, { readonly from: number; readonly look: number }>>({
    name: 'noPingPong',
    sentence: 'No VM is sent back to where it has come from within the looks that make a hotspot.',
    source: 'hotspots must be sustained (Wood et al., NSDI 2007, §4)',
    of: 'mitigation',
    init: () => new Map(),
    step: (last, { look, view, commands, row }, tell) => {
      for (const { vm, from } of row.arrived) last.set(vm, { from, look })
      for (const command of commands) {
        const came = last.get(command.vm)
        if (command.type !== 'startMigration' || came?.from !== command.to || look - came.look >= n) continue
        const [where, from] = [view.hosts[view.host[command.vm]]?.name, view.hosts[command.to].name]
        tell(
          `${view.vms[command.vm].name} has come from ${from} to ${where} at look ${came.look} and is sent back at look ${look}, ${n} looks being the least`
        )
      }
      return last
    }
  })
