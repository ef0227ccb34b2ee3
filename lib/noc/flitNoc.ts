import type { Key } from '../random/random'
import { compiledFlits } from './compiledFlits'
import type { FlitRouter } from './flitRouter'
import { type FlitState, flitState } from './flitState'
import { halts } from './halts'
import type { Noc } from './noc'
import { queueOffered } from './packetQueues'
import { openPacket, takeDeliveries } from './packetTable'
import type { Routing } from './routing'
import { isStuck, runFlits } from './runFlits'
import { runner } from './runner'
import type { Topology } from './topology'
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
export const flitNoc = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): Noc => {
  const state = bornFlits(topology, routing, router, chances)
  const run = runner(state, runFlits, compiledFlits)
  return { ...nocOf(state), run: (until, stopAtDelivery = false) => halts[run(until, stopAtDelivery)] }
}

/** The state of a network in which nothing is under way; refuses what `flitNoc` refuses. @internal */
export const bornFlits = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): FlitState => {
  const { vcs } = routing
  if (!Number.isSafeInteger(vcs) || vcs < 1 || vcs > 32) throw new RangeError(`flitNoc: a port has 1 to 32 virtual channels (got ${vcs})`)
  if (topology.ports > 30) throw new RangeError(`flitNoc: a router has at most 30 ports besides the terminal's (got ${topology.ports})`)
  return flitState(topology, routing, router, chances)
}

/** A network over its state, run by the plain kernel. @internal */
export const nocOf = (state: FlitState): Noc => ({
  offer: (cycle, source, destination, flits, tag) =>
    queueOffered(state.queues, state.table, openPacket(state.table, state.now, cycle, source, destination, flits, tag)),
  run: (until, stopAtDelivery = false) => halts[runFlits(state, until, stopAtDelivery)],
  take: (deliver) => takeDeliveries(state.table, deliver),
  counts: () => {
    const { now, table, flits, flitHops, linkFlits } = state
    return { cycle: now, packets: table.packets, flits, flitHops, underWay: table.opened - table.packets, linkFlits }
  },
  ring: () => (isStuck(state) ? waitRing(state) : [])
})
