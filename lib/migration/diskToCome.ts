import * as pageSet from '../memory/pageSet'
import { milliseconds, type Time } from '../time/time'
import { blockRules, type DiskHeard, diskRulesOf } from './diskHeard'
import { type Heard, pagesLeft } from './forecastHeard'
import { knowledgeOf } from './forecastOf'
import type { ForecastOptions } from './forecastOptions'
import { type Factored, interval, type Remaining } from './remaining'
import { dirtiedIn, roundsToCome } from './roundsToCome'
import { HEADER_BYTES } from './walkHeard'

type End = keyof Remaining

/**
 * What a disk adds to a migration, given how long the memory still takes while the guest runs (`liveNs`): the nanoseconds besides, the drain among them, and the bytes. `memoryBytesPerSecond`: what it leaves the
 * memory before that was measured; `besideMirror`: what it will have on average beside a mirror that keeps up, which now sends or rests; `bytesPerSecond`: what leaves now, of both. While its rounds are ahead of the memory, what that rests on, whether they shrink, and why they stop.
 */
export type DiskCourse = {
  readonly remainingNs: (end: End, liveNs: Time) => number
  readonly drainNs: (end: End, liveNs: Time) => number
  readonly drainNowNs: number
  readonly bytesLeft: (liveNs: Time) => number
  readonly memoryBytesPerSecond: number
  readonly besideMirror: number | undefined
  readonly bytesPerSecond: number | undefined
  readonly measured: boolean
  readonly knowledge: Factored | undefined
  readonly converges: boolean | undefined
  readonly reason: string | null | undefined
}

/** How a disk goes on while the memory does, is to begin, or is copied; `undefined` while no rate is known. Cost: that of `roundsToCome`. @internal */
export const courseOf = (heard: Heard, disk: DiskHeard, options: ForecastOptions): DiskCourse | undefined => {
  const { blocks, mirrored } = disk
  const { mirror, start, pacing, intervalNs = milliseconds(100) } = diskRulesOf(options)
  const rates = ratesOf(heard, disk, options)
  if (rates === undefined) return undefined
  const blockBytes = blocks.rate.pageBytes > 0 ? blocks.rate.pageBytes / blocks.rate.pages : blocks.guest.pageBytes + HEADER_BYTES
  const all = Math.min(blocks.guest.pages, heard.known.blocks ?? blocks.guest.pages)
  const stopped = blocks.stage === 'stopped'
  const paused = mirror === 'paused' && blocks.left === undefined
  const perBlockNs = (blockBytes * 1e9) / rates.drain
  const lastRead = blocks.pushed?.last.endedAt ?? blocks.pushStartedAt
  const blocksPerSecond = rates.disk / blockBytes
  const dirtied = (ns: Time): number =>
    Math.min(all, dirtiedIn(blocks.readings, { ns: Math.max(0, ns), throttle: 0, pagesPerSecond: blocksPerSecond }))
  const left = blocks.left === undefined ? all : pagesLeft(blocks)!

  const pushes = !mirrored && !stopped && mirror !== 'paused'
  const begun =
    blocks.stage === 'pushing'
      ? blocks
      : { ...blocks, left: pageSet.range(blocks.guest.pages, 0, all), stage: 'pushing' as const, round: undefined, pushed: null }
  const granted = pacing?.(blocks.pushed ?? undefined) ?? Number.POSITIVE_INFINITY
  const pace = { pagesPerSecond: Math.min(rates.disk, granted) / blockBytes, bytesPerPage: blockBytes }
  const toCome = pushes
    ? roundsToCome(
        { ...begun, at: heard.at, pushStartedAt: blocks.left === undefined ? heard.at : blocks.pushStartedAt },
        pace,
        blockRules(options)
      )
    : undefined
  const knowledge = toCome && knowledgeOf(blocks, toCome)
  const endless = toCome?.reason === null
  const pushed: Remaining =
    toCome === undefined
      ? { lowNs: 0, likelyNs: 0, highNs: 0 }
      : endless
        ? { lowNs: (left * 1e9) / pace.pagesPerSecond, likelyNs: Number.POSITIVE_INFINITY, highNs: Number.POSITIVE_INFINITY }
        : interval(knowledge!, toCome.ns)

  /** The blocks that are to be drained when the guest stands still after so long. */
  const toDrain = (untilNs: Time): number => {
    if (stopped) return disk.logged ? left : paused ? all : Math.min(all, left + dirtied(heard.at - lastRead))
    if (paused || (mirror === 'paused' && !stopped)) return all
    const residual = toCome?.residual ?? left
    if (mirror === 'rounds') return Math.min(all, residual + dirtied(toCome === undefined ? heard.at - lastRead + untilNs : untilNs))
    let turn = 0
    for (let i = 0; i < TURNS; i++) turn = dirtied(Math.max(intervalNs / 2, (turn * blockBytes * 1e9) / rates.keepUp))
    return turn
  }
  const seen = blocks.readings.length > 0
  const drainFactors: Readonly<Record<End, number>> =
    stopped && (disk.logged || paused)
      ? { lowNs: 0.94, likelyNs: 1, highNs: 1.04 }
      : mirror === 'paused'
        ? { lowNs: 0.9, likelyNs: 1, highNs: 1.05 }
        : seen
          ? { lowNs: 0.3, likelyNs: 1, highNs: 2 }
          : { lowNs: 0, likelyNs: 1, highNs: 3 }
  const more: Readonly<Record<End, number>> = stopped || mirror === 'paused' ? NONE : { lowNs: 0, likelyNs: 0.2, highNs: 1 }
  const drainNs = (end: End, liveNs: Time): number =>
    Math.min(all, drainFactors[end] * toDrain(Math.min(liveNs, FOREVER)) + (readsOf(blocks) > 0 ? more[end] : 0)) * perBlockNs

  /** How much longer the guest runs than the memory alone has it run. */
  const waitNs = (end: End, liveNs: Time): number => {
    const disks = pushed[end]
    if (!(pushes && start === 'beside')) return disks
    if (!Number.isFinite(disks) || !Number.isFinite(liveNs)) return Number.isFinite(liveNs) ? disks : 0
    const [short, long] = disks < liveNs ? [disks, liveNs] : [liveNs, disks]
    const own = disks < liveNs ? rates.memory : pace.pagesPerSecond * blockBytes
    const most = disks < liveNs ? rates.memoryAlone : Math.min(rates.diskAlone, granted)
    const both = short + ((long - short) * own) / Math.max(own, most)
    const waits = Math.max(0, both - liveNs)
    // What the guest writes to its memory meanwhile is sent besides.
    const { readings, guest } = heard
    const written = Math.min(
      guest.pages,
      dirtiedIn(readings, { ns: waits, throttle: heard.throttle, pagesPerSecond: rates.memory / guest.pageBytes })
    )
    const besides = heard.left === undefined || waits === 0 ? 0 : (written * guest.pageBytes * 1e9) / rates.memoryAlone
    return both - liveNs + WAITED[end] * besides
  }
  return {
    remainingNs: (end, liveNs) => waitNs(end, liveNs) + drainNs(end, liveNs),
    drainNs,
    drainNowNs: stopped
      ? drainNs('likelyNs', 0)
      : Math.min(all, mirror === 'paused' ? all : left + dirtied(heard.at - lastRead)) * perBlockNs,
    bytesLeft: (liveNs) => {
      const keptUp =
        mirror === 'continuously' && !stopped ? Math.min(dirtied(1e9) * blockBytes, rates.keepUp) * (Math.min(liveNs, FOREVER) / 1e9) : 0
      return (endless ? left : (toCome?.pages ?? 0)) * blockBytes + keptUp + (drainNs('likelyNs', liveNs) * rates.drain) / 1e9
    },
    memoryBytesPerSecond: rates.memory,
    besideMirror: rates.besideMirror,
    bytesPerSecond: rates.now,
    measured: rates.measured,
    knowledge: pushes && heard.left === undefined ? knowledge : undefined,
    converges: pushes && heard.left === undefined && blocks.readings.length > 0 ? toCome?.shrinks : undefined,
    reason: endless ? null : undefined
  }
}

/** Turns of a mirror that keeps up, until they are as long as each other. */
const TURNS = 8
/** What goes on for ever writes all that it will within a day. */
const FOREVER = 86_400e9
const NONE: Readonly<Record<End, number>> = { lowNs: 0, likelyNs: 0, highNs: 0 }
const WAITED: Readonly<Record<End, number>> = { lowNs: 0.3, likelyNs: 1, highNs: 2 }

const readsOf = ({ readings }: Heard): number => (readings.length === 0 ? 1 : readings[0].pages)

type Rates = Readonly<Record<'disk' | 'diskAlone' | 'memory' | 'memoryAlone' | 'drain' | 'keepUp', number>> & {
  readonly now: number | undefined
  readonly besideMirror: number | undefined
  readonly measured: boolean
}

/** Bytes per second of each, now and were the other not there. */
const ratesOf = (heard: Heard, { blocks, mirrored }: DiskHeard, options: ForecastOptions): Rates | undefined => {
  const { known, granted } = heard
  const { stage } = blocks
  const { start, mirror, pacing } = diskRulesOf(options)
  const [ofMemory, ofDisk] = [measured(heard), measured(blocks)]
  const device = known.diskBytesPerSecond ?? Number.POSITIVE_INFINITY
  // A memory whose rounds are over waits for the disk.
  const memoryRuns = heard.left !== undefined && stage !== 'stopped' && (heard.round !== undefined || heard.pushed === null)
  const diskRuns = blocks.left !== undefined && !mirrored && stage !== 'stopped'
  const sum = memoryRuns && diskRuns && ofMemory !== undefined && ofDisk !== undefined ? ofMemory + ofDisk : undefined
  const seen = diskRuns && !memoryRuns && ofDisk !== undefined && ofDisk < 0.9 * device ? ofDisk : Math.max(ofMemory ?? 0, ofDisk ?? 0)
  const slow = ofDisk !== undefined && (ofDisk > 0.9 * device || pacing !== undefined)
  const link = sum ?? (seen === 0 || (slow && ofMemory === undefined) ? Math.max(seen, known.bytesPerSecond ?? 0) : seen)
  if (!(link > 0)) return undefined
  const stated = known.bytesPerSecond ?? 0
  const paced = granted !== undefined || options.windows !== undefined
  // Who was measured beside somebody else may have twice as much alone.
  const full = Math.max(link, paced ? stated : start === 'beside' && !mirrored && diskRuns ? Math.min(stated, 2 * (ofDisk ?? 0)) : 0)
  const beside = start === 'beside' && !mirrored && mirror !== 'paused' && stage !== 'stopped' && options.pushes !== false
  const diskAlone = Math.min(full, device)
  const [last] = blocks.readings
  const writes = last === undefined || last.ns <= 0 ? 0 : (last.pages * blocks.guest.pageBytes * 1e9) / last.ns
  const kept = mirror === 'continuously' && stage !== 'stopped' ? Math.min(writes, full / 2, device) : 0
  /** On average beside a mirror that keeps up, which now sends or rests; and alone, once nobody writes. */
  const besideMirror = (own: number | undefined): number | undefined => {
    if (own === undefined || !mirrored || granted !== undefined || options.windows !== undefined) return undefined
    if (stage === 'stopped') return Math.max(own, Math.min(full, 2 * own))
    if (mirror !== 'continuously' || !memoryRuns) return undefined
    return (pagesLeft(blocks) ?? 0) > 0 ? Math.max(own, Math.min(full - kept, 2 * own)) : Math.min(own, Math.max(full - kept, full / 2))
  }
  return {
    now: memoryRuns && diskRuns ? sum : ((memoryRuns || stage === 'stopped' ? ofMemory : undefined) ?? ofDisk ?? known.bytesPerSecond),
    measured: ofMemory !== undefined || ofDisk !== undefined,
    disk:
      ofDisk !== undefined && diskRuns && !memoryRuns
        ? Math.max(ofDisk, Math.min(diskAlone, 2 * ofDisk))
        : (ofDisk ?? (beside ? Math.min(diskAlone, full / 2) : diskAlone)),
    diskAlone,
    besideMirror: besideMirror(ofMemory),
    memory: beside
      ? memoryRuns && ofMemory !== undefined
        ? ofMemory
        : Math.max(full / 2, full - diskAlone)
      : Math.max(full - kept, full / 2),
    memoryAlone: Math.max(full - kept, full / 2),
    drain: diskAlone,
    keepUp: Math.min(diskAlone, Math.max(full / 2, full - (ofMemory ?? full)))
  }
}

const measured = ({ rate }: Heard): number | undefined => (rate.ns > 0 && rate.bytes > 0 ? (rate.bytes * 1e9) / rate.ns : undefined)
