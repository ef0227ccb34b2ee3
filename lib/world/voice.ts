import type { Address } from '../protocol/command'
import type { Answer, Fact, Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'

/** How one migration's side of a world speaks: at once, or after a time. @internal */
export type Voice = {
  readonly tell: (to: Address, answer: Answer, afterNs?: Time) => void
  readonly tellAll: (fact: Fact, afterNs?: Time) => void
  readonly refuse: (to: Address, reason: string) => void
}

/** See `Voice`. @internal */
export const voice = (migration: string, agenda: Agenda, emit: (signal: Signal) => void): Voice => {
  const tell: Voice['tell'] = (to, answer, afterNs = 0) => {
    if (afterNs === 0) emit({ ...answer, to, at: agenda.now() })
    else agenda.schedule(() => tell(to, answer), afterNs)
  }
  const tellAll: Voice['tellAll'] = (fact, afterNs = 0) => {
    if (afterNs === 0) emit({ ...fact, migration, at: agenda.now() })
    else agenda.schedule(() => tellAll(fact), afterNs)
  }
  return { tell, tellAll, refuse: (to, reason) => tell(to, { type: 'refused', reason }) }
}
