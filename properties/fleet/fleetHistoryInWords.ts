import type { FleetCommand } from '../../lib/protocol/fleet'
import type { FleetHistory, LookOfDay } from './fleetHistory'

/** A day look by look: how full hosts are of CPU and memory, who runs there (and is on his way there: +), hotspots found, and what was ordered, answered and ended. `most`: so many looks before the one named are told, and that one. */
export const fleetHistoryInWords = ({ looks }: FleetHistory, until = looks.length, most = 12): readonly string[] => {
  const told = looks.slice(Math.max(0, until - most), until)
  return [...(until > told.length ? [`… ${until - told.length} looks before`] : []), ...told.flatMap(lookInWords)]
}

const lookInWords = ({ look, view, commands, found, row }: LookOfDay): readonly string[] => {
  const vmOf = (vm: number): string => view.vms[vm]?.name ?? `VM ${vm}`
  const hostOf = (host: number): string => view.hosts[host]?.name ?? `host ${host}`
  const ordered = (command: FleetCommand): string =>
    command.type === 'startMigration'
      ? `${vmOf(command.vm)} shall go to ${hostOf(command.to)}`
      : `${vmOf(command.vm)} shall have ${mib(command.bytes)}`
  const hosts = view.hosts.map(({ name, cores, mipsPerCore, memoryBytes, networkBytesPerSecond }, host) => {
    const who = view.on[host].map((vm) => `${view.arriving[host].has(vm) ? '+' : ''}${vmOf(vm)}${view.lost[vm] === 1 ? '?' : ''}`)
    const memory = view.on[host].reduce((sum, vm) => sum + view.memory[vm], 0)
    const parts = [
      `CPU ${percent(view.given[host] / (cores * mipsPerCore))}`,
      ...(networkBytesPerSecond === undefined ? [] : [`network ${percent(view.traffic[host] / networkBytesPerSecond)}`]),
      `memory ${percent(memory / memoryBytes)}`
    ]
    return `${name} ${parts.join(', ')}${who.length === 0 ? '' : ` (${who.join(' ')})`}`
  })
  const happened = [
    ...row.arrived.map(({ vm, from, to }) => `${vmOf(vm)} has come from ${hostOf(from)} to ${hostOf(to)}`),
    ...row.failed.map(({ vm, to, reason }) => `${vmOf(vm)} did not come to ${hostOf(to)}: ${reason}`),
    ...found.map(
      ({ host, resource, above, n, predicted }) =>
        `hotspot: ${resource} of ${hostOf(host)}, ${above} of ${n} above, ${percent(predicted)} predicted`
    ),
    ...commands.map(ordered),
    ...row.refused.map((one) => `refused: ${ordered(one)}: ${one.reason}`),
    ...(row.waiting === 0 ? [] : [`${row.waiting} wait`])
  ]
  return [`${String(look).padStart(3)}  ${hosts.join(' | ')}`, ...happened.map((one) => `       ${one}`)]
}

const percent = (part: number): string => `${Math.round(part * 100)} %`

const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
