import { lastValueFrom, toArray } from 'rxjs'
import { run } from '../../../lib/loop/run'
import type { Data } from '../../../lib/protocol/data'
import type { Entry } from '../../../lib/protocol/journal'
import type { Step } from '../../../lib/protocol/phase'
import { chain, done, request } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import type { Fact } from '../../../lib/protocol/signal'
import { chip } from '../../../lib/world/chip'
import { DAEMON_PORT, type DaemonReply, type DaemonRequest } from '../../../pipelines/manycore/daemonMessage'

/** A program that sends requests to the daemons of clusters, one after the other at its times, and takes so many replies. */
export const asking =
  (asks: readonly (DaemonRequest & { readonly of: string; readonly afterNs?: number })[], replies = asks.length): Pipeline =>
  () => {
    const over = done<Outcome>({ type: 'completed', needs: [] })
    const receive = (left: number): Step<Outcome> =>
      left === 0 ? over : chain('received', () => receive(left - 1))(request({ type: 'receive', end: 'in' }))
    const ask = (index: number): Step<Outcome> => {
      if (index === asks.length) return receive(replies)
      const { of, afterNs = 0, ...message } = asks[index]
      const end = `to ${index}`
      return chain('waited', () =>
        chain('attached', () =>
          chain('asked', () => chain('closed', () => ask(index + 1))(request({ type: 'close', end })))(
            request({ type: 'mail', end, message: message as Data })
          )
        )(request({ type: 'attach', end, kind: 'mailbox', remote: of, port: DAEMON_PORT }))
      )(request({ type: 'wake', afterNs }))
    }
    return chain('created', () => ask(0))(request({ type: 'create', end: 'in', kind: 'mailbox' }))
  }

/** The journal of programs on a chip until a time. */
export const journalOf = (
  programs: Readonly<Record<string, Pipeline>>,
  options: Parameters<typeof chip>[0],
  { until = 1e9, seed = 1 } = {}
): Promise<readonly Entry[]> => lastValueFrom(run(programs, chip(options), { seed, until }).pipe(toArray()))

/** The replies that a program has taken. */
export const repliesTo = (journal: readonly Entry[], program: string): readonly DaemonReply[] =>
  journal.flatMap((entry) =>
    entry.type === 'signalled' && entry.signal.type === 'received' && entry.signal.to.migration === program
      ? [entry.signal.message as DaemonReply]
      : []
  )

/** The words of the oracle of one kind, with their times and clusters. */
export const factsOf = <T extends Fact['type']>(journal: readonly Entry[], type: T) =>
  journal.flatMap((entry) =>
    entry.type === 'signalled' && entry.signal.type === type && 'migration' in entry.signal
      ? [entry.signal as Extract<Fact, { readonly type: T }> & { readonly at: number; readonly migration: string }]
      : []
  )

/** Where the copies of a process stand at the end: the last word of each cluster. */
export const placesOf = (journal: readonly Entry[], process: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    factsOf(journal, 'placed').flatMap(({ process: one, state, migration }) => (one === process ? [[migration, state]] : []))
  )
