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
    if (afterNs === 0) emit(answered(answer, to, agenda.now()))
    else agenda.schedule(() => tell(to, answer), afterNs)
  }
  const tellAll: Voice['tellAll'] = (fact, afterNs = 0) => {
    if (afterNs === 0) emit(told(fact, migration, agenda.now()))
    else agenda.schedule(() => tellAll(fact), afterNs)
  }
  return { tell, tellAll, refuse: (to, reason) => tell(to, { type: 'refused', reason }) }
}

/** Signals, written out for the two kinds of which a pull has one a fault: copies of objects of many shapes cost a microsecond each. */
const answered = (answer: Answer, to: Address, at: Time): Signal =>
  answer.type === 'sent'
    ? { type: 'sent', pages: answer.pages, skipped: answer.skipped, bytes: answer.bytes, at, to }
    : { ...answer, to, at }

const told = (fact: Fact, migration: string, at: Time): Signal =>
  fact.type === 'faulted' ? { type: 'faulted', page: fact.page, vcpu: fact.vcpu, at, migration } : { ...fact, migration, at }
