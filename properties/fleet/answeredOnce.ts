import type { FleetCommand, StartMigration } from '../../lib/protocol/fleet'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * Every command is answered exactly once: memory is allotted or refused; a migration begins, waits for its turn and begins later, or is refused, with a reason. Nothing begins that nobody has asked for, nothing that waits is forgotten.
 *
 *     startMigration = refused + begun + (waiting after - waiting before)    allotMemory = refused + allotted
 */
export const answeredOnce: FleetInvariant = fleetInvariant<StartMigration[]>({
  name: 'answeredOnce',
  sentence: 'Every command is answered exactly once: carried out, refused with a reason, or waiting for its turn until it begins.',
  source: 'the contract of commands and answers (lib/protocol/fleet.ts)',
  of: 'world',
  init: () => [],
  step: (waiting, { view, commands, row }, tell) => {
    const refused = row.refused.map(wordsOf)
    const allotted = row.allotted.map((one) => wordsOf({ type: 'allotMemory', ...one }))
    for (const { reason } of row.refused) if (reason.trim() === '') tell('a command is refused without a reason')
    for (const command of commands) {
      if (taken(refused, wordsOf(command))) continue
      if (command.type === 'startMigration') waiting.push(command)
      else if (!taken(allotted, wordsOf(command))) tell(`${inWords(view, command)} has no answer`)
    }
    for (const one of refused) tell(`${one} is refused, and nobody has asked for it`)
    for (const one of allotted) tell(`${one} is done, and nobody has asked for it`)
    for (const { vm, to } of row.moves) {
      const asked = waiting.findIndex((one) => one.vm === vm && one.to === to)
      if (asked < 0) tell(`${view.vms[vm]?.name} begins to move to ${view.hosts[to]?.name}, and nobody has asked for it`)
      else waiting.splice(asked, 1)
    }
    if (waiting.length === row.waiting) return waiting
    const open = waiting.map((one) => inWords(view, one)).join('; ')
    tell(`${waiting.length} commands have not been answered, and ${row.waiting} are told to wait${open && `: ${open}`}`)
    return waiting.slice(0, row.waiting)
  }
})

const wordsOf = (command: FleetCommand): string =>
  command.type === 'startMigration' ? `migration of VM ${command.vm} to host ${command.to}` : `${command.bytes} bytes for VM ${command.vm}`

const inWords = (
  { vms, hosts }: { readonly vms: readonly { readonly name: string }[]; readonly hosts: readonly { readonly name: string }[] },
  command: FleetCommand
): string =>
  command.type === 'startMigration'
    ? `${vms[command.vm]?.name} to ${hosts[command.to]?.name}`
    : `${command.bytes} bytes for ${vms[command.vm]?.name}`

const taken = (list: string[], one: string): boolean => {
  const index = list.indexOf(one)
  if (index >= 0) list.splice(index, 1)
  return index >= 0
}
