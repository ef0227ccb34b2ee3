import type { Address, Request } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Phase, Step } from '../../lib/protocol/phase'
import type { Signal } from '../../lib/protocol/signal'
import { INBOX } from './talk'

/** A message that came for a job, or that begins one, and from whom. */
export type Heard = { readonly from: string; readonly message: Data }

/** What a job's phase ends with: what the daemon remembers from then on, or nothing. @internal */
export type Remembers<M> = ((memory: M) => M) | undefined

/** A job under way. `key`: of the messages that are for it; `mail`: those that it has not waited for yet. @internal */
export type Job<M> = {
  readonly lane: string
  readonly key: string
  readonly turn: string | undefined
  readonly phase: Phase<Remembers<M>>
  readonly mail: readonly Heard[]
}

/** A job after a step of its phase. @internal */
export const advanced = <M>(job: Job<M>, step: Step<Remembers<M>>, signal: Signal, requests: Request[]): Job<M> => {
  requests.push(...step.requests.map((one) => ({ ...one, lane: one.lane === '' ? job.lane : `${job.lane}/${one.lane}` })))
  return delivered({ ...job, phase: step.phase }, signal, requests)
}

/** Hands a job the oldest message that it waits for, as long as there is one. @internal */
export const delivered = <M>(job: Job<M>, signal: Signal, requests: Request[]): Job<M> => {
  const { phase, mail } = job
  if (phase.type === 'done') return job
  for (const one of mail) {
    const step = phase.on(asSignal(one, signal))
    if (step !== undefined) return advanced({ ...job, mail: mail.filter((other) => other !== one) }, step, signal, requests)
  }
  return job
}

const asSignal = ({ from, message }: Heard, { at, ...signal }: Signal): Signal => {
  const migration = 'to' in signal ? signal.to.migration : ''
  return { type: 'received', from, message, cycles: 0, at, to: { migration, lane: INBOX, tag: 0, n: 0 } }
}

/** An answer as a job sees it that gave the order on this lane, or one inside it. @internal */
export const answerTo = <M>(job: Job<M>, signal: Signal & { readonly to: Address }): Signal => {
  const to: Address = { ...signal.to, lane: signal.to.lane.slice(job.lane.length + 1) }
  return { ...signal, to } as Signal
}

/** Whether a lane is a job's, or inside it. @internal */
export const isOf = <M>(job: Job<M>, lane: string): boolean => lane === job.lane || lane.startsWith(`${job.lane}/`)
