import { delivered, done, idle } from './halts'
import { type HopState, turn } from './hopState'
import { type Cycle, deliverPacket } from './packetTable'
import { unknown, wayAt } from './routeTable'

/** Runs a network with one event a hop up to and including a cycle: see `Noc.run`. Answers a place in `halts`. @internal */
export const runHops = (state: HopState, until: Cycle, stopAtDelivery: boolean): number => {
  const { table } = state
  while (state.now <= until) {
    if (table.opened === table.packets) {
      state.now = until + 1
      return idle
    }
    // Twice a turn, so that nothing far becomes due unseen.
    if (state.firstFar >= 0 && (state.now & (turn / 2 - 1)) === 0) bringNear(state)
    const offered = state.firstOffered < 0 ? Infinity : table.offered[state.firstOffered]
    const stop = Math.min(until, offered, state.firstFar >= 0 ? halfTurnAfter(state.now) : Infinity)
    state.now = nextFilled(state, stop)
    if (state.now > stop) {
      if (offered !== stop) continue
      state.now = offered
    }
    inject(state)
    deliver(state)
    takeLinks(state)
    state.now++
    if (stopAtDelivery && table.waiting > 0) return delivered
  }
  return done
}

/** The last cycle before the next half turn of the wheel. */
const halfTurnAfter = (cycle: Cycle): Cycle => cycle + (turn / 2 - 1) - (cycle & (turn / 2 - 1))

/** What lay farther ahead than a turn of the wheel and does no longer. */
const bringNear = (state: HopState): void => {
  const { next, due, place } = state.table
  let slot = state.firstFar
  state.firstFar = -1
  while (slot >= 0) {
    const following = next[slot]
    schedule(state, place[slot] < 0 ? turn : 0, slot, due[slot])
    slot = following
  }
}

/** The next cycle from now to `until` for which something is scheduled within a turn; `until + 1` where there is none. */
const nextFilled = (state: HopState, until: Cycle): Cycle => {
  const { filled, now } = state
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
  const { table, now, injectionFree, P, ports, vcs } = state
  const { next, offered, source, flits, injected, place } = table
  let slot = state.firstOffered
  while (slot >= 0 && offered[slot] === now) {
    const following = next[slot]
    const node = source[slot]
    const free = injectionFree[node]
    const start = free > now ? free : now
    injectionFree[node] = start + flits[slot]
    injected[slot] = start
    place[slot] = (node * P + ports) * vcs
    schedule(state, 0, slot, start + 2)
    slot = following
  }
  state.firstOffered = slot
}

/** A packet's event comes at its time: in the lists of heads (`lane` 0) or of tails (`turn`). */
const schedule = (state: HopState, lane: number, slot: number, time: Cycle): void => {
  if (time - state.now >= turn) {
    putOff(state, slot, time)
    return
  }
  const { link, last, filled } = state
  const at = time & (turn - 1)
  link[last[lane + at]] = 2 * turn + slot
  last[lane + at] = 2 * turn + slot
  filled[at >> 5] |= 1 << (at & 31)
}

const putOff = (state: HopState, slot: number, time: Cycle): void => {
  const { next, due } = state.table
  due[slot] = time
  next[slot] = -1
  if (state.firstFar < 0) state.firstFar = slot
  else next[state.lastFar] = slot
  state.lastFar = slot
}

/** Tails that come in at their terminals in this cycle. */
const deliver = (state: HopState): void => {
  const { now, table, link, last, filled } = state
  const at = now & (turn - 1)
  filled[at >> 5] &= ~(1 << (at & 31))
  const end = last[turn + at]
  last[turn + at] = turn + at
  let one = turn + at
  while (one !== end) {
    one = link[one]
    deliverPacket(table, one - 2 * turn, now)
  }
}

/** Heads that come in at routers in this cycle: each takes its link from when it has got through the pipeline and the link is free. */
const takeLinks = (state: HopState): void => {
  const { now, table, routes, link, last, filled } = state
  const at = now & (turn - 1)
  const end = last[at]
  if (end === at) return
  last[at] = at
  const { routerAt, portAt, leadsTo, linkFree, lastOnto, linkFlits, ports, vcs, toLink, toTerminal } = state
  const { ways, nodes } = routes
  const { hops, number, source, destination, flits, place } = table
  const isKept = ways.length > 0
  const home = ports * vcs
  const ready = now + state.toSwitch
  let left = 0
  let moved = 0
  let one = at
  while (one !== end) {
    one = link[one]
    const slot = one - 2 * turn
    const input = place[slot]
    const length = flits[slot]
    let way = isKept ? ways[input * nodes + destination[slot]] : unknown
    if (way < 0) way = wayAt(routes, input, source[slot], destination[slot], hops[slot], number[slot])
    const out = way & 0x3ff
    const onto = routerAt[input] + out
    const port = portAt[onto]
    // A channel that is the only one that will do, and was the last one taken, is allocated anew.
    const isSame = ((way ^ out) | (lastOnto[port] ^ onto)) === 0 ? 1 : 0
    const free = linkFree[port] + isSame
    const from = free > ready ? free : ready
    linkFree[port] = from + length
    lastOnto[port] = onto
    linkFlits[port] += length
    // All ones where it goes to the terminal: without a branch, which would be a guess.
    const leaves = (home - 1 - out) >> 31
    left += length & leaves
    moved += length & ~leaves
    place[slot] = leadsTo[onto]
    hops[slot] += 1 + leaves
    const time = from + (toLink + ((toTerminal - 1 - toLink + length) & leaves))
    if (time - now >= turn) {
      putOff(state, slot, time)
      continue
    }
    const then = time & (turn - 1)
    const list = (turn & leaves) + then
    link[last[list]] = one
    last[list] = one
    filled[then >> 5] |= 1 << (then & 31)
  }
  state.flits += left
  state.flitHops += moved
}
