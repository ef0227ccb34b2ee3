import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, done, failure } from '../../lib/protocol/phase'
import { heard } from './heard'
import type { PackedImage } from './packedImage'
import { reasonOf, said, type Talk } from './talk'

/** A conversation begins with an offer: the port of the portal that it is wanted at, once there is room. @internal */
export const offered = (
  talk: Talk,
  offer: { readonly image: PackedImage; readonly keeps: boolean; readonly all: boolean }
): Attempt<number> =>
  pipe(
    said(talk, { type: 'offer', key: talk.key, ...offer }),
    andThen('offered', () => heard(talk, ['admitted', 'declined', 'unknown'])),
    andThen('answered', (answer) =>
      answer.type === 'admitted' ? done(E.right(answer.port)) : done(E.left(failure('admit', reasonOf(answer))))
    )
  )
