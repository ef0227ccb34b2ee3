import type { Step } from '../protocol/phase'
import { awaiting } from '../protocol/phase'
import type { Signal } from '../protocol/signal'

/** What a world tells once and a pull must know, whenever it was told: for which pages the guest waits at the target, and whether it has ended. */
export type Notices = { readonly faulted: readonly number[]; readonly exited: boolean }

/** Nothing was told. */
export const noNotices: Notices = { faulted: [], exited: false }

/** What is known after a signal: the same notices (`===`) when it is none. Cost: a look through the pages; as many virtual CPUs can wait as there are. */
export const noticed = <N extends Notices>(known: N, signal: Signal): N =>
  signal.type === 'exited'
    ? { ...known, exited: true }
    : signal.type === 'faulted' && !known.faulted.includes(signal.page)
      ? { ...known, faulted: [...known.faulted, signal.page] }
      : known

/**
 * Ends with the phase's value and with the notices that came while it ran: a guest may stop at a missing page while the network is still being redirected, and
 * nobody is told twice. Cost: a step for each signal, so not around a pull.
 */
export const noticing = <A>(step: Step<A>): Step<readonly [value: A, notices: Notices]> => note(step, noNotices)

const note = <A>({ requests, phase }: Step<A>, notices: Notices): Step<readonly [A, Notices]> =>
  phase.type === 'done'
    ? { requests, phase: { type: 'done', value: [phase.value, notices] } }
    : awaiting(requests, phase.name, [notices, phase.data], (signal) => {
        const step = phase.on(signal)
        const now = noticed(notices, signal)
        return step ? note(step, now) : now === notices ? undefined : note({ requests: [], phase }, now)
      })
