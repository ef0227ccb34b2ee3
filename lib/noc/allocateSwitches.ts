import { allocating, type FlitState } from './flitState'

/**
 * Switch allocation at all routers, by iSLIP over their ports: each channel with a flit and a credit asks for its output; where two channels of one port ask for the same, the
 * one whose turn it is stands for both (one that is not speculative before one that is). With `speculative`, heads that still wait for an output channel ask as well, where
 * one that would do is free and has a credit. Which channels cross to which ports stands in the state. @internal
 */
export const allocateSwitches = (state: FlitState): void => {
  const { P, vcs, portOf, portAt, portsToSend, nodesToSend, nodesToAllocate, toSend, taken, credits } = state
  const { turn, grantPort, acceptPort, crossingInput, crossingPort } = state
  const { speculative } = state.router
  let crossings = 0
  for (let w = 0; w < nodesToSend.length; w++) {
    const bidding = speculative ? nodesToSend[w] | nodesToAllocate[w] : nodesToSend[w]
    for (let nodes = bidding; nodes !== 0; nodes &= nodes - 1) {
      const node = w * 32 + 31 - Math.clz32(nodes & -nodes)
      const firstPort = node * P
      let request = crossings
      let outputs = 0
      let clash = 0
      if (portsToSend[node] === 0) nodesToSend[w] &= ~(nodes & -nodes)
      for (let rest = portsToSend[node]; rest !== 0; rest &= rest - 1) {
        const at = firstPort + 31 - Math.clz32(rest & -rest)
        const before = request
        for (let wanting = toSend[at]; wanting !== 0; wanting &= wanting - 1) {
          const input = at * vcs + 31 - Math.clz32(wanting & -wanting)
          const onto = taken[input]
          if (credits[onto] === 0) continue
          const bit = 1 << portOf[onto]
          clash |= outputs & bit
          outputs |= bit
          crossingInput[request] = input
          crossingPort[request++] = portAt[onto]
        }
        if (request > before + 1) clash = 1
      }
      if (speculative) {
        const sure = request
        request = speculate(state, node, request)
        if (request > sure) clash = 1
      }
      if (clash !== 0) {
        crossings = resolve(state, node, crossings, request)
        continue
      }
      // Nobody is in anybody's way: all that ask are matched.
      for (; crossings < request; crossings++) {
        const input = crossingInput[crossings]
        const from = portAt[input]
        const onto = crossingPort[crossings]
        const channel = input - from * vcs
        const port = from - firstPort
        const output = onto - firstPort
        grantPort[onto] = port + 1 === P ? 0 : port + 1
        acceptPort[from] = output + 1 === P ? 0 : output + 1
        turn[from] = channel + 1 === vcs ? 0 : channel + 1
      }
    }
  }
  state.crossings = crossings
}

/** Adds the requests of heads that still wait for an output channel. */
const speculate = (state: FlitState, node: number, requests: number): number => {
  const { P, vcs, portsToAllocate, toAllocate, way, owned, credits, crossingInput, crossingPort } = state
  let request = requests
  for (let rest = portsToAllocate[node]; rest !== 0; rest &= rest - 1) {
    const at = node * P + 31 - Math.clz32(rest & -rest)
    for (let wanting = toAllocate[at]; wanting !== 0; wanting &= wanting - 1) {
      const input = at * vcs + 31 - Math.clz32(wanting & -wanting)
      const onto = way[input]
      const port = node * P + (onto & 0xff)
      const last = port * vcs + (onto >> 16)
      let output = port * vcs + ((onto >> 8) & 0xff)
      while (output <= last && (owned[output] !== 0 || credits[output] === 0)) output++
      if (output > last) continue
      crossingInput[request] = input
      crossingPort[request++] = port
    }
  }
  return request
}

/** Matches a router's requests, from `crossings` up to `end`; those matched stand from `crossings` on. Answers their end. */
const resolve = (state: FlitState, node: number, crossings: number, end: number): number => {
  const { P, vcs, mode, portAt, askedBy, label, grantedTo, grantPort, acceptPort, turn, crossingInput, crossingPort } = state
  const firstPort = node * P
  let asking = 0
  for (let i = crossings; i < end; i++) {
    const input = crossingInput[i]
    const port = portAt[input] - firstPort
    const output = crossingPort[i] - firstPort
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
