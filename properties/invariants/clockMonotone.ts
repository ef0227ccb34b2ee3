import { type Invariant, invariant } from './invariant'

/** The guest's own clock never runs backwards from where it stops to where it goes on, however far the clocks of the two machines differ. */
export const clockMonotone: Invariant = invariant<number | undefined>({
  name: 'clockMonotone',
  sentence: "The guest's own clock never runs backwards across a pause, whichever machine it resumes on.",
  hears: ['suspended', 'activated'],
  init: () => undefined,
  step: (shown, entry, tell) => {
    if (entry.type !== 'signalled') return shown
    const { signal } = entry
    if (signal.type !== 'suspended' && signal.type !== 'activated') return shown
    if (shown !== undefined && signal.clockNs < shown)
      tell(`the guest's clock showed ${shown} ns and, when ${signal.type}, ${signal.clockNs} ns`)
    return Math.max(shown ?? signal.clockNs, signal.clockNs)
  }
})
