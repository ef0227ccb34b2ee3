import { Observable, type OperatorFunction, Subscriber } from 'rxjs'

/**
 * A summary of inputs as a value: `init` makes the first state, `step` takes one input in, `done` reads the result off.
 * A fold may change its own state in `step`, since `init` makes a new one for each run; `done` changes nothing. `S` is the fold's own affair.
 */
export type Fold<I, A, S = unknown> = {
  readonly init: () => S
  readonly step: (state: S, input: I) => S
  readonly done: (state: S) => A
}

/** A fold from its three parts, its state's type forgotten: folds of unlike states fit into one record. */
export const fold = <I, A, S>(parts: Fold<I, A, S>): Fold<I, A> => parts as unknown as Fold<I, A>

/**
 * Several folds in one pass over the same inputs; the result is a record under the same names.
 * Law: `runFold(combine({ a, b }), xs) = { a: runFold(a, xs), b: runFold(b, xs) }`. Cost per input: the sum of the folds'.
 */
export const combine = <F extends Readonly<Record<string, Fold<never, unknown>>>>(
  folds: F
): Fold<InputOf<F>, { readonly [K in keyof F]: ResultOf<F[K]> }> => {
  const names = Object.keys(folds)
  const all = names.map((name) => folds[name])
  return fold<InputOf<F>, { readonly [K in keyof F]: ResultOf<F[K]> }, unknown[]>({
    init: () => all.map((one) => one.init()),
    step: (states, input) => {
      for (let i = 0; i < all.length; i++) states[i] = all[i].step(states[i], input as never)
      return states
    },
    done: (states) =>
      Object.fromEntries(names.map((name, i) => [name, all[i].done(states[i])])) as { readonly [K in keyof F]: ResultOf<F[K]> }
  })
}

/** What every fold of a record accepts: the intersection of their inputs. */
export type InputOf<F extends Readonly<Record<string, Fold<never, unknown>>>> = [F[keyof F]] extends [Fold<infer I, unknown>] ? I : never

/** What a fold results in. */
export type ResultOf<F> = F extends Fold<never, infer A> ? A : never

/** The same fold with its result passed through a function. Laws: `mapFold(x => x) = identity`, `mapFold(g) . mapFold(f) = mapFold(g . f)`. */
export const mapFold =
  <A, B>(f: (a: A) => B) =>
  <I>(one: Fold<I, A>): Fold<I, B> => ({ init: one.init, step: one.step, done: (state) => f(one.done(state)) })

/** The result of a fold over the items, in order. */
export const runFold = <I, A>(one: Fold<I, A>, items: Iterable<I>): A => {
  let state = one.init()
  for (const item of items) state = one.step(state, item)
  return one.done(state)
}

/**
 * A fold as an operator: emits its result once, when the inputs complete; the state is born with each subscription.
 *
 *     inputs   --1--2--3--|
 *     folded   -----------(6|)
 *
 * Law: `from(xs).pipe(folded(f))` emits `runFold(f, xs)`. An error of the inputs, or one thrown by the fold, goes to the error channel.
 */
export const folded =
  <I, A>(one: Fold<I, A>): OperatorFunction<I, A> =>
  (inputs) =>
    new Observable<A>((observer) => {
      let state = one.init()
      const attempt = (act: () => void): void => {
        try {
          act()
        } catch (error) {
          observer.error(error)
        }
      }
      const source = new Subscriber<I>({
        next: (input) =>
          attempt(() => {
            state = one.step(state, input)
          }),
        error: (error: unknown) => observer.error(error),
        complete: () => {
          attempt(() => observer.next(one.done(state)))
          observer.complete()
        }
      })
      observer.add(source)
      inputs.subscribe(source)
    })
