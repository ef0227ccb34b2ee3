import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, done, failure, request } from '../../lib/protocol/phase'

/** Whether a name is that of a cluster's program, or of one of a cluster's interfaces: programs of clusters are the system's. No process can have such a name. @internal */
export const isSystem = (name: string): boolean => /^(cc|io)\d+(\.\d+)?$/.test(name)

/**
 * Whether somebody may have a process of this cluster moved, saved or ended: programs of clusters may, a process itself, and those of the same user that are on this cluster too, whose user its kernel knows. @internal
 */
export const authorised = (from: string, process: string): Attempt<unknown> => {
  if (isSystem(from) || from === process) return done(E.right(null))
  return pipe(
    request({ type: 'observe' }),
    andThen('observed', ({ processes }): Attempt<unknown> => {
      const userOf = (name: string): string | undefined => processes.find((one) => one.process === name)?.user
      const user = userOf(from)
      return user !== undefined && user === userOf(process)
        ? done(E.right(null))
        : done(E.left(failure('observe', `${process} is not of the user of ${from}`)))
    })
  )
}
