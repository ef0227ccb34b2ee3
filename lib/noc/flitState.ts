import type { Key } from '../random/random'
import { delayLine } from './delayLine'
import type { FlitRouter } from './flitRouter'
import { packetQueues } from './packetQueues'
import { packetTable } from './packetTable'
import { routeTable } from './routeTable'
import type { Routing } from './routing'
import type { Topology } from './topology'
import { wiresOf } from './wires'

/** What the first packet of an input channel waits for (0: there is none): its route. @internal */
export const routing = 1
/** Its output channel. @internal */
export const allocating = 2
/** The switch, flit by flit. @internal */
export const sending = 3

/**
 * A flit in one integer: its packet's slot << 4 | its number in the packet modulo 8 << 1 | whether it is the tail. The numbers are there for the check at the terminal. @internal
 */
export const flitOf = (slot: number, number: number, isTail: boolean): number => (slot << 4) | ((number & 7) << 1) | (isTail ? 1 : 0)

/**
 * The state of a flit-level network: columns over channels (numbered as in `wiresOf`), ports (node * P + port), and routers, and what is under way.
 *
 * One plain object, and functions over it that take the columns they need at their beginning: V8 keeps those
 * in registers, which it does not with variables captured by closures. @internal
 */
export type FlitState = ReturnType<typeof flitState>

/** An empty network. @internal */
export const flitState = (topology: Topology, ways: Routing, router: FlitRouter, chances: Key) => {
  const { nodes, ports } = topology
  const { vcs } = ways
  const { bufferFlits, routingDelay, traversalDelay, linkLatency, creditDelay } = router
  const P = ports + 1
  const all = nodes * P * vcs
  const words = (all + 31) >> 5
  const wires = wiresOf(topology, vcs)
  const queueBits = Math.ceil(Math.log2(bufferFlits))
  const toLink = traversalDelay + 1 + linkLatency
  const toTerminal = traversalDelay + 2
  const linkCreditDelay = 1 + linkLatency + creditDelay
  const terminalCreditDelay = 2 + creditDelay
  const longest = Math.max(toLink, toTerminal + terminalCreditDelay, linkCreditDelay, routingDelay + 1)
  const slots = 1 << (32 - Math.clz32(longest))
  return {
    topology,
    routes: routeTable(topology, ways, wires, chances),
    router,
    table: packetTable(nodes),
    queues: packetQueues(nodes),
    nodes,
    ports,
    P,
    all,
    vcs,
    size: P * vcs,
    ...wires,
    // Input channels: a queue of flits, and what its first packet is at; whose turn it is among the outputs that grant.
    queueBits,
    queue: new Int32Array(all << queueBits),
    first: new Int32Array(all),
    held: new Int32Array(all),
    mode: new Uint8Array(all),
    firstOutput: new Int32Array(all),
    lastOutput: new Int32Array(all),
    taken: new Int32Array(all),
    acceptChannel: wires.routerAt.slice(),
    // Input channels, a bit each: which wait for an output channel (from the first that will do to the last), and which for the switch.
    words,
    toAllocate: new Int32Array(words + 2),
    toSend: new Int32Array(words + 2),
    wanted: new Int32Array(words + 2),
    // Input ports: whose turn it is among outputs, and among its channels.
    acceptPort: new Int32Array(nodes * P),
    turn: new Int32Array(nodes * P),
    // Output channels: credits left; whether a packet has it (2: its tail has left, the buffer behind has not emptied yet); whose turn it is among inputs.
    credits: new Int32Array(all + nodes * vcs).fill(bufferFlits),
    owned: new Uint8Array(all + nodes * vcs),
    grantChannel: wires.routerAt.slice(),
    // Output ports: whose turn it is among the input ports; flits that have left.
    grantPort: new Int32Array(nodes * P),
    linkFlits: new Float64Array(nodes * P),
    // Terminals: flits left to inject of the packet under way, and the channel.
    leftToInject: new Int32Array(nodes),
    injectingOn: new Int32Array(nodes).fill(-1),
    // What is under way: pairs of input channel and flit; of terminal and flit; output channels whose credits come back; input channels whose heads will have their route.
    round: slots - 1,
    toLink,
    toTerminal,
    linkCreditDelay,
    terminalCreditDelay,
    links: delayLine(slots, 2 * nodes * P),
    injections: delayLine(slots, 2 * nodes),
    ejections: delayLine(slots, 2 * nodes),
    linkCredits: delayLine(slots, nodes * P),
    terminalCredits: delayLine(slots, nodes),
    ejectionCredits: delayLine(slots, nodes),
    heads: delayLine(slots, 2 * nodes * P),
    headDelay: Math.max(0, routingDelay - 1),
    headsUnderWay: 0,
    // The cycle's matches: of input channels with output channels, and of input channels with output ports in which they cross the switch.
    matches: 0,
    matchedInput: new Int32Array(all),
    matchedOutput: new Int32Array(all),
    crossings: 0,
    crossingInput: new Int32Array(all),
    crossingPort: new Int32Array(all),
    // Between phases without meaning. Who asks for which port, how many ask for a port and how many from one; requests and grants, of channels in the whole network and of
    // ports in one router.
    bidInput: new Int32Array(all + 1),
    bidPort: new Int32Array(all + 1),
    bids: new Int32Array(nodes * P),
    bidsFrom: new Int32Array(nodes * P),
    contending: new Int32Array(all),
    asking: new Int32Array(all * vcs + 1),
    asked: new Int32Array(all * vcs + 1),
    granted: new Int32Array(all).fill(-1),
    accepted: new Int32Array(all).fill(-1),
    outputOf: new Int32Array(all).fill(-1),
    isTaken: new Uint8Array(all),
    askedBy: new Int32Array(P),
    grantedTo: new Int32Array(P),
    label: new Int32Array(P * P),
    now: 0,
    // Flits and credits under way, and cycles since a flit last moved or a packet got on.
    inFlight: 0,
    still: 0,
    flits: 0,
    flitHops: 0
  }
}
