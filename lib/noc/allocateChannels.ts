import { type FlitState, sending } from './flitState'
import { listBits } from './listBits'

/**
 * Virtual-channel allocation at all routers, by iSLIP over input channels and free output channels: each output grants the asking input next after its pointer, each input
 * accepts the granting output next after its own; pointers move past what was matched in the first iteration. The matches stand in the state. @internal
 */
export const allocateChannels = (state: FlitState): void => {
  const { words, toAllocate, firstOutput, lastOutput, portAt, owned, acceptChannel, bidInput, bidPort, bids, size, routerAt } = state
  const count = listBits(toAllocate, words, bidInput)
  for (let i = 0; i < count; i++) {
    const port = portAt[firstOutput[bidInput[i]]]
    bidPort[i] = port
    bids[port]++
  }
  state.matches = 0
  let contending = 0
  for (let i = 0; i < count; i++) {
    const input = bidInput[i]
    const from = firstOutput[input]
    const end = lastOutput[input]
    if (bids[bidPort[i]] > 1) {
      state.contending[contending++] = input
      continue
    }
    // Alone at its output port, it has the next of the free channels that will do.
    const pointer = acceptChannel[input]
    let least = size
    for (let output = from; output <= end; output++) {
      // How far it is from the pointer, round the router's channels, and farther than all where it is not free; the least of these, without a branch, which would be a guess.
      const ahead = output - pointer
      const apart = ahead + (size & (ahead >> 31)) + size * owned[output]
      least += (apart - least) & ((apart - least) >> 31)
    }
    if (least === size) continue
    const over = pointer + least - routerAt[input] - size
    match(state, input, routerAt[input] + over + (size & (over >> 31)), true)
  }
  for (let i = 0; i < count; i++) bids[bidPort[i]] = 0
  if (contending > 0) resolve(state, gather(state, contending))
}

const match = (state: FlitState, input: number, output: number, moves: boolean): void => {
  const { size, routerAt, grantChannel, acceptChannel, matchedInput, matchedOutput } = state
  matchedInput[state.matches] = input
  matchedOutput[state.matches++] = output
  if (!moves) return
  const base = routerAt[input]
  grantChannel[output] = input + 1 === base + size ? base : input + 1
  acceptChannel[input] = output + 1 === base + size ? base : output + 1
}

/** The pairs of an input that asks for a contended port and a free output that will do. */
const gather = (state: FlitState, contending: number): number => {
  const { firstOutput, lastOutput, owned, asking, asked } = state
  let requests = 0
  for (let i = 0; i < contending; i++) {
    const input = state.contending[i]
    const end = lastOutput[input]
    for (let output = firstOutput[input]; output <= end; output++) {
      asking[requests] = input
      asked[requests] = output
      requests += owned[output] === 0 ? 1 : 0
    }
  }
  return requests
}

/** Matches all routers' requests at once: those of different ports have nothing to do with each other. */
const resolve = (state: FlitState, requests: number): void => {
  const { size, asking, asked, granted, accepted, outputOf, isTaken, grantChannel, acceptChannel, matchedInput, matchedOutput } = state
  const before = state.matches
  for (let iteration = 0; iteration < state.router.allocIterations; iteration++) {
    const already = state.matches
    for (let i = 0; i < requests; i++) {
      const input = asking[i]
      const output = asked[i]
      if (outputOf[input] >= 0 || isTaken[output] === 1) continue
      const best = granted[output]
      const pointer = grantChannel[output]
      if (best < 0 || after(input, pointer, size) < after(best, pointer, size)) granted[output] = input
    }
    for (let i = 0; i < requests; i++) {
      const input = asking[i]
      const output = asked[i]
      if (granted[output] !== input) continue
      const best = accepted[input]
      const pointer = acceptChannel[input]
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
      match(state, input, output, iteration === 0)
    }
    if (state.matches === already) break
  }
  for (let i = before; i < state.matches; i++) {
    isTaken[matchedOutput[i]] = 0
    outputOf[matchedInput[i]] = -1
  }
}

const after = (position: number, pointer: number, size: number): number =>
  position >= pointer ? position - pointer : position - pointer + size

/** Packets take the output channels that they were matched with, and ask for the switch from the next cycle on. @internal */
export const takeChannels = (state: FlitState): void => {
  const { matches, matchedInput, matchedOutput, taken, owned, mode, toAllocate, toSend } = state
  if (matches === 0) return
  state.still = -1
  for (let i = 0; i < matches; i++) {
    const input = matchedInput[i]
    const onto = matchedOutput[i]
    taken[input] = onto
    owned[onto] = 1
    mode[input] = sending
    toAllocate[input >> 5] &= ~(1 << (input & 31))
    toSend[input >> 5] |= 1 << (input & 31)
  }
}
