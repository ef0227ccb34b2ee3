import type { Request } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Phase, Step } from '../../lib/protocol/phase'
import { awaiting, done } from '../../lib/protocol/phase'
import type { Outcome } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { asPeerMessage, DAEMON_PORT } from './daemonMessage'
import { INBOX } from './talk'

/** A message that came for a job, or that begins one, and from whom. */
export type Heard = { readonly from: string; readonly message: Data }

/** A job that a message begins. `key`: of the messages that are for it (empty: none). `turn`: jobs of one turn go one after the other (absent: at once). Its phase ends with what the daemon remembers from then on, or nothing. @internal */
export type Begun<M extends Data> = {
  readonly key: string
  readonly turn?: string
  readonly step: (lane: string, number: number) => Step<((memory: M) => M) | undefined>
}

/** What a server does with a message that no job waits for: begins one, or nothing. `isKnown`: whether a job of that key is under way or waits for its turn; `taken`: messages before it. @internal */
export type Begins<M extends Data> = (heard: Heard, memory: M, isKnown: (key: string) => boolean, taken: number) => Begun<M> | undefined

type Job<M> = {
  readonly lane: string
  readonly key: string
  readonly turn: string | undefined
  readonly phase: Phase<((memory: M) => M) | undefined>
  readonly mail: readonly Heard[]
}
type Waiting<M extends Data> = { readonly heard: Heard; readonly begun: Begun<M>; readonly mail: readonly Heard[] }
type State<M extends Data> = {
  readonly number: number
  readonly taken: number
  readonly isOpen: boolean
  readonly isDown: boolean
  readonly memory: M
  readonly jobs: readonly Job<M>[]
  readonly waiting: readonly Waiting<M>[]
}

/**
 * A server: takes one message after the other out of its mailbox, hands it to the job that it is for, or begins one with it. Jobs are phases that run side by side, each on a lane of its own; a message that a job does not
 * wait for stays with it until it does. Ends when its cluster has failed and every job has ended. @internal
 */
export const serving = <M extends Data>(memory: M, begins: Begins<M>): Step<Outcome> => {
  const on = (state: State<M>): Step<Outcome> => {
    if (state.isDown && state.jobs.length === 0)
      return done<Outcome>({ type: 'aborted', reason: 'the cluster has failed', running: 'source' })
    return awaiting([], 'serving', dataOf(state), (signal) => {
      if (!('to' in signal)) {
        const changed = state.jobs.some(({ phase }) => phase.type === 'awaiting' && phase.on(signal) !== undefined)
        return changed ? all(state, (_, seen) => seen, signal) : undefined
      }
      const { lane } = signal.to
      if (lane === INBOX) return inbox(state, signal)
      const job = state.jobs.find((one) => lane === one.lane || lane.startsWith(`${one.lane}/`))
      if (job === undefined) return undefined
      const inner: Signal = { ...signal, to: { ...signal.to, lane: lane.slice(job.lane.length + 1) } }
      return all(state, (one, seen) => (one === job ? seen : undefined), inner)
    })
  }
  /** One signal to some jobs. */
  const all = (state: State<M>, sees: (job: Job<M>, signal: Signal) => Signal | undefined, signal: Signal): Step<Outcome> => {
    const requests: Request[] = []
    const jobs = state.jobs.map((job): Job<M> => {
      const seen = sees(job, signal)
      const step = seen !== undefined && job.phase.type === 'awaiting' ? job.phase.on(seen) : undefined
      return step === undefined ? job : advanced(job, step, signal, requests)
    })
    return settled({ ...state, jobs }, signal, requests)
  }
  /** Removes jobs that have ended, and begins those whose turn it is. */
  const settled = (state: State<M>, signal: Signal, requests: Request[]): Step<Outcome> => {
    let { jobs, waiting, number, memory: remembered } = state
    for (;;) {
      for (const { phase } of jobs) if (phase.type === 'done' && phase.value !== undefined) remembered = phase.value(remembered)
      jobs = jobs.filter(({ phase }) => phase.type === 'awaiting')
      const free = waiting.find(({ begun: { turn } }) => turn === undefined || !jobs.some((job) => job.turn === turn))
      if (free === undefined) {
        const { phase } = on({ ...state, jobs, waiting, number, memory: remembered })
        return { requests, phase }
      }
      waiting = waiting.filter((one) => one !== free)
      number++
      const { begun, mail } = free
      const lane = `job ${number}`
      const idle: Job<M> = { lane, key: begun.key, turn: begun.turn, phase: { type: 'done', value: undefined }, mail }
      jobs = [...jobs, advanced(idle, begun.step(lane, number), signal, requests)]
    }
  }
  const inbox = (state: State<M>, signal: Signal): Step<Outcome> | undefined => {
    if (signal.type === 'refused') return settled({ ...state, isDown: true, waiting: [] }, signal, [])
    if (signal.type === 'done') return settled({ ...state, isOpen: true }, signal, [receive])
    if (signal.type !== 'received') return undefined
    const { from, message } = signal
    const heardNow: Heard = { from, message }
    const taken = state.taken + 1
    const requests: Request[] = [receive]
    const key = asPeerMessage(message)?.key ?? ''
    const isKnown = (one: string): boolean =>
      one !== '' && (state.jobs.some((job) => job.key === one) || state.waiting.some(({ begun }) => begun.key === one))
    const begun = begins(heardNow, state.memory, isKnown, state.taken)
    if (begun !== undefined)
      return settled({ ...state, taken, waiting: [...state.waiting, { heard: heardNow, begun, mail: [] }] }, signal, requests)
    const isFor = (one: { readonly key: string }): boolean => key !== '' && one.key === key
    const jobs = state.jobs.map((job) => (isFor(job) ? delivered({ ...job, mail: [...job.mail, heardNow] }, signal, requests) : job))
    const waiting = state.waiting.map((one) => (isFor(one.begun) ? { ...one, mail: [...one.mail, heardNow] } : one))
    return settled({ ...state, taken, jobs, waiting }, signal, requests)
  }
  const first: State<M> = { number: 0, taken: 0, isOpen: false, isDown: false, memory, jobs: [], waiting: [] }
  return {
    requests: [{ order: { type: 'create', end: INBOX, kind: 'mailbox', port: DAEMON_PORT }, lane: INBOX, tag: 0 }],
    phase: on(first).phase
  }
}

const receive: Request = { order: { type: 'receive', end: INBOX }, lane: INBOX, tag: 0 }

const advanced = <M>(job: Job<M>, step: Step<((memory: M) => M) | undefined>, signal: Signal, requests: Request[]): Job<M> => {
  requests.push(...step.requests.map((one) => ({ ...one, lane: one.lane === '' ? job.lane : `${job.lane}/${one.lane}` })))
  return delivered({ ...job, phase: step.phase }, signal, requests)
}

/** Hands a job the oldest message that it waits for, as long as there is one. */
const delivered = <M>(job: Job<M>, signal: Signal, requests: Request[]): Job<M> => {
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

const dataOf = <M extends Data>({ jobs, waiting, ...state }: State<M>): Data => ({
  ...state,
  jobs: jobs.map(({ lane, key, mail, phase }) => ({
    lane,
    key,
    mail: mail as Data,
    phase: phase.type === 'done' ? 'done' : [phase.name, phase.data]
  })),
  waiting: waiting.map(({ heard, mail, begun }) => ({ heard: heard as Data, mail: mail as Data, key: begun.key }))
})
