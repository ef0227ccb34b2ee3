import { type Bitmap, bitmap, markAll, test } from '../../lib/memory/bitmap'
import type { PageSet } from '../../lib/memory/pageSet'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant, type Orders } from './invariant'
import { clearPages } from './pageMarks'

/**
 * Liveness: a migration that a limit ends was waiting for somebody. Either an order of its own was under way (whether the world may take that long is the affair of
 * `answered`). Or the guest runs at the target and may yet stop at a page that nobody has sent, as under demand paging: then it has not ended, does not stand
 * still at such a page already, and nothing has failed that would have to bring it. Anything else would have waited for ever.
 *
 * A cancellation only waits for its send, and what was under way when something failed is refused: each counts as under way for half of the run at most.
 */
export const neverStuck: Invariant = invariant<Memory>({
  name: 'neverStuck',
  sentence: 'A migration that a limit ends was waiting for an answer, or for a guest that has pages still to touch.',
  plane: 'pages',
  stores: 'memory',
  hears: ['preselect', 'preselected', 'resume', 'standing', 'sent', 'faulted', 'exited', 'failed', 'mended', 'ended'],
  init: () => ({
    since: undefined,
    failedAt: undefined,
    unsent: undefined,
    stopped: new Set(),
    exited: false,
    failed: new Set(),
    mended: false
  }),
  again: ({ since, failedAt, exited, failed, mended }) => ({
    since,
    failedAt,
    unsent: undefined,
    stopped: new Set(),
    exited,
    failed,
    mended
  }),
  step: (memory, entry, tell, { pending }) => {
    const { stopped, failed } = memory
    memory.since ??= entry.at
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'resume' && order.where === 'target' && order.missing !== undefined) memory.unsent = marked(order.missing)
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'standing' && memory.unsent !== undefined) memory.unsent = marked(signal.missing)
      else if (signal.type === 'sent' && memory.unsent !== undefined) clearPages(memory.unsent, signal.pages)
      else if (signal.type === 'faulted') stopped.add(signal.page)
      else if (signal.type === 'exited') memory.exited = true
      else if (signal.type === 'failed') {
        failed.add(signal.what)
        memory.failedAt = entry.at
      } else if (signal.type === 'mended') memory.mended = true
      else if (signal.type === 'preselected') for (const host of ['source', 'target']) failed.delete(host)
    } else if (entry.type === 'ended' && entry.outcome.type === 'limited' && !isUnderWay(pending, entry.at, memory)) {
      const why = inVain(memory)
      if (why !== undefined) tell(`nothing is under way, and ${why}: the migration would never have ended`)
    }
    return memory
  }
})

/**
 * `unsent`: pages whose first access stops the guest at the target and that have not been sent. `stopped`: where it has stopped. `failed`: what is gone; of a link that
 * was mended once nothing is known, because the news may come in any order, and of a host not before another target has been preselected.
 */
type Memory = {
  since: Time | undefined
  failedAt: Time | undefined
  unsent: Bitmap | undefined
  readonly stopped: Set<number>
  exited: boolean
  readonly failed: Set<string>
  mended: boolean
}

/** Whether an order has no answer yet and may still get one. */
const isUnderWay = (pending: Orders['pending'], now: Time, { since = now, failedAt = -1 }: Memory): boolean =>
  [...pending.values()].some(({ command, at }) => {
    const { type } = command.order
    const from = type === 'cancel' ? at : type !== 'wake' && at <= failedAt ? failedAt : now
    return now - from <= (now - since) / 2
  })

/** Why waiting for a guest's next fault is in vain, if it is. */
const inVain = ({ unsent, stopped, exited, failed, mended }: Memory): string | undefined => {
  if (unsent === undefined) return 'the guest does not run at the target with pages missing'
  if (unsent.count === 0) return 'every missing page has been sent'
  if (exited) return 'the guest has ended'
  for (const page of stopped) if (test(unsent, page)) return `the guest stands still at page ${page}, which nobody has sent`
  for (const what of failed) if (what !== 'link' || !mended) return `the ${what} has failed`
  return undefined
}

const marked = (pages: PageSet): Bitmap => {
  const marks = bitmap(pages.size)
  markAll(marks, pages)
  return marks
}
