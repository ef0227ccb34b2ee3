import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import type { Step } from '../../lib/protocol/phase'
import { chain, done, map } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { asPeerMessage, asRequest, DAEMON_PORT, type DaemonReply, type DaemonRequest, type PeerMessage } from './daemonMessage'
import { type CheckedDaemon, checkedDaemon, type DaemonOptions } from './daemonOptions'
import { incoming } from './incoming'
import { killed, observed } from './observed'
import { type Left, outgoing } from './outgoing'
import { unpacked } from './packedImage'
import { asPeer } from './peers'
import { type Kept, restored } from './restored'
import { type Begins, type Begun, serving } from './serving'
import { ignoring, posted, type Talk } from './talk'

/** What a daemon remembers: processes that it keeps, by name. */
type Memory = { readonly [process: string]: { readonly image: Data; readonly contents: Data } }

/**
 * The daemon of a cluster, as Nanvix has one on each: serves whoever asks by a message to its mailbox (`DaemonRequest`) to move a process of its cluster to another, to end it, to save it with a keeper and to start it again,
 * and to say what runs there; and does its part where another daemon moves one here. One process leaves at a time and one comes at a time, side by side. Whatever fails, a process runs at most once, and where nobody can know
 * any more whether it runs, it stays frozen, which the reply says (`undecided`). Errors: `RangeError` naming the option. Source: N. Vanz, TCC (UFSC 2023), ch. 4; everything but the technique `nanvix` is ours.
 *
 *     run({ cc0: migrationDaemon(), cc1: migrationDaemon(), io0: asking }, chip({ processes: { p1: { cluster: 'cc0' } } }))
 */
export const migrationDaemon = (options: DaemonOptions = {}): Pipeline => {
  const checked = checkedDaemon(options)
  return ({ name }) => serving<Memory>({}, begins(name, checked))
}

const begins =
  (own: string, options: CheckedDaemon): Begins<Memory> =>
  ({ from, message }, memory, isKnown, taken) => {
    const request = asRequest(message)
    if (request !== undefined) return asked(own, options, from, request, memory, `${own}#${taken}`)
    const peer = asPeerMessage(message)
    if (peer === undefined) return undefined
    const talk = (lane: string): Talk => ({ key: peer.key, end: `${lane} talk`, peer: from, patienceNs: options.patienceNs })
    if (peer.type === 'hold' || peer.type === 'repoint') return { key: '', step: (lane) => map(nothing)(asPeer(talk(lane), peer)) }
    if (peer.type === 'offer' && !isKnown(peer.key))
      return {
        key: peer.key,
        turn: 'in',
        step: (lane, number) =>
          pipe(
            incoming({ lane, talk: talk(lane), number, image: unpacked(peer.image), keeps: peer.keeps, all: peer.all }),
            map((kept) => (kept === null ? undefined : remembering(kept)))
          )
      }
    if (!answered.has(peer.type) || isKnown(peer.key)) return undefined
    const unknown: PeerMessage = { type: 'unknown', key: peer.key }
    return { key: '', step: (lane) => map(nothing)(ignoring(posted(`${lane} talk`, from, DAEMON_PORT, unknown as Data))) }
  }

/** Messages whose sender waits for an answer. */
const answered: ReadonlySet<string> = new Set<PeerMessage['type']>(['ping', 'commit', 'batch', 'admitted', 'ready', 'forward'])

const asked = (own: string, options: CheckedDaemon, from: string, request: DaemonRequest, memory: Memory, key: string): Begun<Memory> => {
  const { port = 0 } = request
  const reply = (lane: string, replies: readonly DaemonReply[]): Step<undefined> => {
    const next = (index: number): Step<undefined> =>
      pipe(
        ignoring(posted(`${lane} reply`, from, port, replies[index] as Data)),
        chain('replied', () => (index + 1 < replies.length ? next(index + 1) : done(undefined)))
      )
    return next(0)
  }
  if (request.type === 'observe')
    return { key: '', step: (lane) => chain('observed', (all: readonly DaemonReply[]) => reply(lane, all))(observed(own, request.id)) }
  if (request.type === 'kill')
    return { key: '', step: (lane) => chain('killed', (one: DaemonReply) => reply(lane, [one]))(killed(request)) }
  const { id, process, to } = request
  const ends = (lane: string) =>
    chain('left', (left: Left): Step<undefined> => {
      const type = request.type === 'migrate' ? 'migrated' : request.type === 'save' ? 'saved' : 'restored'
      return reply(lane, [left.type === 'moved' ? { type, id, process, to } : { type: left.type, id, process, reason: left.reason }])
    })
  if (to === own)
    return { key: '', step: (lane) => reply(lane, [{ type: 'failed', id, process, reason: `it is asked to go to ${to}, where it is` }]) }
  if (request.type === 'restore') {
    const kept = memory[process] as Kept | undefined
    if (kept === undefined)
      return { key: '', step: (lane) => reply(lane, [{ type: 'failed', id, process, reason: `no copy of ${process} is kept here` }]) }
    return {
      key,
      turn: 'out',
      step: (lane) => ends(lane)(restored({ key, end: `${lane} talk`, peer: to, patienceNs: options.patienceNs }, lane, kept))
    }
  }
  const saves = request.type === 'save'
  const technique = saves ? 'stopAndCopy' : ((request.type === 'migrate' ? request.technique : undefined) ?? options.technique)
  const peer = technique === 'cold' ? options.keeper : to
  return {
    key,
    turn: 'out',
    step: (lane) => ends(lane)(outgoing({ lane, key, own, process, to, peer, requester: from, technique, saves, options }))
  }
}

const remembering =
  (kept: Kept) =>
  (memory: Memory): Memory => ({ ...memory, [kept.image.process]: { image: kept.image as Data, contents: kept.contents } })

const nothing = (): undefined => undefined
