import type { Request } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { Step } from '../../lib/protocol/phase'
import { awaiting, done } from '../../lib/protocol/phase'
import type { Outcome } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { asPeerMessage, DAEMON_PORT } from './daemonMessage'
import { advanced, answerTo, delivered, type Heard, isOf, type Job, type Remembers } from './job'
import { answered, letterOf, type Post, withLetter } from './postOffice'
import { INBOX } from './talk'

/** A job that a message begins. `key`: of the messages that are for it (empty: none). `turn`: jobs of one turn go one after the other (absent: at once). Its phase ends with what the daemon remembers from then on, or nothing. @internal */
export type Begun<M extends Data> = {
  readonly key: string
  readonly turn?: string
  readonly step: (lane: string, number: number) => Step<Remembers<M>>
}

/** What a server does with a message that no job waits for: begins one, or nothing. `isKnown`: whether a job of that key is under way or waits for its turn; `taken`: messages before it. @internal */
export type Begins<M extends Data> = (heard: Heard, memory: M, isKnown: (key: string) => boolean, taken: number) => Begun<M> | undefined

type Waiting<M extends Data> = { readonly heard: Heard; readonly begun: Begun<M>; readonly mail: readonly Heard[] }
type State<M extends Data> = {
  readonly number: number
  readonly taken: number
  readonly isOpen: boolean
  readonly isDown: boolean
  readonly memory: M
  readonly posts: readonly Post[]
  readonly jobs: readonly Job<M>[]
  readonly waiting: readonly Waiting<M>[]
}

/**
 * A server: takes one message after the other out of its mailbox, hands it to the job that it is for, or begins one with it. Jobs are phases that run side by side, each on a lane of its own; a message that a job does not
 * wait for stays with it until it does. Ends when its cluster has failed and every job has ended. @internal
 */
export const serving = <M extends Data>(memory: M, begins: Begins<M>): Step<Outcome> => {
  const on = (state: State<M>): Step<Outcome> => {
    if (state.isDown && state.jobs.length === 0 && state.posts.length === 0)
      return done<Outcome>({ type: 'aborted', reason: 'the cluster has failed', running: 'source' })
    return awaiting([], 'serving', dataOf(state), (signal) => {
      if (!('to' in signal)) {
        const changed = state.jobs.some(({ phase }) => phase.type === 'awaiting' && phase.on(signal) !== undefined)
        return changed ? all(state, signal) : undefined
      }
      const { lane } = signal.to
      if (lane === INBOX) return inbox(state, signal)
      const posting = answered(state.posts, signal)
      if (posting === undefined) return state.jobs.some((job) => isOf(job, lane)) ? all(state, signal) : undefined
      const requests = [...posting.requests]
      const jobs = posting.delivered.reduce((now, { letter, reason }) => {
        const to = { ...signal.to, lane: letter.lane, tag: letter.tag }
        return heardBy(
          now,
          reason === undefined ? { type: 'done', at: signal.at, to } : { type: 'refused', reason, at: signal.at, to },
          requests
        )
      }, state.jobs)
      return settled({ ...state, posts: posting.posts, jobs }, signal, requests)
    })
  }
  const heardBy = (jobs: readonly Job<M>[], signal: Signal, requests: Request[]): readonly Job<M>[] =>
    jobs.map((job): Job<M> => {
      if ('to' in signal && !isOf(job, signal.to.lane)) return job
      const step = job.phase.type === 'awaiting' ? job.phase.on('to' in signal ? answerTo(job, signal) : signal) : undefined
      return step === undefined ? job : advanced(job, step, signal, requests)
    })
  /** A fact to all jobs, an answer to whose it is. */
  const all = (state: State<M>, signal: Signal): Step<Outcome> => {
    const requests: Request[] = []
    const jobs = heardBy(state.jobs, signal, requests)
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
        const [given, posts] = byPost(state.posts, requests)
        const { phase } = on({ ...state, posts, jobs, waiting, number, memory: remembered })
        return { requests: given, phase }
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
  const first: State<M> = { number: 0, taken: 0, isOpen: false, isDown: false, memory, posts: [], jobs: [], waiting: [] }
  return {
    requests: [{ order: { type: 'create', end: INBOX, kind: 'mailbox', port: DAEMON_PORT }, lane: INBOX, tag: 0 }],
    phase: on(first).phase
  }
}

const receive: Request = { order: { type: 'receive', end: INBOX }, lane: INBOX, tag: 0 }

/** Orders with the messages of jobs taken out of them, which go by the daemon's post. */
const byPost = (before: readonly Post[], requests: readonly Request[]): readonly [readonly Request[], readonly Post[]] => {
  let posts = before
  const given: Request[] = []
  for (const one of requests) {
    const letter = one.lane.startsWith('post ') ? undefined : letterOf(one)
    if (letter === undefined) given.push(one)
    else {
      const posting = withLetter(posts, letter)
      posts = posting.posts
      given.push(...posting.requests)
    }
  }
  return [given, posts]
}

const dataOf = <M extends Data>({ jobs, waiting, posts, ...state }: State<M>): Data => ({
  ...state,
  posts: posts as Data,
  jobs: jobs.map(({ lane, key, mail, phase }) => ({
    lane,
    key,
    mail: mail as Data,
    phase: phase.type === 'done' ? 'done' : [phase.name, phase.data]
  })),
  waiting: waiting.map(({ heard, mail, begun }) => ({ heard: heard as Data, mail: mail as Data, key: begun.key }))
})
