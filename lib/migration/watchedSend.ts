import * as E from 'fp-ts/lib/Either'
import type { Order } from '../protocol/command'
import type { Attempt } from '../protocol/phase'
import { answers, asked, awaiting, done, failure } from '../protocol/phase'
import type { GuestView } from '../protocol/pipeline'
import type { AnswerTo, Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import { type Looked, type LookRule, lookedUntil } from './looks'

/** Since when and from how many bytes on a bandwidth is being measured, and the threshold and the bandwidth that the last window gave; `null` before anything was sent. */
export type Window = {
  readonly from: Time
  readonly bytes: number
  readonly thresholdBytes: number
  readonly bytesPerSecond: number
} | null

/** What had left when the push began, in an attempt before it or on an earlier hop: a world's progress counts that, too. */
export type Before = { readonly bytes: number; readonly pages: number }

/** Whether post-copy has been asked for by now: the time since the push began, the syncs so far and the time since the last. Any function of this type. */
export type Asked = (seen: { readonly elapsedNs: Time; readonly syncs: number; readonly sinceSyncNs: Time }) => boolean

/** What is known when a send begins: `owed` pages of it, `bytes` and `pages` sent before it; who looks at it besides, and what came of that so far. @internal */
export type Seen = {
  readonly startedAt: Time
  readonly owed: number
  readonly syncs: number
  readonly knownAt: Time
  readonly bytes: number
  readonly pages: number
  readonly window: Window
  readonly before: Before | null
  readonly pageBytes: number
  readonly downtimeLimitNs: Time
  readonly windowNs: Time
  readonly asked?: Asked
  readonly guest: GuestView
  readonly looks?: LookRule
  readonly looked: Looked | null
}

/** What a watched send came to, and why it ended: it was over, or cancelled because little remained, because post-copy was asked for, because it is given up, or because it was told to wind down. @internal */
export type Watched = {
  readonly sent: AnswerTo<'send'>
  readonly window: Window
  readonly before: Before | null
  readonly looked: Looked | null
  readonly why: 'over' | 'due' | 'asked' | 'given up' | 'wound'
}

type Send = Extract<Order, { type: 'send' }>

/**
 * One send that ends early, at a look of the source (a `progress`), when what remains of it is below the threshold or post-copy is asked for; on `wound` too. Each look
 * measures: a window that has lasted long enough gives a bandwidth, and that the threshold. @internal
 */
export const watched = (order: Send, seen: Seen): Attempt<Watched> =>
  awaiting([asked(order, SEND)], 'watched send', dataOf(seen), (signal) => watching(seen, signal))

const SEND = 0
const CANCEL = 1

const dataOf = ({ asked: _, looks: __, guest: ___, ...data }: Seen) => data

const watching = (seen: Seen, signal: Signal): Attempt<Watched> | undefined => {
  if (signal.type === 'round' && signal.of === undefined)
    return seen.window === null ? waiting({ ...seen, window: windowFrom(signal.at) }) : undefined
  if (signal.type === 'wound') return cancelling(seen, 'wound')
  if (answers(signal, SEND))
    return signal.type === 'refused'
      ? done(E.left(failure('send', signal.reason)))
      : done(E.right(over(seen, signal as AnswerTo<'send'>, 'over')))
  if (signal.type !== 'progress' || signal.of !== undefined) return undefined
  // A source that looks tells how far it is when it begins: what it has sent until then is not this push's.
  const before = seen.before ?? (signal.at === seen.window?.from ? { bytes: signal.bytes, pages: signal.pages } : { bytes: 0, pages: 0 })
  const remaining = (seen.owed - (signal.pages - before.pages - seen.pages)) * seen.pageBytes
  // What was decided until now is in force when a window ends now.
  const looked = lookedOn(seen, signal.at, remaining)
  const limited = looked === null ? { ...seen, before } : { ...seen, before, looked, downtimeLimitNs: looked.downtimeLimitNs }
  const window = measured(limited, signal.at, signal.bytes - before.bytes)
  const next = { ...limited, window }
  if (looked !== null && looked.giveUp !== null) return cancelling(next, 'given up')
  if (looked?.postcopy) return cancelling(next, 'asked')
  if (remaining < (window?.thresholdBytes ?? 0)) return cancelling(next, 'due')
  const { startedAt, knownAt, syncs } = seen
  return seen.asked?.({ elapsedNs: signal.at - startedAt, syncs, sinceSyncNs: signal.at - knownAt })
    ? cancelling(next, 'asked')
    : waiting(next)
}

/** The looks that were due until now. */
const lookedOn = ({ looks, looked, startedAt, syncs, window, guest }: Seen, at: Time, remainingBytes: number): Looked | null =>
  looks === undefined || looked === null
    ? null
    : lookedUntil(looks, looked, at, { startedAt, syncs, remainingBytes, bytesPerSecond: window?.bytesPerSecond ?? 0, guest })

const waiting = (seen: Seen): Attempt<Watched> => awaiting([], 'watched send', dataOf(seen), (signal) => watching(seen, signal))

/** A bandwidth begins to be measured. @internal */
export const windowFrom = (at: Time): Window => ({ from: at, bytes: 0, thresholdBytes: 0, bytesPerSecond: 0 })

/** The window after a look: one that has lasted long enough gives a bandwidth and a threshold, and another begins. @internal */
export const measured = (
  { window, windowNs, downtimeLimitNs }: Pick<Seen, 'window' | 'windowNs' | 'downtimeLimitNs'>,
  at: Time,
  bytes: number
): Window => {
  if (window === null || at - window.from < windowNs) return window
  const bytesPerNs = (bytes - window.bytes) / (at - window.from)
  return { from: at, bytes, thresholdBytes: bytesPerNs * downtimeLimitNs, bytesPerSecond: bytesPerNs * 1e9 }
}

const over = (seen: Seen, sent: AnswerTo<'send'>, why: Watched['why']): Watched => ({
  sent,
  window: measured(seen, sent.at, seen.bytes + sent.bytes),
  before: seen.before,
  looked: seen.looked,
  why
})

/** Both the send and its cancellation are answered, in whichever order. */
const cancelling = (seen: Seen, why: Watched['why']): Attempt<Watched> =>
  awaiting([asked({ type: 'cancel', tag: SEND }, CANCEL)], 'cancelling', [dataOf(seen), why], (signal) =>
    ending(seen, why, signal, undefined, false)
  )

type Result = Extract<Attempt<Watched>['phase'], { type: 'done' }>['value']

const ending = (
  seen: Seen,
  why: Watched['why'],
  signal: Signal,
  result: Result | undefined,
  cancelled: boolean
): Attempt<Watched> | undefined => {
  if (answers(signal, SEND)) {
    const now = signal.type === 'refused' ? E.left(failure('send', signal.reason)) : E.right(over(seen, signal as AnswerTo<'send'>, why))
    return cancelled ? done(now) : acknowledging(seen, why, now, false)
  }
  if (answers(signal, CANCEL)) return result !== undefined ? done(result) : acknowledging(seen, why, result, true)
  return undefined
}

const acknowledging = (seen: Seen, why: Watched['why'], result: Result | undefined, cancelled: boolean): Attempt<Watched> =>
  awaiting([], 'cancelling', [dataOf(seen), why, cancelled, resultData(result)], (signal) => ending(seen, why, signal, result, cancelled))

const resultData = (result: Result | undefined) => {
  if (result === undefined) return null
  if (E.isLeft(result)) return result.left.reason
  const { sent, window } = result.right
  return [sent.pages, sent.bytes, window]
}
