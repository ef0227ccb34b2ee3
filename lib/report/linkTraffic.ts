import type { Abstraction } from '../protocol/chip'
import { floorTimes } from '../time/ratio'
import type { Time } from '../time/time'
import { chipPacketFlits } from '../world/chipPacketFlits'
import type { ChipLink } from '../world/chipWiringData'
import type { ChipWorld } from './chipWorld'
import { binBefore, binRow, poured, type TimeBins } from './timeBins'

/** The two networks of a chip: syncs go over the control network, messages and chunks over the data network. */
export type ChipLane = 'data' | 'control'

/** What a link has carried, in flits by window; `migration`: of `all`, those of migrations. */
export type LinkLoad = ChipLink & { readonly all: Float64Array; readonly migration: Float64Array }

/** What has come over one network. `flitHops`: flits times the links that they took. */
export type LaneTotals = {
  transfers: number
  bytes: number
  flits: number
  flitHops: number
  migrationBytes: number
  migrationFlits: number
  migrationFlitHops: number
}

/** Something that has come: of which kind, from node to node of the wiring, what for. @internal */
export type Arrival = { readonly at: Time; readonly by: Abstraction; readonly from: string; readonly node: string; readonly bytes: number }

/** What has come over the data network from one interface to another, `migrationBytes` of it for migrations. */
export type PairTotals = { readonly from: string; readonly to: string; transfers: number; bytes: number; migrationBytes: number }

/** An account of what has arrived; it changes its own. @internal */
export type LinkTraffic = {
  readonly world: ChipWorld
  readonly bins: TimeBins
  readonly lanes: Readonly<Record<ChipLane, Map<number, LinkLoad>>>
  readonly ways: Map<string, readonly LinkLoad[]>
  readonly totals: Readonly<Record<ChipLane, LaneTotals>>
  readonly counts: Record<Abstraction, number>
  readonly bytes: Float64Array
  readonly migrationBytes: Float64Array
  /** Bytes that have come to each interface. */
  readonly received: Map<string, number>
  readonly pairs: Map<string, PairTotals>
  /** Arrivals from or at what is no interface of the chip. */
  unplaced: number
}

/** Nothing has arrived. @internal */
export const linkTraffic = (world: ChipWorld, bins: TimeBins): LinkTraffic => ({
  world,
  bins,
  lanes: { data: new Map(), control: new Map() },
  ways: new Map(),
  totals: { data: nothing(), control: nothing() },
  counts: { mailbox: 0, portal: 0, sync: 0 },
  bytes: binRow(bins),
  migrationBytes: binRow(bins),
  received: new Map(),
  pairs: new Map(),
  unplaced: 0
})

const nothing = (): LaneTotals => ({
  transfers: 0,
  bytes: 0,
  flits: 0,
  flitHops: 0,
  migrationBytes: 0,
  migrationFlits: 0,
  migrationFlitHops: 0
})

/** The network that something takes. @internal */
export const laneOf = (by: Abstraction): ChipLane => (by === 'sync' ? 'control' : 'data')

/** Its flits, headers included, packet by packet as the chip sends them: a portal's chunk has a header of its own besides. @internal */
export const flitsOf = ({ packets, headerBytes }: ChipWorld, { by, bytes }: Pick<Arrival, 'by' | 'bytes'>): number =>
  chipPacketFlits(packets, by === 'portal' ? bytes + headerBytes : bytes).reduce((sum, flits) => sum + flits, 0)

/**
 * Takes an arrival into account. A journal tells when the last of it has come, so each link is taken to have carried its flits as late as it can have: a flit a cycle, up to that time, and before what has
 * come later. So no link carries more than it can. @internal
 */
export const carried = (traffic: LinkTraffic, arrival: Arrival): void => {
  const { world, bins, totals, received } = traffic
  const bin = binBefore(bins, arrival.at)
  const way = wayOf(traffic, arrival)
  if (way === undefined) {
    traffic.unplaced++
    return
  }
  const flits = flitsOf(world, arrival)
  const lane = laneOf(arrival.by)
  traffic.counts[arrival.by]++
  totals[lane].transfers++
  totals[lane].bytes += arrival.bytes
  totals[lane].flits += flits
  totals[lane].flitHops += flits * way.length
  if (lane === 'data') {
    traffic.bytes[bin] += arrival.bytes
    const pair = pairOf(traffic, arrival)
    pair.transfers++
    pair.bytes += arrival.bytes
  }
  received.set(arrival.node, (received.get(arrival.node) ?? 0) + arrival.bytes)
  for (const { all } of way) poured(all, bin, flits, (i) => cyclesOf(world, bins, i, arrival.at))
}

/** Says of an arrival taken into account that it is of a migration. @internal */
export const migrated = (traffic: LinkTraffic, arrival: Arrival): void => {
  const { world, bins, totals } = traffic
  const way = wayOf(traffic, arrival)
  if (way === undefined) return
  const bin = binBefore(bins, arrival.at)
  const flits = flitsOf(world, arrival)
  const lane = laneOf(arrival.by)
  totals[lane].migrationBytes += arrival.bytes
  totals[lane].migrationFlits += flits
  totals[lane].migrationFlitHops += flits * way.length
  if (lane === 'data') {
    traffic.migrationBytes[bin] += arrival.bytes
    pairOf(traffic, arrival).migrationBytes += arrival.bytes
  }
  for (const { all, migration } of way) poured(migration, bin, flits, (i) => all[i])
}

const pairOf = ({ pairs }: LinkTraffic, { from, node: to }: Arrival): PairTotals => {
  const name = `${from} ${to}`
  const pair = pairs.get(name) ?? { from, to, transfers: 0, bytes: 0, migrationBytes: 0 }
  pairs.set(name, pair)
  return pair
}

/** Cycles of the network's clock in a bin, as far as `until`: the flits that a link can carry. @internal */
export const cyclesOf = ({ clock: { ticksPerNs } }: ChipWorld, { origin, width }: TimeBins, bin: number, until: Time): number => {
  const start = origin + bin * width
  return Math.max(0, floorTimes(ticksPerNs, Math.min(until, start + width)) - floorTimes(ticksPerNs, start))
}

const wayOf = (traffic: LinkTraffic, { by, from, node }: Arrival): readonly LinkLoad[] | undefined => {
  const { world, lanes, ways, bins } = traffic
  const lane = laneOf(by)
  const pair = `${lane} ${from} ${node}`
  const known = ways.get(pair)
  if (known !== undefined) return known
  const [one, other] = [world.places.get(from), world.places.get(node)]
  if (one === undefined || other === undefined) return undefined
  const { ports } = world.wiring.topology
  const way = world.wiring.way(one.node, other.node).map((link): LinkLoad => {
    const key = link.from * ports + link.port
    const load = lanes[lane].get(key) ?? { from: link.from, port: link.port, to: link.to, all: binRow(bins), migration: binRow(bins) }
    lanes[lane].set(key, load)
    return load
  })
  ways.set(pair, way)
  return way
}
