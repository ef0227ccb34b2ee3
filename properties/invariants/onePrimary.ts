import { type Invariant, invariant } from './invariant'

/**
 * Exactly one host is primary, at most one copy runs, running implies primary, and nothing runs where a host is known to be gone. A hop begins with the hosts it
 * moves between, both there; news of a host that it has left may still be on its way, so that in a later hop a failure counts only of a host at which the guest
 * does not run while it runs.
 */
export const onePrimary: Invariant = invariant<Memory>({
  name: 'onePrimary',
  sentence: 'Exactly one host is primary, at most one copy of the guest runs, and it runs where its host is primary and there.',
  oracle: 'O4',
  hears: ['failed', 'hosts'],
  init: () => ({ gone: [], running: [], later: false }),
  again: (memory, how) => (how === 'hop' ? { gone: [], running: [], later: true } : memory),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'failed') {
      const { gone, running: at, later } = memory
      const isOld = later && (at.length === 0 || at.some((where) => where === signal.what))
      return isOld || gone.includes(signal.what) ? memory : { ...memory, gone: [...gone, signal.what] }
    }
    if (signal.type !== 'hosts') return memory
    const { primary, running } = signal
    if (running.length > 1) tell(`the guest runs at ${running.join(' and ')} at once`)
    for (const where of running) {
      if (where !== primary) tell(`the guest runs at the ${where} and the ${primary} is primary`)
      if (memory.gone.includes(where)) tell(`the guest runs at the ${where}, which has failed`)
    }
    return { ...memory, running }
  }
})

/** `gone`: what has failed. `later`: this is not the first hop. */
type Memory = { readonly gone: readonly string[]; readonly running: readonly string[]; readonly later: boolean }
