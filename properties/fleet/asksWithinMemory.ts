import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * A manager asks for nothing that memory cannot take: with all that it has asked for at a look, in order, hosts have memory for their VMs, for those on their way there and for those that have not left yet, in the middle of a swap too.
 *
 *     memory of VMs on a host and of those sent there  <=  memoryBytes    after each command
 */
export const asksWithinMemory: FleetInvariant = fleetInvariant<boolean>({
  name: 'asksWithinMemory',
  sentence: 'A manager asks for no move and no memory that a host has no room for, in the middle of a swap too.',
  source: 'swaps need scratch space (Wood et al., NSDI 2007, §5)',
  of: 'mitigation',
  init: ({ memoryCounts = true }) => memoryCounts,
  step: (isAsked, { view, commands }, tell) => {
    const memory = view.memory.slice()
    const used = view.on.map((there) => there.reduce((sum, vm) => sum + memory[vm], 0))
    for (const command of isAsked ? commands : []) {
      const { vm } = command
      const host = command.type === 'startMigration' ? command.to : view.host[vm]
      if (memory[vm] === undefined || used[host] === undefined || host === (command.type === 'startMigration' ? view.host[vm] : -1))
        continue
      const more = command.type === 'startMigration' ? memory[vm] : command.bytes - memory[vm]
      if (command.type === 'allotMemory') memory[vm] = command.bytes
      used[host] += more
      if (more > 0 && used[host] > view.hosts[host].memoryBytes + 1)
        tell(
          `${view.vms[vm].name} ${command.type === 'startMigration' ? 'is sent to' : 'is to get more memory on'} ${view.hosts[host].name}, which would have ${mib(used[host])} in use of ${mib(view.hosts[host].memoryBytes)}`
        )
    }
    return isAsked
  }
})

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
