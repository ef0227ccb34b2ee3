import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'

/**
 * A switched LAN: every machine has a link of `bytesPerSecond` each way to one switch (default 125e6: 1 Gbit/s), from one end of which to the switch's other side it takes
 * `latencyNs` (default 50 us); every frame carries `headerBytes` (default 66: Ethernet, IP and TCP), a message is `messageBytes` (default 84: the least an Ethernet frame occupies
 * on the wire).
 */
export type ClusterNetwork = {
  readonly bytesPerSecond: number
  readonly latencyNs: Time
  readonly headerBytes: number
  readonly messageBytes: number
}

/** A machine's link stands still from `at` until `until` (absent: for good); what was on it then is sent again afterwards, as TCP does. */
export type Outage = { readonly machine: number; readonly at: Time; readonly until?: Time }

/** What goes behind the frames of a machine, and what goes ahead of them by itself. @internal */
export type NetworkLane = 'frames' | 'messages'

/** The network at work: a kernel. `send` carries bytes and calls `arrived`; `crash` takes what has not left a machine. @internal */
export type SwitchedLan = {
  readonly send: (from: number, to: number, bytes: number, lane: NetworkLane, arrived: () => void) => void
  readonly crash: (machine: number) => void
}

/**
 * See `SwitchedLan`. Each link carries one thing after the other, each lane of it by itself: messages are few and small and have a queue of their own, so that they may come ahead of
 * frames and take nothing from them. What one machine sends another on one lane arrives in order. Two events for each thing sent.
 * @internal
 */
export const switchedLan = (
  { bytesPerSecond, latencyNs }: ClusterNetwork,
  machines: number,
  outages: readonly Outage[],
  timeline: Timeline
): SwitchedLan => {
  const free = (): number[] => Array.from({ length: machines }, () => 0)
  const up = { frames: free(), messages: free() }
  const down = { frames: free(), messages: free() }
  const crashedAt = Array.from({ length: machines }, () => -1)
  const windows = Array.from({ length: machines }, (_, i) => outages.filter(({ machine }) => machine === i).sort((a, b) => a.at - b.at))

  /** When something that could begin to pass a link at `start` has passed it; Infinity where the link never comes back. */
  const passed = (machine: number, start: Time, takes: Time): Time => {
    let begins = start
    for (const { at, until = Infinity } of windows[machine]) if (begins < until && begins + takes > at) begins = until
    return begins + takes
  }

  return {
    send: (from, to, bytes, lane, arrived) => {
      const now = timeline.now()
      const takes = Math.ceil((bytes * 1e9) / bytesPerSecond)
      const left = passed(from, Math.max(now, up[lane][from]), takes)
      up[lane][from] = left
      if (left === Infinity) return
      timeline.schedule(
        () => {
          if (crashedAt[from] >= now && crashedAt[from] < left) return
          const at = timeline.now()
          const there = passed(to, Math.max(at, down[lane][to]), takes)
          down[lane][to] = there
          if (there !== Infinity) timeline.schedule(arrived, there - at)
        },
        left + latencyNs - now
      )
    },
    crash: (machine) => {
      const now = timeline.now()
      crashedAt[machine] = now
      up.frames[machine] = now
      up.messages[machine] = now
    }
  }
}
