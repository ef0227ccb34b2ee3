import { allocating, type FlitState } from './flitState'
import { unknown, wayAt } from './routeTable'

/** Heads whose route is computed in this cycle have it at its end; until then nobody sees them: see `askForChannels`. @internal */
export const computeRoutes = (state: FlitState): void => {
  if (state.headsUnderWay === 0) return
  if (state.router.routingDelay > 0) state.still = -1
  const { heads, routes, vcs, ports, queueBits, queue, first, routerAt, firstOutput, lastOutput } = state
  const { ways, nodes } = routes
  const { hops, number, source, destination } = state.table
  const isKept = ways.length > 0
  const home = ports * vcs
  const at = state.now & state.round
  for (let i = at * heads.room, end = i + heads.counts[at]; i < end; i++) {
    const input = heads.entries[i]
    const slot = queue[(input << queueBits) + first[input]] >> 4
    let way = isKept ? ways[input * nodes + destination[slot]] : unknown
    if (way < 0) way = wayAt(routes, input, source[slot], destination[slot], hops[slot], number[slot])
    const out = way & 0x3ff
    if (out < home) hops[slot]++
    firstOutput[input] = routerAt[input] + out
    lastOutput[input] = routerAt[input] + out + (way >> 10)
  }
}

/** Heads that have their route since this cycle ask for an output channel from now on. @internal */
export const askForChannels = (state: FlitState): void => {
  const { heads, mode, toAllocate } = state
  const at = state.now & state.round
  const count = heads.counts[at]
  if (count === 0) return
  for (let i = at * heads.room, end = i + count; i < end; i++) {
    const input = heads.entries[i]
    mode[input] = allocating
    toAllocate[input >> 5] |= 1 << (input & 31)
  }
  heads.counts[at] = 0
  state.headsUnderWay -= count
}
