import { type FlitState, flitOf } from './flitState'

/** Each terminal that has something to inject puts a flit on one of its channels into the network, the packet's own from its head on, where there is a credit. @internal */
export const inject = (state: FlitState): void => {
  const { all, vcs, P, ports, table, credits, owned, leftToInject, injectingOn, injections } = state
  const { firstWaiting, backlog } = state.queues
  const { flits, injected, next } = table
  const { waitForTailCredit } = state.router
  const { now } = state
  const { entries } = injections
  const at = (now + 2) & state.round
  const begin = at * injections.room
  let entry = begin
  for (let w = 0; w < backlog.length; w++) {
    for (let rest = backlog[w]; rest !== 0; rest &= rest - 1) {
      const node = w * 32 + 31 - Math.clz32(rest & -rest)
      const slot = firstWaiting[node]
      const base = all + node * vcs
      let channel = injectingOn[node]
      let left = leftToInject[node]
      if (left === 0) {
        let tries = vcs
        do channel = channel + 1 === vcs ? 0 : channel + 1
        while ((owned[base + channel] !== 0 || credits[base + channel] === 0) && --tries > 0)
        if (tries === 0) continue
        injectingOn[node] = channel
        left = flits[slot]
        injected[slot] = now
        if (waitForTailCredit) owned[base + channel] = 1
      } else if (credits[base + channel] === 0) continue
      credits[base + channel]--
      entries[entry++] = (node * P + ports) * vcs + channel
      entries[entry++] = flitOf(slot, flits[slot] - left, left === 1)
      leftToInject[node] = left - 1
      if (left > 1) continue
      if (waitForTailCredit) owned[base + channel] = 2
      firstWaiting[node] = next[slot]
      if (next[slot] < 0) backlog[w] &= ~(1 << (node & 31))
    }
  }
  if (entry === begin) return
  injections.counts[at] = (entry - begin) >> 1
  state.inFlight += (entry - begin) >> 1
  state.still = -1
}
