import type { Step } from '../protocol/phase'
import { awaiting } from '../protocol/phase'
import type { Signal } from '../protocol/signal'

/**
 * Ends with the phase's value and whether a signal of this kind was heard while it ran, whatever the phase itself did with it: what is told once, between two
 * requests, must not be lost. Cost: a step for each signal, so not around the pulling of pages.
 */
export const hearing =
  (is: (signal: Signal) => boolean) =>
  <A>(step: Step<A>): Step<readonly [value: A, heard: boolean]> =>
    hear(is, step, false)

/** A host is gone for good; a link may come back. */
export const hostFailed = (signal: Signal): boolean => signal.type === 'failed' && signal.what !== 'link'

/** The guest has ended. */
export const guestExited = (signal: Signal): boolean => signal.type === 'exited'

const hear = <A>(is: (signal: Signal) => boolean, { requests, phase }: Step<A>, heard: boolean): Step<readonly [A, boolean]> =>
  phase.type === 'done'
    ? { requests, phase: { type: 'done', value: [phase.value, heard] } }
    : awaiting(requests, phase.name, [heard, phase.data], (signal) => {
        const step = phase.on(signal)
        const now = heard || is(signal)
        return step ? hear(is, step, now) : now === heard ? undefined : hear(is, { requests: [], phase }, now)
      })
