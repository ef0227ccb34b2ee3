import * as E from 'fp-ts/lib/Either'
import type { Order, Request } from './command'
import type { Data } from './data'
import type { AnswerTo, Signal } from './signal'

/**
 * A pure machine that reads signals, gives orders and ends with a value. `Awaiting` holds all that can influence its future in `name` and `data`; `on` is
 * pure, and `undefined` means: not mine, nothing changes. A phase must not end while one of its requests is unanswered, so that tags never meet the
 * answer to somebody else's request.
 */
export type Phase<A> =
  | { readonly type: 'done'; readonly value: A }
  | { readonly type: 'awaiting'; readonly name: string; readonly data: Data; readonly on: (signal: Signal) => Step<A> | undefined }

/** A transition: the orders it gives, and the phase it leads to. Orders belong to transitions, never to states, or a returning state would repeat them. */
export type Step<A> = { readonly requests: readonly Request[]; readonly phase: Phase<A> }

/** Why a phase could not do its work: the world refused an order. `committed`: ownership had passed, or may have. */
export type Failure = {
  readonly type: 'failure'
  readonly order: Order['type']
  readonly reason: string
  readonly committed: boolean
}

/** A step that ends with a value or with the refusal that stopped it. */
export type Attempt<A> = Step<E.Either<Failure, A>>

/** A phase that has ended. */
export const done = <A>(value: A): Step<A> => ({ requests: [], phase: { type: 'done', value } })

/** An order on this lane; `tag` tells a phase's own concurrent requests apart. */
export const asked = (order: Order, tag = 0): Request => ({ order, lane: '', tag })

/**
 * A transition to a phase that waits for signals. Whatever of signals `on` closes over, to decide by it later, must stand in `data`, and so must what the functions of
 * the step that it returns close over stand in that step's data: phases of one name and data are one phase to a state explorer, and it throws where they are not.
 */
export const awaiting = <A>(
  requests: readonly Request[],
  name: string,
  data: Data,
  on: (signal: Signal) => Step<A> | undefined
): Step<A> => ({ requests, phase: { type: 'awaiting', name, data, on } })

/** A refusal as a value. */
export const failure = (order: Order['type'], reason: string): Failure => ({ type: 'failure', order, reason, committed: false })

/** Whether a signal answers the request of this lane with this tag. */
export const answers = (signal: Signal, tag: number): boolean => 'to' in signal && signal.to.lane === '' && signal.to.tag === tag

/** One order and its answer: the smallest phase. Ends with the answer, or with the failure when the world refuses. */
export const request = <O extends Order>(order: O): Attempt<AnswerTo<O['type']>> =>
  awaiting([asked(order)], order.type, null, (signal) => {
    if (!answers(signal, 0)) return undefined
    return done(signal.type === 'refused' ? E.left(failure(order.type, signal.reason)) : E.right(signal as AnswerTo<O['type']>))
  })

/** Maps the value a phase ends with. */
export const map =
  <A, B>(f: (a: A) => B) =>
  (first: Step<A>): Step<B> =>
    chain('map', (a: A) => done(f(a)))(first)

/** Maps the failure of an attempt, to say what more is known of it. */
export const mapFailure =
  (f: (failure: Failure) => Failure) =>
  <A>(attempt: Attempt<A>): Attempt<A> =>
    map(E.mapLeft<Failure, Failure>(f))(attempt) as Attempt<A>

/**
 * Sequence: when the first phase ends with `a`, continue with `then(a)`. `name` stands before the first phase's name while it runs, because two sequences that
 * differ in what follows are two states; `a` stands in the data of all that follows, because a function made of it remembers it (unless `then` is written
 * `() => ...`: such a function cannot see what it is given).
 */
export const chain = <A, B>(name: string, then: (a: A) => Step<B>): ((first: Step<A>) => Step<B>) => chained(name, then, mayRemember(then))

/**
 * Whether a function can see its argument. An arrow function without parameters cannot; a function that is none has `arguments` (`flow` of fp-ts makes such
 * ones), and parameters with a default or a rest are not counted by `length`.
 */
const mayRemember = (then: (...handed: never[]) => unknown): boolean =>
  then.length > 0 || !/^\(\s*\)\s*=>/.test(Function.prototype.toString.call(then))

const chained =
  <A, B>(name: string, then: (a: A) => Step<B>, remembers: boolean) =>
  (first: Step<A>): Step<B> => {
    const { requests, phase } = first
    if (phase.type === 'done') {
      const next = remembers ? remembering(phase.value, then(phase.value)) : then(phase.value)
      return requests.length === 0 ? next : { requests: [...requests, ...next.requests], phase: next.phase }
    }
    return awaiting(requests, `${phase.name} > ${name}`, phase.data, (signal) => {
      const step = phase.on(signal)
      return step && chained(name, then, remembers)(step)
    })
  }

/** What was handed on, in the data of what was made of it. */
const remembering = <A, B>(handed: A, step: Step<B>): Step<B> => {
  const { requests, phase } = step
  if (phase.type === 'done') return step
  return awaiting(requests, phase.name, [handed as Data, phase.data], (signal) => {
    const next = phase.on(signal)
    return next && remembering(handed, next)
  })
}

/** Sequence of attempts: continue with `then(a)` on success, and hand a failure straight on. */
export const andThen = <A, B>(name: string, then: (a: A) => Attempt<B>): ((first: Attempt<A>) => Attempt<B>) =>
  chained(
    name,
    (result: E.Either<Failure, A>) => (E.isLeft(result) ? done<E.Either<Failure, B>>(result) : then(result.right)),
    mayRemember(then)
  )

/** Keeps a value beside what the next phase ends with: `andThen` for a step whose own result does not matter. */
export const andKeep = <A>(name: string, then: (a: A) => Attempt<unknown>): ((first: Attempt<A>) => Attempt<A>) =>
  andThen(name, (a: A) => map(E.map(() => a))(then(a)))

/**
 * Loop without growth: `body(state)` runs as a phase; `next(state, value)` decides between another turn (`left`) and the end (`right`). A million turns
 * cost a million steps and no stack.
 */
export const iterate = <S extends Data, A, B>(
  name: string,
  start: S,
  body: (state: S) => Step<A>,
  next: (state: S, value: A) => E.Either<S, B>
): Step<B> => {
  const turn = (state: S, first: Step<A>): Step<B> => {
    let requests = first.requests
    let phase = first.phase
    let current = state
    while (phase.type === 'done') {
      const decision = next(current, phase.value)
      if (E.isRight(decision)) return { requests, phase: { type: 'done', value: decision.right } }
      current = decision.left
      const step = body(current)
      requests = requests.length === 0 ? step.requests : [...requests, ...step.requests]
      phase = step.phase
    }
    const { name: inner, data, on } = phase
    return awaiting(requests, `${name}(${inner})`, [current, data], (signal) => {
      const step = on(signal)
      return step && turn(current, step)
    })
  }
  return turn(start, body(start))
}
