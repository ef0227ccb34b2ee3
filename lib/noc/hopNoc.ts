import { draw, type Key } from '../random/random'
import type { FlitRouter } from './flitRouter'
import type { Noc, NocHalt } from './noc'
import { deliverPacket, hasDelivered, openPacket, packetTable, takeDeliveries } from './packetTable'
import type { Routing } from './routing'
import type { Topology } from './topology'

/**
 * A network on chip packet by packet, one event a hop: each packet goes through the same pipeline as in `flitNoc`, takes each link for its flits in the order in which heads
 * come by, and waits in routers whose buffers are unlimited. Alone, a packet takes exactly `zeroLoadCycles`; under load no packet holds up another that wants a different link,
 * so that latencies are too short and saturation too late: compare with `flitNoc` where that matters. It cannot deadlock.
 *
 * An output channel that must be allocated anew (a class with one virtual channel) stays idle for a cycle between two packets, as in `flitNoc`.
 *
 * Cost: an event a hop and two more a packet.
 */
export const hopNoc = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): Noc => {
  const { nodes, ports, target } = topology
  const { vcs } = routing
  const P = ports + 1
  const table = packetTable(nodes)
  const toSwitch = router.routingDelay + (router.speculative ? 0 : 1)
  const toLink = router.traversalDelay + 1 + router.linkLatency
  const toTerminal = router.traversalDelay + 2
  const linkFree = new Float64Array(nodes * P)
  const channelFree = new Float64Array(nodes * P * vcs)
  const injectionFree = new Float64Array(nodes)
  const linkFlits = new Float64Array(nodes * P)
  const endNode = Int32Array.from(target, (end) => (end < 0 ? -1 : Math.floor(end / ports)))
  const endPort = Int32Array.from(target, (end) => (end < 0 ? -1 : end % ports))

  // Each packet has one event to come: its head comes in at a router, or (port -1) its tail at its terminal. A wheel of so many cycles, a list a cycle, a bit a cycle
  // that has one; what lies farther ahead waits in a list that is looked through once a turn.
  const turn = 1 << 12
  const firstAt = new Int32Array(turn).fill(-1)
  const lastAt = new Int32Array(turn)
  const filled = new Int32Array(turn >> 5)
  let at = new Float64Array(64)
  let node = new Int32Array(64)
  let port = new Int32Array(64)
  let channel = new Int32Array(64)
  let far: number[] = []
  let now = 0
  let flits = 0
  let flitHops = 0

  const widen = (size: number): void => {
    const columns = [at, node, port, channel] as const
    at = new Float64Array(size)
    node = new Int32Array(size)
    port = new Int32Array(size)
    channel = new Int32Array(size)
    ;[at, node, port, channel].forEach((column, i) => {
      column.set(columns[i])
    })
  }

  const schedule = (slot: number, time: number): void => {
    at[slot] = time
    if (time - now >= turn) {
      far.push(slot)
      return
    }
    const place = time & (turn - 1)
    table.next[slot] = -1
    if (firstAt[place] < 0) {
      firstAt[place] = slot
      filled[place >> 5] |= 1 << (place & 31)
    } else table.next[lastAt[place]] = slot
    lastAt[place] = slot
  }

  // Packets offered for this cycle or later, in order.
  let firstOffered = -1
  let lastOffered = -1

  const offer = (cycle: number, source: number, destination: number, length: number, tag: number): void => {
    const slot = openPacket(table, now, cycle, source, destination, length, tag)
    if (slot >= at.length) widen(at.length * 2)
    if (firstOffered < 0) firstOffered = slot
    else table.next[lastOffered] = slot
    lastOffered = slot
  }

  /** What is offered for this cycle goes to its router as soon as its terminal's channel is free. */
  const inject = (): void => {
    while (firstOffered >= 0 && table.offered[firstOffered] === now) {
      const slot = firstOffered
      firstOffered = table.next[slot]
      const source = table.source[slot]
      const start = Math.max(now, injectionFree[source])
      injectionFree[source] = start + table.flits[slot]
      table.injected[slot] = start
      node[slot] = source
      port[slot] = ports
      channel[slot] = 0
      schedule(slot, start + 2)
    }
  }

  /** A head comes in at a router: its link is taken from when it has got through the pipeline and the link is free. */
  const pass = (slot: number): void => {
    const here = node[slot]
    const hop = table.hops[slot]
    const length = table.flits[slot]
    const chance = routing.draws ? draw(chances, table.number[slot] * 64 + (hop & 63)) & 1 : 0
    const way = routing.next(here, port[slot], channel[slot], table.source[slot], table.destination[slot], hop, chance)
    const out = way & 0xff
    const first = (way >> 8) & 0xff
    const link = here * P + out
    const from = Math.max(now + toSwitch, linkFree[link], first === way >> 16 ? channelFree[link * vcs + first] : 0)
    linkFree[link] = from + length
    channelFree[link * vcs + first] = from + length + 1
    linkFlits[link] += length
    if (out === ports) {
      flits += length
      port[slot] = -1
      schedule(slot, from + toTerminal + length - 1)
      return
    }
    flitHops += length
    table.hops[slot] = hop + 1
    const end = here * ports + out
    node[slot] = endNode[end]
    port[slot] = endPort[end]
    channel[slot] = first
    schedule(slot, from + toLink)
  }

  /** What lay farther ahead than a turn of the wheel and does no longer. */
  const bringNear = (): void => {
    const waiting = far
    far = []
    for (const slot of waiting) schedule(slot, at[slot])
  }

  /** The next cycle from `now` to `until` for which something is scheduled within a turn; `until + 1` where there is none. */
  const nextFilled = (until: number): number => {
    const end = Math.min(until, now + turn - 1)
    let cycle = now
    while (cycle <= end) {
      const place = cycle & (turn - 1)
      const word = filled[place >> 5] >>> (place & 31)
      if (word !== 0) return Math.min(cycle + 31 - Math.clz32(word & -word), end + 1)
      cycle += 32 - (place & 31)
    }
    return end + 1
  }

  const work = (cycle: number): void => {
    const place = cycle & (turn - 1)
    let slot = firstAt[place]
    if (slot < 0) return
    firstAt[place] = -1
    filled[place >> 5] &= ~(1 << (place & 31))
    while (slot >= 0) {
      const following = table.next[slot]
      if (port[slot] < 0) deliverPacket(table, slot, cycle)
      else pass(slot)
      slot = following
    }
  }

  const run = (until: number, stopAtDelivery = false): NocHalt => {
    while (now <= until) {
      if (table.opened === table.packets) {
        now = until + 1
        return 'idle'
      }
      // Twice a turn, so that nothing far becomes due unseen.
      if (far.length > 0 && (now & (turn / 2 - 1)) === 0) bringNear()
      const offered = firstOffered < 0 ? Infinity : table.offered[firstOffered]
      const stop = Math.min(until, offered, far.length > 0 ? now | (turn / 2 - 1) : Infinity)
      now = nextFilled(stop)
      if (now > stop) {
        if (offered !== stop) continue
        now = offered
      }
      inject()
      work(now)
      now++
      if (stopAtDelivery && hasDelivered(table)) return 'delivered'
    }
    return 'done'
  }

  return {
    offer,
    run,
    take: (deliver) => takeDeliveries(table, deliver),
    counts: () => ({ cycle: now, packets: table.packets, flits, flitHops, underWay: table.opened - table.packets, linkFlits }),
    ring: () => []
  }
}
