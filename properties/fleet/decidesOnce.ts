import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * A manager decides once for a VM: it sends none that is on its way or waits to go, none to where it is, none to two hosts at one look, and none that is not there; and it changes the memory of none that moves.
 */
export const decidesOnce: FleetInvariant = fleetInvariant({
  name: 'decidesOnce',
  sentence: 'A manager sends no VM that is on its way already, nor to where it is, nor to two hosts at once.',
  source: 'a placement is a function of the VM (Wood et al., NSDI 2007, §5)',
  of: 'manager',
  init: () => undefined,
  step: (_, { view, commands }, tell) => {
    const sent = new Set<number>()
    for (const { type, vm, ...rest } of commands) {
      const name = view.vms[vm]?.name
      if (name === undefined) tell(`there is no VM ${vm}`)
      else if (view.host[vm] < 0) tell(`${name} does not run any more, and a command is given for it`)
      else if (view.moving[vm] === 1)
        tell(`${name} is on its way, and ${type === 'startMigration' ? 'is sent again' : 'is to get other memory'}`)
      else if (sent.has(vm)) tell(`${name} is on its way by a command of the same look, and another is given for it`)
      else if (!('to' in rest)) continue
      else if (view.hosts[rest.to] === undefined) tell(`there is no host ${rest.to}`)
      else if (view.host[vm] === rest.to) tell(`${name} is sent to ${view.hosts[rest.to].name}, where it is`)
      if (type === 'startMigration') sent.add(vm)
    }
    return undefined
  }
})
