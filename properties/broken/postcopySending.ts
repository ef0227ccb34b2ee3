import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { PageSet } from '../../lib/memory/pageSet'
import type { Order, Place } from '../../lib/protocol/command'
import { lanes } from '../../lib/protocol/lanes'
import { map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { postcopyPulling } from './postcopyPulling'

/** A post-copy whose two lanes both send every missing page, upwards, without asking what the other has sent. Breaks `sentOnce`. */
export const postcopySendingTwice: Pipeline = postcopySending('ifAbsent')

/** The same, and what comes second is placed over what the guest has written at the target since. Breaks `neverOlder`. */
export const postcopyPlacingAlways: Pipeline = postcopySending('always')

function postcopySending(place: Place): Pipeline {
  const order = (pages: PageSet): Order => ({ type: 'send', pages, place })
  return postcopyPulling((missing) =>
    pipe(
      lanes({ first: request(order(missing)), second: request(order(missing)) }),
      map(({ first, second }) => (E.isLeft(first) ? first : second))
    )
  )
}
