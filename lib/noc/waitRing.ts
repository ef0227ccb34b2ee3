import type { Channel } from './channelDependency'
import { type FlitState, sending } from './flitState'

/**
 * A ring of channels whose packets wait for each other, in a network where nothing can move: each one's first packet waits for the next one (to be given up by its packet, or to have
 * room), the last for the first. Empty where there is none. Cost: the channels. @internal
 */
export const waitRing = (state: FlitState): readonly Channel[] => {
  const { all, held, mode, taken, firstOutput, leadsTo } = state
  const awaited = (input: number): number => {
    const onto = mode[input] === sending ? taken[input] : firstOutput[input]
    return leadsTo[onto]
  }
  const seen = new Map<number, number>()
  for (let from = 0; from < all; from++) {
    if (held[from] === 0 || seen.has(from)) continue
    const path: number[] = []
    for (let at = from; at >= 0 && held[at] > 0 && !seen.has(at); at = awaited(at)) {
      seen.set(at, from)
      path.push(at)
      const next = awaited(at)
      if (next < 0 || seen.get(next) !== from) continue
      return path.slice(path.indexOf(next)).map((input) => channelInto(state, input))
    }
  }
  return []
}

const channelInto = ({ ports, vcs, feeds, portOf, nodeOf, all }: FlitState, input: number): Channel => {
  const feeding = feeds[input]
  const vc = input % vcs
  return feeding >= all
    ? { from: nodeOf[input], port: ports, vc, to: nodeOf[input] }
    : { from: nodeOf[feeding], port: portOf[feeding], vc, to: nodeOf[input] }
}
