import type { Time } from '../time/time'

/** When the first checkpoint of guest `index` of `count` begins, after the first one's: a pure rule, so that guests need not talk to one another. */
export type Staggering = (guest: { readonly index: number; readonly count: number }) => Time

/** All at once. */
export const atOnce: Staggering = () => 0

/** Spread evenly over `overNs`: guest i of n begins after i / n of it. Throws `RangeError` unless overNs is an integer from 0 on. */
export const evenly = (overNs: Time): Staggering => {
  if (!Number.isSafeInteger(overNs) || overNs < 0) throw new RangeError(`evenly: overNs must be an integer from 0 on (got ${overNs})`)
  return ({ index, count }) => Math.floor((index / count) * overNs)
}

/**
 * In groups of `size`, a group each `apartNs`: with apartNs at least what a group takes, no more than `size` guests checkpoint at a time. Throws `RangeError` unless both are
 * integers, size from 1 and apartNs from 0 on.
 */
export const inGroups = ({ size, apartNs }: { readonly size: number; readonly apartNs: Time }): Staggering => {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`inGroups: size must be an integer from 1 on (got ${size})`)
  if (!Number.isSafeInteger(apartNs) || apartNs < 0) throw new RangeError(`inGroups: apartNs must be an integer from 0 on (got ${apartNs})`)
  return ({ index }) => Math.floor(index / size) * apartNs
}

/**
 * The time after which the next checkpoint is due that was to begin every `everyNs` from `first` on: a multiple of it that has not passed; one that is late is not made up
 * for, or checkpoints would follow one another without a pause.
 */
export const untilDue = ({
  first,
  everyNs,
  begun,
  now
}: {
  readonly first: Time
  readonly everyNs: Time
  readonly begun: number
  readonly now: Time
}): Time => {
  const k = Math.max(begun, Math.ceil((now - first) / everyNs))
  return first + k * everyNs - now
}
