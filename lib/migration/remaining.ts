import type { Time } from '../time/time'

/** A time that is still to pass: most likely `likelyNs`, and in four of five cases from `lowNs` to `highNs` (`Infinity`: nobody knows an end). */
export type Remaining = { readonly lowNs: Time; readonly likelyNs: Time; readonly highNs: Time }

/**
 * What a forecast rests on, from little to much: a first round without a reading of the dirty log, one reading, two or more, where the rounds shrink and where they do
 * not; the same of a time-bounded migration before the first dirty update and after it; QEMU's windows before the first sync and after it, where a throttle acts at syncs, and where somebody watches from outside; a push until he has set another limit, and until he gives it up or asks for post-copy; one until post-copy is asked for; batches of pages never dirtied; a guest that stands still while it is copied, or while it is switched to the target with its memory to
 * follow; one that runs at the target while the rest is sent, with a background or only on demand; the same where post-copy was asked for; a pull, and a push by
 * windows, with pages without content among those to come, whose order nobody knows.
 */
export type Knowledge =
  | 'firstRound'
  | 'firstInterval'
  | 'timeBounded'
  | 'firstWindows'
  | 'windows'
  | 'firstBraked'
  | 'braked'
  | 'firstWatched'
  | 'watched'
  | 'untilRaised'
  | 'untilDecided'
  | 'untilAsked'
  | 'batches'
  | 'oneReading'
  | 'shrinking'
  | 'notShrinking'
  | 'stopped'
  | 'switching'
  | 'pulling'
  | 'pullingMixed'
  | 'windowsMixed'
  | 'demandOnly'
  | 'switchingAsked'
  | 'pullingAsked'

/**
 * The interval around a likely time. Its factors are quantiles: of migrations over a swarm of worlds, in how many times the likely time did a tenth have ended, and nine tenths?
 * `npm run bench -- forecast` draws the swarm, prints these factors and, on worlds of other seeds, how many intervals held. They say nothing of a link that fails or
 * of a guest that changes its ways. `leftNs`: what is left would take so long by itself, which the low end is of where that is sooner: a push that seems to need somebody's help may turn out not to.
 */
export const interval = (knowledge: Factored, likelyNs: number, leftNs = likelyNs): Remaining => {
  const [low, high] = factors[knowledge]
  return { lowNs: Math.floor(low * Math.min(likelyNs, leftNs)), likelyNs: Math.round(likelyNs), highNs: Math.ceil(high * likelyNs) }
}

/** What has an interval of factors: a time-bounded migration has ends of its own (see walkToCome). */
export type Factored = Exclude<Knowledge, 'firstInterval' | 'timeBounded'>

/** Tenth and nine tenths of actual over likely time, of the technique where it is farthest from 1, rounded away from 1; seed 1 of the bench. */
const factors: Readonly<Record<Factored, readonly [low: number, high: number]>> = {
  firstRound: [0.48, 2.05],
  firstWindows: [0.5, 1.91],
  windows: [0.53, 1.47],
  firstBraked: [0.51, 5.1],
  braked: [0.24, 1.61],
  firstWatched: [0.45, 4.02],
  watched: [0.6, 1.44],
  untilRaised: [0.55, 2.05],
  untilDecided: [0.35, 1.08],
  untilAsked: [0.66, 1.52],
  batches: [0.8, 1.3],
  oneReading: [0.68, 1.29],
  shrinking: [0.62, 1.2],
  notShrinking: [0.25, 1.03],
  stopped: [0.94, 1.04],
  switching: [0.62, 1.2],
  pulling: [0.74, 1.03],
  switchingAsked: [0.65, 1.47],
  pullingAsked: [0.84, 1.09],
  pullingMixed: [0.06, 6.5],
  windowsMixed: [0.3, 1.91],
  demandOnly: [1, Number.POSITIVE_INFINITY]
}
