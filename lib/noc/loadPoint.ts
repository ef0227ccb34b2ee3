import type { Noc } from './noc'
import type { Topology } from './topology'
import { packetsOf, type Traffic } from './traffic'

/**
 * What a network does under a load, in cycles and flits: means over the packets offered in the measured cycles.
 *
 * - `packetLatency`: from the offer to the tail's coming in, the source's queue included. `networkLatency`: from the head's leaving the source's terminal.
 * - `accepted`: flits a node and cycle that came in during the measured cycles. `deadlockedAt`: the cycle in which nothing could move any more, where that happened.
 */
export type LoadPoint = {
  readonly packets: number
  readonly packetLatency: number
  readonly networkLatency: number
  readonly hops: number
  readonly accepted: number
  readonly deadlockedAt: number | undefined
}

/**
 * Offers a traffic to a network, warms it up, measures, and lets what was measured come in (while the load goes on, at most ten times as long as was measured).
 *
 *     loadPoint(wiring, flitNoc(wiring, dimensionOrder(wiring, 2), flitRouter(), key(1)),
 *               { pattern: uniformTraffic(wiring, key(2)), flits: 8, offered: 0.3, key: key(3) }, { warmup: 5_000, cycles: 50_000 }).packetLatency      // 29.7
 *
 * Past saturation the source's queues grow for as long as it runs: `accepted` still means something, the packets' latency does not.
 * Errors: `RangeError` when `warmup` or `cycles` is not an integer >= 0, >= 1. Cost: that of the network.
 */
export const loadPoint = (
  topology: Topology,
  noc: Noc,
  traffic: Traffic,
  { warmup, cycles }: { readonly warmup: number; readonly cycles: number }
): LoadPoint => {
  if (!(Number.isSafeInteger(warmup) && warmup >= 0)) throw new RangeError(`loadPoint: warmup must be an integer from 0 on (got ${warmup})`)
  if (!(Number.isSafeInteger(cycles) && cycles >= 1)) throw new RangeError(`loadPoint: cycles must be an integer from 1 on (got ${cycles})`)
  const end = warmup + cycles
  let [packets, latency, network, hops, accepted, awaited] = [0, 0, 0, 0, 0, 0]
  let deadlockedAt: number | undefined
  const isMeasured = (offered: number): boolean => offered >= warmup && offered < end
  const count = (): void =>
    noc.take(({ cycle, offered, injected, flits, hops: links }) => {
      if (cycle >= warmup && cycle < end) accepted += flits
      if (!isMeasured(offered)) return
      awaited--
      packets++
      latency += cycle - offered
      network += cycle - injected
      hops += links
    })
  for (const { cycle, source, destination, flits, tag } of packetsOf(topology, traffic, end + 10 * cycles)) {
    if (cycle >= end && awaited === 0) break
    if (noc.counts().cycle < cycle) {
      const halt = noc.run(cycle - 1)
      if (halt === 'deadlocked') {
        deadlockedAt = noc.counts().cycle
        break
      }
      count()
    }
    if (isMeasured(cycle)) awaited++
    noc.offer(cycle, source, destination, flits, tag)
  }
  return {
    packets,
    packetLatency: latency / packets,
    networkLatency: network / packets,
    hops: hops / packets,
    accepted: accepted / cycles / topology.nodes,
    deadlockedAt
  }
}
