import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { asGuest } from '../../lib/migration/diskRules'
import { push } from '../../lib/migration/push'
import { concludedOf, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Attempt } from '../../lib/protocol/phase'
import { andThen, done, request } from '../../lib/protocol/phase'
import type { GuestView, Pipeline } from '../../lib/protocol/pipeline'
import { regarding } from '../../lib/protocol/regarding'
import { stopAndCopy as stopAndCopyPipeline } from '../../pipelines/stopAndCopy'

const pushed = ({ name, disk }: GuestView): Attempt<unknown> =>
  disk === undefined ? done(E.right(null)) : regarding('disk')(push({ until: roundsAtMost(2) })(asGuest(name, disk)))

/** Mirrors the disk in rounds, and forgets what they left when the guest stops: it is not drained. Breaks `diskDrained`. */
export const mirroringWithoutDrain: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('mirror', () => pushed(guest)),
    andThen('stop-and-copy', () => stopAndCopy('hypervisor')),
    andThen('release', release),
    concludedOf(guest)
  )

/** Drains the disk and then stops the guest, which may have written meanwhile. Breaks `diskDrained`. */
export const mirroringBeforePause: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('mirror', () => pushed(guest)),
    andThen('drain', () => pushed(guest)),
    andThen('pause', pause),
    andThen('copy', (clockNs) =>
      pipe(
        request({ type: 'select', level: 'hypervisor' }),
        andThen('send', ({ pages }) => request({ type: 'send', pages, place: 'always' })),
        andThen('switch over', () => switchOver({ clockNs }))
      )
    ),
    andThen('release', release),
    concludedOf(guest)
  )

/** Copies the whole disk while the guest runs, without a log of what it writes meanwhile. Breaks `diskDrained`, and `cleanOrOwed` by the control plane. */
export const mirroringWithoutLog: Pipeline = (guest) =>
  pipe(
    prepare(),
    andThen('mirror', () => copiedOnce(guest)),
    andThen('stop-and-copy', () => stopAndCopy('hypervisor')),
    andThen('release', release),
    concludedOf(guest)
  )

const copiedOnce = ({ disk }: GuestView): Attempt<unknown> =>
  disk === undefined
    ? done(E.right(null))
    : regarding('disk')(
        pipe(
          request({ type: 'select', level: 'hypervisor' }),
          andThen('send', ({ pages }) => request({ type: 'send', pages, place: 'always' }))
        )
      )

/** Knows of no disk, as pipelines did before there were any: it is left behind. Breaks `diskDrained`. */
export const mirroringNothing: Pipeline = ({ name, pages, pageBytes }) => stopAndCopyPipeline()({ name, pages, pageBytes })
