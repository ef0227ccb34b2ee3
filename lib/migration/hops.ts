import * as E from 'fp-ts/lib/Either'
import { iterate } from '../protocol/phase'
import type { Outcome, Pipeline } from '../protocol/pipeline'
import { guestExited, hearing } from './hearing'

/**
 * One migration after the other: each completed hop is followed by the next, from where the guest has come to, so that A to B to C and back is three. An outcome
 * that is not `completed` ends the journey, and its reason names the hop; the `running` of an aborted hop is a host of that hop. A guest that has ended is
 * taken no further.
 *
 *     hops([precopy(), postcopy(), precopy()])        A -> B -> C -> A
 *
 * Completes with what any host on the way is still needed for. Laws: `hops([p])` gives the journal of `p`; `hops([hops([p, q]), r])` that of `hops([p, q, r])`, but for
 * the numbers in the reasons. Throws `RangeError` without pipelines.
 */
export const hops = (pipelines: readonly Pipeline[]): Pipeline => {
  if (pipelines.length === 0) throw new RangeError('hops: pipelines must not be empty (got none)')
  return (guest) =>
    iterate(
      'hops',
      { hop: 0, needs: [] },
      ({ hop }: Journey) => hearing(guestExited)(pipelines[hop](guest)),
      ({ hop, needs }, [outcome, exited]): E.Either<Journey, Outcome> => {
        if (outcome.type !== 'completed') return E.right(pipelines.length === 1 ? outcome : atHop(outcome, hop + 1, pipelines.length))
        const all = [...needs, ...outcome.needs.filter((need) => !needs.includes(need))]
        return exited || hop + 1 === pipelines.length ? E.right({ type: 'completed', needs: all }) : E.left({ hop: hop + 1, needs: all })
      }
    )
}

type Journey = { readonly hop: number; readonly needs: readonly string[] }

const atHop = (outcome: Exclude<Outcome, { readonly type: 'completed' }>, hop: number, of: number): Outcome => {
  const place = `hop ${hop} of ${of}: `
  return outcome.type === 'limited' ? { ...outcome, limit: place + outcome.limit } : { ...outcome, reason: place + outcome.reason }
}
