import type { Time } from '../time/time'
import { batchesToCome } from './batchesToCome'
import { kindsOf, type PageKinds } from './contentsHeard'
import { dumpNs, filesAhead, filesToCome } from './filesHeard'
import { type Heard, leftSoFar, pagesLeft, type Stage } from './forecastHeard'
import { type ForecastOptions, usualRules, type WindowsAhead } from './forecastOptions'
import { type Factored, interval, type Knowledge, type Remaining } from './remaining'
import { type Pace, roundsToCome, type ToCome } from './roundsToCome'
import { noSyncThrottle } from './syncThrottle'
import { HEADER_BYTES, ZERO_BYTES } from './walkHeard'
import { type WalkToCome, walkToCome } from './walkToCome'
import { windowsToCome } from './windowsToCome'

/**
 * What can be said of a migration at one moment.
 *
 * - `fraction` done: the bytes that have left, over those and the ones that are expected still to leave. It falls when more turns out to be dirtied than was expected.
 *   `bytesLeft`: those that are expected still to leave.
 * - `hop`: of a journey, the number of the hop under way, of how many where that is known. `whole`: `remaining`, `fraction` and `bytesLeft` are of all of the journey; else of this hop alone.
 * - `bytesPerSecond`: what leaves now, measured between the latest signals (window 100 ms), or stated beforehand (`measured: false`).
 * - `dirtiedPerSecond`: distinct pages, by the last reading of the dirty log.
 * - `expectedDowntimeNs`: residual / bandwidth, of the residual that the push's own rules are expected to leave, with the execution context and the round trips of the switch; once the
 *   guest stands still, all of its downtime. `downtimeNowNs`: the same if the guest were stopped now (QEMU's `expected-downtime`).
 * - `remaining`: until the source is no longer needed; absent while nothing is known or the link is broken, where nothing is known of how it goes on: `unforeseen` says why. `restsOn`: what it is reckoned from.
 * - `converges`: whether the round under way leaves less than nine tenths of what it sends, at present; absent where nothing is pushed. `reason`: why the push is expected to stop, in the words of its rule;
 *   `null`: at present it goes on for ever.
 * - `disk`: of one that moves, until the guest runs at the target; bytes, fraction, downtime and time are then of both.
 */
export type Forecast = {
  readonly migration: string
  readonly at: Time
  readonly stage: Stage
  readonly hop?: { readonly number: number; readonly of?: number; readonly whole: boolean }
  readonly round: number
  readonly bytes: number
  readonly fraction?: number
  readonly bytesLeft?: number
  readonly bytesPerSecond?: number
  readonly measured: boolean
  readonly dirtiedPerSecond?: number
  readonly pagesLeft?: number
  readonly expectedDowntimeNs?: Time
  readonly downtimeNowNs?: Time
  readonly remaining?: Remaining
  readonly unforeseen?: string
  readonly restsOn?: Knowledge
  readonly disk?: DiskForecast
  readonly converges?: boolean
  readonly reason?: string | null
}

/** Of a disk that moves: whether its blocks are mirrored in rounds, kept up (or wait for the drain) while the memory moves, or drained; the round; and the blocks that are left to be sent now. */
export type DiskForecast = { readonly stage: 'mirrored' | 'keptUp' | 'drained'; readonly round: number; readonly blocksLeft: number }

/** Round trips from the last page to the release of the source: one for the barrier, one for the commit, half a one for the resumption and for the redirection. */
const SWITCH_TRIPS = 3

/** What can be said of a migration of which this was heard. @internal */
export const forecastOf = (migration: string, heard: Heard, options: ForecastOptions): Forecast => {
  const { windows } = options
  const atMost = windows?.pullBytesPerSecond ?? Number.POSITIVE_INFINITY
  const { at, stage, rounds: round, rate, guest, readings, tripNs, walk, toPull } = heard
  const { contextBytes, bytesPerSecond: stated } = heard.known
  const measured = rate.ns > 0 && rate.bytes > 0
  const bytesPerSecond = measured ? (rate.bytes * 1e9) / rate.ns : (stated ?? heard.earlier)
  const left = pagesLeft(heard)
  const { bytes } = leftSoFar(heard)
  // Of what was told to have left and was not answered, pages are the part that is counted; an execution context is the rest.
  const contextLeft =
    left === 0 || (stage === 'stopped' && toPull)
      ? Math.max(0, contextBytes - Math.max(0, heard.told.bytes - heard.sent.bytes))
      : contextBytes
  const said: Forecast = {
    migration,
    at,
    stage,
    round,
    bytes,
    measured,
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    ...(readings.length > 0 && readings[0].ns > 0 && { dirtiedPerSecond: (readings[0].pages * 1e9) / readings[0].ns }),
    ...(left !== undefined && { pagesLeft: left })
  }
  if (stage === 'over') return { ...said, fraction: 1, bytesLeft: 0, remaining: { lowNs: 0, likelyNs: 0, highNs: 0 } }
  const unforeseen = whyUnforeseen(heard, options)
  if (unforeseen !== undefined || left === undefined || bytesPerSecond === undefined)
    return { ...said, unforeseen: unforeseen ?? 'nothing has been sent yet' }
  const kinds = kindsLeft(heard, left, bytesPerSecond, options)
  const bytesPerPage = kinds?.bytesPerPage ?? (rate.pageBytes > 0 ? rate.pageBytes / rate.pages : guest.pageBytes + HEADER_BYTES)
  const { zeros, zeroNs, bytesPerSecond: usual } = kinds ?? { zeros: 0, zeroNs: 0, bytesPerSecond }
  const leftBytes = (left - zeros) * bytesPerPage + zeros * ZERO_BYTES
  const leftIn = (perSecond = usual): number => ((left - zeros) * bytesPerPage * 1e9) / perSecond + zeros * zeroNs
  const inNs = (amount: number, perSecond = usual): number => (amount * 1e9) / perSecond
  const switchIn = (perSecond: number): number => inNs(contextLeft, perSecond) + SWITCH_TRIPS * tripNs
  const switchNs = switchIn(usual)
  const shown = (
    toSend: number,
    ns: number,
    knowledge: Factored,
    more: Partial<Forecast>,
    { isKnown = true, leftNs = ns }: Besides = {}
  ): Forecast => {
    const remaining = Number.isFinite(ns)
      ? { ...interval(knowledge, ns, leftNs), ...(!isKnown && { highNs: Number.POSITIVE_INFINITY }) }
      : { lowNs: Math.floor(leftIn()), likelyNs: ns, highNs: ns }
    return {
      ...said,
      fraction: bytes === 0 ? 0 : bytes / (bytes + toSend),
      bytesLeft: toSend,
      restsOn: knowledge,
      remaining: bounded(remaining, heard, options),
      ...more
    }
  }
  if (stage === 'pulling') {
    const ns = leftIn() + tripNs * (left > 0 ? 1.5 : heard.lacked > 0 ? 1 : 0.5)
    return shown(
      leftBytes,
      ns,
      options.pull === 'demandOnly'
        ? 'demandOnly'
        : zeros > 0.01 * left
          ? 'pullingMixed'
          : windows === undefined
            ? 'pulling'
            : 'pullingAsked',
      {}
    )
  }
  if (walk !== undefined) {
    const whole = guest.pageBytes + HEADER_BYTES
    const [low, likely, high] = walkToCome(heard, walk)
    const trips = switchIn(Math.max(stated ?? 0, walk.peak, bytesPerSecond)) + (stage === 'pushing' ? tripNs + walk.updateNs : 0)
    const sum = ({ ns, restNs }: WalkToCome): number => ns + restNs + trips
    const ends = [low, likely, high].map(sum).sort((a, b) => a - b)
    const bytesLeft = (likely.pages + likely.residual) * whole + contextLeft
    return {
      ...said,
      fraction: bytes / (bytes + bytesLeft),
      bytesLeft,
      restsOn: stage === 'stopped' ? 'stopped' : walk.updates === 0 ? 'firstInterval' : 'timeBounded',
      remaining: bounded(
        { lowNs: Math.floor(0.94 * ends[0]), likelyNs: rounded(ends[1]), highNs: Math.ceil(1.04 * ends[2]) },
        heard,
        options
      ),
      expectedDowntimeNs: rounded(stage === 'stopped' ? at - (heard.stoppedAt ?? at) + sum(likely) : likely.restNs + trips - tripNs),
      ...(stage === 'pushing' && {
        downtimeNowNs: rounded((left * likely.restNs) / Math.max(1, likely.residual) + trips - tripNs),
        reason: 'mtx has come to the last page'
      })
    }
  }
  const files = filesToCome(heard, left)
  const now = leftIn(toPull ? Math.min(usual, atMost) : usual) + switchNs + files.ns
  // A guest that stands still before anything was pushed is copied, or else it has everything before it at the target: both take as long.
  if (stage === 'stopped')
    return shown(
      leftBytes + contextLeft,
      now,
      toPull ? (windows === undefined ? 'switching' : 'switchingAsked') : 'stopped',
      { expectedDowntimeNs: rounded(at - (heard.stoppedAt ?? at) + (toPull ? switchNs : now)) },
      { isKnown: files.known }
    )
  const paced = windows === undefined ? usual : Math.min(usual, heard.granted ?? Number.POSITIVE_INFINITY)
  const dumping = heard.files === undefined ? 0 : (dumpNs(heard) ?? 0) / 1e9
  const pace = { pagesPerSecond: 1 / (bytesPerPage / paced + dumping), bytesPerPage, zeros, zeroNs }
  const [toCome, rests] = goingOn(heard, pace, options)
  const knowledge = zeros > 0.01 * left && (rests === 'firstWindows' || rests === 'windows') ? 'windowsMixed' : rests
  const finalRate = Math.min(
    toCome.finalBytesPerSecond ?? Number.POSITIVE_INFINITY,
    Math.max(usual, heard.granted === undefined ? 0 : (stated ?? 0))
  )
  const follows = toCome.follows ?? options.follows
  const restNs = inNs(toCome.residual * bytesPerPage, follows === 'pull' ? Math.min(finalRate, atMost) : finalRate)
  const finallyNs = switchIn(finalRate)
  const ofFiles = filesAhead(heard, left, toCome.residual)
  const endless = toCome.reason === null
  return shown(
    toCome.givenUp
      ? toCome.pages * bytesPerPage
      : (endless ? left : toCome.pages + toCome.residual) * bytesPerPage + contextLeft - zeros * (bytesPerPage - ZERO_BYTES),
    endless ? Number.POSITIVE_INFINITY : Math.max(0, toCome.ns + (toCome.givenUp ? 0 : restNs + finallyNs + ofFiles.ns)),
    knowledge,
    {
      ...(!endless && { expectedDowntimeNs: rounded(toCome.givenUp ? 0 : finallyNs + ofFiles.downNs + (follows === 'pull' ? 0 : restNs)) }),
      downtimeNowNs: rounded(options.follows === 'pull' ? switchNs : now),
      ...(readings.length > 0 && toCome.shrinks !== undefined && { converges: toCome.shrinks }),
      reason: toCome.reason
    },
    { isKnown: ofFiles.known, leftNs: windows?.looks && leftIn(paced) + finallyNs }
  )
}

/** The kinds of the pages left, where the guest has some without content: a round has sent them all, a push by windows may not have. */
const kindsLeft = (heard: Heard, left: number, bytesPerSecond: number, { windows }: ForecastOptions): PageKinds | undefined => {
  const { guest, known, contents, pushed, readings } = heard
  if (!known.zeroPages) return undefined
  const written = readings.reduce((sum, { pages }) => sum + pages, 0) / guest.pages
  return kindsOf(contents, {
    guest,
    zeroPages: known.zeroPages,
    pages: pushed !== null && windows === undefined ? 0 : left,
    written: Math.min(1, written),
    bytesPerSecond,
    link: known.bytesPerSecond ?? 0
  })
}

/** Whether all that remains is known, and how long what is left would take by itself. */
type Besides = { readonly isKnown?: boolean; readonly leftNs?: number }

/** Why no time is named at all, in a sentence. */
const whyUnforeseen = ({ stage }: Heard, { unforeseen }: ForecastOptions): string | undefined =>
  stage === 'broken'
    ? 'the link is broken, and nobody knows when it will be mended'
    : stage === 'preparing'
      ? 'nothing has been sent yet'
      : unforeseen

/** How it goes on while the guest runs, by how it is pushed, and what that rests on. */
const goingOn = (heard: Heard, pace: Pace, { rules = usualRules, windows, batches }: ForecastOptions): readonly [ToCome, Factored] => {
  if (batches !== undefined) return [batchesToCome(heard, pace, batches), 'batches']
  if (windows !== undefined) return withWindows(windowsToCome(heard, pace, windows), heard, windows)
  const toCome = roundsToCome(heard, pace, rules)
  return [toCome, knowledgeOf(heard, toCome)]
}

const withWindows = (
  toCome: ToCome,
  { readings }: Heard,
  { throttle = noSyncThrottle, looks }: WindowsAhead
): readonly [ToCome, Factored] => {
  if (looks !== undefined && (toCome.givenUp || toCome.follows === 'pull')) return [toCome, 'untilDecided']
  if (toCome.raised) return [toCome, 'untilRaised']
  if (toCome.follows === 'pull') return [toCome, 'untilAsked']
  if (looks !== undefined) return [toCome, readings.length === 0 ? 'firstWatched' : 'watched']
  const braked = throttle.name !== noSyncThrottle.name
  return [toCome, readings.length === 0 ? (braked ? 'firstBraked' : 'firstWindows') : braked ? 'braked' : 'windows']
}

const rounded = (ns: number): Time => Math.round(ns)

/** What rounds to come rest on. @internal */
export const knowledgeOf = ({ readings }: Heard, { shrinks }: ToCome): Factored =>
  readings.length === 0 ? 'firstRound' : readings.length === 1 ? 'oneReading' : shrinks === false ? 'notShrinking' : 'shrinking'

/** Not beyond a bound that is known. @internal */
export const bounded = ({ lowNs, likelyNs, highNs }: Remaining, { at, startedAt = at }: Heard, { boundNs }: ForecastOptions): Remaining => {
  if (boundNs === undefined) return { lowNs, likelyNs, highNs }
  const most = Math.max(0, startedAt + boundNs - at)
  return { lowNs: Math.min(lowNs, most), likelyNs: Math.min(likelyNs, most), highNs: Math.min(highNs, most) }
}
