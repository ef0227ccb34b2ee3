import { pipe } from 'fp-ts/lib/function'
import { lanes } from '../../lib/protocol/lanes'
import { map } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { isSystem } from './authorised'
import { asPeerMessage } from './daemonMessage'
import { asPeer } from './peers'
import { serving } from './serving'
import type { Talk } from './talk'

const PATIENCE_NS = 20e6

/**
 * A cluster's own program with a monitor beside it, for a cluster that has no migration daemon (which does the same): when a process moves, its daemon has the monitors of all clusters with ends to it hold back what is for it,
 * and tell their kernels in the end where it is. The program knows nothing of it: a server serves a client that has moved as before. Without a monitor nothing is lost either, but what is sent to a process that has left comes
 * back once, and waits. Only programs of clusters are listened to. It goes on when the program has ended, which is what the outcome tells.
 *
 *     run({ cc0: migrationDaemon(), cc1: migrationDaemon(), io0: monitored(nameServer()), p1: client }, chip({ processes: { p1: { cluster: 'cc0' } } }))
 */
export const monitored =
  (program: Pipeline): Pipeline =>
  (guest) =>
    pipe(
      lanes<{ readonly program: Outcome; readonly monitor: Outcome }>({ program: program(guest), monitor: monitor() }),
      map((ended) => ended.program)
    )

const monitor = () =>
  serving({}, ({ from, message }) => {
    const peer = asPeerMessage(message)
    if (peer === undefined || !isSystem(from) || (peer.type !== 'hold' && peer.type !== 'repoint')) return undefined
    const talk: Talk = { key: peer.key, peer: from, patienceNs: PATIENCE_NS }
    return { key: '', step: () => map(() => undefined)(asPeer(talk, peer)) }
  })
