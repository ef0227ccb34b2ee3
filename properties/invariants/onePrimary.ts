import { type Invariant, invariant } from './invariant'

/**
 * Exactly one host is primary, at most one copy runs, running implies primary, and nothing runs where a host is known to be gone. A hop begins with the hosts it
 * moves between, both there.
 */
export const onePrimary: Invariant = invariant<{ readonly gone: readonly string[] }>({
  name: 'onePrimary',
  sentence: 'Exactly one host is primary, at most one copy of the guest runs, and it runs where its host is primary and there.',
  oracle: 'O4',
  hears: ['failed', 'hosts'],
  init: () => ({ gone: [] }),
  again: (memory, how) => (how === 'hop' ? { gone: [] } : memory),
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'failed') return memory.gone.includes(signal.what) ? memory : { gone: [...memory.gone, signal.what] }
    if (signal.type !== 'hosts') return memory
    const { primary, running } = signal
    if (running.length > 1) tell(`the guest runs at ${running.join(' and ')} at once`)
    for (const where of running) {
      if (where !== primary) tell(`the guest runs at the ${where} and the ${primary} is primary`)
      if (memory.gone.includes(where)) tell(`the guest runs at the ${where}, which has failed`)
    }
    return memory
  }
})
