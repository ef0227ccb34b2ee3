import { draw, type Key } from '../random/random'
import { channelAllocation } from './channelAllocation'
import type { FlitRouter } from './flitRouter'
import { allocating, flitState, routing as routingMode, sending } from './flitState'
import type { Noc, NocHalt } from './noc'
import { packetQueues } from './packetQueues'
import { packetTable } from './packetTable'
import type { Routing } from './routing'
import { switchAllocation } from './switchAllocation'
import type { Topology } from './topology'
import { waitRing } from './waitRing'

/**
 * A network on chip flit by flit: wormhole switching, virtual channels with credits, and the pipeline of BookSim2's input-queued router (Jiang et al., ISPASS 2013): route
 * computation, virtual-channel allocation, switch allocation, switch traversal, link. Both allocators are iSLIP (McKeown, IEEE/ACM ToN 7(2), 1999); `zeroLoadCycles`
 * says what a packet takes alone. `chances` decides where the routing draws.
 *
 * Nothing is dropped: a terminal's queue is unlimited, and what arrives is taken out at once. Packets that wait for each other in a ring end `run` as deadlocked.
 *
 * Errors: `RangeError` when a port has more than 32 virtual channels or a router more than 31 ports. Cost: by what moves; cycles in which nothing is under way are skipped.
 */
export const flitNoc = (topology: Topology, routing: Routing, router: FlitRouter, chances: Key): Noc => {
  const { nodes, ports } = topology
  const { routingDelay, traversalDelay, linkLatency, creditDelay, bufferFlits, speculative, allocIterations, waitForTailCredit } = router
  if (!Number.isSafeInteger(routing.vcs) || routing.vcs < 1 || routing.vcs > 32)
    throw new RangeError(`flitNoc: a port has 1 to 32 virtual channels (got ${routing.vcs})`)
  if (ports > 30) throw new RangeError(`flitNoc: a router has at most 30 ports besides the terminal's (got ${ports})`)
  const state = flitState(topology, routing, router)
  const {
    P,
    all,
    vcs,
    portOf,
    nodeOf,
    capacity,
    queue,
    first,
    held,
    mode,
    routedAt,
    way,
    taken,
    toRoute,
    toAllocate,
    toSend,
    credits,
    owned
  } = state
  const { upstream, downstream, portsToRoute, portsToAllocate, portsToSend } = state
  const channels = channelAllocation(state, allocIterations)
  const switches = switchAllocation(state, speculative, allocIterations)
  const table = packetTable(nodes)
  const queues = packetQueues(nodes, table)

  // What is on its way, by the cycle in which it comes in: flits to input channels (pairs), flits to terminals, credits to output channels.
  const toLink = traversalDelay + 1 + linkLatency
  const toTerminal = traversalDelay + 2
  const longest = Math.max(toLink, toTerminal + 2 + creditDelay, 1 + linkLatency + creditDelay)
  const slots = 1 << (32 - Math.clz32(longest))
  const round = slots - 1
  const flitRoom = 2 * nodes * P
  const flitsDue = new Int32Array(slots * flitRoom)
  const flitsDueCount = new Int32Array(slots)
  const ejections = new Int32Array(slots * nodes)
  const ejectionCount = new Int32Array(slots)
  const creditRoom = nodes * (P + 1)
  const creditsDue = new Int32Array(slots * creditRoom)
  const creditsDueCount = new Int32Array(slots)

  // Routers with something to do, a bit each; what a terminal is injecting.
  const busy = new Int32Array((nodes + 31) >> 5)
  const leftToInject = new Int32Array(nodes)
  const injectingOn = new Int32Array(nodes).fill(-1)
  const fresh = new Int32Array(P * vcs)
  const linkFlits = new Float64Array(nodes * P)
  // In a cycle that moves nothing while nothing is on its way, only a speculative grant can have changed a pointer: so many cycles are waited for it.
  const patience = speculative ? P * P * vcs * vcs : 0
  let now = 0
  let inFlight = 0
  let still = 0
  let flits = 0
  let flitHops = 0

  /** Where a packet's head goes on: `hop` counts the links that the head has taken, not the tail. */
  const wayOf = (node: number, port: number, channel: number, slot: number): number => {
    const hop = table.hops[slot]
    const chance = routing.draws ? draw(chances, table.number[slot] * 64 + (hop & 63)) & 1 : 0
    const onto = routing.next(node, port, channel, table.source[slot], table.destination[slot], hop, chance)
    if ((onto & 0xff) !== ports) table.hops[slot] = hop + 1
    return onto
  }

  /** A head stands first in its channel: it asks for its route, from cycle `from` on. */
  const awaitRoute = (input: number, node: number, port: number, channel: number, from: number): void => {
    const at = node * P + port
    if (routingDelay > 0) {
      mode[input] = routingMode
      routedAt[input] = from + routingDelay - 1
      toRoute[at] |= 1 << channel
      portsToRoute[node] |= 1 << port
    } else {
      mode[input] = allocating
      way[input] = wayOf(node, port, channel, queue[input * capacity + first[input]] >> 1)
      toAllocate[at] |= 1 << channel
      portsToAllocate[node] |= 1 << port
    }
  }

  const giveBack = (channel: number, delay: number): void => {
    const at = (now + delay + creditDelay) & round
    creditsDue[at * creditRoom + creditsDueCount[at]++] = channel
    inFlight++
  }

  const comeIn = (): void => {
    const at = now & round
    inFlight -= creditsDueCount[at] + flitsDueCount[at] + ejectionCount[at]
    for (let i = at * creditRoom, end = i + creditsDueCount[at]; i < end; i++) {
      const channel = creditsDue[i]
      credits[channel]++
      if (waitForTailCredit && owned[channel] === 2 && credits[channel] === bufferFlits) owned[channel] = 0
    }
    for (let i = at * flitRoom, end = i + 2 * flitsDueCount[at]; i < end; i += 2) {
      const input = flitsDue[i]
      const waiting = held[input]
      queue[input * capacity + ((first[input] + waiting) & (capacity - 1))] = flitsDue[i + 1]
      held[input] = waiting + 1
      if (waiting > 0) continue
      const node = nodeOf[input]
      const port = portOf[input]
      const channel = input - (node * P + port) * vcs
      busy[node >> 5] |= 1 << (node & 31)
      if (mode[input] === sending) {
        toSend[node * P + port] |= 1 << channel
        portsToSend[node] |= 1 << port
      } else awaitRoute(input, node, port, channel, now)
    }
    for (let i = at * nodes, end = i + ejectionCount[at]; i < end; i++) {
      flits++
      if ((ejections[i] & 1) === 1) table.deliver(ejections[i] >> 1, now)
    }
    creditsDueCount[at] = 0
    flitsDueCount[at] = 0
    ejectionCount[at] = 0
  }

  const inject = (node: number): void => {
    const slot = queues.firstOf(node)
    const base = all + node * vcs
    let channel = injectingOn[node]
    if (leftToInject[node] === 0) {
      let tries = 1
      for (; tries <= vcs; tries++) {
        const candidate = base + ((channel + tries) % vcs)
        if (owned[candidate] === 0 && credits[candidate] > 0) break
      }
      if (tries > vcs) return
      channel = (channel + tries) % vcs
      injectingOn[node] = channel
      leftToInject[node] = table.flits[slot]
      table.injected[slot] = now
      if (waitForTailCredit) owned[base + channel] = 1
    } else if (credits[base + channel] === 0) return
    credits[base + channel]--
    const left = --leftToInject[node]
    launch((now + 2) & round, (node * P + ports) * vcs + channel, (slot << 1) | (left === 0 ? 1 : 0))
    if (left > 0) return
    if (waitForTailCredit) owned[base + channel] = 2
    queues.shift(node)
  }

  const launch = (at: number, input: number, flit: number): void => {
    const entry = at * flitRoom + 2 * flitsDueCount[at]++
    flitsDue[entry] = input
    flitsDue[entry + 1] = flit
    inFlight++
    still = -1
  }

  /** The first flit of a channel goes through the switch. */
  const traverse = (node: number, port: number, channel: number, output: number): void => {
    const input = (node * P + port) * vcs + channel
    const onto = taken[input]
    const flit = queue[input * capacity + first[input]]
    first[input] = (first[input] + 1) & (capacity - 1)
    const left = --held[input]
    credits[onto]--
    giveBack(upstream[node * P + port] + channel, port === ports ? 2 : 1 + linkLatency)
    linkFlits[node * P + output]++
    if (output === ports) {
      const at = (now + toTerminal) & round
      ejections[at * nodes + ejectionCount[at]++] = flit
      inFlight++
      still = -1
      giveBack(onto, toTerminal + 2)
    } else {
      flitHops++
      const out = onto - (node * P + output) * vcs
      launch((now + toLink) & round, downstream[node * P + output] + out, flit)
    }
    const isTail = (flit & 1) === 1
    if (isTail || left === 0) {
      const others = toSend[node * P + port] & ~(1 << channel)
      toSend[node * P + port] = others
      if (others === 0) portsToSend[node] &= ~(1 << port)
    }
    if (!isTail) return
    owned[onto] = waitForTailCredit ? 2 : 0
    mode[input] = 0
    if (left > 0) awaitRoute(input, node, port, channel, now + 1)
  }

  const computeRoutes = (node: number): number => {
    let freshly = 0
    still = -1
    for (let ofPorts = portsToRoute[node]; ofPorts !== 0; ofPorts &= ofPorts - 1) {
      const port = 31 - Math.clz32(ofPorts & -ofPorts)
      const at = node * P + port
      for (let rest = toRoute[at]; rest !== 0; rest &= rest - 1) {
        const channel = 31 - Math.clz32(rest & -rest)
        const input = at * vcs + channel
        if (routedAt[input] > now) continue
        way[input] = wayOf(node, port, channel, queue[input * capacity + first[input]] >> 1)
        toRoute[at] &= ~(1 << channel)
        fresh[freshly++] = input
      }
      if (toRoute[at] === 0) portsToRoute[node] &= ~(1 << port)
    }
    return freshly
  }

  const takeChannels = (node: number, matched: number): void => {
    still = -1
    for (let i = 0; i < matched; i++) {
      const local = channels.inputs[i]
      const input = node * P * vcs + local
      const onto = node * P * vcs + channels.outputOf[local]
      const port = portOf[input]
      const at = node * P + port
      const bit = 1 << (input - at * vcs)
      taken[input] = onto
      owned[onto] = 1
      mode[input] = sending
      toAllocate[at] &= ~bit
      if (toAllocate[at] === 0) portsToAllocate[node] &= ~(1 << port)
      toSend[at] |= bit
      portsToSend[node] |= 1 << port
    }
    channels.forget(matched)
  }

  const work = (node: number): boolean => {
    const freshly = portsToRoute[node] === 0 ? 0 : computeRoutes(node)
    const matched = portsToAllocate[node] === 0 ? 0 : channels.allocate(node)
    const crossing = speculative || portsToSend[node] !== 0 ? switches.allocate(node) : 0
    if (matched > 0) takeChannels(node, matched)
    for (let rest = crossing; rest !== 0; rest &= rest - 1) {
      const port = 31 - Math.clz32(rest & -rest)
      const channel = switches.channelOf[port]
      const input = (node * P + port) * vcs + channel
      // A speculative grant is lost when no channel was allocated, or one without a credit.
      if (speculative && (mode[input] !== sending || credits[taken[input]] === 0)) continue
      traverse(node, port, channel, switches.outputOf[port])
    }
    for (let i = 0; i < freshly; i++) {
      const input = fresh[i]
      const port = portOf[input]
      mode[input] = allocating
      toAllocate[node * P + port] |= 1 << (input - (node * P + port) * vcs)
      portsToAllocate[node] |= 1 << port
    }
    return (portsToRoute[node] | portsToAllocate[node] | portsToSend[node]) !== 0
  }

  const cycle = (): void => {
    still++
    queues.admit(now)
    comeIn()
    for (let w = 0; w < queues.backlog.length; w++)
      for (let rest = queues.backlog[w]; rest !== 0; rest &= rest - 1) inject(w * 32 + 31 - Math.clz32(rest & -rest))
    for (let w = 0; w < busy.length; w++) {
      for (let rest = busy[w]; rest !== 0; rest &= rest - 1) {
        const bit = 31 - Math.clz32(rest & -rest)
        if (!work(w * 32 + bit)) busy[w] &= ~(1 << bit)
      }
    }
    now++
  }

  const isStuck = (): boolean => inFlight === 0 && still > patience && queues.admitted() > table.packets()

  const run = (until: number, stopAtDelivery = false): NocHalt => {
    while (now <= until) {
      if (queues.admitted() === table.packets() && inFlight === 0) {
        const next = queues.nextOffered()
        if (next === Infinity) {
          now = until + 1
          return 'idle'
        }
        if (next > until) {
          now = until + 1
          return 'done'
        }
        now = Math.max(now, next)
      }
      cycle()
      if (isStuck()) return 'deadlocked'
      if (stopAtDelivery && table.hasDelivered()) return 'delivered'
    }
    return 'done'
  }

  return {
    offer: (at, source, destination, length, tag) => queues.add(table.open(now, at, source, destination, length, tag)),
    run,
    take: table.take,
    counts: () => ({ cycle: now, packets: table.packets(), flits, flitHops, underWay: table.underWay(), linkFlits }),
    ring: () => (isStuck() ? waitRing(topology, state) : [])
  }
}
