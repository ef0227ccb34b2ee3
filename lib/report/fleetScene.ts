import type { HotspotOptions } from '../hotspot/hotspotOptions'
import { checkedHotspots } from '../hotspot/hotspotOptions'
import { sandpiperOfFleet } from '../hotspot/sandpiperOptions'
import type { FleetHotspot } from '../protocol/fleet'
import type { Time } from '../time/time'
import type { FleetDayOptions } from '../world/fleetOptions'
import type { FleetMove, FleetRow } from '../world/fleetRow'
import { fleetWatch } from './fleetWatch'

/** A move as it is drawn: `number` of its reason, which the moves of a swap have in common; its place among those that begin at its look. @internal */
export type SceneMove = FleetMove & { readonly number: number; readonly isSwap: boolean; readonly place: number; readonly of: number }

/** A hotspot at a look: as the manager has found it, or only as it is seen from outside. @internal */
export type SceneSpot = FleetHotspot & { readonly look: number; readonly isFound: boolean }

/** What a picture of a fleet's day shows. `lanes`: the hosts that are drawn, in their order; `everyNs` between two looks, the last of which ends at `until`. @internal */
export type FleetScene = {
  readonly day: Pick<FleetDayOptions, 'hosts' | 'vms'>
  readonly rows: readonly FleetRow[]
  readonly threshold: number
  readonly everyNs: Time
  readonly from: Time
  readonly until: Time
  readonly lanes: readonly number[]
  readonly moves: readonly SceneMove[]
  readonly spots: readonly SceneSpot[]
}

/** See `FleetScene`: of all rows of a day, those from `from` until `until`, and at most so many hosts, those with hotspots and moves first. @internal */
export const fleetScene = (
  day: Pick<FleetDayOptions, 'hosts' | 'vms'>,
  all: readonly FleetRow[],
  {
    from = 0,
    until = Infinity,
    hotspots = {},
    most
  }: { readonly from?: Time; readonly until?: Time; readonly hotspots?: HotspotOptions; readonly most: number }
): FleetScene => {
  const watch = fleetWatch(day.hosts, hotspots)
  const seen = all.map((row) => watch(row))
  const everyNs = all.length > 1 ? all[1].at - all[0].at : (all[0]?.at ?? 0)
  const looks = [...all.keys()].filter((look) => all[look].at >= from && all[look].at < until)
  const rows = looks.map((look) => all[look])
  const spots = looks.flatMap((look, i) => spotsOf(all[look], seen[look], i))
  const moves = numbered(rows)
  const { threshold } = checkedHotspots({ ...sandpiperOfFleet, ...hotspots })
  const first = rows[0]?.at ?? 0
  return {
    day,
    rows,
    threshold,
    everyNs,
    from: first,
    until: (rows[rows.length - 1]?.at ?? first) + everyNs,
    lanes: lanesOf(day.hosts.length, { rows, spots, moves, most }),
    moves,
    spots
  }
}

const spotsOf = (row: FleetRow, seen: readonly FleetHotspot[], look: number): readonly SceneSpot[] => {
  const found = row.hotspots.filter(({ isPast }) => isPast !== true)
  const others = seen.filter((one) => !found.some(({ host, resource }) => host === one.host && resource === one.resource))
  return [...found.map((one) => ({ ...one, look, isFound: true })), ...others.map((one) => ({ ...one, look, isFound: false }))]
}

/** Moves with the numbers of their reasons, in the order in which they begin: those of a swap share one, as they share their reason. */
const numbered = (rows: readonly FleetRow[]): readonly SceneMove[] => {
  const numbers = new Map<string, number>()
  const moves = rows.flatMap((row) => row.moves.map((move, place) => ({ ...move, place, of: row.moves.length })))
  const swaps = swapsIn(moves)
  let last = 0
  return moves.map((move) => {
    const isSwap = move.why !== undefined && swaps.has(move.why)
    const number = (isSwap && numbers.get(move.why!)) || ++last
    if (isSwap) numbers.set(move.why!, number)
    return { ...move, number, isSwap }
  })
}

/** Reasons that moves of several VMs have in common, of which one comes to where another leaves. */
const swapsIn = (moves: readonly FleetMove[]): ReadonlySet<string> => {
  const byReason = new Map<string, FleetMove[]>()
  for (const move of moves) if (move.why !== undefined) byReason.set(move.why, [...(byReason.get(move.why) ?? []), move])
  return new Set(
    [...byReason]
      .filter(([, some]) => some.length > 1 && some.length <= MOST_OF_A_SWAP)
      .filter(([, some]) => some.some((one) => some.some((other) => other.vm !== one.vm && other.to === one.from)))
      .map(([why]) => why)
  )
}

/** Reasons that more moves have in common are no swap's. */
const MOST_OF_A_SWAP = 12

const lanesOf = (
  hosts: number,
  { rows, spots, moves, most }: Pick<FleetScene, 'rows' | 'spots' | 'moves'> & { readonly most: number }
): readonly number[] => {
  const counts = { spots: new Float64Array(hosts), moves: new Float64Array(hosts), wanted: new Float64Array(hosts) }
  for (const { host } of spots) counts.spots[host]++
  for (const { from, to } of moves) for (const host of [from, to]) counts.moves[host]++
  for (const { cpu } of rows) for (let host = 0; host < hosts; host++) counts.wanted[host] = Math.max(counts.wanted[host], cpu[host])
  const order = Array.from({ length: hosts }, (_, host) => host).sort(
    (a, b) =>
      Math.min(1, counts.spots[b]) - Math.min(1, counts.spots[a]) ||
      counts.moves[b] - counts.moves[a] ||
      counts.spots[b] - counts.spots[a] ||
      counts.wanted[b] - counts.wanted[a] ||
      a - b
  )
  return order.slice(0, most).sort((a, b) => a - b)
}
