import * as E from 'fp-ts/lib/Either'
import type { Attempt } from '../protocol/phase'
import { awaiting } from '../protocol/phase'
import type { Signal } from '../protocol/signal'

/**
 * What a world tells once and a pull must know, whenever it was told: for which pages the guest waits at the target, whether it has ended, and why a host is gone
 * (a link may come back).
 */
export type Notices = { readonly faulted: readonly number[]; readonly exited: boolean; readonly gone: string | null }

/** Nothing was told. */
export const noNotices: Notices = { faulted: [], exited: false, gone: null }

/**
 * What is known after a signal: the same notices (`===`) when it is none. A host that failed before a target was preselected was one of an earlier hop. Cost: a look
 * through the pages, as many as virtual CPUs wait.
 */
export const noticed = (known: Notices, signal: Signal): Notices => {
  if (signal.type === 'exited') return { ...known, exited: true }
  if (signal.type === 'failed') return signal.what === 'link' ? known : { ...known, gone: signal.reason }
  if (signal.type === 'preselected' && known.gone !== null) return { ...known, gone: null }
  if (signal.type !== 'faulted' || known.faulted.includes(signal.page)) return known
  return { ...known, faulted: [...known.faulted, signal.page] }
}

/**
 * Ends with what the attempt does, and with the notices that came while it was made: a guest may stop at a missing page while the network is still being
 * redirected, and nobody is told twice. Cost: a step for each signal, so not around a pull.
 */
export const noticing = <A>(attempt: Attempt<A>): Attempt<{ readonly value: A; readonly notices: Notices }> => note(attempt, noNotices)

const note = <A>({ requests, phase }: Attempt<A>, notices: Notices): Attempt<{ readonly value: A; readonly notices: Notices }> =>
  phase.type === 'done'
    ? { requests, phase: { type: 'done', value: E.isLeft(phase.value) ? phase.value : E.right({ value: phase.value.right, notices }) } }
    : awaiting(requests, phase.name, [notices, phase.data], (signal) => {
        const step = phase.on(signal)
        const now = noticed(notices, signal)
        return step ? note(step, now) : now === notices ? undefined : note({ requests: [], phase }, now)
      })
