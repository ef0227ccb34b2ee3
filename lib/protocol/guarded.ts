import * as E from 'fp-ts/lib/Either'
import type { Data } from './data'
import type { Step } from './phase'
import { awaiting } from './phase'
import type { Signal } from './signal'

/**
 * A wind-down on a condition: when `when(signal)` first holds, the phase hears `wound` in the signal's place and is let run to its own end, so that what it
 * still owes comes out as its value. Ends with `right(value)` undisturbed, or with `left({ signal, value })` after a wind-down. The signal is in its data: who goes on
 * from it may do so by what it says.
 *
 *     push(...)  |> guarded((s) => s.type === 'progress' && s.bytes > limit)  |> chain(E.fold(switchToPull, finish))
 */
export const guarded =
  (when: (signal: Signal) => boolean) =>
  <A>(step: Step<A>): Step<E.Either<{ readonly signal: Signal; readonly value: A }, A>> =>
    guard(when, undefined, step)

const guard = <A>(
  when: (signal: Signal) => boolean,
  cause: Signal | undefined,
  { requests, phase }: Step<A>
): Step<E.Either<{ readonly signal: Signal; readonly value: A }, A>> => {
  if (phase.type === 'done') {
    const value = cause === undefined ? E.right(phase.value) : E.left({ signal: cause, value: phase.value })
    return { requests, phase: { type: 'done', value } }
  }
  return awaiting(requests, `guarded(${phase.name})`, [cause as Data, phase.data], (signal) => {
    if (cause !== undefined || !when(signal)) {
      const next = phase.on(signal)
      return next && guard(when, cause, next)
    }
    const wounded = phase.on({ type: 'wound', at: signal.at, migration: '' })
    const survivor: Step<A> = wounded ?? { requests: [], phase }
    const heard = survivor.phase.type === 'awaiting' ? survivor.phase.on(signal) : undefined
    return guard(when, signal, heard ? { requests: [...survivor.requests, ...heard.requests], phase: heard.phase } : survivor)
  })
}
