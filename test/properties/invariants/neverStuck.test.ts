import { describe, expect, it } from 'vitest'
import { empty, fromPages, full } from '../../../lib/memory/pageSet'
import type { Journal } from '../../../lib/protocol/journal'
import { neverStuck } from '../../../properties/invariants/neverStuck'
import { problems, telling } from './entries'

const some = fromPages(8, [2, 5])
const limited = (told: ReturnType<typeof telling>): Journal => [
  ...told.journal(),
  { type: 'ended', at: 1000, migration: 'm', outcome: { type: 'limited', limit: '1000 ns' } }
]
const inVain = (why: string): readonly string[] => [`nothing is under way, and ${why}: the migration would never have ended`]
const atTarget = () => telling().prepared().paused().resumed('target', some)
const link = { type: 'failed', what: 'link', reason: 'cut' } as const

describe('neverStuck', () => {
  it('holds of a migration that waits for an answer, whatever else is so', () => {
    expect(problems(neverStuck, limited(telling().prepared().order({ type: 'flush' })))).toEqual([])
    expect(problems(neverStuck, limited(atTarget().sent(some).order({ type: 'flush' })))).toEqual([])
  })

  it('names a cancellation that waits for a send which is over, and holds of one that has just been ordered', () => {
    const cut = () => telling().prepared().sent(some).order({ type: 'cancel', tag: 0 })
    expect(problems(neverStuck, limited(cut()))).toEqual(inVain('the guest does not run at the target with pages missing'))
    expect(problems(neverStuck, limited(cut().order({ type: 'flush' })))).toEqual([])
    const late = cut().journal()
    const soon = { type: 'ended', at: late.length + 2, migration: 'm', outcome: { type: 'limited', limit: 'now' } } as const
    expect(problems(neverStuck, [...late, soon])).toEqual([])
  })

  it('names a send that was under way when the link failed and was never refused', () => {
    const cut = telling().prepared().order({ type: 'send', pages: some, place: 'always' }).fact(link)
    expect(problems(neverStuck, limited(cut))).toEqual(inVain('the guest does not run at the target with pages missing'))
    expect(problems(neverStuck, limited(telling().prepared().fact(link).order({ type: 'inquire' })))).toEqual([])
    expect(problems(neverStuck, limited(telling().prepared().order({ type: 'wake', afterNs: 9 }).fact(link)))).toEqual([])
  })

  it('holds of a migration that waits for the faults of a guest which may still stop', () => {
    expect(problems(neverStuck, limited(atTarget()))).toEqual([])
    expect(
      problems(
        neverStuck,
        limited(
          atTarget()
            .fact({ type: 'faulted', page: 5, vcpu: 0 })
            .sent(fromPages(8, [5]))
        )
      )
    ).toEqual([])
    expect(problems(neverStuck, limited(atTarget().fact(link).fact({ type: 'mended', what: 'link' })))).toEqual([])
  })

  it('holds of one that ended by itself', () => {
    expect(problems(neverStuck, telling().prepared().completed())).toEqual([])
  })

  it('names a pipeline that waits for nobody', () => {
    expect(problems(neverStuck, limited(telling().prepared()))).toEqual(inVain('the guest does not run at the target with pages missing'))
    expect(problems(neverStuck, limited(telling().prepared().paused().resumed('target')))).toEqual(
      inVain('the guest does not run at the target with pages missing')
    )
  })

  it('names a pull that does not end when all has been sent', () => {
    expect(problems(neverStuck, limited(atTarget().sent(some)))).toEqual(inVain('every missing page has been sent'))
    const standing = { type: 'standing', primary: 'target', missing: empty(8) } as const
    expect(problems(neverStuck, limited(atTarget().asked({ type: 'inquire' }, standing)))).toEqual(
      inVain('every missing page has been sent')
    )
  })

  it('names a guest that has ended, one that nobody serves, and a failure that nobody hears', () => {
    expect(problems(neverStuck, limited(atTarget().fact({ type: 'exited' })))).toEqual(inVain('the guest has ended'))
    expect(problems(neverStuck, limited(atTarget().fact({ type: 'faulted', page: 5, vcpu: 0 })))).toEqual(
      inVain('the guest stands still at page 5, which nobody has sent')
    )
    expect(problems(neverStuck, limited(atTarget().fact(link)))).toEqual(inVain('the link has failed'))
  })

  it('forgets what was missing when the guest moves on', () => {
    const hop = telling()
      .prepared()
      .paused()
      .resumed('target', full(8))
      .sent(full(8))
      .released()
      .prepared()
      .paused()
      .resumed('target', some)
    expect(problems(neverStuck, limited(hop))).toEqual([])
  })
})
