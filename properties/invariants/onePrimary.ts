import { type Invariant, invariant } from './invariant'

/** Exactly one host is primary, at most one copy runs, and running implies primary: read off every `hosts` fact. */
export const onePrimary: Invariant = invariant<null>({
  name: 'onePrimary',
  sentence: 'Exactly one host is primary, at most one copy of the guest runs, and it runs where its host is primary.',
  init: () => null,
  step: (memory, entry, tell) => {
    if (entry.type !== 'signalled' || entry.signal.type !== 'hosts') return memory
    const { primary, running } = entry.signal
    if (running.length > 1) tell(`the guest runs at ${running.join(' and ')} at once`)
    else if (running.length === 1 && running[0] !== primary) tell(`the guest runs at the ${running[0]} and the ${primary} is primary`)
    return memory
  }
})
