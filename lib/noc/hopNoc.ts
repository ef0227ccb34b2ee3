import type { Key } from '../random/random'
import { compiledHops } from './compiledHops'
import type { FlitRouter } from './flitRouter'
import { halts } from './halts'
import { type HopState, hopState, turn } from './hopState'
import type { Noc } from './noc'
import { openPacket, takeDeliveries } from './packetTable'
import type { Routing } from './routing'
import { runHops } from './runHops'
import { runner } from './runner'
import type { Topology } from './topology'

/**
 * A network on chip packet by packet, one event a hop: each packet goes through the same pipeline as in `flitNoc`, takes each link for its flits in the order in which heads
 * come by, and waits in routers whose buffers are unlimited. Alone, a packet takes exactly `zeroLoadCycles`; under load no packet holds up another that wants a different link,
 * so that latencies are too short and saturation too late: compare with `flitNoc` where that matters. It cannot deadlock.
 *
 * An output channel that must be allocated anew (a class with one virtual channel) stays idle for a cycle between two packets, as in `flitNoc`.
 *
 * Errors: `RangeError` when a port has more than 32 virtual channels or a router more than 31 ports. Cost: an event a hop and two more a packet.
 */
export const hopNoc = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): Noc => {
  const state = bornHops(topology, routing, router, chances)
  const run = runner(state, runHops, compiledHops)
  return { ...hopsOf(state), run: (until, stopAtDelivery = false) => halts[run(until, stopAtDelivery)] }
}

/** The state of a network in which nothing is under way; refuses what `hopNoc` refuses. @internal */
export const bornHops = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): HopState => {
  const { vcs } = routing
  if (!Number.isSafeInteger(vcs) || vcs < 1 || vcs > 32) throw new RangeError(`hopNoc: a port has 1 to 32 virtual channels (got ${vcs})`)
  if (topology.ports > 30) throw new RangeError(`hopNoc: a router has at most 30 ports besides the terminal's (got ${topology.ports})`)
  return hopState(topology, routing, router, chances)
}

/** A network over its state, run by the plain kernel. @internal */
export const hopsOf = (state: HopState): Noc => {
  const { table } = state
  return {
    offer: (cycle, source, destination, flits, tag) => {
      const slot = openPacket(table, state.now, cycle, source, destination, flits, tag)
      if (table.room > state.linked) widen(state)
      if (state.firstOffered < 0) state.firstOffered = slot
      else table.next[state.lastOffered] = slot
      state.lastOffered = slot
    },
    run: (until, stopAtDelivery = false) => halts[runHops(state, until, stopAtDelivery)],
    take: (deliver) => takeDeliveries(table, deliver),
    counts: () => {
      const { now, flits, flitHops, linkFlits } = state
      return { cycle: now, packets: table.packets, flits, flitHops, underWay: table.opened - table.packets, linkFlits }
    },
    ring: () => []
  }
}

const widen = (state: HopState): void => {
  state.linked = state.table.room
  const link = new Int32Array(2 * turn + state.linked)
  link.set(state.link)
  state.link = link
}
