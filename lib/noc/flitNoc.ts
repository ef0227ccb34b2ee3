import type { Key } from '../random/random'
import { allocateChannels, takeChannels } from './allocateChannels'
import { allocateSwitches } from './allocateSwitches'
import { comeIn } from './comeIn'
import { askForChannels, computeRoutes } from './computeRoutes'
import type { FlitRouter } from './flitRouter'
import { type FlitState, flitState } from './flitState'
import { inject } from './inject'
import type { Noc, NocHalt } from './noc'
import { admitOffered, nextOffered, queueOffered } from './packetQueues'
import { hasDelivered, openPacket, takeDeliveries } from './packetTable'
import type { Routing } from './routing'
import type { Topology } from './topology'
import { traverse } from './traverse'
import { waitRing } from './waitRing'

/**
 * A network on chip flit by flit: wormhole switching, virtual channels with credits, and the pipeline of BookSim2's input-queued router (Jiang et al., ISPASS 2013): route
 * computation, virtual-channel allocation, switch allocation, switch traversal, link. Both allocators are iSLIP (McKeown, IEEE/ACM ToN 7(2), 1999); `zeroLoadCycles`
 * says what a packet takes alone. `chances` decides where the routing draws.
 *
 * Nothing is dropped: a terminal's queue is unlimited, and what arrives is taken out at once. Packets that wait for each other in a ring end `run` as deadlocked.
 *
 * Errors: `RangeError` when a port has more than 32 virtual channels or a router more than 31 ports. `run` throws an `Error` when a terminal gets a flit out of order, which is a mistake
 * of this network. Cost: by what moves; cycles in which nothing is under way are skipped. Packets not yet taken are at most 2^27.
 */
export const flitNoc = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): Noc =>
  nocOf(bornFlits(topology, routing, router, chances))

/** The state of a network in which nothing is under way; refuses what `flitNoc` refuses. @internal */
export const bornFlits = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): FlitState => {
  const { vcs } = routing
  if (!Number.isSafeInteger(vcs) || vcs < 1 || vcs > 32) throw new RangeError(`flitNoc: a port has 1 to 32 virtual channels (got ${vcs})`)
  if (topology.ports > 30) throw new RangeError(`flitNoc: a router has at most 30 ports besides the terminal's (got ${topology.ports})`)
  return flitState(topology, routing, router, chances)
}

/** A network over its state. @internal */
export const nocOf = (state: FlitState): Noc => ({
  offer: (cycle, source, destination, flits, tag) =>
    queueOffered(state.queues, state.table, openPacket(state.table, state.now, cycle, source, destination, flits, tag)),
  run: (until, stopAtDelivery = false) => run(state, until, stopAtDelivery),
  take: (deliver) => takeDeliveries(state.table, deliver),
  counts: () => {
    const { now, table, flits, flitHops, linkFlits } = state
    return { cycle: now, packets: table.packets, flits, flitHops, underWay: table.opened - table.packets, linkFlits }
  },
  ring: () => (isStuck(state) ? waitRing(state) : [])
})

const run = (state: FlitState, until: number, stopAtDelivery: boolean): NocHalt => {
  const { table, queues } = state
  while (state.now <= until) {
    if (queues.admitted === table.packets && state.inFlight === 0) {
      const next = nextOffered(queues, table)
      if (next > until) {
        state.now = until + 1
        return next === Infinity ? 'idle' : 'done'
      }
      state.now = Math.max(state.now, next)
    }
    cycle(state)
    if (isStuck(state)) return 'deadlocked'
    if (stopAtDelivery && hasDelivered(table)) return 'delivered'
  }
  return 'done'
}

/** One cycle, phase by phase over all routers: within a cycle they have nothing to do with each other. */
const cycle = (state: FlitState): void => {
  state.still++
  admitOffered(state.queues, state.table, state.now)
  comeIn(state)
  inject(state)
  computeRoutes(state)
  const { routingDelay } = state.router
  if (routingDelay === 0) askForChannels(state)
  allocateChannels(state)
  allocateSwitches(state)
  takeChannels(state)
  traverse(state)
  if (routingDelay > 0) askForChannels(state)
  state.now++
}

/**
 * Whether nothing can move any more. In a cycle that moves nothing while nothing is on its way, only a speculative grant can have changed a pointer: so many cycles are waited for it.
 */
const isStuck = ({ inFlight, still, router, P, vcs, queues, table }: FlitState): boolean =>
  inFlight === 0 && still > (router.speculative ? P * P * vcs * vcs : 0) && queues.admitted > table.packets
