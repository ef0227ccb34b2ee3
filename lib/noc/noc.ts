import type { Channel } from './channelDependency'

/** A packet to be carried: offered to the source's terminal at the beginning of `cycle`. `flits` counts its header; `tag` is the caller's own and comes back. */
export type Packet = {
  readonly cycle: number
  readonly source: number
  readonly destination: number
  readonly flits: number
  readonly tag: number
}

/** A packet that has arrived whole: `injected` is the cycle in which its head left the source's terminal, `cycle` that in which its tail came in; `hops` counts links. */
export type Delivery = Packet & { readonly offered: number; readonly injected: number; readonly hops: number }

/**
 * Why a network stopped: all cycles asked for are `done`; it is `idle` (nothing under way, nothing offered for later); a packet was `delivered` (when asked to stop
 * there); or it is `deadlocked`: packets wait for each other in a ring and nothing can move for ever.
 */
export type NocHalt = 'done' | 'idle' | 'delivered' | 'deadlocked'

/** What a network has carried since it began. `linkFlits` counts flits by link, `node * (ports + 1) + port` (the last port is the terminal's). */
export type NocCounts = {
  readonly cycle: number
  readonly packets: number
  readonly flits: number
  readonly flitHops: number
  readonly underWay: number
  readonly linkFlits: Float64Array
}

/**
 * A network on chip at work, the kernel under `noc`: packets are offered in order of time, cycles run, deliveries taken.
 *
 * - `offer` throws a `RangeError` when the cycle is before one offered or run already, a node is none of the network's, or `flits` is not an integer from 1 to 2^30.
 * - `run(until, stopAtDelivery)` runs cycles up to and including `until`.
 * - `take` hands over what was delivered since it was last called, in order of arrival; at one cycle `flitNoc` in order of the nodes' numbers, `hopNoc` in order of its events (in which heads
 *   took the terminals' links).
 * - `ring` names the channels whose packets wait for each other when it is deadlocked; empty otherwise.
 */
export type Noc = {
  readonly offer: (cycle: number, source: number, destination: number, flits: number, tag: number) => void
  readonly run: (until: number, stopAtDelivery?: boolean) => NocHalt
  readonly take: (deliver: (delivery: Delivery) => void) => void
  readonly counts: () => NocCounts
  readonly ring: () => readonly Channel[]
}
