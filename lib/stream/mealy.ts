import { Observable, type OperatorFunction, Subscriber } from 'rxjs'

/**
 * A Mealy machine as an operator: each input, with the state, gives outputs and the next state; a scan that emits.
 *
 *     inputs   --a-----b--c--|
 *     mealy    --xy-------z--|      step(s0, a) = [[x, y], s1], step(s1, b) = [[], s2], step(s2, c) = [[z], s3]
 *
 * The state is born with each subscription, so a pipeline can be subscribed to many times. An input that arrives while outputs are being
 * delivered (a loop) waits until they all are: inputs are stepped in order of arrival and outputs never overtake. An error thrown by `step`
 * goes to the error channel. Laws: `mealy((s, i) => [[i], s], s0) = identity`; outputs are those of folding `step` over the inputs.
 */
export const mealy =
  <S, I, O>(step: (state: S, input: I) => readonly [outputs: readonly O[], state: S], initial: S): OperatorFunction<I, O> =>
  (inputs) =>
    new Observable<O>((observer) => {
      let state = initial
      let busy = false
      let ended = false
      const waiting: I[] = []
      const take = (input: I): void => {
        let outputs: readonly O[]
        try {
          ;[outputs, state] = step(state, input)
        } catch (error) {
          observer.error(error)
          return
        }
        for (let i = 0; i < outputs.length && !observer.closed; i++) observer.next(outputs[i])
      }
      // A Subscriber tied to the observer before subscribing, so that a synchronous source stops as soon as nobody listens.
      const source = new Subscriber<I>({
        next: (input) => {
          if (busy) {
            waiting.push(input)
            return
          }
          busy = true
          take(input)
          while (waiting.length > 0 && !observer.closed) take(waiting.shift() as I)
          busy = false
          if (ended) observer.complete()
        },
        error: (error: unknown) => observer.error(error),
        complete: () => {
          if (busy) ended = true
          else observer.complete()
        }
      })
      observer.add(source)
      inputs.subscribe(source)
    })
