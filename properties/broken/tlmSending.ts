import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { timeBounded } from '../../lib/migration/timeBounded'
import type { Request } from '../../lib/protocol/command'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, awaiting } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'

/** A migration by TLM with dirty updates every 3 us, whose requests are changed on their way. */
const tlmWith =
  (change: (request: Request) => Request): Pipeline =>
  (guest) =>
    pipe(
      prepare(),
      andThen('time-bounded', () => changed(change, timeBounded({ intervalNs: 3000 })(guest))),
      andThen('stage 3', ({ owed }) => stopAndCopy(owed)),
      andThen('release', release),
      concluded
    )

const changed = <A>(change: (request: Request) => Request, { requests, phase }: Step<A>): Step<A> =>
  phase.type === 'done'
    ? { requests: requests.map(change), phase }
    : awaiting(requests.map(change), phase.name, phase.data, (signal) => {
        const step = phase.on(signal)
        return step && changed(change, step)
      })

/** mtx's pages are placed over whatever is there: where its lane stands still, over what dtx has sent since (the paper's rule for the receivers left out). */
export const tlmPlacingAlways: Pipeline = tlmWith((request) =>
  request.lane === 'mtx' && request.order.type === 'send' ? { ...request, order: { ...request.order, place: 'always' } } : request
)

/** dtx's pages are placed only where nothing is, so that what mtx sent of a page before it was written stays. */
export const tlmPlacingNever: Pipeline = tlmWith((request) =>
  request.lane === 'dtx' && request.order.type === 'send' ? { ...request, order: { ...request.order, place: 'ifAbsent' } } : request
)

/** Stage 3 begins without a barrier: what dtx sent of a page may arrive after what stage 3 sends of it. */
export const tlmWithoutBarrier: Pipeline = tlmWith((request) =>
  request.order.type === 'flush' ? { ...request, order: { type: 'wake', afterNs: 0 } } : request
)

/** The dirty updates are read, and nobody owes what they name. */
export const tlmForgettingUpdates: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('time-bounded', (): Attempt<{ readonly owed: pageSet.PageSet }> => timeBounded({ intervalNs: 3000 })(guest)),
    andThen('stage 3', () => stopAndCopy(pageSet.empty(guest.pages))),
    andThen('release', release),
    concluded
  )
