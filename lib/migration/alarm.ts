import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { guarded } from '../protocol/guarded'
import { type Attempt, map } from '../protocol/phase'
import type { Time } from '../time/time'
import { cancellable } from './cancellable'

/** A timer that can be wound down: it ends after `afterNs`, or at once on `wound`, or when the link or a host has failed. */
export const alarm = (afterNs: Time): Attempt<unknown> =>
  pipe(
    cancellable({ type: 'wake', afterNs }),
    guarded(({ type }) => type === 'failed'),
    map(
      E.match(
        ({ value }) => value,
        (woken) => woken
      )
    )
  )
