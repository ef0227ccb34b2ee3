import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { prepare } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import type { Step } from '../../lib/protocol/phase'
import { andThen, asked, chain, done } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'

/** A stop-and-copy that orders the release and ends without waiting for what the world says to it. Breaks `answered`. */
export const endingBeforeAnswered: Pipeline = () =>
  ended((result) => ({
    requests: [asked({ type: 'release' })],
    phase: { type: 'done', value: E.isLeft(result) ? { type: 'lost', reason: 'something was refused' } : { type: 'completed', needs: [] } }
  }))

/** A stop-and-copy that stops by a limit of its own and does not say which. Breaks `ends`. */
export const endingWithoutReason: Pipeline = () => ended(() => done({ type: 'limited', limit: '' }))

/** A stop-and-copy that says it was aborted, whatever has become of it. Breaks `outcomeHolds`. */
export const endingWithALie: Pipeline = () => ended(() => done({ type: 'aborted', reason: 'changed its mind', running: 'source' }))

function ended(then: (result: E.Either<unknown, unknown>) => Step<Outcome>): Step<Outcome> {
  return pipe(
    prepare(),
    andThen('stop-and-copy', () => stopAndCopy('hypervisor')),
    chain('end', then)
  )
}
