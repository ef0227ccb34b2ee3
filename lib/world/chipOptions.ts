import type { Wired } from '../noc/doubled'
import { flitNoc } from '../noc/flitNoc'
import { flitRouter } from '../noc/flitRouter'
import { hopNoc } from '../noc/hopNoc'
import { mppa256 } from '../noc/mppa256'
import type { Noc } from '../noc/noc'
import type { Data } from '../protocol/data'
import { key, type Seed, split } from '../random/random'
import { type Clock, clock } from '../time/clock'
import type { Time } from '../time/time'
import { type ChipCosts, nanvixCosts } from './chipCosts'
import type { ChipPackets } from './chipPacketFlits'
import { type ChipPartition, nanvixPartition } from './chipSlots'
import { chipWiringData } from './chipWiringData'
import { type ChipWiring, mppaWiring } from './mppaWiring'
import { type CheckedProcesses, checkedProcesses, type ProcessOptions } from './processOptions'

/** Something that breaks at a time and stays broken: a cluster, or the link between two neighbouring nodes of the network (numbers of the wiring), that way. */
export type ChipFault = { readonly at: Time } & (
  | { readonly cluster: string; readonly link?: undefined }
  | { readonly link: readonly [from: number, to: number]; readonly cluster?: undefined }
)

/**
 * A chip as the MPPA-256: 16 compute clusters (`cc0` to `cc15`, 2 MiB each) and `ioClusters` I/O clusters (`io0`, .., 1 to 4, default 2: those that Nanvix uses) of four interfaces each.
 *
 * - `fidelity` of both networks: `hop` (default) or `flit`. `wiring`: another network (default `mppaWiring()`, which takes most of the time that a chip takes to build).
 * - `hertz`: of all clocks (default 400e6). `driftPpm`: of single clusters' clocks, by name (default 0; the networks' own clock does not drift).
 * - `costs`: of each kind of cluster, as far as they differ from Nanvix's. `partition`: of an interface's slots and channels (default Nanvix's).
 * - `packets`: what goes into one. `messageBytes` of a message with its header (default 144: 128 and 16), `chunkBytes` of a portal's chunk (default 4096), `headerBytes` of its header (default 16).
 * - `processes` and what their kernels are like: see `ProcessOptions`.
 * - `faults`: what breaks (default nothing). `noticeNs`: after which those who depend on it are told, by refusals (default 100 us).
 */
export type ChipOptions = {
  readonly ioClusters?: number
  readonly fidelity?: 'hop' | 'flit'
  readonly wiring?: ChipWiring
  readonly hertz?: number
  readonly driftPpm?: Readonly<Record<string, number>>
  readonly costs?: Readonly<Partial<Record<'compute' | 'io', Partial<ChipCosts>>>>
  readonly partition?: Partial<ChipPartition>
  readonly packets?: Partial<ChipPackets>
  readonly messageBytes?: number
  readonly chunkBytes?: number
  readonly headerBytes?: number
  readonly faults?: readonly ChipFault[]
  readonly noticeNs?: Time
} & ProcessOptions

/** A cluster's name, its interfaces by name in order, its costs and clock. @internal */
export type ChipSite = {
  readonly name: string
  readonly kind: 'compute' | 'io'
  readonly nodes: readonly string[]
  readonly costs: ChipCosts
  readonly clock: Clock
}

/** A chip with its defaults. `numbers`: the node numbers by which slots are shared out, those of I/O clusters first. @internal */
export type CheckedChip = Required<Pick<ChipOptions, 'messageBytes' | 'chunkBytes' | 'headerBytes' | 'faults' | 'noticeNs'>> & {
  readonly sites: readonly ChipSite[]
  readonly numbers: ReadonlyMap<string, number>
  readonly wiring: ChipWiring
  readonly partition: ChipPartition
  readonly packets: ChipPackets
  readonly clock: Clock
  readonly born: (seed: Seed) => (wired: Wired) => Noc
  readonly processes: CheckedProcesses
  readonly description: Data
}

const COMPUTE = 16
const INTERFACES = 4

/** A chip's options with their defaults. Throws `RangeError` naming the option. @internal */
export const checkedChip = (options: ChipOptions): CheckedChip => {
  const { ioClusters = 2, fidelity = 'hop', hertz = 400e6, driftPpm = {}, faults = [], noticeNs = 100_000 } = options
  const { messageBytes = 144, chunkBytes = 4096, headerBytes = 16 } = options
  if (!(Number.isSafeInteger(ioClusters) && ioClusters >= 1 && ioClusters <= 4))
    throw new RangeError(`chip: ioClusters must be an integer from 1 to 4 (got ${ioClusters})`)
  if (fidelity !== 'hop' && fidelity !== 'flit') throw new RangeError(`chip: fidelity must be hop or flit (got ${fidelity})`)
  const { data } = mppa256()
  const packets: ChipPackets = {
    flitBytes: data.flitBytes,
    payloadBytes: data.payloadLimitBytes,
    headerFlits: data.headerFlits,
    ...options.packets
  }
  for (const [what, value] of Object.entries({ ...packets, messageBytes, chunkBytes })) whole(what, value, 1)
  whole('headerBytes', headerBytes, 0)
  whole('noticeNs', noticeNs, 0)
  const costsOf = (kind: 'compute' | 'io'): ChipCosts => ({ ...nanvixCosts[kind], ...options.costs?.[kind] })
  const costs = { compute: costsOf('compute'), io: costsOf('io') }
  for (const [kind, one] of Object.entries(costs))
    for (const [what, value] of Object.entries(one))
      if (!(Number.isFinite(value) && value >= 0))
        throw new RangeError(`chip: costs.${kind}.${what} must be a number from 0 on (got ${value})`)
  const site = (name: string, kind: 'compute' | 'io'): ChipSite => ({
    name,
    kind,
    nodes: kind === 'compute' ? [name] : [name, ...Array.from({ length: INTERFACES - 1 }, (_, i) => `${name}.${i + 1}`)],
    costs: costs[kind],
    clock: clock({ hertz, driftPpm: driftPpm[name] ?? 0 })
  })
  const sites = [
    ...Array.from({ length: ioClusters }, (_, i) => site(`io${i}`, 'io')),
    ...Array.from({ length: COMPUTE }, (_, i) => site(`cc${i}`, 'compute'))
  ]
  const known = new Set(sites.map(({ name }) => name))
  for (const name of [...Object.keys(driftPpm), ...faults.flatMap(({ cluster }) => (cluster === undefined ? [] : [cluster]))])
    if (!known.has(name)) throw new RangeError(`chip: driftPpm and faults must name a cluster of the chip (got ${name})`)
  const numbers = new Map(sites.flatMap(({ nodes }) => nodes).map((node, i) => [node, i]))
  const wiring = options.wiring ?? mppaWiring()
  if (wiring.routing.draws) throw new RangeError(`chip: wiring must have a routing that does not draw (got ${wiring.routing.name})`)
  for (const { at, link } of faults) {
    whole('faults.at', at, 0)
    if (link !== undefined && !hasLink(wiring, link))
      throw new RangeError(`chip: faults.link must be one of ${wiring.topology.name} (got ${link[0]} to ${link[1]})`)
  }
  const processes = checkedProcesses(
    options,
    new Map(sites.map(({ name, kind }) => [name, kind])),
    new Set(sites.flatMap(({ nodes }) => nodes))
  )
  const partition = { ...nanvixPartition(Math.max(24, numbers.size)), ...options.partition }
  return {
    sites,
    numbers,
    wiring,
    partition,
    packets,
    messageBytes,
    chunkBytes,
    headerBytes,
    faults,
    noticeNs,
    clock: clock({ hertz }),
    processes,
    born: (seed) => {
      const chances = split(key(seed), 'chip')
      return ({ topology, routing }) => {
        if (fidelity === 'hop') return hopNoc(topology, routing, flitRouter(), chances)
        return flitNoc(topology, routing, flitRouter(), chances)
      }
    },
    description: {
      world: 'chip',
      clusters: Object.fromEntries(sites.map(({ name, kind, nodes }) => [name, { kind, nodes, driftPpm: driftPpm[name] ?? 0 }])),
      hertz,
      fidelity,
      wiring: chipWiringData(wiring, [...numbers.keys()]),
      costs,
      partition,
      packets,
      messageBytes,
      chunkBytes,
      headerBytes,
      noticeNs,
      faults: faults.map((fault) => ({ ...fault })),
      ...processes.description
    }
  }
}

const hasLink = ({ topology: { target, ports, nodes } }: ChipWiring, [from, to]: readonly [number, number]): boolean =>
  from >= 0 &&
  from < nodes &&
  Array.from(target.subarray(from * ports, from * ports + ports)).some((end) => end >= 0 && Math.floor(end / ports) === to)

const whole = (what: string, value: number, least: number): void => {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new RangeError(`chip: ${what} must be an integer from ${least} on (got ${value})`)
}
