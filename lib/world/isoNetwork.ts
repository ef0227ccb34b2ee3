import { type Key, uniformInt } from '../random/random'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'

/**
 * The network among nodes with iso-address threads: a crossbar without loss. A message takes `sendNs` of software and its bytes at `bytesPerSecond` to leave, `latencyNs` (and up to `jitterNs` more) to the other side, where its
 * bytes come in as they left, and there `receiveNs` of software and `readNsPerByte` for what is done with its bytes. A node sends one message after the other, and takes one after the other. What one sends another comes in order.
 */
export type IsoNetwork = {
  readonly bytesPerSecond: number
  readonly latencyNs: Time
  readonly jitterNs: Time
  readonly sendNs: Time
  readonly receiveNs: Time
  readonly readNsPerByte: number
}

/**
 * Myrinet with BIP between Pentium Pro of 200 MHz, for which PM2's figures were measured. Every figure here is remembered or chosen, none read: 126 MB/s and 5 us (BIP's own, unverified), 8 us of software for
 * a message at each end, 3 ns for each byte of a map or of a thread that comes in.
 */
export const bipMyrinet: IsoNetwork = {
  bytesPerSecond: 126e6,
  latencyNs: 5_000,
  jitterNs: 0,
  sendNs: 8_000,
  receiveNs: 8_000,
  readNsPerByte: 3
}

/** A node's link that stands still from `at` until `until`; what would pass meanwhile passes afterwards. */
export type IsoOutage = { readonly rank: number; readonly at: Time; readonly until: Time }

/** A message on its way, of so many bytes, `headBytes` of which every message has: `left` when its last byte has left, `came` when it has been taken, `dropped` when it never will be. @internal */
export type IsoParcel = {
  readonly from: number
  readonly to: number
  readonly bytes: number
  readonly headBytes: number
  readonly left: () => void
  readonly came: () => void
  readonly dropped: () => void
}

/** A network at work: a kernel. `cut`: nothing passes a node's link any more, nor what is under way to it or from it; `crashed`: because the node itself has broken down. @internal */
export type IsoCarrier = {
  readonly send: (parcel: IsoParcel) => void
  readonly cut: (rank: number, crashed: boolean) => void
  readonly stop: () => void
}

/** See `IsoNetwork`. Three events for each message. @internal */
export const isoCrossbar = (
  network: IsoNetwork,
  nodes: number,
  outages: readonly IsoOutage[],
  timeline: Timeline,
  chances: Key
): IsoCarrier => {
  const sending = Array.from({ length: nodes }, () => 0)
  const receiving = sending.slice()
  const reading = sending.slice()
  const channels = new Map<number, Time>()
  const dead = new Set<number>()
  const underWay = new Set<IsoParcel>()
  let sent = 0

  /** When something that takes so long can have passed a link that it reaches at a time. */
  const passed = (rank: number, at: Time, takes: Time): Time => {
    let begins = at
    for (const one of outages) if (one.rank === rank && begins < one.until && begins + takes > one.at) begins = one.until
    return begins + takes
  }
  const at = (time: Time, parcel: IsoParcel, work: () => void): void => {
    timeline.schedule(() => {
      if (underWay.has(parcel)) work()
    }, time - timeline.now())
  }
  const take = (parcel: IsoParcel): void => {
    const { to, bytes } = parcel
    const done = Math.max(timeline.now(), reading[to]) + network.receiveNs + Math.ceil(bytes * network.readNsPerByte)
    reading[to] = done
    at(done, parcel, () => {
      underWay.delete(parcel)
      parcel.came()
    })
  }

  return {
    send: (parcel) => {
      const { from, to, bytes } = parcel
      if (dead.has(from) || dead.has(to)) {
        parcel.dropped()
        return
      }
      underWay.add(parcel)
      const onWire = Math.ceil((bytes * 1e9) / network.bytesPerSecond)
      const leaves = passed(from, Math.max(timeline.now(), sending[from]) + network.sendNs, onWire)
      sending[from] = leaves
      const late = network.jitterNs === 0 ? 0 : uniformInt(chances, sent++, network.jitterNs + 1)
      at(leaves, parcel, () => {
        parcel.left()
        const channel = from * nodes + to
        // Bytes come in as they leave, unless the receiver's link is still busy with those of others.
        const comes = Math.max(timeline.now() + network.latencyNs + late, receiving[to] + onWire, (channels.get(channel) ?? 0) + 1)
        const there = passed(to, comes, 0)
        receiving[to] = there
        channels.set(channel, there)
        at(there, parcel, () => take(parcel))
      })
    },
    cut: (rank) => {
      dead.add(rank)
      for (const parcel of [...underWay])
        if (parcel.from === rank || parcel.to === rank) {
          underWay.delete(parcel)
          parcel.dropped()
        }
    },
    stop: () => underWay.clear()
  }
}
