import { allocating, type FlitState } from './flitState'
import { listBits } from './listBits'

/**
 * Switch allocation at all routers, by iSLIP over their ports: each channel with a flit and a credit asks for its output; where two channels of one port ask for the same, the
 * one whose turn it is stands for both (one that is not speculative before one that is). With `speculative`, heads that still wait for an output channel ask as well, where
 * one that would do is free and has a credit. Which channels cross to which ports stands in the state, in the order of routers. @internal
 */
export const allocateSwitches = (state: FlitState): void => {
  const { P, vcs, mode, portAt, portOf, nodeOf, words, toSend, toAllocate, wanted, taken, credits } = state
  const { turn, grantPort, acceptPort, bidInput, bidPort, bids, bidsFrom, crossingInput, crossingPort } = state
  const { speculative } = state.router
  for (let w = 0; w < words; w++) wanted[w] = speculative ? toSend[w] | toAllocate[w] : toSend[w]
  const wanting = listBits(wanted, words, bidInput)
  let count = 0
  for (let i = 0; i < wanting; i++) {
    const input = bidInput[i]
    let onto = taken[input]
    if (speculative && mode[input] === allocating) {
      onto = speculated(state, input)
      if (onto < 0) continue
    }
    // Without a branch, which would be a guess.
    const asks = credits[onto] > 0 ? 1 : 0
    const port = portAt[onto]
    bidInput[count] = input
    bidPort[count] = port
    bids[port] += asks
    bidsFrom[portAt[input]] += asks
    count += asks
  }
  let crossings = 0
  for (let i = 0; i < count; ) {
    const input = bidInput[i]
    const onto = bidPort[i]
    const from = portAt[input]
    if (bids[onto] + bidsFrom[from] > 2) {
      const node = nodeOf[input]
      let end = i + 1
      while (end < count && nodeOf[bidInput[end]] === node) end++
      crossings = resolve(state, node, i, end, crossings)
      i = end
      continue
    }
    // In nobody's way: it is matched.
    const port = portOf[input]
    const channel = input - from * vcs
    const output = onto - from + port
    grantPort[onto] = port + 1 === P ? 0 : port + 1
    acceptPort[from] = output + 1 === P ? 0 : output + 1
    turn[from] = channel + 1 === vcs ? 0 : channel + 1
    crossingInput[crossings] = input
    crossingPort[crossings++] = onto
    i++
  }
  for (let i = 0; i < count; i++) {
    bids[bidPort[i]] = 0
    bidsFrom[portAt[bidInput[i]]] = 0
  }
  state.crossings = crossings
}

/** The first free output channel with a credit that would do for a head; -1 where there is none. */
const speculated = ({ firstOutput, lastOutput, owned, credits }: FlitState, input: number): number => {
  const last = lastOutput[input]
  for (let output = firstOutput[input]; output <= last; output++) if (owned[output] === 0 && credits[output] > 0) return output
  return -1
}

/** Matches a router's requests, from `begin` up to `end`; those matched stand from `crossings` on. Answers their end. */
const resolve = (state: FlitState, node: number, begin: number, end: number, crossings: number): number => {
  const { P, vcs, mode, portAt, askedBy, label, grantedTo, grantPort, acceptPort, turn } = state
  const { bidInput, bidPort, crossingInput, crossingPort } = state
  const firstPort = node * P
  let asking = 0
  for (let i = begin; i < end; i++) {
    const input = bidInput[i]
    const port = portAt[input] - firstPort
    const output = bidPort[i] - firstPort
    const channel = input - portAt[input] * vcs
    const at = port * P + output
    asking |= 1 << output
    if ((askedBy[output] & (1 << port)) !== 0) {
      // A further channel of a port asks for the same output.
      const before = label[at]
      const late = (mode[input] === allocating ? 1 : 0) - (mode[portAt[input] * vcs + before] === allocating ? 1 : 0)
      const from = turn[portAt[input]]
      if (late < 0 || (late === 0 && (channel < from ? channel + vcs : channel) < (before < from ? before + vcs : before)))
        label[at] = channel
    } else {
      askedBy[output] |= 1 << port
      label[at] = channel
    }
  }
  let matched = 0
  let outputs = asking
  let crossing = crossings
  for (let iteration = 0; iteration < state.router.allocIterations && outputs !== 0; iteration++) {
    let granting = 0
    for (let rest = outputs; rest !== 0; rest &= rest - 1) {
      const output = 31 - Math.clz32(rest & -rest)
      const by = askedBy[output] & ~matched
      if (by === 0) continue
      const ahead = by & (-1 << grantPort[firstPort + output])
      const next = ahead !== 0 ? ahead : by
      const port = 31 - Math.clz32(next & -next)
      grantedTo[port] |= 1 << output
      granting |= 1 << port
    }
    if (granting === 0) break
    for (; granting !== 0; granting &= granting - 1) {
      const port = 31 - Math.clz32(granting & -granting)
      const by = grantedTo[port]
      grantedTo[port] = 0
      const ahead = by & (-1 << acceptPort[firstPort + port])
      const next = ahead !== 0 ? ahead : by
      const output = 31 - Math.clz32(next & -next)
      if (iteration === 0) {
        grantPort[firstPort + output] = port + 1 === P ? 0 : port + 1
        acceptPort[firstPort + port] = output + 1 === P ? 0 : output + 1
      }
      const channel = label[port * P + output]
      turn[firstPort + port] = channel + 1 === vcs ? 0 : channel + 1
      crossingInput[crossing] = (firstPort + port) * vcs + channel
      crossingPort[crossing++] = firstPort + output
      matched |= 1 << port
      outputs &= ~(1 << output)
    }
  }
  for (let rest = asking; rest !== 0; rest &= rest - 1) askedBy[31 - Math.clz32(rest & -rest)] = 0
  return crossing
}
