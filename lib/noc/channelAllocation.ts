import type { FlitState } from './flitState'

/** Matches of a router's input channels with output channels, by numbers within the router: `outputOf[input]`, -1 where there is none. @internal */
export type ChannelAllocation = {
  readonly allocate: (node: number) => number
  readonly inputs: Int32Array
  readonly outputOf: Int32Array
  readonly forget: (matched: number) => void
}

/**
 * Virtual-channel allocation at a router, by iSLIP over input channels and free output channels: each output grants the asking input next after its pointer, each input
 * accepts the granting output next after its own; pointers move past what was matched in the first iteration. Answers how many were matched. @internal
 */
export const channelAllocation = (
  { P, vcs, portsToAllocate, toAllocate, way, owned, grantChannel, acceptChannel }: FlitState,
  iterations: number
): ChannelAllocation => {
  const size = P * vcs
  const askingInput = new Int32Array(size * vcs)
  const askedOutput = new Int32Array(size * vcs)
  const inputs = new Int32Array(size)
  const outputOf = new Int32Array(size).fill(-1)
  const isTaken = new Uint8Array(size)
  const granted = new Int32Array(size).fill(-1)
  const accepted = new Int32Array(size).fill(-1)

  const ask = (node: number): number => {
    const base = node * size
    let asked = 0
    for (let rest = portsToAllocate[node]; rest !== 0; rest &= rest - 1) {
      const port = 31 - Math.clz32(rest & -rest)
      for (let wanting = toAllocate[node * P + port]; wanting !== 0; wanting &= wanting - 1) {
        const input = port * vcs + 31 - Math.clz32(wanting & -wanting)
        const onto = way[base + input]
        const last = onto >> 16
        const from = (onto & 0xff) * vcs
        for (let channel = (onto >> 8) & 0xff; channel <= last; channel++) {
          if (owned[base + from + channel] !== 0) continue
          askingInput[asked] = input
          askedOutput[asked++] = from + channel
        }
      }
    }
    return asked
  }

  const match = (base: number, matched: number, input: number, output: number, moves: boolean): void => {
    inputs[matched] = input
    outputOf[input] = output
    isTaken[output] = 1
    if (!moves) return
    grantChannel[base + output] = input + 1 === size ? 0 : input + 1
    acceptChannel[base + input] = output + 1 === size ? 0 : output + 1
  }

  const allocate = (node: number): number => {
    const asked = ask(node)
    const base = node * size
    if (asked === 0) return 0
    if (asked === 1) {
      match(base, 0, askingInput[0], askedOutput[0], true)
      return 1
    }
    let matched = 0
    for (let iteration = 0; iteration < iterations; iteration++) {
      const before = matched
      for (let i = 0; i < asked; i++) {
        const input = askingInput[i]
        const output = askedOutput[i]
        if (outputOf[input] >= 0 || isTaken[output] === 1) continue
        const best = granted[output]
        const pointer = grantChannel[base + output]
        if (best < 0 || after(input, pointer, size) < after(best, pointer, size)) granted[output] = input
      }
      for (let i = 0; i < asked; i++) {
        const input = askingInput[i]
        const output = askedOutput[i]
        if (granted[output] !== input) continue
        const best = accepted[input]
        const pointer = acceptChannel[base + input]
        if (best < 0 || after(output, pointer, size) < after(best, pointer, size)) accepted[input] = output
      }
      for (let i = 0; i < asked; i++) {
        const input = askingInput[i]
        granted[askedOutput[i]] = -1
        if (accepted[input] < 0) continue
        match(base, matched++, input, accepted[input], iteration === 0)
        accepted[input] = -1
      }
      if (matched === before) break
    }
    return matched
  }

  const forget = (matched: number): void => {
    for (let i = 0; i < matched; i++) {
      isTaken[outputOf[inputs[i]]] = 0
      outputOf[inputs[i]] = -1
    }
  }

  return { allocate, inputs, outputOf, forget }
}

const after = (position: number, pointer: number, size: number): number =>
  position >= pointer ? position - pointer : position - pointer + size
