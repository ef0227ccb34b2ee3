import { draw } from '../random/random'
import { allocating, type FlitState } from './flitState'

/** Heads whose route is computed in this cycle have it at its end; until then nobody sees them: see `askForChannels`. @internal */
export const computeRoutes = (state: FlitState): void => {
  if (state.headsUnderWay === 0) return
  if (state.router.routingDelay > 0) state.still = -1
  const { heads, chances, ways, vcs, ports, queueBits, queue, first, nodeOf, portOf, portAt } = state
  const { firstOutput, lastOutput } = state
  const { hops, number, source, destination } = state.table
  const { draws } = ways
  const at = state.now & state.round
  for (let i = at * heads.room, end = i + heads.counts[at]; i < end; i++) {
    const input = heads.entries[i]
    const slot = queue[(input << queueBits) + first[input]] >> 4
    const hop = hops[slot]
    const chance = draws ? draw(chances, number[slot] * 64 + (hop & 63)) & 1 : 0
    const onto = ways.next(nodeOf[input], portOf[input], input - portAt[input] * vcs, source[slot], destination[slot], hop, chance)
    if ((onto & 0xff) !== ports) hops[slot] = hop + 1
    const from = (portAt[input] - portOf[input] + (onto & 0xff)) * vcs
    firstOutput[input] = from + ((onto >> 8) & 0xff)
    lastOutput[input] = from + (onto >> 16)
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
