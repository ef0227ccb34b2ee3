import * as O from 'fp-ts/lib/Option'
import * as pageSet from '../memory/pageSet'
import type { Time } from '../time/time'
import { type Heard, pagesLeft, type Reading } from './forecastHeard'
import type { ForecastRules } from './forecastOptions'
import { unlimited } from './pacing'
import { afterRound, type Pushed } from './round'
import { none as noThrottle } from './throttle'

/**
 * How a push would go on at present: `ns` until the guest stands still, the pages sent until then, the pages that would be left, and the bandwidth of their copy; why it would stop then, in the
 * rule's words (`null`: it does not within the rounds looked ahead), or whether it would be given up. `shrinks`: whether the round under way is expected to leave less than nine tenths
 * of what it sends. `follows`: what follows, where that depends on how it ends. `raised`: whether
 * somebody will have set another limit by then.
 */
export type ToCome = {
  readonly ns: number
  readonly pages: number
  readonly residual: number
  readonly finalBytesPerSecond: number | undefined
  readonly reason: string | null
  readonly givenUp: boolean
  readonly shrinks: boolean | undefined
  readonly follows?: 'copy' | 'pull'
  readonly raised?: boolean
}

/**
 * What the rounds to come are reckoned with: pages per second while nothing paces them, and what a page takes on the wire; and of the pages left those without content, and what each of them takes.
 */
export type Pace = { readonly pagesPerSecond: number; readonly bytesPerPage: number; readonly zeros?: number; readonly zeroNs?: Time }

/** The same as a mean over the pages left, where those without content are anywhere among them. */
export const meanPace = ({ pagesPerSecond, zeros = 0, zeroNs = 0 }: Pace, left: number): number =>
  zeros === 0 ? pagesPerSecond : left / ((left - zeros) / pagesPerSecond + (zeros * zeroNs) / 1e9)

/** Rounds looked ahead at most: what goes on longer is said to have no end. */
const AHEAD = 64

/**
 * The rounds to come, reckoned with the push's own rules: how long each takes at the present rate, what the guest dirties meanwhile (`dirtiedIn`), and what the rules say of
 * that. Cost: at most 64 rounds, a few page sets of one run each.
 */
export const roundsToCome = (heard: Heard, { pagesPerSecond, bytesPerPage, zeros = 0, zeroNs = 0 }: Pace, rules: ForecastRules): ToCome => {
  const { guest, pushStartedAt: startedAt } = heard
  const { throttle = noThrottle, pacing = unlimited, remember = 3, notes } = rules
  const atMost = (granted: number | undefined): number =>
    granted === undefined ? pagesPerSecond : Math.min(pagesPerSecond, granted / bytesPerPage)
  const some = (count: number): pageSet.PageSet => pageSet.range(guest.pages, 0, Math.max(0, Math.min(guest.pages, Math.round(count))))
  let { pushed, throttle: taken, granted, at } = heard
  let owed = pagesLeft(heard) ?? guest.pages
  let toSend = heard.round === undefined ? (pushed === null ? owed : 0) : roundLeft(heard)
  let decided = heard.round === undefined && pushed !== null
  let pages = 0
  let shrinks: boolean | undefined
  for (let ahead = 0; ahead < AHEAD; ahead++) {
    if (!decided) {
      const began = pushed?.last.endedAt ?? startedAt
      const ofThese = ahead === 0 ? Math.min(toSend, zeros) : 0
      const end = at + heard.tripNs + ((toSend - ofThese) * 1e9) / atMost(granted) + ofThese * zeroNs
      const dirty = some(dirtiedIn(heard.readings, { ns: end - began, throttle: taken, pagesPerSecond }))
      const size = ahead === 0 && heard.round !== undefined ? heard.round.pages : toSend
      shrinks ??= isSmaller(dirty.count, size)
      pages += toSend
      owed = some(owed - toSend + dirty.count).count
      const result = {
        ...(granted === undefined ? {} : { granted }),
        pages: size,
        skipped: 0,
        bytes: (size - ofThese) * bytesPerPage,
        startedAt: began,
        endedAt: end,
        dirty,
        owed: some(owed)
      }
      pushed = afterRound(pushed, result, { guest, startedAt, throttle: taken, remember, notes })
      at = end
    }
    decided = false
    const [reason, givenUp] = over(pushed!, rules)
    if (reason !== null)
      return {
        ns: at - heard.at,
        pages,
        residual: owed,
        finalBytesPerSecond: rules.final?.(pushed!),
        reason,
        givenUp,
        shrinks: shrinks ?? isSmaller(pushed!.last.dirtied, pushed!.last.pages)
      }
    taken = throttle(pushed!)
    granted = pacing(pushed!)
    toSend = owed
  }
  return { ns: at - heard.at, pages, residual: owed, finalBytesPerSecond: undefined, reason: null, givenUp: false, shrinks }
}

/** A round that leaves less than nine tenths of what it sends brings an end nearer; one that leaves a little less does so in dozens of rounds. */
const isSmaller = (dirtied: number, sent: number): boolean => dirtied === 0 || dirtied < 0.9 * sent

const roundLeft = ({ round, told, sent }: Heard): number =>
  Math.max(0, round!.pages - (Math.max(told.pages, sent.pages) - round!.toldBefore))

/** Why a push would end after this round, and whether by giving up; two rounds without a page end it, too. */
const over = (pushed: Pushed, { until, giveUp }: ForecastRules): readonly [string | null, boolean] => {
  const stop = until(pushed)
  if (O.isSome(stop)) return [stop.value, false]
  if (pushed.last.pages === 0 && pushed.previous?.pages === 0) return ['nothing is left to send', false]
  const given = giveUp?.(pushed) ?? O.none
  return O.isSome(given) ? [given.value, true] : [null, false]
}

/**
 * The distinct pages that a guest is expected to dirty in a time: pages(t) = last.pages (t / last.ns)^k, in the guest's own
 * time, of which a throttle takes its part. k is what the readings of the log so far
 * say, between 0 (the same pages again and again) and 1 (ever new ones). Before the first reading nobody knows, and a quarter of what could be sent
 * meanwhile is assumed.
 */
export const dirtiedIn = (readings: readonly Reading[], ahead: Ahead): number => dirtying(readings)(ahead)

type Ahead = { readonly ns: Time; readonly throttle: number; readonly pagesPerSecond: number }

/** The same for who asks of many times. */
export const dirtying = (readings: readonly Reading[]): ((ahead: Ahead) => number) => {
  const [last] = readings
  if (last === undefined || last.ns <= 0)
    return ({ ns, throttle, pagesPerSecond }) => (UNKNOWN * pagesPerSecond * ns * (1 - throttle)) / 1e9
  if (last.pages === 0) return () => 0
  const k = exponent(readings)
  return ({ ns, throttle }) => last.pages * ((ns * (1 - throttle)) / ranFor(last)) ** k
}

/** Dirtied per page sent, before anything was read. */
const UNKNOWN = 0.25
/** Between a sweep of ever new pages (1) and a small working set (0), before two readings of unlike lengths are there. */
const USUAL = 0.7

const exponent = (readings: readonly Reading[]): number => {
  const [last] = readings
  const other = readings.find(
    (one) => one.pages > 0 && one.ns > 0 && Math.max(ranFor(one), ranFor(last)) > 1.25 * Math.min(ranFor(one), ranFor(last))
  )
  if (other === undefined) return USUAL
  const k = Math.log(last.pages / other.pages) / Math.log(ranFor(last) / ranFor(other))
  return Math.max(0, Math.min(1, k))
}

/** How long the guest ran between two readings, by its own time. */
const ranFor = ({ ns, throttle }: Reading): number => ns * (1 - throttle)
