import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import type { Step } from '../../lib/protocol/phase'
import { chain, done } from '../../lib/protocol/phase'
import { authorised, isSystem } from './authorised'
import type { DaemonReply, DaemonRequest } from './daemonMessage'
import { type CheckedDaemon, techniqueNames } from './daemonOptions'
import { killed, observed } from './observed'
import { type Left, outgoing } from './outgoing'
import { type Kept, restored } from './restored'
import type { Begun } from './serving'
import { told } from './talk'

/** Processes that a daemon keeps, by name. @internal */
export type KeptByName = { readonly [process: string]: { readonly image: Data; readonly contents: Data } }

/** A request as it came to a daemon. @internal */
export type Requested = {
  readonly own: string
  readonly options: CheckedDaemon
  readonly from: string
  readonly request: DaemonRequest
  readonly kept: KeptByName
  readonly key: string
}

/** What a daemon does that is asked for something: the job, which ends with the reply. @internal */
export const requested = ({ own, options, from, request, kept, key }: Requested): Begun<KeptByName> => {
  const { id, port = 0 } = request
  const reply = ([first, ...others]: readonly DaemonReply[]): Step<undefined> =>
    pipe(
      told(from, port, first as Data),
      chain('replied', () => (others.length > 0 ? reply(others) : done(undefined)))
    )
  const process = request.type === 'observe' ? '' : request.process
  const failed = (reason: string): Step<undefined> => reply([{ type: 'failed', id, process, reason }])
  const refused = (reason: string): Begun<KeptByName> => ({ key: '', step: () => failed(reason) })

  if (request.type === 'observe')
    return isSystem(from)
      ? { key: '', step: () => chain('observed', reply)(observed(own, id)) }
      : refused('only programs of clusters may observe')
  const mayBe = (then: () => Step<undefined>): Step<undefined> =>
    chain('may', (may: E.Either<{ readonly reason: string }, unknown>) => (E.isLeft(may) ? failed(may.left.reason) : then()))(
      authorised(from, process)
    )
  if (request.type === 'kill')
    return { key: '', step: () => mayBe(() => chain('killed', (one: DaemonReply) => reply([one]))(killed(request))) }

  const { to } = request
  const ends = chain('left', (left: Left): Step<undefined> => {
    const type = request.type === 'migrate' ? 'migrated' : request.type === 'save' ? 'saved' : 'restored'
    return left.type === 'moved' ? reply([{ type, id, process, to }]) : reply([{ type: left.type, id, process, reason: left.reason }])
  })
  if (to === own) return refused(`it is asked to go to ${to}, where it is`)
  if (request.type === 'restore') {
    const one = kept[process] as Kept | undefined
    if (one === undefined) return refused(`no copy of ${process} is kept here`)
    if (!isSystem(from)) return refused('only programs of clusters may restore')
    return { key, turn: 'out', step: (lane) => ends(restored({ key, peer: to, patienceNs: options.patienceNs }, lane, one)) }
  }
  const saves = request.type === 'save'
  const wish = request.type === 'migrate' ? (request.technique ?? options.technique) : 'stopAndCopy'
  if (!techniqueNames.includes(wish)) return refused(`there is no technique called ${wish}`)
  const peer = wish === 'cold' && !saves ? options.keeper : to
  return {
    key,
    turn: 'out',
    step: (lane) => mayBe(() => ends(outgoing({ lane, key, own, process, to, peer, requester: from, technique: wish, saves, options })))
  }
}
