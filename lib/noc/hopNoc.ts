import { draw, type Key } from '../random/random'
import type { FlitRouter } from './flitRouter'
import { type HopState, hopState, turn } from './hopState'
import type { Noc, NocHalt } from './noc'
import { deliverPacket, hasDelivered, openPacket, takeDeliveries } from './packetTable'
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
  const state = hopState(topology, routing, router, chances)
  const { table } = state
  return {
    offer: (cycle, source, destination, flits, tag) => {
      const slot = openPacket(table, state.now, cycle, source, destination, flits, tag)
      if (slot >= state.place.length) widen(state)
      if (state.firstOffered < 0) state.firstOffered = slot
      else table.next[state.lastOffered] = slot
      state.lastOffered = slot
    },
    run: (until, stopAtDelivery = false) => run(state, until, stopAtDelivery),
    take: (deliver) => takeDeliveries(table, deliver),
    counts: () => {
      const { now, flits, flitHops, linkFlits } = state
      return { cycle: now, packets: table.packets, flits, flitHops, underWay: table.opened - table.packets, linkFlits }
    },
    ring: () => []
  }
}

const widen = (state: HopState): void => {
  const { place, due } = state
  state.place = new Int32Array(place.length * 2)
  state.place.set(place)
  state.due = new Float64Array(due.length * 2)
  state.due.set(due)
}

const run = (state: HopState, until: number, stopAtDelivery: boolean): NocHalt => {
  const { table } = state
  while (state.now <= until) {
    if (table.opened === table.packets) {
      state.now = until + 1
      return 'idle'
    }
    // Twice a turn, so that nothing far becomes due unseen.
    if (state.far.length > 0 && (state.now & (turn / 2 - 1)) === 0) bringNear(state)
    const offered = state.firstOffered < 0 ? Infinity : table.offered[state.firstOffered]
    const stop = Math.min(until, offered, state.far.length > 0 ? halfTurnAfter(state.now) : Infinity)
    state.now = nextFilled(state, stop)
    if (state.now > stop) {
      if (offered !== stop) continue
      state.now = offered
    }
    inject(state)
    work(state)
    state.now++
    if (stopAtDelivery && hasDelivered(table)) return 'delivered'
  }
  return 'done'
}

/** The last cycle before the next half turn of the wheel. */
const halfTurnAfter = (cycle: number): number => cycle + (turn / 2 - 1) - (cycle & (turn / 2 - 1))

/** What lay farther ahead than a turn of the wheel and does no longer. */
const bringNear = (state: HopState): void => {
  const waiting = state.far
  state.far = []
  for (const slot of waiting) schedule(state, slot, state.due[slot])
}

/** The next cycle from now to `until` for which something is scheduled within a turn; `until + 1` where there is none. */
const nextFilled = ({ filled, now }: HopState, until: number): number => {
  const end = Math.min(until, now + turn - 1)
  let cycle = now
  while (cycle <= end) {
    const at = cycle & (turn - 1)
    const word = filled[at >> 5] >>> (at & 31)
    if (word !== 0) return Math.min(cycle + 31 - Math.clz32(word & -word), end + 1)
    cycle += 32 - (at & 31)
  }
  return end + 1
}

/** What is offered for this cycle goes to its router as soon as its terminal's channel is free. */
const inject = (state: HopState): void => {
  const { table, now, injectionFree, place, P, ports, vcs } = state
  const { next, offered, source, flits, injected } = table
  let slot = state.firstOffered
  while (slot >= 0 && offered[slot] === now) {
    const following = next[slot]
    const node = source[slot]
    const start = Math.max(now, injectionFree[node])
    injectionFree[node] = start + flits[slot]
    injected[slot] = start
    place[slot] = (node * P + ports) * vcs
    schedule(state, slot, start + 2)
    slot = following
  }
  state.firstOffered = slot
}

const schedule = (state: HopState, slot: number, time: number): void => {
  if (time - state.now >= turn) {
    state.due[slot] = time
    state.far.push(slot)
    return
  }
  const { firstAt, lastAt, filled } = state
  const { next } = state.table
  const at = time & (turn - 1)
  next[slot] = -1
  if (firstAt[at] < 0) {
    firstAt[at] = slot
    filled[at >> 5] |= 1 << (at & 31)
  } else next[lastAt[at]] = slot
  lastAt[at] = slot
}

/** The cycle's events: a tail is delivered; a head takes its link from when it has got through the pipeline and the link is free. */
const work = (state: HopState): void => {
  const { now, table, ways, chances, firstAt, filled, place, nodeOf, portOf, portAt, leadsTo, linkFree, channelFree, linkFlits } = state
  const at = now & (turn - 1)
  let slot = firstAt[at]
  if (slot < 0) return
  firstAt[at] = -1
  filled[at >> 5] &= ~(1 << (at & 31))
  const { P, ports, vcs, toLink, toTerminal } = state
  const { next, hops, number, source, destination, flits } = table
  const { draws } = ways
  const ready = now + state.toSwitch
  while (slot >= 0) {
    const following = next[slot]
    const input = place[slot]
    if (input < 0) {
      deliverPacket(table, slot, now)
      slot = following
      continue
    }
    const hop = hops[slot]
    const length = flits[slot]
    const node = nodeOf[input]
    const chance = draws ? draw(chances, number[slot] * 64 + (hop & 63)) & 1 : 0
    const way = ways.next(node, portOf[input], input - portAt[input] * vcs, source[slot], destination[slot], hop, chance)
    const out = way & 0xff
    const first = (way >> 8) & 0xff
    const link = node * P + out
    const onto = link * vcs + first
    const free = Math.max(ready, linkFree[link])
    const from = first === way >> 16 ? Math.max(free, channelFree[onto]) : free
    linkFree[link] = from + length
    channelFree[onto] = from + length + 1
    linkFlits[link] += length
    if (out === ports) {
      state.flits += length
      place[slot] = -1
      schedule(state, slot, from + toTerminal + length - 1)
    } else {
      state.flitHops += length
      hops[slot] = hop + 1
      place[slot] = leadsTo[onto]
      schedule(state, slot, from + toLink)
    }
    slot = following
  }
}
