import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { prepare } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import type { Step } from '../../lib/protocol/phase'
import { andThen, asked, awaiting, chain, done, map } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { postcopy } from '../../pipelines/postcopy'
import { stopAndCopy as wholeCopy } from '../../pipelines/stopAndCopy'

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

/** A stop-and-copy that completes and leaves the guest's copy at the source for ever. Breaks `stagesKept`. */
export const endingWithoutRelease: Pipeline = () =>
  ended((result) => done(E.isLeft(result) ? { type: 'lost', reason: 'something was refused' } : { type: 'completed', needs: [] }))

/** A post-copy that calls itself undecided when the guest is lost behind the switch. Breaks `outcomeHolds`. */
export const endingUndecided: Pipeline = (guest) =>
  pipe(
    postcopy()(guest),
    map((outcome): Outcome => (outcome.type === 'lost' ? { type: 'undecided', reason: outcome.reason } : outcome))
  )

/** A stop-and-copy that does not say what the source is still needed for. Breaks `outcomeHolds`. */
export const endingWithoutNeeds: Pipeline = (guest) =>
  pipe(
    wholeCopy()(guest),
    map((outcome): Outcome => (outcome.type === 'completed' ? { type: 'completed', needs: [] } : outcome))
  )

/** A migration that asks for nothing more once the target has been prepared. Breaks `neverStuck`. */
export const neverEnding: Pipeline = () =>
  pipe(
    prepare(),
    chain('wait', () => awaiting<Outcome>([], 'waiting', null, () => undefined))
  )

function ended(then: (result: E.Either<unknown, unknown>) => Step<Outcome>): Step<Outcome> {
  return pipe(
    prepare(),
    andThen('stop-and-copy', () => stopAndCopy('hypervisor')),
    chain('end', then)
  )
}
