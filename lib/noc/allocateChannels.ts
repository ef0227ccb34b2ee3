import { type FlitState, sending } from './flitState'

/**
 * Virtual-channel allocation at all routers, by iSLIP over input channels and free output channels: each output grants the asking input next after its pointer, each input
 * accepts the granting output next after its own; pointers move past what was matched in the first iteration. The matches stand in the state. @internal
 */
export const allocateChannels = (state: FlitState): void => {
  const { P, vcs, nodesToAllocate, portsToAllocate, toAllocate, way, owned, grantChannel, acceptChannel } = state
  const { inputs, matchedInput, matchedOutput } = state
  const size = P * vcs
  let matches = 0
  for (let w = 0; w < nodesToAllocate.length; w++) {
    for (let nodes = nodesToAllocate[w]; nodes !== 0; nodes &= nodes - 1) {
      const node = w * 32 + 31 - Math.clz32(nodes & -nodes)
      const base = node * size
      if (portsToAllocate[node] === 0) nodesToAllocate[w] &= ~(nodes & -nodes)
      let count = 0
      let wanted = 0
      let contended = 0
      for (let rest = portsToAllocate[node]; rest !== 0; rest &= rest - 1) {
        const port = node * P + 31 - Math.clz32(rest & -rest)
        for (let wanting = toAllocate[port]; wanting !== 0; wanting &= wanting - 1) {
          const input = port * vcs + 31 - Math.clz32(wanting & -wanting)
          const bit = 1 << (way[input] & 0xff)
          contended |= wanted & bit
          wanted |= bit
          inputs[count++] = input
        }
      }
      for (let i = 0; i < count; i++) {
        const input = inputs[i]
        const onto = way[input]
        if ((contended & (1 << (onto & 0xff))) !== 0) continue
        // Alone at its output port, it has the next of the free channels that will do.
        const pointer = acceptChannel[input]
        const from = (onto & 0xff) * vcs
        const end = from + (onto >> 16)
        let best = -1
        for (let output = from + ((onto >> 8) & 0xff); output <= end; output++) {
          if (owned[base + output] !== 0) continue
          if (best < 0 || (best < pointer && output >= pointer)) best = output
        }
        if (best < 0) continue
        grantChannel[base + best] = input - base + 1 === size ? 0 : input - base + 1
        acceptChannel[input] = best + 1 === size ? 0 : best + 1
        matchedInput[matches] = input
        matchedOutput[matches++] = base + best
      }
      if (contended !== 0) matches = resolve(state, base, gather(state, base, count, contended), matches)
    }
  }
  state.matches = matches
}

/** The pairs of an input that asks for a contended port and a free output that will do, by numbers within the router. */
const gather = (state: FlitState, base: number, count: number, contended: number): number => {
  const { vcs, way, owned, inputs, asking, asked } = state
  let requests = 0
  for (let i = 0; i < count; i++) {
    const onto = way[inputs[i]]
    if ((contended & (1 << (onto & 0xff))) === 0) continue
    const from = (onto & 0xff) * vcs
    const end = from + (onto >> 16)
    for (let output = from + ((onto >> 8) & 0xff); output <= end; output++) {
      if (owned[base + output] !== 0) continue
      asking[requests] = inputs[i] - base
      asked[requests++] = output
    }
  }
  return requests
}

/** Matches a router's requests; the matches stand behind those there are. Answers their number. */
const resolve = (state: FlitState, base: number, requests: number, before: number): number => {
  const { P, vcs, asking, asked, granted, accepted, outputOf, isTaken, grantChannel, acceptChannel, matchedInput, matchedOutput } = state
  const size = P * vcs
  let matches = before
  for (let iteration = 0; iteration < state.router.allocIterations; iteration++) {
    const already = matches
    for (let i = 0; i < requests; i++) {
      const input = asking[i]
      const output = asked[i]
      if (outputOf[input] >= 0 || isTaken[output] === 1) continue
      const best = granted[output]
      const pointer = grantChannel[base + output]
      if (best < 0 || after(input, pointer, size) < after(best, pointer, size)) granted[output] = input
    }
    for (let i = 0; i < requests; i++) {
      const input = asking[i]
      const output = asked[i]
      if (granted[output] !== input) continue
      const best = accepted[input]
      const pointer = acceptChannel[base + input]
      if (best < 0 || after(output, pointer, size) < after(best, pointer, size)) accepted[input] = output
    }
    for (let i = 0; i < requests; i++) {
      const input = asking[i]
      const output = accepted[input]
      granted[asked[i]] = -1
      if (output < 0) continue
      accepted[input] = -1
      outputOf[input] = output
      isTaken[output] = 1
      matchedInput[matches] = base + input
      matchedOutput[matches++] = base + output
      if (iteration > 0) continue
      grantChannel[base + output] = input + 1 === size ? 0 : input + 1
      acceptChannel[base + input] = output + 1 === size ? 0 : output + 1
    }
    if (matches === already) break
  }
  for (let i = before; i < matches; i++) {
    isTaken[matchedOutput[i] - base] = 0
    outputOf[matchedInput[i] - base] = -1
  }
  return matches
}

const after = (position: number, pointer: number, size: number): number =>
  position >= pointer ? position - pointer : position - pointer + size

/** Packets take the output channels that they were matched with, and ask for the switch from the next cycle on. @internal */
export const takeChannels = (state: FlitState): void => {
  const { matches, matchedInput, matchedOutput, vcs, portAt, portOf, nodeOf, taken, owned, mode } = state
  if (matches === 0) return
  const { toAllocate, portsToAllocate, toSend, portsToSend, nodesToSend } = state
  state.still = -1
  for (let i = 0; i < matches; i++) {
    const input = matchedInput[i]
    const onto = matchedOutput[i]
    const node = nodeOf[input]
    const at = portAt[input]
    const bit = 1 << (input - at * vcs)
    const portBit = 1 << portOf[input]
    taken[input] = onto
    owned[onto] = 1
    mode[input] = sending
    const others = toAllocate[at] & ~bit
    toAllocate[at] = others
    if (others === 0) portsToAllocate[node] &= ~portBit
    toSend[at] |= bit
    portsToSend[node] |= portBit
    nodesToSend[node >> 5] |= 1 << (node & 31)
  }
}
