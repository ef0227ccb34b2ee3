import * as pageSet from '../memory/pageSet'
import type { Command, Pages } from '../protocol/command'
import type { GuestView } from '../protocol/pipeline'
import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import type { ForecastRules } from './forecastOptions'
import { unlimited } from './pacing'
import { afterRound, type Pushed } from './round'
import { none as noThrottle } from './throttle'
import { isLane, type Walk, walked, walkOver } from './walkHeard'

/** What a migration is doing: nothing yet, sending while the guest runs, copying while it stands still, sending what it lacks at the target, waiting for a link, nothing any more. */
export type Stage = 'preparing' | 'pushing' | 'stopped' | 'pulling' | 'broken' | 'over'

type Amount = { readonly bytes: number; readonly pages: number }
type Rate = Amount & { readonly pageBytes: number; readonly ns: Time }

const unmeasured: Rate = { bytes: 0, pages: 0, pageBytes: 0, ns: 0 }

/** A reading of the dirty log: the pages it named, the time since the one before it, and what was taken from the guest meanwhile. */
export type Reading = { readonly ns: Time; readonly pages: number; readonly throttle: number }

/**
 * All that a forecast knows of a migration: plain values of bounded size. `left`: pages to be sent; a set until the guest runs at the target, a count from there on. `rate`: what has
 * left in a time, the older the less (see `hear`). `pushed` is what the push itself hands to its rules, gathered from the same signals; `granted` and `throttle` are what
 * they gave the round under way.
 */
export type Heard = {
  readonly guest: GuestView
  readonly stage: Stage
  readonly at: Time
  readonly startedAt: Time | undefined
  readonly preselectedAt: Time | undefined
  readonly stoppedAt: Time | undefined
  /** A round trip of control. */
  readonly tripNs: Time
  readonly known: Known
  readonly left: pageSet.PageSet | undefined
  /** Of `left` what was never dirtied, and the part of it that the last reading of the log took: where batches go by that. */
  readonly fresh: pageSet.PageSet | undefined
  readonly taken: number
  readonly byFresh: boolean
  readonly missing: number
  /** What was missing when the guest came to the target. */
  readonly lacked: number
  readonly sent: Amount
  readonly told: Amount
  readonly sample: Amount & { readonly at: Time }
  /** `pageBytes`: of the bytes those that left with pages, not with an execution context. */
  readonly rate: Rate
  /** Bytes per second before a pacing ended. */
  readonly earlier: number | undefined
  readonly round: { readonly number: number; readonly pages: number; readonly toldBefore: number } | undefined
  readonly rounds: number
  readonly ofRound: Amount & { readonly skipped: number }
  readonly pushed: Pushed | null
  readonly pushStartedAt: Time
  readonly granted: number | undefined
  readonly throttle: number
  readonly readings: readonly Reading[]
  /** Of a time-bounded migration, once it is known for one. */
  readonly walk: Walk | undefined
  /** The hops that are over, each with the release of its source. */
  readonly hop: number
  /** Nothing comes any more. */
  readonly ended: boolean
}

/** What is known of a guest and its link beforehand: what moves besides its pages, how many of them have no content, and what one sender may have of the link. */
export type Known = { readonly contextBytes: number; readonly zeroPages: number | undefined; readonly bytesPerSecond: number | undefined }

/** Nothing heard yet of a guest. */
export const nothingHeard = (
  guest: GuestView,
  known: Known,
  { firstThrottle = 0, pacing = unlimited }: ForecastRules,
  byFresh = false
): Heard => ({
  guest,
  known,
  stage: 'preparing',
  at: 0,
  startedAt: undefined,
  preselectedAt: undefined,
  stoppedAt: undefined,
  tripNs: 0,
  left: undefined,
  fresh: undefined,
  taken: 0,
  byFresh,
  missing: 0,
  lacked: 0,
  sent: { bytes: 0, pages: 0 },
  told: { bytes: 0, pages: 0 },
  sample: { bytes: 0, pages: 0, at: 0 },
  rate: unmeasured,
  earlier: undefined,
  round: undefined,
  rounds: 0,
  ofRound: { bytes: 0, pages: 0, skipped: 0 },
  pushed: null,
  pushStartedAt: 0,
  granted: pacing(undefined),
  throttle: firstThrottle,
  readings: [],
  walk: undefined,
  hop: 0,
  ended: false
})

/** Bytes and pages that have left so far: what was answered, or what was told of since. */
export const leftSoFar = ({ sent, told }: Heard): Amount => ({
  bytes: Math.max(sent.bytes, told.bytes),
  pages: Math.max(sent.pages, told.pages)
})

/** Pages to be sent: those of the set less what has left of a send that is not answered. */
export const pagesLeft = (heard: Heard): number | undefined => {
  const { stage, left, missing, sent, told } = heard
  const unanswered = Math.max(0, told.pages - sent.pages)
  if (stage === 'pulling') return Math.max(0, missing - unanswered)
  return left && Math.max(0, left.count - unanswered)
}

/** The window of QEMU's bandwidth: 100 ms (`BUFFER_DELAY`, migration/migration.c, 10.2). */
const WINDOW_NS = 100e6

/**
 * What is known after a signal; the same value (`===`) when it tells nothing. The rate is bytes over time with weights that halve for what lies a window of 100 ms back and go to nothing before that: time in
 * which nothing was to be sent does not count. Cost: O(1), and a page set's operation at `sent` and `synced`.
 */
export const hear = (heard: Heard, signal: Signal, rules: ForecastRules): Heard => {
  if ('of' in signal && signal.of === 'disk') return heard
  const now = recognised(heard, heardOf(heard, signal, rules), signal)
  if (now.walk === undefined) return now
  const walk = walked(now.walk, signal, leftSoFar(now), now.guest.pageBytes)
  return walk === now.walk ? now : { ...now, walk }
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

const heardOf = (heard: Heard, signal: Signal, rules: ForecastRules): Heard => {
  const { at } = signal
  const now = { ...heard, at, startedAt: heard.startedAt ?? at }
  switch (signal.type) {
    case 'preselected':
      return {
        ...nothingHeard(heard.guest, heard.known, rules, heard.byFresh),
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
        rounds: signal.round,
        round: { number: signal.round, pages: signal.pages, toldBefore: leftSoFar(heard).pages }
      })
    case 'progress':
      return sampled({
        ...begun(now),
        told: { bytes: Math.max(heard.told.bytes, signal.bytes), pages: Math.max(heard.told.pages, signal.pages) }
      })
    case 'sent':
      return sent(begun(now), signal)
    case 'synced':
      return heard.left === undefined ? heard : synced(now, signal.dirty, rules)
    case 'suspended':
      return resumed(unpaced({ ...now, stage: 'stopped', stoppedAt: at, round: undefined }))
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

/** The link begins to work here: what was waited before does not count. */
const resumed = (heard: Heard): Heard => ({ ...heard, sample: { ...leftSoFar(heard), at: heard.at } })

/** Whoever was paced is not any more: the bandwidth is to be measured anew. */
const unpaced = (heard: Heard): Heard =>
  heard.granted === undefined ? heard : { ...heard, rate: unmeasured, earlier: (heard.rate.bytes * 1e9) / Math.max(1, heard.rate.ns) }

const sampled = (heard: Heard): Heard => {
  const { sample, rate, at } = heard
  const now = leftSoFar(heard)
  const ns = at - sample.at
  if (ns <= 0) return heard
  const weight = WINDOW_NS / (WINDOW_NS + ns)
  return {
    ...heard,
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
const synced = (heard: Heard, dirty: pageSet.PageSet, rules: ForecastRules): Heard => {
  const left = pageSet.union(heard.left!, dirty)
  if (heard.stage !== 'pushing') return resumed({ ...heard, left })
  const { at, guest, pushed: before, pushStartedAt: startedAt, throttle, granted, ofRound } = heard
  const began = before?.last.endedAt ?? startedAt
  const result = { ...(granted === undefined ? {} : { granted }), ...ofRound, startedAt: began, endedAt: at, dirty, owed: left }
  const { remember = 3, notes } = rules
  const pushed = afterRound(before, result, { guest, startedAt, throttle, remember, notes })
  const fresh = heard.fresh && pageSet.difference(heard.fresh, dirty)
  return {
    ...heard,
    left,
    fresh,
    taken: heard.fresh !== undefined && heard.fresh.count > 0 ? 1 - fresh!.count / heard.fresh.count : 0,
    round: undefined,
    ofRound: { bytes: 0, pages: 0, skipped: 0 },
    pushed,
    throttle: (rules.throttle ?? noThrottle)(pushed),
    granted: (rules.pacing ?? unlimited)(pushed),
    readings: [{ ns: at - began, pages: dirty.count, throttle }, ...heard.readings].slice(0, 4)
  }
}
