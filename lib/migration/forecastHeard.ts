import * as pageSet from '../memory/pageSet'
import type { Command, Pages } from '../protocol/command'
import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import { contentsAfter, nothingLeft, remeasured } from './contentsHeard'
import { hearDisk } from './diskHeard'
import { hearFiles } from './filesHeard'
import { type ForecastOptions, rulesOf } from './forecastOptions'
import { type Heard, leftSoFar, nothingHeard, pagesLeft, unmeasured } from './forecastState'
import { unlimited } from './pacing'
import { afterRound } from './round'
import { afterLook, afterSync } from './syncsHeard'
import { none as noThrottle } from './throttle'
import { isLane, walked, walkOver } from './walkHeard'
import { windowFrom } from './watchedSend'

export type { Heard, Known, Reading, Stage } from './forecastState'
export { leftSoFar, nothingHeard, pagesLeft } from './forecastState'

/** The window of QEMU's bandwidth: 100 ms (`BUFFER_DELAY`, migration/migration.c, 10.2). */
const WINDOW_NS = 100e6

/**
 * What is known after a signal; the same value (`===`) when it tells nothing. The rate is bytes over time with weights that halve for what lies a window of 100 ms back and go to nothing before that: time in
 * which nothing was to be sent does not count. Cost: O(1), and a page set's operation at `sent` and `synced`.
 */
export const hear = (heard: Heard, signal: Signal, options: ForecastOptions): Heard => {
  if (heard.disk === undefined) return hearMemory(heard, signal, options)
  const ofDisk = 'of' in signal && signal.of === 'disk'
  const memory = ofDisk ? heard : hearMemory(heard, signal, options)
  const disk = hearDisk(memory.disk!, signal, memory, options, heardOf)
  return disk === memory.disk ? memory : { ...memory, at: signal.at, startedAt: memory.startedAt ?? signal.at, disk }
}

const hearMemory = (heard: Heard, signal: Signal, options: ForecastOptions): Heard => {
  const now = withFiles(recognised(heard, heardOf(heard, signal, options), signal), signal)
  if (now.walk === undefined) return now
  const walk = walked(now.walk, signal, leftSoFar(now), now.guest.pageBytes)
  return walk === now.walk ? now : { ...now, walk }
}

/** The state goes through files: while it is dumped and rebuilt, the link has nothing to do. */
const withFiles = (heard: Heard, signal: Signal): Heard => {
  if (heard.files === undefined) return heard
  const files = hearFiles(heard.files, signal, heard)
  if (files === heard.files) return heard
  const now = { ...heard, at: signal.at, files }
  return files.step === 'sending' ? resumed(now) : now
}

/** The same of an order that a journal tells of: mtx sets out, and looks at the log so often. */
export const hearOrder = (heard: Heard, { order, to }: Command, at: Time): Heard => {
  const { walk } = heard
  if (order.type === 'send' && order.of !== 'disk' && order.pages.type === 'PageSet' && isLane(to.lane, 'mtx') && walk === undefined)
    return { ...heard, walk: walkOver(order.pages, at, leftSoFar(heard), null) }
  return order.type === 'wake' && isLane(to.lane, 'alarm') && walk?.began === at
    ? { ...heard, walk: { ...walk, intervalNs: order.afterNs } }
    : heard
}

/** A push is known for a time-bounded one beforehand, with this time between two dirty updates. */
export const hearTimeBounded = (heard: Heard, intervalNs: Time | null): Heard =>
  heard.walk === undefined && heard.stage === 'pushing' && heard.pushed === null && heard.left !== undefined
    ? { ...heard, walk: walkOver(heard.left, heard.at, leftSoFar(heard), intervalNs) }
    : heard

/** Signals alone say so when mtx or its alarm is answered for the first time. */
const recognised = (before: Heard, now: Heard, signal: Signal): Heard => {
  if (!('to' in signal) || before.stage !== 'pushing' || before.pushed !== null || before.left === undefined) return now
  const woken = signal.type === 'done' && isLane(signal.to.lane, 'alarm')
  if (!woken && !(signal.type === 'sent' && isLane(signal.to.lane, 'mtx'))) return now
  const walk = now.walk ?? walkOver(before.left, before.pushStartedAt, before.sent, null)
  return woken && walk.intervalNs === null ? { ...now, walk: { ...walk, intervalNs: signal.at - walk.began } } : { ...now, walk }
}

const heardOf = (heard: Heard, signal: Signal, options: ForecastOptions): Heard => {
  const { at } = signal
  const now = { ...heard, at, startedAt: heard.startedAt ?? at }
  switch (signal.type) {
    case 'preselected':
      return {
        ...nothingHeard(heard.guest, heard.known, options),
        at,
        // A bound is that of a hop.
        startedAt: heard.stage === 'over' && heard.hop > 0 ? at : now.startedAt,
        preselectedAt: at,
        tripNs: heard.tripNs,
        rate: heard.rate,
        readings: heard.hop > 0 && heard.stage === 'over' ? heard.readings : [],
        sample: { ...leftSoFar(heard), at },
        sent: leftSoFar(heard),
        told: leftSoFar(heard),
        contents: nothingLeft(leftSoFar(heard)),
        hop: heard.hop
      }
    case 'reserved':
      return { ...now, tripNs: at - (heard.preselectedAt ?? at) }
    case 'selected':
      return heard.left === undefined
        ? resumed({ ...now, left: signal.pages, ...(heard.byFresh && { fresh: signal.pages }), pushStartedAt: at })
        : heard
    case 'round':
      return resumed({
        ...now,
        stage: 'pushing',
        syncing: now.syncing && { ...now.syncing, window: now.syncing.window ?? windowFrom(at) },
        rounds: signal.round,
        round: { number: signal.round, pages: signal.pages, toldBefore: leftSoFar(heard).pages }
      })
    case 'progress':
      return seenAtWork(
        sampled({
          ...looked(begun(atFirst(now, signal))),
          told: { bytes: Math.max(now.told.bytes, signal.bytes), pages: Math.max(now.told.pages, signal.pages) }
        }),
        options,
        false
      )
    case 'sent':
      return seenAtWork(sent(begun(now), signal), options, true)
    case 'synced':
      return heard.left === undefined ? firstSynced(heard, at, options) : synced(now, signal.dirty, options)
    case 'suspended':
      return resumed(
        unpaced({ ...now, stage: 'stopped', stoppedAt: at, round: undefined, toPull: heard.toPull || wasAsked(heard, at, options) })
      )
    case 'activated':
      return signal.where === 'source'
        ? { ...now, stage: 'over' }
        : resumed({
            ...now,
            stage: 'pulling',
            missing: pagesLeft(now) ?? 0,
            lacked: pagesLeft(now) ?? 0,
            left: undefined,
            // Progress has told of the context's bytes among others; no answer does.
            sent: { ...now.sent, bytes: now.sent.bytes + now.known.contextBytes }
          })
    case 'failed':
      return { ...now, stage: 'broken' }
    case 'standing':
      return resumed({ ...now, stage: signal.primary === 'target' ? 'pulling' : 'stopped', missing: signal.missing.count })
    case 'released':
      return { ...now, stage: 'over', hop: heard.hop + 1 }
    default:
      return heard
  }
}

/** Who sends while the guest runs is pushing, though no round is told of. */
const begun = (heard: Heard): Heard => (heard.stage === 'preparing' && heard.left !== undefined ? { ...heard, stage: 'pushing' } : heard)

/** What a source that looks has sent when it begins is of an attempt before this one, or of an earlier hop. */
const atFirst = (heard: Heard, { at, bytes, pages }: Extract<Signal, { readonly type: 'progress' }>): Heard => {
  const { syncing } = heard
  if (syncing === undefined || syncing.lookedAt !== undefined || syncing.window?.from !== at) return heard
  const left = { bytes, pages }
  return { ...heard, sent: left, told: left, sample: { ...left, at }, syncing: { ...syncing, bytesBefore: bytes } }
}

/** A source that is told to look often reads its log as soon as little is left. */
const looked = (heard: Heard): Heard => {
  const { syncing, at } = heard
  if (syncing === undefined) return heard
  const { lookedAt, lookNs } = syncing
  return {
    ...heard,
    syncing: { ...syncing, lookedAt: at, lookNs: lookedAt === undefined ? lookNs : 0.75 * lookNs + 0.25 * (at - lookedAt) }
  }
}

/** A source that looks measures its bandwidth, and whoever watches it may look meanwhile. */
const seenAtWork = (heard: Heard, { windows }: ForecastOptions, sent: boolean): Heard => {
  const { syncing, stage, at, guest } = heard
  if (syncing === undefined || windows === undefined || stage !== 'pushing') return heard
  const { bytes } = leftSoFar(heard)
  return { ...heard, syncing: afterLook(syncing, windows, { at, bytes, guest, owed: pagesLeft(heard) ?? 0, sent }) }
}

/** The link begins to work here: what was waited before does not count. */
const resumed = (heard: Heard): Heard => ({ ...heard, sample: { ...leftSoFar(heard), at: heard.at } })

/** Whoever was paced is not any more: the bandwidth is to be measured anew. */
const unpaced = (heard: Heard): Heard =>
  heard.granted === undefined
    ? heard
    : { ...heard, rate: unmeasured, contents: remeasured(heard.contents), earlier: (heard.rate.bytes * 1e9) / Math.max(1, heard.rate.ns) }

const sampled = (heard: Heard): Heard => {
  const { sample, rate, at } = heard
  const now = leftSoFar(heard)
  const ns = at - sample.at
  const { guest, known } = heard
  const since = { bytes: now.bytes - sample.bytes, pages: now.pages - sample.pages }
  const contents = known.zeroPages
    ? contentsAfter(heard.contents, { guest, zeroPages: known.zeroPages, left: now, since, ns })
    : heard.contents
  if (ns <= 0) return contents === heard.contents ? heard : { ...heard, contents }
  const over = heard.syncing === undefined ? WINDOW_NS : 5 * WINDOW_NS
  const weight = over / (over + ns)
  return {
    ...heard,
    contents,
    sample: { ...now, at },
    rate: {
      bytes: rate.bytes * weight + now.bytes - sample.bytes,
      pages: rate.pages * weight + now.pages - sample.pages,
      pageBytes: rate.pageBytes * weight + (now.pages > sample.pages ? now.bytes - sample.bytes : 0),
      ns: rate.ns * weight + ns
    }
  }
}

const sent = (heard: Heard, { pages, skipped, bytes }: Extract<Signal, { readonly type: 'sent' }>): Heard => {
  const count = numberOf(pages)
  const { left, missing, ofRound, sent: before } = heard
  return sampled({
    ...heard,
    sent: { bytes: before.bytes + bytes, pages: before.pages + count },
    left: left && without(left, pages),
    fresh: heard.fresh && without(heard.fresh, pages),
    missing: Math.max(0, missing - count),
    ofRound: { bytes: ofRound.bytes + bytes, pages: ofRound.pages + count, skipped: ofRound.skipped + skipped.count }
  })
}

const without = (of: pageSet.PageSet, pages: Pages): pageSet.PageSet =>
  pages.type === 'PageSet' ? pageSet.difference(of, pages) : pageSet.removeAll(of, pages)

const numberOf = (pages: Pages): number => (pages.type === 'PageSet' ? pages.count : pages.length)

/** The log was read: a round has ended, or the guest stands still and this is the last reading. */
const synced = (heard: Heard, dirty: pageSet.PageSet, options: ForecastOptions): Heard => {
  const left = pageSet.union(heard.left!, dirty)
  if (heard.stage !== 'pushing') return resumed({ ...heard, left })
  const { at, guest, pushed: before, pushStartedAt: startedAt, throttle, granted, ofRound } = heard
  const began = before?.last.endedAt ?? startedAt
  const result = { ...(granted === undefined ? {} : { granted }), ...ofRound, startedAt: began, endedAt: at, dirty, owed: left }
  const rules = rulesOf(options)
  const { remember = 3, notes } = rules
  const pushed = afterRound(before, result, { guest, startedAt, throttle, remember, notes })
  const fresh = heard.fresh && pageSet.difference(heard.fresh, dirty)
  const [brake, syncing] =
    options.windows === undefined
      ? [(rules.throttle ?? noThrottle)(pushed), undefined]
      : afterSync(heard.syncing, options.windows, { ...seenAt(heard, at), owed: left.count, newlyDirty: left.count - heard.left!.count })
  return {
    ...heard,
    left,
    fresh,
    taken: heard.fresh !== undefined && heard.fresh.count > 0 ? 1 - fresh!.count / heard.fresh.count : 0,
    round: undefined,
    ofRound: { bytes: 0, pages: 0, skipped: 0 },
    pushed,
    throttle: brake,
    syncing,
    granted: (rules.pacing ?? unlimited)(pushed),
    readings: [{ ns: at - began, pages: dirty.count, throttle }, ...heard.readings].slice(0, 4)
  }
}

/** The log of a push by windows is read before its pages are named. */
const firstSynced = (heard: Heard, at: Time, { windows }: ForecastOptions): Heard => {
  if (windows === undefined || heard.stage !== 'preparing') return heard
  const [throttle, syncing] = afterSync(undefined, windows, { ...seenAt(heard, at), owed: heard.guest.pages, newlyDirty: 0, throttle: 0 })
  return { ...heard, throttle, syncing }
}

const seenAt = ({ guest, throttle, sent }: Heard, at: Time) => ({ at, bytes: sent.bytes, guest, throttle })

/** A push by windows that converges reads the log last; whoever stops the guest without is having post-copy. */
const wasAsked = ({ syncing }: Heard, at: Time, { windows }: ForecastOptions): boolean =>
  syncing !== undefined &&
  (syncing.looked?.postcopy === true ||
    windows?.asked?.({ elapsedNs: at - syncing.startedAt, syncs: syncing.syncs, sinceSyncNs: at - syncing.knownAt }) === true)
