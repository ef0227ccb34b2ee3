import { feedForwardRoutes } from '../../lib/noc/feedForwardRoutes'
import { mppa256 } from '../../lib/noc/mppa256'
import { dimensionOrder, type Routing } from '../../lib/noc/routing'
import { meanFewestLinks, meanLinks, sourceRouted } from '../../lib/noc/sourceRouted'
import { mesh, type Topology, torus } from '../../lib/noc/topology'
import {
  bitComplementTraffic,
  bitReverseTraffic,
  hotspotTraffic,
  neighborTraffic,
  permutationTraffic,
  shuffleTraffic,
  type TrafficPattern,
  tornadoTraffic,
  transposeTraffic,
  uniformTraffic
} from '../../lib/noc/traffic'
import type { Key } from '../../lib/random/random'
import { formatNumber } from '../../lib/report/numbers'

/** Wirings by their names on the command line. */
export const nocTopologies = ['mesh', 'torus', 'mppa256'] as const

/** Routings by their names on the command line: `no-datelines` is what must not be done on a torus. */
export const nocRoutings = ['dimension-order', 'no-datelines', 'feed-forward'] as const

/** Traffic patterns by their names on the command line, which are BookSim2's. */
export const nocTraffics = ['uniform', 'neighbor', 'tornado', 'transpose', 'bitcomp', 'bitrev', 'shuffle', 'randperm', 'hotspot'] as const

/** What a network is asked to be. What is not given depends on the wiring. */
export type NocWishes = {
  readonly topology: (typeof nocTopologies)[number]
  readonly radices: readonly number[]
  readonly routing: (typeof nocRoutings)[number] | undefined
  readonly vcs: number | undefined
}

/** A network that was asked for: its wiring and routing, how a node is called, and what is to be said of it. */
export type NocSetup = {
  readonly topology: Topology
  readonly routing: Routing
  readonly nameOf: (node: number) => string
  readonly sentence: string
}

/**
 * The network that is asked for: dimension order on a mesh (one channel) or torus (two, by datelines), feed-forward source routes on the MPPA-256 (one).
 * Errors: `RangeError` of the bricks when they do not go together.
 */
export const nocSetup = ({ topology: kind, radices, routing: wanted, vcs: given }: NocWishes): NocSetup => {
  const topology = kind === 'mppa256' ? mppa256().topology : kind === 'torus' ? torus(radices) : mesh(radices)
  if (topology.nodes > 4096) throw new RangeError(`nocSetup: at most 4096 nodes (got ${topology.nodes})`)
  const routingKind = wanted ?? (kind === 'mppa256' ? 'feed-forward' : 'dimension-order')
  const vcs = given ?? (kind === 'torus' && routingKind === 'dimension-order' ? 2 : 1)
  const { names } = mppa256()
  const nameOf = kind === 'mppa256' ? (node: number): string => names[node] : String
  const channels = vcs === 1 ? 'no virtual channels' : `${vcs} virtual channels`
  if (routingKind === 'feed-forward') {
    if (topology.nodes > 1024) throw new RangeError(`nocSetup: feed-forward routes are looked for up to 1024 nodes (got ${topology.nodes})`)
    const ways = feedForwardRoutes(topology)
    const links = `${formatNumber(meanLinks(topology, ways), 2)} links a way, shortest ${formatNumber(meanFewestLinks(topology), 2)}`
    const sentence = `${topology.name}, feed-forward source routes (${links}), ${channels}`
    return { topology, nameOf, routing: sourceRouted(topology, ways, vcs), sentence }
  }
  const routing = dimensionOrder(topology, vcs, { datelines: kind === 'torus' && routingKind === 'dimension-order' })
  return { topology, nameOf, routing, sentence: `${topology.name}, ${routing.name}, ${channels}` }
}

/** A traffic pattern by its name; `hotspot` says where a share of `hotspot` traffic goes. Errors: `RangeError` when it does not fit the wiring. */
export const nocPattern = (
  topology: Topology,
  traffic: (typeof nocTraffics)[number],
  key: Key,
  hotspot: { readonly at: number; readonly share: number }
): TrafficPattern => {
  switch (traffic) {
    case 'uniform':
      return uniformTraffic(topology, key)
    case 'neighbor':
      return neighborTraffic(topology)
    case 'tornado':
      return tornadoTraffic(topology)
    case 'transpose':
      return transposeTraffic(topology)
    case 'bitcomp':
      return bitComplementTraffic(topology)
    case 'bitrev':
      return bitReverseTraffic(topology)
    case 'shuffle':
      return shuffleTraffic(topology)
    case 'randperm':
      return permutationTraffic(topology, key)
    case 'hotspot':
      return hotspotTraffic(topology, key, hotspot)
  }
}
