import type { Address, Of } from '../protocol/command'
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

/** Signals, written out kind by kind: a copy of an object of any shape with fields put in costs a microsecond, and a small run has some fifty. */
const answered = (of: Answer, to: Address, at: Time): Signal => {
  switch (of.type) {
    case 'done':
      return { type: 'done', to, at }
    case 'sent':
      if (of.of !== undefined) return { type: 'sent', of: of.of, pages: of.pages, skipped: of.skipped, bytes: of.bytes, at, to }
      return { type: 'sent', pages: of.pages, skipped: of.skipped, bytes: of.bytes, at, to }
    case 'suspended':
      return { type: 'suspended', guestNs: of.guestNs, clockNs: of.clockNs, to, at }
    case 'refused':
      if (of.sent !== undefined) return { type: 'refused', reason: of.reason, sent: of.sent, to, at }
      return { type: 'refused', reason: of.reason, to, at }
    case 'preselected':
      return { type: 'preselected', host: of.host, guestNs: of.guestNs, to, at }
    case 'reserved':
      return { type: 'reserved', bytes: of.bytes, to, at }
    case 'selected':
      return { type: 'selected', ...ofDisk(of), pages: of.pages, nonPageable: of.nonPageable, to, at }
    case 'cancelled':
      return { type: 'cancelled', unsent: of.unsent, to, at }
    case 'activated':
      return { type: 'activated', where: of.where, guestNs: of.guestNs, clockNs: of.clockNs, to, at }
    case 'standing':
      return { type: 'standing', primary: of.primary, missing: of.missing, to, at }
    case 'released':
      if (of.waited !== undefined) return { type: 'released', needs: of.needs, guestNs: of.guestNs, waited: of.waited, to, at }
      return { type: 'released', needs: of.needs, guestNs: of.guestNs, to, at }
    case 'redirected':
    case 'committed':
      return { type: of.type, to, at }
    default:
      return { ...of, to, at }
  }
}

const told = (of: Fact, migration: string, at: Time): Signal => {
  switch (of.type) {
    case 'faulted':
      return { type: 'faulted', page: of.page, vcpu: of.vcpu, at, migration }
    case 'device':
      return { type: 'device', device: of.device, done: of.done, bytes: of.bytes, ns: of.ns, migration, at }
    case 'synced':
      return { type: 'synced', ...ofDisk(of), dirty: of.dirty, to: of.to, migration, at }
    case 'progress':
      return { type: 'progress', ...ofDisk(of), bytes: of.bytes, pages: of.pages, migration, at }
    case 'round':
      return { type: 'round', ...ofDisk(of), round: of.round, pages: of.pages, migration, at }
    case 'hosts':
      return { type: 'hosts', primary: of.primary, running: of.running, migration, at }
    case 'compared':
      return {
        type: 'compared',
        ...ofDisk(of),
        when: of.when,
        lost: of.lost,
        regressed: of.regressed,
        misread: of.misread,
        owed: of.owed,
        migration,
        at
      }
    case 'linkUsed':
      return {
        type: 'linkUsed',
        applicationBytes: of.applicationBytes,
        applicationDemandBytes: of.applicationDemandBytes,
        migration,
        at
      }
    case 'failed':
      return { type: 'failed', what: of.what, reason: of.reason, migration, at }
    case 'mended':
      return { type: 'mended', what: of.what, migration, at }
    case 'exited':
    case 'wound':
      return { type: of.type, migration, at }
    default:
      return { ...of, migration, at }
  }
}

const disk: { readonly of?: Of } = { of: 'disk' }
const memory: { readonly of?: Of } = {}
const ofDisk = ({ of }: { readonly of?: Of }): { readonly of?: Of } => (of === undefined ? memory : disk)
