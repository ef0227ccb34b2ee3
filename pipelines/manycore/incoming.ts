import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, failure, map, request } from '../../lib/protocol/phase'
import type { ProcessImage } from '../../lib/protocol/process'
import { DAEMON_PORT } from './daemonMessage'
import { heard } from './heard'
import { unpackedPlaces } from './packedImage'
import { pulled } from './pulled'
import { type Kept, relayed } from './restored'
import { installing, portalPort, type Sink, type Taken, taken } from './sent'
import { ignoring, reasonOf, said, type Talk, told } from './talk'

/** A process, or a copy of it to be kept, that comes from another cluster. `number`: of the transfer here, which its portal's port is made of. @internal */
export type Arriving = {
  readonly lane: string
  readonly talk: Talk
  readonly number: number
  readonly image: ProcessImage
  readonly keeps: boolean
  readonly all: boolean
}

/**
 * The target's part: the process goes on here only when it was told `commit`; until then whatever fails, or a word that it will not come, drops what has come. Ends with what is kept, where it is. @internal
 */
export const incoming = (arriving: Arriving): Step<Kept | null> =>
  pipe(
    untilReady(arriving),
    chain('ready', (ready) =>
      E.isLeft(ready)
        ? dropped(arriving, ready.left.reason, ready.left.order !== 'admit')
        : decided(arriving, { image: arriving.image, contents: ready.right })
    )
  )

const untilReady = (arriving: Arriving): Attempt<Taken> => {
  const { talk, keeps, image, number, all } = arriving
  const room: Attempt<unknown> = keeps ? done(E.right(null)) : request({ type: 'admit', made: image })
  return pipe(
    room,
    andThen('room', () => request({ type: 'create', end: portalOf(arriving), kind: 'portal', port: portalPort(number) })),
    andThen('portal', () => said(talk, { type: 'admitted', key: talk.key, port: portalPort(number) })),
    andThen('admitted', () => (all ? taken(portalOf(arriving), talk.peer, sinkOf(arriving), image.pieces) : batches(arriving))),
    andThen('here', (contents) =>
      pipe(
        said(talk, { type: 'ready', key: talk.key }),
        andThen('ready', () => done(E.right(contents)))
      )
    )
  )
}

const batches = (arriving: Arriving): Attempt<Taken> => {
  const { talk, image } = arriving
  return pipe(
    heard(talk, ['batch', 'cancel', 'unknown']),
    andThen('batch', (message) => {
      if (message.type !== 'batch') return done(E.left(failure('get', reasonOf(message))))
      const pieces = unpackedPlaces(message.pieces).map((place) => image.pieces[place])
      return pipe(
        taken(portalOf(arriving), talk.peer, sinkOf(arriving), pieces),
        andThen('taken', () => (message.last ? done(E.right([])) : batches(arriving)))
      )
    })
  )
}

/** What was decided at the source of what is complete here. */
const decided = (arriving: Arriving, kept: Kept): Step<Kept | null> => {
  const { talk, keeps, image } = arriving
  return pipe(
    heard(talk, ['commit', 'cancel', 'unknown', 'forward']),
    chain('decided', (heardOf): Step<Kept | null> => {
      if (E.isLeft(heardOf)) return dropped(arriving, heardOf.left.reason)
      const message = heardOf.right
      if (message.type === 'forward' && keeps)
        return pipe(
          relayed(talk, `${arriving.lane} on`, message.to, kept),
          chain('relayed', (result) => (E.isLeft(result) ? dropped(arriving, result.left.reason) : map(() => null)(closedAll(arriving))))
        )
      if (message.type !== 'commit') return dropped(arriving, reasonOf(message))
      if (keeps)
        return pipe(
          ignoring(said(talk, { type: 'arrived', key: talk.key })),
          chain('kept', () => map((): Kept => kept)(closedAll(arriving)))
        )
      return pipe(
        request(message.absent ? { type: 'unfreeze', process: image.process, absent: true } : { type: 'unfreeze', process: image.process }),
        chain('unfrozen', (result) => (E.isLeft(result) ? dropped(arriving, result.left.reason) : running(arriving, message.absent)))
      )
    })
  )
}

/** It has gone on here: nothing can be undone any more. */
const running = (arriving: Arriving, absent: boolean): Step<null> => {
  const { talk, image } = arriving
  const end = (): Step<null> => closedAll(arriving)
  const told = ignoring(said(talk, { type: 'arrived', key: talk.key }))
  if (!absent) return chain('arrived', end)(told)
  return pipe(
    told,
    chain('arrived', () => pulled(talk, portalOf(arriving), image)),
    chain(
      'pulled',
      (result): Step<null> =>
        E.isLeft(result)
          ? // What is missing will never come: the process cannot go on, and is ended rather than left to wait.
            chain('killed', end)(ignoring(request({ type: 'kill', process: image.process })))
          : chain('whole', end)(ignoring(said(talk, { type: 'whole', key: talk.key })))
    )
  )
}

/** `isOurs`: there is something of it here. Where it was not admitted, what is here of it is another's: the source of a post-copy still under way. */
const dropped = (arriving: Arriving, reason: string, isOurs = true): Step<null> => {
  const { talk, image, keeps } = arriving
  const forgotten: Step<null> = keeps || !isOurs ? done(null) : ignoring(request({ type: 'forget', process: image.process }))
  return pipe(
    forgotten,
    chain('forgotten', () => told(talk.peer, DAEMON_PORT, { type: 'declined', key: talk.key, reason })),
    chain('declined', () => closedAll(arriving))
  )
}

const closedAll = (arriving: Arriving): Step<null> => ignoring(request({ type: 'close', end: portalOf(arriving) }))

const sinkOf = ({ image, keeps }: Arriving): Sink => (keeps ? () => done(E.right(null)) : installing(image.process))

const portalOf = ({ lane }: Arriving): string => `${lane} portal`
