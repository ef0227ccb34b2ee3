import { formatTime } from '../time/time'
import type { ChipActivity } from './chipActivity'
import type { BusyLink } from './chipLoads'
import type { ChipMove } from './chipMoves'
import type { ChipWorld } from './chipWorld'
import { formatBytes, formatNumber } from './numbers'

/** A node by the first interface that is there, or by its number. @internal */
export const nodeInWords = ({ names }: ChipWorld, node: number): string => names.get(node)?.[0] ?? `#${node}`

/** A link from node to node. @internal */
export const linkInWords = (world: ChipWorld, { from, to }: { readonly from: number; readonly to: number }): string =>
  `${nodeInWords(world, from)} → ${nodeInWords(world, to)}`

/** A part as percent, with two significant digits where it is below 10. @internal */
export const percent = (part: number): string => {
  const value = part * 100
  if (value > 0 && value < 0.005) return '< 0.01 %'
  return `${formatNumber(value, value >= 9.95 || Number.isInteger(value) ? 0 : value >= 0.995 || Number.isInteger(10 * value) ? 1 : 2)} %`
}

/** Of what a link carries, a sentence. @internal */
export const loadInWords = (world: ChipWorld, { from, to, mean, peak, at, flits, moved }: BusyLink): string =>
  `${linkInWords(world, { from, to })}: ${formatNumber(flits)} flits${moved > 0 ? `, ${formatNumber(moved)} of migrations` : ''}; load ${percent(mean)} on the mean, ${percent(peak)} at most, at ${formatTime(at)}`

/** What stands over the picture: what the chip is, what happened. @internal */
export const activityInWords = (activity: ChipActivity): readonly string[] => {
  const { world, counts, totals, entries, from, until, width, cycles } = activity
  const { clock, packets, wiring, fidelity } = world
  const { data, control } = totals
  const rate = formatBytes(packets.flitBytes * clock.hertz)
  const by = fidelity === 'flit' ? 'flit by flit' : fidelity === 'hop' ? 'packet by packet' : fidelity
  const moved = data.migrationBytes > 0 ? `, ${formatBytes(data.migrationBytes)} of them for migrations` : ''
  return [
    `${world.clusters.length} clusters on ${wiring.topology.name}, ${wiring.routing}, ${by}; a link carries ${rate}/s each way (flits of ${packets.flitBytes} B at ${formatNumber(clock.hertz / 1e6, clock.hertz % 1e6 === 0 ? 0 : 3)} MHz)`,
    `${formatNumber(entries)} entries, ${formatTime(from)} to ${formatTime(until)}, in ${cycles.length} window${cycles.length === 1 ? '' : 's'} of ${formatTime(width)}`,
    `arrived: ${formatNumber(counts.portal)} chunks, ${formatNumber(counts.mailbox)} messages, ${formatNumber(counts.sync)} signals; ${formatBytes(data.bytes)} over the data network${moved}`,
    `data network: ${formatNumber(data.flits)} flits over ${formatNumber(data.flitHops)} links in all; control network: ${formatNumber(control.flits)} over ${formatNumber(control.flitHops)}`
  ]
}

/** What went wrong. @internal */
export const troubleInWords = ({ world, failures, troubles, until }: ChipActivity): readonly string[] => [
  ...failures.map(({ cluster, at }) => `${cluster} fails at ${formatTime(at)}`),
  ...world.deadLinks
    .filter(({ at }) => at <= until)
    .map((link) => `the link ${linkInWords(world, link)} is dead from ${formatTime(link.at)} on`),
  ...troubles.map(({ reason, at }) => `${reason}, at ${formatTime(at)}`)
]

/** What was not over, and what cannot be seen. @internal */
export const restInWords = ({ stillRunning, unplaced }: ChipActivity): readonly string[] => [
  ...(stillRunning.length === 0 ? [] : [`not over when the run was stopped: ${stillRunning.join(', ')}`]),
  ...(unplaced === 0 ? [] : [`${formatNumber(unplaced)} arrivals from or at what is no interface of this chip are not drawn`])
]

/** A migration in a line. @internal */
export const moveInWords = ({ from, to, began, frozen, resumed, ended, end, bytes, pieces }: ChipMove): string => {
  const down = frozen !== undefined && resumed !== undefined ? `, down for ${formatTime(resumed - frozen)}` : ''
  const size = `${formatBytes(bytes)}${pieces === 0 ? '' : ` in ${formatNumber(pieces)} piece${pieces === 1 ? '' : 's'}`}`
  const how =
    end === 'completed' && ended !== undefined
      ? `${formatTime(ended - began)} in all${down}`
      : end === 'back'
        ? `given up after ${formatTime((ended ?? began) - began)}`
        : end === 'lost'
          ? 'lost'
          : `not over${down}${frozen !== undefined && resumed === undefined ? `, frozen since ${formatTime(frozen)}` : ''}`
  return `${from ?? 'kept'} → ${to}: ${how}, ${size}`
}
