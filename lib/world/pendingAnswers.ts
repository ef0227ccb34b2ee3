import type { Subscription } from 'rxjs'
import type { Address, Where } from '../protocol/command'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'

/** A command whose answer is on its way, and what must not fail until it is there. @internal */
export type Pending = {
  readonly to: Address
  readonly needs: readonly ('link' | Where)[]
  timer: Subscription | undefined
  /** Given where who asked may have the answer at once. */
  atOnce: (() => void) | undefined
}

/** The answers that a world still owes, each on a timer. @internal */
export type PendingAnswers = {
  readonly wait: (to: Address, needs: Pending['needs']) => Pending
  /** Something on the way to the answer happens after a time. */
  readonly next: (one: Pending, afterNs: Time, happens: () => void) => void
  /** The answer itself comes after a time. */
  readonly end: (one: Pending, afterNs: Time, answer: () => void) => void
  /** The answer comes now, to who asked on this lane with this tag and still waits for a time to pass; false when nobody does. */
  readonly hurry: (lane: string, tag: number) => boolean
  /** Gives up what needs the thing that failed; who asked for it must be told. */
  readonly fail: (what: 'link' | Where) => readonly Address[]
  readonly stop: () => void
}

/** No answers owed yet. @internal */
export const pendingAnswers = (agenda: Agenda): PendingAnswers => {
  const all = new Set<Pending>()
  const next: PendingAnswers['next'] = (one, afterNs, happens) => {
    one.timer = agenda.schedule(happens, afterNs)
  }
  return {
    wait: (to, needs) => {
      const one: Pending = { to, needs, timer: undefined, atOnce: undefined }
      all.add(one)
      return one
    },
    next,
    end: (one, afterNs, answer) =>
      next(one, afterNs, () => {
        all.delete(one)
        answer()
      }),
    hurry: (lane, tag) => {
      const found = [...all].find(({ to, atOnce }) => atOnce !== undefined && to.lane === lane && to.tag === tag)
      if (found === undefined) return false
      found.timer?.unsubscribe()
      all.delete(found)
      found.atOnce!()
      return true
    },
    fail: (what) => {
      const lost = [...all].filter(({ needs }) => needs.includes(what))
      for (const one of lost) {
        one.timer?.unsubscribe()
        all.delete(one)
      }
      return lost.map(({ to }) => to)
    },
    stop: () => {
      for (const { timer } of all) timer?.unsubscribe()
    }
  }
}
