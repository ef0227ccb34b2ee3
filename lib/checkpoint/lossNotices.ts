import type { Step } from '../protocol/phase'
import { awaiting } from '../protocol/phase'
import type { Signal } from '../protocol/signal'

/** What was lost or ended while a step ran: stores, by name; the guest's host, and why; whether the guest has ended. */
export type LossNotices = { readonly stores: readonly string[]; readonly host: string | null; readonly exited: boolean }

/** Nothing was lost. */
export const noLosses: LossNotices = { stores: [], host: null, exited: false }

/** Ends with a step's value and what was lost since `before`. */
export const noticingLosses = <A>(step: Step<A>, before: LossNotices = noLosses): Step<readonly [value: A, losses: LossNotices]> =>
  step.phase.type === 'done'
    ? { requests: step.requests, phase: { type: 'done', value: [step.phase.value, before] } }
    : awaiting(step.requests, step.phase.name, [before, step.phase.data], (signal) => {
        const phase = step.phase
        if (phase.type === 'done') return undefined
        const next = phase.on(signal)
        const now = heard(before, signal)
        return next !== undefined ? noticingLosses(next, now) : now === before ? undefined : noticingLosses({ requests: [], phase }, now)
      })

const heard = (before: LossNotices, signal: Signal): LossNotices => {
  if (signal.type === 'storeFailed')
    return before.stores.includes(signal.store) ? before : { ...before, stores: [...before.stores, signal.store] }
  if (signal.type === 'failed' && signal.what === 'source') return { ...before, host: signal.reason }
  return signal.type === 'exited' ? { ...before, exited: true } : before
}

/** Whether a signal says that nobody is there any more of whom an image could be made. */
export const isOver = (signal: Signal): boolean => signal.type === 'exited' || (signal.type === 'failed' && signal.what === 'source')
