import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * A host that is drained gets empty: from its time on no VM is sent there, and no more than so many of its VMs are on their way from it at once. Of a manager that drains the host of that index, by its own options.
 *
 *     at >= from  =>  no startMigration to host    and    count(VMs that leave host) <= parallel, where one was sent then
 */
export const drainKept = ({
  host,
  from,
  parallel = 1
}: {
  readonly host: number
  readonly from: number
  readonly parallel?: number
}): FleetInvariant =>
  fleetInvariant({
    name: 'drainKept',
    sentence: 'No VM is sent to a host that is drained, and no more than so many leave it at once.',
    source: 'draining for maintenance: parallel limit',
    of: 'manager',
    init: () => undefined,
    step: (_, { view, commands }, tell) => {
      const drained = view.hosts[host]
      if (drained === undefined || view.at < from) return undefined
      const moves = commands.flatMap((command) => (command.type === 'startMigration' ? [command] : []))
      for (const { vm, to } of moves) if (to === host) tell(`${view.vms[vm]?.name} is sent to ${drained.name}, which is drained`)
      const sent = moves.filter(({ vm }) => view.host[vm] === host).length
      const leaving = view.on[host].filter((vm) => view.host[vm] === host && view.moving[vm] === 1).length
      if (sent > 0 && sent + leaving > parallel) tell(`${sent + leaving} VMs leave ${drained.name} at once, and ${parallel} may`)
      return undefined
    }
  })
