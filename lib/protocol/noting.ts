import type { Step } from './phase'
import { awaiting } from './phase'

/**
 * Ends with the phase's value and whether `wound` was heard while it ran, whatever the phase itself did with it: a wound must stick, or a phase that was
 * between two requests when it came would go on for ever.
 */
export const noting = <A>(step: Step<A>): Step<readonly [value: A, wounded: boolean]> => note(step, false)

const note = <A>({ requests, phase }: Step<A>, wounded: boolean): Step<readonly [A, boolean]> =>
  phase.type === 'done'
    ? { requests, phase: { type: 'done', value: [phase.value, wounded] } }
    : awaiting(requests, phase.name, [wounded, phase.data], (signal) => {
        const step = phase.on(signal)
        const now = wounded || signal.type === 'wound'
        return step ? note(step, now) : now === wounded ? undefined : note({ requests: [], phase }, now)
      })
