import { encodeEntry } from '../../lib/codec/journal'
import type { Order } from '../../lib/protocol/command'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { journalOf } from '../journalOf'

/** `pipeline` and `retried`: the same technique, once and with retries after an abort. `world`: in which it succeeds. `disturbed`: the same, but for a failure that passes. */
export type RetryEqualsFreshOptions = {
  readonly pipeline: Pipeline
  readonly retried: Pipeline
  readonly world: World
  readonly disturbed: World
}

/** How a retry differs from a fresh run: the place of the first order that does, and both. */
export type RetryDiffers = { readonly migration: string; readonly place: number; readonly fresh: string; readonly retry: string }

/**
 * A retry after an abort equals a fresh run: the orders of the last attempt are those of a run that nothing disturbs, in the same sequence, with the same pages.
 * `undefined` when they are, or when nothing had to be retried. What depends on when it happens (what the guest's clock showed) is left out. It
 * holds of a guest that writes nothing, whose memory is the same whenever an attempt begins; of others, what a retry may not carry over is the invariant `freshAfterAbort`.
 *
 *     disturbed   preselect reserve send x abandon | preselect reserve send ... release
 *     fresh                                          preselect reserve send ... release
 */
export const retryEqualsFresh = ({ pipeline, retried, world, disturbed }: RetryEqualsFreshOptions): RetryDiffers | undefined => {
  const fresh = ordersIn(journalOf(pipeline, world))
  for (const [migration, orders] of ordersIn(journalOf(retried, disturbed))) {
    const first = orders.lastIndexOf(PRESELECT)
    const retry = orders.slice(Math.max(0, first))
    const expected = fresh.get(migration) ?? []
    for (let place = 0; place < Math.max(retry.length, expected.length); place++)
      if (retry[place] !== expected[place])
        return { migration, place, fresh: expected[place] ?? 'no more', retry: retry[place] ?? 'no more' }
  }
  return undefined
}

/** The orders of each migration, as text. */
const ordersIn = (journal: Journal): ReadonlyMap<string, readonly string[]> => {
  const orders = new Map<string, string[]>()
  for (const entry of journal) {
    if (entry.type !== 'commanded') continue
    const { order, to } = entry.command
    orders.set(to.migration, [...(orders.get(to.migration) ?? []), text(order)])
  }
  return orders
}

const text = (order: Order): string => {
  const timeless: Order = order.type === 'resume' ? { type: 'resume', where: order.where, missing: order.missing } : order
  return encodeEntry({ type: 'commanded', at: 0, command: { order: timeless, to: { migration: '', lane: '', tag: 0, n: 0 } } })
}

const PRESELECT = text({ type: 'preselect' })
