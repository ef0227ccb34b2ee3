import { type Bitmap, bitmap, markAll } from '../../lib/memory/bitmap'
import * as pageSet from '../../lib/memory/pageSet'
import { type Invariant, invariant } from './invariant'
import { clearPages, listed } from './pageMarks'

/**
 * Post-copy: everything arrives, and no read returns before it. The oracle names no page as used at the target ahead of its arrival; a guest only ever stops at a
 * page that it was told to miss; and when the source lets go, each of those pages has been sent (after a broken link: each that the target has named as missing
 * since), unless the guest has ended.
 */
export const arrivedBeforeRead: Invariant = invariant<Memory>({
  name: 'arrivedBeforeRead',
  sentence: 'No page is used at the target before it has arrived, and every missing page is sent before the source lets go.',
  oracle: 'O6',
  plane: 'pages',
  stores: 'each',
  hears: ['resume', 'compared', 'standing', 'faulted', 'sent', 'exited', 'released'],
  init: () => ({ exited: false, missing: undefined, unsent: undefined, over: false }),
  again: ({ exited }) => ({ exited, missing: undefined, unsent: undefined, over: true }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') {
      const { order } = entry.command
      if (order.type === 'resume' && order.where === 'target' && order.missing !== undefined) owe(memory, order.missing, order.missing)
      return memory
    }
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    const { missing, unsent } = memory
    if (signal.type === 'exited') memory.exited = true
    else if (signal.type === 'compared' && signal.misread.count > 0)
      tell(`pages ${listed(signal.misread)} were used at the target before they had arrived`)
    else if (signal.type === 'standing' && missing !== undefined) owe(memory, missing, signal.missing)
    else if (signal.type === 'sent' && unsent !== undefined) clearPages(unsent, signal.pages)
    else if (signal.type === 'faulted' && !memory.over && (missing === undefined || !pageSet.has(missing, signal.page)))
      tell(`the guest stopped at page ${signal.page}, which is not missing`)
    else if (signal.type === 'released' && unsent !== undefined && unsent.count > 0 && !memory.exited)
      tell(`the source lets go and ${unsent.count} missing pages were not sent: ${listed(unsent)}`)
    return memory
  }
})

/** `missing`: pages whose first access at the target stops the guest. `unsent`: those not sent since. `over`: an earlier attempt's news may still be on its way. */
type Memory = { exited: boolean; missing: pageSet.PageSet | undefined; unsent: Bitmap | undefined; readonly over: boolean }

const owe = (memory: Memory, missing: pageSet.PageSet, unsent: pageSet.PageSet): void => {
  memory.missing = missing
  memory.unsent = bitmap(unsent.size)
  markAll(memory.unsent, unsent)
}
