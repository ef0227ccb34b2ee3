import * as fc from 'fast-check'
import { channelDependencies } from '../../lib/noc/channelDependency'
import { creditsKept } from '../../lib/noc/creditsKept'
import { bornFlits, nocOf } from '../../lib/noc/flitNoc'
import { type FlitRouter, zeroLoadCycles } from '../../lib/noc/flitRouter'
import type { FlitState } from '../../lib/noc/flitState'
import { bornHops, hopsOf } from '../../lib/noc/hopNoc'
import type { Delivery, Noc, Packet } from '../../lib/noc/noc'
import { packetsOf, uniformTraffic } from '../../lib/noc/traffic'
import { key } from '../../lib/random/random'
import { routedTopologies, routers } from '../noc/wirings'

/** What is broken in some network, and after how many were tried. */
export type BrokenNetwork = { readonly invariant: string; readonly problem: string; readonly runs: number }

type Finding = { readonly invariant: string; readonly problem: string }

const plans = fc.record({
  wiring: routedTopologies,
  router: routers(),
  flits: fc.integer({ min: 1, max: 12 }),
  offered: fc.double({ min: 0.05, max: 1, noNaN: true }),
  seed: fc.nat()
})

/**
 * Draws networks of both fidelities and traffic on them, and holds each run against what a network promises: every flit of a packet comes in once, in order, at its own node; credits are
 * conserved in every cycle, and none is owed; where a virtual channel waits for the tail's credit, no buffer holds two packets; nothing waits for ever; no packet is faster than
 * alone; with one event a hop, packets come in at a terminal one after the other.
 */
export const brokenNetwork = (runs: number, seed: number): BrokenNetwork | undefined => {
  let tried = 0
  let found: Finding | undefined
  fc.check(
    fc.property(plans, ({ wiring: { topology, routing }, router, flits, offered, seed: drawn }) => {
      if (found !== undefined) return false
      tried++
      const traffic = { pattern: uniformTraffic(topology, key(drawn + 1)), flits, offered: Math.min(offered, flits), key: key(drawn) }
      const packets = [...packetsOf(topology, traffic, 100)]
      // So long that some wait for thousands of cycles.
      const long = packets.map((packet) => ({ ...packet, flits: packet.flits * 50 }))
      const state = bornFlits(topology, routing, router, key(drawn))
      const ring = (): Finding | undefined =>
        channelDependencies(topology, routing).cycle === undefined
          ? undefined
          : { invariant: 'no channels depend on each other in a ring', problem: topology.name }
      found =
        carried(
          nocOf(state),
          packets,
          () => unkept(state, router),
          (arrived) => delivered(packets, arrived, router)
        ) ??
        carried(
          hopsOf(bornHops(topology, routing, router, key(drawn))),
          long,
          () => undefined,
          (arrived) => delivered(long, arrived, router) ?? overlapping(arrived)
        ) ??
        ring()
      return found === undefined
    }),
    { numRuns: runs, seed, endOnFailure: true }
  )
  return found && { ...found, runs: tried }
}

/** Carries the packets cycle by cycle, with a look at the network after each. */
const carried = (
  noc: Noc,
  packets: readonly Packet[],
  look: () => Finding | undefined,
  afterwards: (arrived: readonly Delivery[]) => Finding | undefined
): Finding | undefined => {
  const arrived: Delivery[] = []
  try {
    for (const { cycle, source, destination, flits, tag } of packets) noc.offer(cycle, source, destination, flits, tag)
    for (let cycle = 0; ; cycle++) {
      const halt = noc.run(cycle)
      noc.take((delivery) => arrived.push(delivery))
      const seen = look()
      if (seen !== undefined) return seen
      if (halt === 'idle') break
      if (halt === 'deadlocked' || cycle > 1_000_000)
        return { invariant: 'nothing waits for ever', problem: `${halt} in cycle ${cycle}, ${noc.counts().underWay} packets under way` }
    }
  } catch (error) {
    return { invariant: 'flits come in once, in order, at their node', problem: String(error) }
  }
  return afterwards(arrived)
}

const delivered = (packets: readonly Packet[], arrived: readonly Delivery[], router: FlitRouter): Finding | undefined => {
  if (new Set(arrived.map(({ tag }) => tag)).size !== packets.length || arrived.length !== packets.length)
    return { invariant: 'every packet comes in once', problem: `${arrived.length} deliveries of ${packets.length} packets` }
  for (const { tag, cycle, offered, hops, flits } of arrived) {
    const alone = zeroLoadCycles(router, hops, flits)
    if (cycle - offered < alone)
      return { invariant: 'no packet is faster than alone', problem: `packet ${tag} took ${cycle - offered} cycles of ${alone}` }
  }
  return undefined
}

const overlapping = (arrived: readonly Delivery[]): Finding | undefined => {
  const last = new Map<number, number>()
  for (const { tag, cycle, flits, destination } of arrived) {
    const before = last.get(destination)
    if (before !== undefined && cycle - before < flits)
      return {
        invariant: 'packets come in one after the other',
        problem: `packet ${tag} of ${flits} flits in cycle ${cycle}, another in ${before}`
      }
    last.set(destination, cycle)
  }
  return undefined
}

const unkept = (state: FlitState, { bufferFlits, waitForTailCredit }: FlitRouter): Finding | undefined => {
  const wrong = creditsKept(state).findIndex((sum) => sum !== bufferFlits)
  if (wrong >= 0)
    return {
      invariant: 'credits are conserved',
      problem: `output channel ${wrong} has ${creditsKept(state)[wrong]} of ${bufferFlits} before cycle ${state.now}`
    }
  const owing = state.credits.findIndex((credits) => credits < 0)
  if (owing >= 0) return { invariant: 'no channel sends without a credit', problem: `output channel ${owing} before cycle ${state.now}` }
  if (!waitForTailCredit) return undefined
  const { queue, queueBits, first, held } = state
  const packetAt = (input: number, i: number): number => queue[(input << queueBits) + ((first[input] + i) & ((1 << queueBits) - 1))] >> 4
  const shared = held.findIndex((flits, input) => flits > 1 && packetAt(input, 0) !== packetAt(input, flits - 1))
  return shared < 0
    ? undefined
    : { invariant: 'a channel waits for the credit of the tail', problem: `input channel ${shared} before cycle ${state.now}` }
}
