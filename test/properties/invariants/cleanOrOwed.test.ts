import { describe, expect, it } from 'vitest'
import { fromPages, full } from '../../../lib/memory/pageSet'
import { cleanOrOwed } from '../../../properties/invariants/cleanOrOwed'
import { problems, telling } from './entries'

const all = full(8)
const some = fromPages(8, [2, 5])
const pushed = () => telling().prepared().tracked().selected(all).sent(all, { round: 1 })
const stale = ['pages 2, 5 are neither clean at the target nor missing']
const open = ['pages 0, 1, 2, 3, 4, 5, 6, 7 were sent while the guest ran, and the log was not read after it had stopped']

describe('cleanOrOwed', () => {
  it('holds where what was logged last is sent again, or missing', () => {
    expect(problems(cleanOrOwed, pushed().paused().synced(some).sent(some).resumed('target').completed())).toEqual([])
    expect(problems(cleanOrOwed, pushed().paused().synced(some).resumed('target', some).completed())).toEqual([])
    expect(problems(cleanOrOwed, telling().prepared().paused().selected(all).resumed('target', all).completed())).toEqual([])
  })

  it('names what was logged dirty and neither sent since nor missing', () => {
    expect(problems(cleanOrOwed, pushed().paused().synced(some).resumed('target').completed())).toEqual(stale)
    expect(problems(cleanOrOwed, telling().prepared().paused().selected(some).resumed('target').completed())).toEqual(stale)
  })

  it('names what was sent while the guest ran when the log is not read after it has stopped', () => {
    expect(problems(cleanOrOwed, pushed().paused().resumed('target').completed())).toEqual(open)
    expect(problems(cleanOrOwed, pushed().synced(some).sent(some).paused().resumed('target').completed())).toEqual(open)
  })

  it('a log that was not kept when a page was sent says nothing of it', () => {
    const journal = telling().prepared().selected(all).sent(all).tracked().paused().synced(some).sent(some)
    expect(problems(cleanOrOwed, journal.resumed('target').completed())).toEqual([
      'which pages there are was looked up while the guest ran and no log was kept',
      'pages 0, 1, 3, 4, 6, 7 were sent while the guest ran, and the log was not read after it had stopped'
    ])
  })

  it('a send that was ordered before the sync leaves what the sync names as it was; one ordered after it does not', () => {
    const before = pushed().paused().order({ type: 'send', pages: some, place: 'always' }).order({ type: 'sync' })
    before.answer({ type: 'synced', dirty: some } as never).answer({ type: 'sent', pages: some, skipped: fromPages(8, []), bytes: 1 }, 6)
    expect(problems(cleanOrOwed, before.resumed('target').completed())).toEqual(stale)
    const after = pushed().paused().order({ type: 'sync' }).order({ type: 'send', pages: some, place: 'always' })
    after.answer({ type: 'sent', pages: some, skipped: fromPages(8, []), bytes: 1 }).answer({ type: 'synced', dirty: some } as never, 6)
    expect(problems(cleanOrOwed, after.resumed('target').completed())).toEqual([])
  })

  it('a copy that was dropped, or lost with the link before a barrier, is no copy', () => {
    const copied = () => telling().prepared().paused().selected(some).sent(some)
    const flush = { type: 'flush' } as const
    expect(problems(cleanOrOwed, copied().asked({ type: 'discard', pages: all }, { type: 'done' }).resumed('target').completed())).toEqual(
      stale
    )
    expect(problems(cleanOrOwed, copied().fact({ type: 'mended', what: 'link' }).resumed('target').completed())).toEqual(stale)
    expect(
      problems(cleanOrOwed, copied().asked(flush, { type: 'done' }).fact({ type: 'mended', what: 'link' }).resumed('target').completed())
    ).toEqual([])
  })

  it('a pause that ends at the source counts for nothing, and a retry or a hop begins without copies', () => {
    const resumed = pushed().paused().synced(some).sent(some).resumed('source').paused()
    expect(problems(cleanOrOwed, resumed.resumed('target').completed())).toEqual(open)
    const copied = () => telling().prepared().paused().selected(some).sent(some)
    expect(problems(cleanOrOwed, copied().abandoned().prepared().paused().selected(some).resumed('target').completed())).toEqual(stale)
    const hop = copied().resumed('target').released().prepared().paused().selected(some)
    expect(problems(cleanOrOwed, hop.resumed('target').completed())).toEqual(stale)
  })

  it('asks nothing of a guest that has ended', () => {
    expect(problems(cleanOrOwed, pushed().fact({ type: 'exited' }).paused().resumed('target').completed())).toEqual([])
  })
})
