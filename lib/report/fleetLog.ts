import type { HotspotOptions } from '../hotspot/hotspotOptions'
import type { FleetCommand, FleetHotspot } from '../protocol/fleet'
import type { Time } from '../time/time'
import type { FleetDayOptions } from '../world/fleetOptions'
import type { FleetMove, FleetRow } from '../world/fleetRow'
import { fleetWatch } from './fleetWatch'
import { clock, hostName, moveCostText, moveText, spanText, vmName } from './fleetWords'
import { formatBytes } from './numbers'

/**
 * What a manager decided, in words, from a day's rows one by one in their order: lines of a time, what it is about, and what is said of it.
 *
 *     02:15     hotspot   host3 was above 75 % at 2 of the last 3 looks and is expected at 82 %
 *     02:15     move      vm17 host3 → host9: <why, as the manager says it>
 *     02:15:14  arrived   vm17 host3 → host9: 14.2 s, 912.3 MB, down 35.0 ms, 0.48 kJ
 *
 * `note`: what else the manager has to say. Hotspots are those that the manager says it has found (`told`: what became of one before), and those besides that `fleetWatch` sees (by `options`) and it does not. Of one that nothing is done about this is said. `waits`: a move that was decided has not begun, as its hosts take part in others; `begins`: now it has. `refused` and
 * `failed` say why. A kernel: the state is born with each call. Cost: O(hosts) a row, besides what is said.
 */
export const fleetLog = (
  day: Pick<FleetDayOptions, 'hosts' | 'vms' | 'placement'>,
  options: HotspotOptions = {}
): ((row: FleetRow) => readonly string[]) => {
  const { hosts } = day
  const watch = fleetWatch(hosts, options)
  const host = [...day.placement]
  /** Moves on their way, and those that wait, by VM. */
  const going = new Map<number, FleetMove>()
  const waiting = new Map<number, { readonly at: Time; readonly to: number }>()

  const ended = ({ vm, from, to, at }: FleetRow['arrived'][number]): readonly Line[] => {
    const move = going.get(vm)
    going.delete(vm)
    host[vm] = to
    return [{ at, what: 'arrived', said: `${moveText(day, { vm, from, to })}${move === undefined ? '' : `: ${moveCostText(move)}`}` }]
  }
  const failed = ({ vm, from, to, at, reason, lost }: FleetRow['failed'][number]): readonly Line[] => {
    const move = going.get(vm)
    going.delete(vm)
    const stays = lost === true ? `${vmName(day, vm)} is lost` : `it stays on ${hostName(day, from)}`
    const how = move === undefined ? `because ${reason}` : moveCostText(move)
    return [{ at, what: 'failed', said: `${moveText(day, { vm, from, to })}: ${how}; ${stays}` }]
  }
  const begun = (move: FleetMove): readonly Line[] => {
    going.set(move.vm, move)
    const since = waiting.get(move.vm)
    waiting.delete(move.vm)
    return since === undefined || since.at === move.at
      ? []
      : [{ at: move.at, what: 'begins', said: `${moveText(day, move)}, after it waited for ${spanText(move.at - since.at)}` }]
  }
  const decided = (command: FleetCommand, { at, refused }: FleetRow): readonly Line[] => {
    const refusal = refused.find((one) => one.type === command.type && one.vm === command.vm && isSame(one, command))
    const why = command.why === undefined ? '' : `: ${command.why}`
    const what = command.type === 'startMigration' ? 'move' : 'memory'
    const whom =
      command.type === 'startMigration'
        ? moveText(day, { vm: command.vm, from: host[command.vm], to: command.to })
        : `${vmName(day, command.vm)} is given ${formatBytes(command.bytes)}`
    if (refusal !== undefined)
      return [
        {
          at,
          what: 'refused',
          said: `${what} ${whom}: ${refusal.reason}${command.why === undefined ? '' : `; it was to be done because ${command.why}`}`
        }
      ]
    if (command.type === 'startMigration') waiting.set(command.vm, { at, to: command.to })
    return [{ at, what, said: `${whom}${why}` }]
  }
  const spotted = (spot: FleetHotspot, row: FleetRow, isFound: boolean): readonly Line[] => {
    if (spot.isPast === true) return [{ at: row.at, what: 'told', said: spot.why }]
    const isRelieved = (vm: number): boolean => host[vm] === spot.host
    const acts = row.commands.some((command) => isRelieved(command.vm))
    const leaving = [...going.values()].filter(({ vm }) => isRelieved(vm)).map(({ vm }) => vmName(day, vm))
    const waits = [...waiting.keys()].filter(isRelieved).map((vm) => vmName(day, vm))
    const rest = acts
      ? ''
      : leaving.length + waits.length > 0
        ? `; nothing more is done, as ${[...leaving, ...waits].join(', ')} ${leaving.length + waits.length === 1 ? 'is' : 'are'} about to leave it`
        : '; nothing is done'
    return [{ at: row.at, what: 'hotspot', said: `${spot.why}${isFound ? '' : ' (seen from outside)'}${rest}` }]
  }
  return (row) => {
    // Hotspots are told as the fleet was when the manager looked: before what it then decided.
    const seen = watch(row).filter((one) => !row.hotspots.some((other) => other.host === one.host && other.resource === one.resource))
    const before = row.moves.filter(({ at }) => at < row.at).flatMap(begun)
    const events = [...row.arrived.flatMap(ended), ...row.failed.flatMap(failed), ...before].sort((a, b) => a.at - b.at)
    const spots = [...row.hotspots.flatMap((one) => spotted(one, row, true)), ...seen.flatMap((one) => spotted(one, row, false))]
    const decisions = row.commands.flatMap((command) => decided(command, row))
    const now = row.moves.filter(({ at }) => at >= row.at).flatMap(begun)
    const waits = [...waiting].filter(([, { at }]) => at === row.at)
    return [
      ...events,
      ...spots,
      ...row.notes.map((said): Line => ({ at: row.at, what: 'note', said })),
      ...decisions,
      ...now,
      ...waits.map(
        ([vm, { to }]): Line => ({
          at: row.at,
          what: 'waits',
          said: `${moveText(day, { vm, from: host[vm], to })}: its hosts are busy with other moves`
        })
      )
    ].map(written)
  }
}

type Line = { readonly at: Time; readonly what: string; readonly said: string }

const written = ({ at, what, said }: Line): string => `${clock(at).padEnd(8)}  ${what.padEnd(8)}  ${said}`

const isSame = (one: FleetCommand, other: FleetCommand): boolean =>
  one.type === 'startMigration'
    ? other.type === 'startMigration' && one.to === other.to
    : other.type === 'allotMemory' && one.bytes === other.bytes
