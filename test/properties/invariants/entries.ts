import { empty, type PageSet } from '../../../lib/memory/pageSet'
import type { Order, Where } from '../../../lib/protocol/command'
import type { Entry, Journal } from '../../../lib/protocol/journal'
import type { Answer, Fact, Signal } from '../../../lib/protocol/signal'
import { runFold } from '../../../lib/stream/fold'
import type { Invariant } from '../../../properties/invariants/invariant'

/** The orders and signals of a migration called m, one a tick, told one after the other; an answer goes to the latest order of its kind unless `n` says otherwise. */
export const telling = (pages = 8, world: Extract<Entry, { readonly type: 'began' }>['world'] = null) => {
  const journal: Entry[] = [{ type: 'began', at: 0, version: 1, seed: 1, guests: { m: { name: 'm', pages, pageBytes: 4096 } }, world }]
  let n = 0
  const to = (number: number) => ({ migration: 'm', lane: '', tag: 0, n: number })
  const told = {
    order: (order: Order) => {
      journal.push({ type: 'commanded', at: journal.length, command: { order, to: to(n++) } })
      return told
    },
    answer: (answer: Answer, number = n - 1) => {
      journal.push({ type: 'signalled', at: journal.length, signal: { ...answer, at: journal.length, to: to(number) } as Signal })
      return told
    },
    fact: (fact: Fact) => {
      journal.push({ type: 'signalled', at: journal.length, signal: { ...fact, at: journal.length, migration: 'm' } as Signal })
      return told
    },
    asked: (order: Order, answer: Answer) => told.order(order).answer(answer),
    synced: (dirty: PageSet) => told.order({ type: 'sync' }).answer({ type: 'synced', dirty } as never),
    sent: (of: PageSet, order: Partial<Extract<Order, { readonly type: 'send' }>> = {}) =>
      told
        .order({ type: 'send', pages: of, place: 'always', ...order })
        .answer({ type: 'sent', pages: of, skipped: empty(of.size), bytes: of.count }),
    resumed: (where: Where, missing?: PageSet) =>
      told.order({ type: 'resume', where, missing }).answer({ type: 'activated', where, guestNs: 0, clockNs: journal.length }),
    prepared: () =>
      told
        .asked({ type: 'preselect' }, { type: 'preselected', host: 'target', guestNs: 0 })
        .asked({ type: 'reserve' }, { type: 'reserved', bytes: 1 }),
    paused: () => told.asked({ type: 'pause' }, { type: 'suspended', guestNs: 0, clockNs: journal.length }),
    selected: (all: PageSet) =>
      told.asked({ type: 'select', level: 'hypervisor' }, { type: 'selected', pages: all, nonPageable: empty(all.size) }),
    tracked: (on = true) => told.asked({ type: 'track', on }, { type: 'done' }),
    released: () => told.asked({ type: 'release' }, { type: 'released', needs: [], guestNs: 0 }),
    abandoned: () => told.asked({ type: 'abandon' }, { type: 'done' }),
    completed: (): Journal => {
      journal.push({ type: 'ended', at: journal.length, migration: 'm', outcome: { type: 'completed', needs: [] } })
      return journal
    },
    journal: (): Journal => journal
  }
  return told
}

/** What an invariant finds in a journal, without the places. */
export const problems = (invariant: Invariant, journal: Journal): readonly string[] =>
  runFold(invariant.fold, journal).map(({ problem }) => problem)
