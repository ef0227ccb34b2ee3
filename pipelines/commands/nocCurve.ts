import { type Channel, channelDependencies } from '../../lib/noc/channelDependency'
import { flitNoc } from '../../lib/noc/flitNoc'
import { type FlitRouter, zeroLoadCycles } from '../../lib/noc/flitRouter'
import { hopNoc } from '../../lib/noc/hopNoc'
import { type LoadPoint, loadPoint } from '../../lib/noc/loadPoint'
import { type FlitEnergy, nocEnergy } from '../../lib/noc/nocEnergy'
import { packetsOf } from '../../lib/noc/traffic'
import { key, type Seed, split } from '../../lib/random/random'
import { formatNumber } from '../../lib/report/numbers'
import type { Cell, Reproduced, ReproducedColumn, Verdict } from '../reproduce/reproduction'
import { type NocSetup, nocPattern, type nocTraffics } from './nocSetup'

/** What a latency curve is measured with. */
export type NocCurveOptions = {
  readonly setup: NocSetup
  readonly router: FlitRouter
  readonly fidelity: 'flit' | 'hop'
  readonly traffic: (typeof nocTraffics)[number]
  readonly hotspot: { readonly at: number; readonly share: number }
  readonly flits: number
  readonly offered: readonly number[]
  readonly warmup: number
  readonly cycles: number
  readonly energy: FlitEnergy
  readonly seed: Seed
  readonly progress: (what: string) => Promise<void>
}

/** A load measured; `saturated`: much less came in than was offered; `ring`: the channels that held each other up, where it deadlocked; `flitPicojoules`: energy of a flit that came in. */
type NocPoint = {
  readonly offered: number
  readonly saturated: boolean
  readonly point: LoadPoint
  readonly ring: readonly Channel[]
  readonly underWay: number
  readonly flitPicojoules: number
}

/** Up to so many nodes the channel-dependency graph is walked: its cost grows with the square of the nodes. */
const WALKED = 256

/** A latency curve as a table, with what its channel dependencies say and whether it deadlocked. Errors: `RangeError` of the bricks, before anything runs. */
export const nocCurve = async (options: NocCurveOptions): Promise<Reproduced & { readonly deadlocked: boolean }> => {
  const { setup, router, offered: loads, cycles, warmup, progress, flits } = options
  const { topology, nameOf } = setup
  const points: NocPoint[] = []
  for (const [i, offered] of loads.entries()) {
    await progress(`${topology.name}: ${offered} flits a node and cycle (${i + 1} of ${loads.length})`)
    points.push(measured(options, offered))
  }
  const stuck = points.find(({ point }) => point.deadlockedAt !== undefined)
  const alone = (hops: number): string => formatNumber(zeroLoadCycles(router, hops, flits))
  return {
    tables: [{ title: `latency over load: means over the packets of ${formatNumber(cycles)} cycles`, columns, rows: points.map(rowOf) }],
    verdicts: [
      ...(topology.nodes <= WALKED ? [dependencyVerdict(setup)] : []),
      ...(stuck === undefined ? [] : [deadlockVerdict(stuck, nameOf)])
    ],
    notes: [
      `Packet latency counts from the offer, network latency from leaving the source; ${formatNumber(warmup)} cycles before are not measured. Alone, a packet takes ${alone(0)} cycles to its own node and ${alone(1)} over one link.`,
      'Saturated: less than 95 % of what is offered comes in; queues grow for as long as it lasts, and the latency of packets says nothing.',
      ...(topology.nodes <= WALKED ? [] : [`Channel dependencies are walked up to ${WALKED} nodes.`])
    ],
    deadlocked: stuck !== undefined
  }
}

const measured = (options: NocCurveOptions, offered: number): NocPoint => {
  const { setup, router, fidelity, traffic, hotspot, flits, warmup, cycles, energy, seed } = options
  const { topology, routing } = setup
  const root = split(key(seed), `${topology.name} ${traffic} ${flits} ${offered}`)
  const noc = (fidelity === 'flit' ? flitNoc : hopNoc)(topology, routing, router, split(root, 'chances'))
  const pattern = nocPattern(topology, traffic, split(root, 'destinations'), hotspot)
  const load = { pattern, flits, offered, key: split(root, 'arrivals') }
  const point = loadPoint(topology, noc, load, { warmup, cycles })
  const counts = noc.counts()
  // What was offered in those cycles, not on the mean: at low loads there are few packets. One a node may be under way at either end.
  let packets = 0
  for (const { cycle } of packetsOf(topology, load, warmup + cycles)) if (cycle >= warmup) packets++
  return {
    offered,
    saturated: point.accepted + flits / cycles < (0.95 * packets * flits) / cycles / topology.nodes,
    point,
    ring: noc.ring(),
    underWay: counts.underWay,
    flitPicojoules: nocEnergy(topology, counts, energy).picojoules / counts.flits
  }
}

const dependencyVerdict = ({ topology, routing, nameOf }: NocSetup): Verdict => {
  const { channels, edges, cycle } = channelDependencies(topology, routing)
  const graph = `${formatNumber(channels)} channels, ${formatNumber(edges)} dependencies`
  return cycle === undefined
    ? { text: `channel dependencies have no ring (${graph}): no traffic can deadlock`, holds: true }
    : { text: `channel dependencies have no ring (${graph}): ${ringText(cycle, nameOf)}`, holds: false }
}

const deadlockVerdict = ({ offered, point, underWay, ring }: NocPoint, nameOf: (node: number) => string): Verdict => ({
  text: `no deadlock (at ${offered} flits a node and cycle in cycle ${formatNumber(point.deadlockedAt ?? 0)}, ${formatNumber(underWay)} packets under way): ${ringText(ring, nameOf)}`,
  holds: false
})

/** A ring of channels as the routers it goes round: `0 -> 1 -> 2 -> 3 -> 0`, with the virtual channel of each link where there are several. */
const ringText = (ring: readonly Channel[], nameOf: (node: number) => string): string => {
  const several = ring.some(({ vc }) => vc > 0)
  return [
    ...ring.map(({ from, vc }) => `${nameOf(from)}${several ? ` (channel ${vc})` : ''}`),
    ring.length > 0 ? nameOf(ring[0].from) : ''
  ].join(' -> ')
}

const columns: readonly ReproducedColumn[] = [
  { name: 'offered', unit: 'flits/node/cycle' },
  { name: 'accepted', unit: 'flits/node/cycle', decimals: 3 },
  { name: 'packet latency', unit: 'cycles', decimals: 1 },
  { name: 'network latency', unit: 'cycles', decimals: 1 },
  { name: 'links', decimals: 2 },
  { name: 'packets', decimals: 0 },
  { name: 'energy', unit: 'pJ/flit', decimals: 1 },
  { name: 'state' }
]

const rowOf = ({ offered, saturated, point, flitPicojoules }: NocPoint): Cell[] => {
  const { accepted, packetLatency, networkLatency, hops, packets, deadlockedAt } = point
  const state = deadlockedAt !== undefined ? `deadlocked in cycle ${formatNumber(deadlockedAt)}` : saturated ? 'saturated' : 'steady'
  return [
    offered,
    accepted,
    saturated || deadlockedAt !== undefined ? undefined : figure(packetLatency),
    deadlockedAt === undefined ? figure(networkLatency) : undefined,
    figure(hops),
    packets,
    figure(flitPicojoules),
    state
  ]
}

const figure = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)
