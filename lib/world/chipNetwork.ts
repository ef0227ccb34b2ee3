import type { Channel } from '../noc/channelDependency'
import { doubled, type Wired } from '../noc/doubled'
import { linksBetween } from '../noc/linksBetween'
import type { Delivery, Noc } from '../noc/noc'
import { type Clock, tickAt } from '../time/clock'
import { floorTimes } from '../time/ratio'
import type { Timeline } from '../time/timeline'
import { type ChipPackets, chipPacketFlits } from './chipPacketFlits'

/** The data and the control network of a chip at work: a kernel. `send` carries bytes between nodes and calls `arrived`, unless a link on the way is dead. @internal */
export type ChipNetwork = {
  readonly send: (lane: 'data' | 'control', from: number, to: number, bytes: number, arrived: () => void) => void
  readonly kill: (from: number, to: number) => void
  readonly isCut: (from: number, to: number) => boolean
  readonly stop: () => void
}

/**
 * See `ChipNetwork`. Both networks are one kernel of lib/noc, of twice the nodes, on the network's own clock. It runs only as far as the timeline's next event, and stops at each delivery, so that
 * nobody is told of a packet before or after its time: a packet given in one cycle enters in the next. Several chips on one timeline look once a nanosecond while packets are under way.
 * @internal
 */
export const chipNetwork = (
  wired: Wired,
  born: (wired: Wired) => Noc,
  clock: Clock,
  packets: ChipPackets,
  timeline: Timeline,
  deadlocked: (ring: readonly Channel[]) => void
): ChipNetwork => {
  const { nodes } = wired.topology
  const noc = born(doubled(wired))
  /** Transfers under way: packets that have not come yet, and who waits for the last. */
  const transfers = new Map<number, { left: number; readonly arrived: () => void }>()
  const dead = new Set<string>()
  const ways = new Map<number, readonly string[]>()
  let opened = 0
  let isPumping = false
  let isStopped = false

  const pumpAfter = (delay: number): void => {
    isPumping = true
    timeline.schedule(pump, delay)
  }
  const pump = (): void => {
    isPumping = false
    if (isStopped || transfers.size === 0) return
    const now = timeline.now()
    const next = timeline.nextAt()
    const halt = noc.run(next === Infinity ? Number.MAX_SAFE_INTEGER - 1 : floorTimes(clock.ticksPerNs, next), true)
    const deliveries: Delivery[] = []
    noc.take((delivery) => deliveries.push(delivery))
    if (deliveries.length > 0) {
      isPumping = true
      timeline.schedule(() => handOver(deliveries), Math.max(0, tickAt(clock, deliveries[0].cycle) - now))
    } else if (halt === 'deadlocked') deadlocked(noc.ring())
    else pumpAfter(Math.max(1, next - now))
  }
  const handOver = (deliveries: readonly Delivery[]): void => {
    if (isStopped) return
    isPumping = false
    const whole = deliveries.flatMap(({ tag }) => {
      const transfer = transfers.get(tag)!
      transfer.left--
      if (transfer.left > 0) return []
      transfers.delete(tag)
      return [transfer]
    })
    for (const { arrived } of whole) arrived()
    if (!isPumping && transfers.size > 0) pumpAfter(0)
  }
  const wayBetween = (from: number, to: number): readonly string[] => {
    const pair = from * nodes + to
    const known = ways.get(pair)
    if (known !== undefined) return known
    const way = linksBetween(wired, from, to).map((link) => `${link.from} ${link.to}`)
    ways.set(pair, way)
    return way
  }
  const isCut = (from: number, to: number): boolean => dead.size > 0 && wayBetween(from, to).some((link) => dead.has(link))

  return {
    send: (lane, from, to, bytes, arrived) => {
      if (isStopped || isCut(from, to)) return
      const tag = opened++
      const cycle = floorTimes(clock.ticksPerNs, timeline.now()) + 1
      const shift = lane === 'data' ? 0 : nodes
      const flits = chipPacketFlits(packets, bytes)
      // Nothing was under way: the time since then costs one step, and not one for each turn of a kernel's wheel.
      if (transfers.size === 0) noc.run(cycle - 1)
      transfers.set(tag, { left: flits.length, arrived })
      for (const one of flits) noc.offer(cycle, from + shift, to + shift, one, tag)
      if (!isPumping) pumpAfter(0)
    },
    kill: (from, to) => {
      dead.add(`${from} ${to}`)
    },
    isCut,
    stop: () => {
      isStopped = true
    }
  }
}
