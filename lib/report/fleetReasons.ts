import { fleetColours } from './fleetColours'
import type { FleetScene, SceneMove } from './fleetScene'
import { colourOf, mostArrows } from './fleetSvgMoves'
import { clock, moveCostText, moveText, spanText } from './fleetWords'
import { formatBytes, formatNumber } from './numbers'

/** What a picture shows, in figures. @internal */
export const fleetSummary = ({ day, lanes, rows, moves, spots, from, until }: FleetScene): readonly string[] => {
  const failed = moves.filter((move) => move.failed !== undefined).length
  const bytes = moves.reduce((sum, move) => sum + move.bytes, 0)
  const down = moves.reduce((sum, move) => sum + move.downtimeNs, 0)
  const found = spots.filter(({ isFound }) => isFound).length
  const others = spots.length - found
  return [
    `${clock(from)} to ${clock(until)}, ${formatNumber(rows.length)} looks; ${formatNumber(moves.length)} move${moves.length === 1 ? '' : 's'}${failed > 0 ? `, ${formatNumber(failed)} of them failed` : ''}: ${formatBytes(bytes)}, down ${spanText(down)} in all`,
    `hotspots: ${formatNumber(found)} host looks that the manager has found${others > 0 ? `, ${formatNumber(others)} that it has not` : ''}${lanes.length < day.hosts.length ? `; drawn are ${lanes.length} of ${formatNumber(day.hosts.length)} hosts, those with hotspots and most moves` : ''}${moves.length > mostArrows ? `; of the moves the first ${mostArrows}` : ''}`
  ]
}

/** A line of the list of reasons; those under a move's are indented. @internal */
export type ReasonLine = { readonly text: string; readonly fill?: string; readonly weight?: 'bold'; readonly isIndented?: boolean }

/** Why VMs moved: a reason for each number, the moves of a swap together, at most so many. @internal */
export const fleetReasons = ({ day, moves }: FleetScene, most: number): readonly ReasonLine[] => {
  const byNumber = new Map<number, SceneMove[]>()
  for (const move of moves) byNumber.set(move.number, [...(byNumber.get(move.number) ?? []), move])
  const rest = byNumber.size - most
  if (byNumber.size === 0) return [{ text: 'No VM has moved.', weight: 'bold' }]
  return [
    { text: 'Why they moved', weight: 'bold' },
    ...[...byNumber].slice(0, most).flatMap(([number, some]): readonly ReasonLine[] => [
      {
        text: `${number}  ${clock(some[0].at)}  ${some.map((move) => `${moveText(day, move)} (${moveCostText(move)})`).join(', then ')}`,
        fill: colourOf({ ...some[0], failed: some.find(({ failed }) => failed !== undefined)?.failed })
      },
      { text: some[0].why ?? 'no reason is given', isIndented: true }
    ]),
    ...(rest > 0 ? [{ text: `and ${formatNumber(rest)} more`, fill: fleetColours.quiet }] : [])
  ]
}
