import { pipe } from 'fp-ts/lib/function'
import type { Time } from '../time/time'
import { deflate, dropCache, inflate, type PageClasses } from './pageClasses'
import { complement, type PageSet, take } from './pageSet'

/** How a guest balloons by itself. */
export interface SelfBallooningOptions {
  /** Time between two inflations; 5 s by default, and the authors found 4 to 10 s to do (Hines and Gopalan, VEE 2009, dynamic self-ballooning). */
  readonly intervalNs?: Time
  /** Share of the memory nobody uses that the balloon takes, above 0 up to 1; 0.95 by default (same source). */
  readonly fraction?: number
  /** Intervals without inflation after memory pressure; 10 by default (same source). */
  readonly backOffIntervals?: number
  /** Pages given back per call of the kernel's shrinker; 128 by default (Linux's SHRINK_BATCH, named by the same source). */
  readonly shrinkPages?: number
  /** Share of the clean page cache dropped before each inflation, 0 to 1; 0 by default, 1 is what Clark et al. do before round 1 (NSDI 2005 §5.5). */
  readonly cacheFraction?: number
}

/** What the guest's kernel knows when it looks. */
export interface BalloonInput {
  readonly at: Time
  /** Pages free within the guest, without those in the balloon. */
  readonly freePages: number
  /** Clean page-cache pages. */
  readonly cachePages: number
  /** Pages the kernel wants back now; 0 without memory pressure. */
  readonly pressure: number
}

/** What the balloon does now, in pages, and when it wants to be asked again without pressure. */
export interface BalloonOutput {
  readonly dropCache: number
  readonly inflate: number
  readonly deflate: number
  readonly nextAt: Time
}

/** Pages in the balloon, and the time before which it does not grow. */
export interface BalloonState {
  readonly inflated: number
  readonly nextAt: Time
}

/** A balloon that decides by itself: a pure machine. */
export type SelfBallooning = (state: BalloonState, input: BalloonInput) => readonly [BalloonOutput, BalloonState]

/** An empty balloon that may grow from time 0 on. */
export const emptyBalloon: BalloonState = Object.freeze({ inflated: 0, nextAt: 0 })

/**
 * Dynamic self-ballooning (Hines and Gopalan, VEE 2009): every interval the balloon grows until it holds `fraction` of the memory that nobody uses; when
 * the kernel is short of memory its shrinker takes whole batches back, and the balloon does not grow for some intervals.
 *
 *     time        0        5 s      10 s    12 s                              62 s
 *     balloon     inflate  inflate  inflate  deflate (pressure), back-off ...  inflate
 *
 * Unused memory is what is free, what the cache drops now, and what the balloon holds; it never shrinks without pressure. Errors: `RangeError` naming the
 * option. Cost: O(1).
 */
export function selfBallooning(options: SelfBallooningOptions = {}): SelfBallooning {
  const { intervalNs = 5e9, fraction = 0.95, backOffIntervals = 10, shrinkPages = 128, cacheFraction = 0 } = options
  check('intervalNs must be an integer of at least 1', intervalNs, Number.isSafeInteger(intervalNs) && intervalNs >= 1)
  check('fraction must be above 0 and at most 1', fraction, fraction > 0 && fraction <= 1)
  check('backOffIntervals must be an integer of at least 0', backOffIntervals, Number.isInteger(backOffIntervals) && backOffIntervals >= 0)
  check('shrinkPages must be an integer of at least 1', shrinkPages, Number.isInteger(shrinkPages) && shrinkPages >= 1)
  check('cacheFraction must be from 0 to 1', cacheFraction, cacheFraction >= 0 && cacheFraction <= 1)
  return ({ inflated, nextAt }, { at, freePages, cachePages, pressure }) => {
    if (pressure > 0) {
      const given = Math.min(inflated, Math.ceil(pressure / shrinkPages) * shrinkPages)
      return turn({ dropCache: 0, inflate: 0, deflate: given, nextAt: at + backOffIntervals * intervalNs }, inflated - given)
    }
    if (at < nextAt) return turn({ dropCache: 0, inflate: 0, deflate: 0, nextAt }, inflated)
    const dropped = Math.floor(cachePages * cacheFraction)
    const unused = freePages + dropped + inflated
    const grown = Math.max(0, Math.floor(unused * fraction) - inflated)
    return turn({ dropCache: dropped, inflate: grown, deflate: 0, nextAt: at + intervalNs }, inflated + grown)
  }
}

/** Does to the classes what the balloon decided: drops cache, then takes the lowest free pages, then gives its lowest pages back. */
export const ballooned =
  (decided: BalloonOutput) =>
  (classes: PageClasses): PageClasses =>
    pipe(
      classes,
      dropCache(decided.dropCache),
      (now) => (decided.inflate === 0 ? now : inflate(take(now.free, decided.inflate))(now)),
      (now) => (decided.deflate === 0 ? now : deflate(take(complement(now.hypervisor), decided.deflate))(now))
    )

/**
 * The pages a guest reports as free to a migration (virtio-balloon's VIRTIO_BALLOON_F_FREE_PAGE_HINT): a hint at that moment, void for a page written since.
 */
export function freePageHints(classes: PageClasses): PageSet {
  return classes.free
}

function turn(output: BalloonOutput, inflated: number): readonly [BalloonOutput, BalloonState] {
  return [output, { inflated, nextAt: output.nextAt }]
}

function check(rule: string, value: number, holds: boolean): void {
  if (!holds) throw new RangeError(`selfBallooning: ${rule} (got ${value})`)
}
