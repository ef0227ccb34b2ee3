import { allocating, type FlitState } from './flitState'

/** Matches of a router's input ports with output ports: bit p of the answer is input port p, `channelOf[p]` its channel and `outputOf[p]` the output port. @internal */
export type SwitchAllocation = {
  readonly allocate: (node: number) => number
  readonly channelOf: Int32Array
  readonly outputOf: Int32Array
}

/**
 * Switch allocation at a router, by iSLIP over its ports: each channel with a flit and a credit asks for its output; where two channels of one port ask for the same, the one
 * whose turn it is stands for both (one that is not speculative before one that is). With `speculative`, heads that still wait for an output channel ask as well, where
 * one that would do is free and has a credit. @internal
 */
export const switchAllocation = (
  {
    P,
    vcs,
    portOf,
    portsToSend,
    portsToAllocate,
    toSend,
    toAllocate,
    taken,
    way,
    mode,
    owned,
    credits,
    turn,
    grantPort,
    acceptPort
  }: FlitState,
  speculative: boolean,
  iterations: number
): SwitchAllocation => {
  const size = P * vcs
  const askedBy = new Int32Array(P)
  const label = new Int32Array(P * P)
  const grantedTo = new Int32Array(P)
  const channelOf = new Int32Array(P)
  const outputOf = new Int32Array(P)

  /** A further channel of a port asks for an output: one of them stands for both. */
  const prefer = (node: number, port: number, channel: number, output: number): void => {
    const at = port * P + output
    const before = label[at]
    const base = (node * P + port) * vcs
    const late = (mode[base + channel] === allocating ? 1 : 0) - (mode[base + before] === allocating ? 1 : 0)
    const from = turn[node * P + port]
    if (late < 0 || (late === 0 && (channel < from ? channel + vcs : channel) < (before < from ? before + vcs : before)))
      label[at] = channel
  }

  const speculate = (node: number, port: number): number => {
    let asking = 0
    for (let wanting = toAllocate[node * P + port]; wanting !== 0; wanting &= wanting - 1) {
      const channel = 31 - Math.clz32(wanting & -wanting)
      const onto = way[(node * P + port) * vcs + channel]
      const output = onto & 0xff
      const from = node * size + output * vcs
      const last = onto >> 16
      for (let out = (onto >> 8) & 0xff; out <= last; out++) {
        if (owned[from + out] !== 0 || credits[from + out] === 0) continue
        asking |= 1 << output
        if ((askedBy[output] & (1 << port)) !== 0) prefer(node, port, channel, output)
        else {
          askedBy[output] |= 1 << port
          label[port * P + output] = channel
        }
        break
      }
    }
    return asking
  }

  const allocate = (node: number): number => {
    let asking = 0
    for (let rest = portsToSend[node]; rest !== 0; rest &= rest - 1) {
      const port = 31 - Math.clz32(rest & -rest)
      for (let wanting = toSend[node * P + port]; wanting !== 0; wanting &= wanting - 1) {
        const channel = 31 - Math.clz32(wanting & -wanting)
        const onto = taken[(node * P + port) * vcs + channel]
        if (credits[onto] === 0) continue
        const output = portOf[onto]
        asking |= 1 << output
        const by = askedBy[output]
        if ((by & (1 << port)) !== 0) prefer(node, port, channel, output)
        else {
          askedBy[output] = by | (1 << port)
          label[port * P + output] = channel
        }
      }
    }
    if (speculative)
      for (let rest = portsToAllocate[node]; rest !== 0; rest &= rest - 1) asking |= speculate(node, 31 - Math.clz32(rest & -rest))
    let matched = 0
    let outputs = asking
    for (let iteration = 0; iteration < iterations && outputs !== 0; iteration++) {
      let granting = 0
      for (let rest = outputs; rest !== 0; rest &= rest - 1) {
        const output = 31 - Math.clz32(rest & -rest)
        const by = askedBy[output] & ~matched
        if (by === 0) continue
        const ahead = by & (-1 << grantPort[node * P + output])
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
        const ahead = by & (-1 << acceptPort[node * P + port])
        const next = ahead !== 0 ? ahead : by
        const output = 31 - Math.clz32(next & -next)
        if (iteration === 0) {
          grantPort[node * P + output] = port + 1 === P ? 0 : port + 1
          acceptPort[node * P + port] = output + 1 === P ? 0 : output + 1
        }
        const channel = label[port * P + output]
        channelOf[port] = channel
        outputOf[port] = output
        turn[node * P + port] = channel + 1 === vcs ? 0 : channel + 1
        matched |= 1 << port
        outputs &= ~(1 << output)
      }
    }
    for (let rest = asking; rest !== 0; rest &= rest - 1) askedBy[31 - Math.clz32(rest & -rest)] = 0
    return matched
  }

  return { allocate, channelOf, outputOf }
}
