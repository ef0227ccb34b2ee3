import { Observable } from 'rxjs'

/**
 * What an iterable gives, as a cold Observable that reads it as it goes, and gives way to all else that waits after every thousand: so that Ctrl-C is heard and progress is shown. What iterating throws goes to the error channel, behind all that came before. Nothing more is read when nobody
 * listens.
 */
export const inTurns = <A>(iterate: () => Iterable<A>): Observable<A> =>
  new Observable((observer) => {
    let waiting: NodeJS.Immediate | undefined
    let iterator: Iterator<A> | undefined
    const turn = (): void => {
      try {
        iterator ??= iterate()[Symbol.iterator]()
        for (let given = 0; given < TURN && !observer.closed; given++) {
          const next = iterator.next()
          if (next.done === true) observer.complete()
          else observer.next(next.value)
        }
      } catch (error) {
        observer.error(error)
      }
      if (!observer.closed) waiting = setImmediate(turn)
    }
    turn()
    return () => {
      clearImmediate(waiting)
      iterator?.return?.()
    }
  })

const TURN = 1000
