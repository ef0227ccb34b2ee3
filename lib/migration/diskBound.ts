import { costsOfBlocks } from '../guest/blocksAsPages'
import type { Disk } from '../guest/disk'
import { laneRate } from '../guest/hostCosts'
import { type Link, wireBytes } from '../network/link'
import type { Time } from '../time/time'
import type { DiskRules } from './diskRules'

/**
 * What of the rules by which a disk comes along decides how long that can take: `rounds` that its stop rule lets it push at most (default 30, as that of `DiskRules`; `Infinity`: any
 * number), and the least `bytesPerSecond` that its pacing grants (default: as the link allows).
 */
export type DiskBound = Pick<DiskRules, 'mirror' | 'start' | 'channels'> & {
  readonly rounds?: number
  readonly bytesPerSecond?: number
}

/** What a disk's coming along takes at most. `beside`: what its lanes ask for while the memory moves. `liveNs`: of a memory that moves live for so long, with the disk. @internal */
export type DiskTimes = {
  readonly beside: readonly number[]
  readonly bytesPerSecond: number
  readonly rounds: number
  readonly liveNs: (memoryNs: Time) => Time
  readonly drainNs: Time
  readonly unbounded?: string
}

/**
 * The bound of what `mirrored` and the drain take, whatever is written to the disk: each round sends all blocks at most, and so does the drain (a block that is not in use comes into use when
 * it is written, so that a level of the disk bounds nothing). `memory`: what the memory's lanes ask for; `share`: what max-min fairness leaves one of so many lanes. `undefined` where no disk must move. Throws `RangeError` unless rounds is an integer above 0 or `Infinity`.
 * @internal
 */
export const diskBound = ({
  disk,
  rules = {},
  link,
  memory,
  share
}: {
  readonly disk: Disk | undefined
  readonly rules?: DiskBound
  readonly link: Link
  readonly memory: readonly number[]
  readonly share: (own: number, of: number, beside?: readonly number[]) => number
}): DiskTimes | undefined => {
  const { mirror = 'continuously', start = 'ahead', channels = 1, rounds = 30, bytesPerSecond = Number.POSITIVE_INFINITY } = rules
  if (!(Number.isInteger(rounds) && rounds >= 1) && rounds !== Number.POSITIVE_INFINITY)
    throw new RangeError(`timeBound: disk: rounds must be an integer above 0, or Infinity (got ${rounds})`)
  if (!(bytesPerSecond > 0)) throw new RangeError(`timeBound: disk: bytesPerSecond must be above 0 (got ${bytesPerSecond})`)
  if (disk === undefined || disk.storage === 'shared') return undefined
  const wire = wireBytes(link, disk.blockBytes, false)
  const device = laneRate(costsOfBlocks(disk), { pages: 1, zeros: 0, fresh: 1, touched: 1, bytes: wire })
  // A send over several channels has at least what one of them would be left with if the others had nothing to do.
  const paced = Math.min(device, bytesPerSecond / channels)
  const flows = Array.from({ length: channels }, () => paced)
  const alone = share(channels, paced)
  const withMemory = share(channels, paced, memory)
  /** Each block's time is rounded up, and several channels end with a barrier. */
  const sendNs = (count: number, rate: number): Time =>
    Math.ceil((count * wire * 1e9) / rate) + count + (channels > 1 ? 2 * link.latencyNs : 0)
  const pushNs = (rate: number): Time => rounds * sendNs(disk.blocks, rate)
  const drainNs = sendNs(disk.blocks, share(channels, device))
  const whole = { bytesPerSecond: start === 'beside' ? withMemory : alone, rounds, drainNs }
  if (mirror === 'paused') return { ...whole, rounds: 0, beside: [], liveNs: (memoryNs) => memoryNs }
  const unbounded =
    rounds === Number.POSITIVE_INFINITY
      ? { unbounded: 'nothing limits the rounds of its disk, and what the guest writes there may keep them going for ever' }
      : {}
  // A barrier behind several channels waits for the memory's senders, too: then neither goes on while it waits for the other.
  const together = (memoryNs: Time): Time => (channels > 1 ? memoryNs + pushNs(withMemory) : Math.max(memoryNs, pushNs(withMemory)))
  if (start === 'beside') return { ...whole, beside: flows, liveNs: together, ...unbounded }
  if (mirror === 'rounds') return { ...whole, beside: [], liveNs: (memoryNs) => pushNs(alone) + memoryNs, ...unbounded }
  // The barrier behind the memory's two senders waits for a round that keeps the disk up, and then a block more may be under way.
  const keptUpNs = sendNs(disk.blocks, withMemory) + sendNs(channels, withMemory)
  return { ...whole, beside: flows, liveNs: (memoryNs) => pushNs(alone) + memoryNs + keptUpNs, ...unbounded }
}
