import { pipe } from 'fp-ts/lib/function'
import type { Data } from '../../lib/protocol/data'
import { map } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { isSystem } from './authorised'
import { asPeerMessage, asRequest, DAEMON_PORT, type PeerMessage } from './daemonMessage'
import { type CheckedDaemon, checkedDaemon, type DaemonOptions } from './daemonOptions'
import { incoming } from './incoming'
import { unpacked } from './packedImage'
import { asPeer } from './peers'
import { type KeptByName, requested } from './requested'
import type { Kept } from './restored'
import { type Begins, serving } from './serving'
import { type Talk, told } from './talk'

/**
 * The daemon of a cluster, as Nanvix has one on each: serves whoever asks by a message to its mailbox (`DaemonRequest`) to move a process of its cluster to another, to end it, to save it with a keeper and to start it again,
 * and to say what runs there; and does its part where another daemon moves one here. One process leaves at a time and one comes at a time, side by side. Whatever fails, a process runs at most once, and where nobody can know
 * any more whether it runs, it stays frozen, which the reply says (`undecided`). Errors: `RangeError` naming the option. Source: N. Vanz, TCC (UFSC 2023), ch. 4; everything but the technique `nanvix` is ours.
 *
 *     run({ cc0: migrationDaemon(), cc1: migrationDaemon(), io0: asking }, chip({ processes: { p1: { cluster: 'cc0' } } }))
 */
export const migrationDaemon = (options: DaemonOptions = {}): Pipeline => {
  const checked = checkedDaemon(options)
  return ({ name }) => serving<KeptByName>({}, begins(name, checked))
}

const begins =
  (own: string, options: CheckedDaemon): Begins<KeptByName> =>
  ({ from, message }, memory, isKnown, taken) => {
    const request = asRequest(message)
    if (request !== undefined) return requested({ own, options, from, request, kept: memory, key: `${own}#${taken}` })
    const peer = asPeerMessage(message)
    // A process that says what only daemons say is not listened to.
    if (peer === undefined || !isSystem(from)) return undefined
    const talk: Talk = { key: peer.key, peer: from, patienceNs: options.patienceNs }
    if (peer.type === 'hold' || peer.type === 'repoint') return { key: '', step: () => map(nothing)(asPeer(talk, peer)) }
    if (peer.type === 'offer' && !isKnown(peer.key))
      return {
        key: peer.key,
        turn: 'in',
        step: (lane, number) =>
          pipe(
            incoming({ lane, talk, number, image: unpacked(peer.image), keeps: peer.keeps, all: peer.all }),
            map((kept) => (kept === null ? undefined : remembering(kept)))
          )
      }
    if (!answered.has(peer.type) || isKnown(peer.key)) return undefined
    const unknown: PeerMessage = { type: 'unknown', key: peer.key }
    return { key: '', step: () => map(nothing)(told(from, DAEMON_PORT, unknown as Data)) }
  }

/** Messages whose sender waits for an answer. */
const answered: ReadonlySet<string> = new Set<PeerMessage['type']>(['ping', 'commit', 'batch', 'admitted', 'ready', 'forward'])

const remembering =
  (kept: Kept) =>
  (memory: KeptByName): KeptByName => ({ ...memory, [kept.image.process]: { image: kept.image as Data, contents: kept.contents } })

const nothing = (): undefined => undefined
