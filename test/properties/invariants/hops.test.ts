import { describe, expect, it } from 'vitest'
import { ownSequence } from '../../../lib/memory/pageSequence'
import { empty, fromPages, full } from '../../../lib/memory/pageSet'
import { runFold } from '../../../lib/stream/fold'
import { allSent } from '../../../properties/invariants/allSent'
import { arrivedBeforeRead } from '../../../properties/invariants/arrivedBeforeRead'
import { downtimeWithinTotal } from '../../../properties/invariants/downtimeWithinTotal'
import { freshAfterAbort } from '../../../properties/invariants/freshAfterAbort'
import { invariants } from '../../../properties/invariants/invariants'
import { noPageLost } from '../../../properties/invariants/noPageLost'
import { onePrimary } from '../../../properties/invariants/onePrimary'
import { outcomeHolds } from '../../../properties/invariants/outcomeHolds'
import { sentOnce } from '../../../properties/invariants/sentOnce'
import { breaches } from '../../../properties/invariants/watcher'
import { problems, telling } from './entries'

const all = full(8)
const some = fromPages(8, [2, 5])
const none = empty(8)
const runsAt = (where: 'source' | 'target') => ({ type: 'hosts', primary: where, running: [where] }) as const
const compared = { type: 'compared', lost: none, regressed: none, misread: none, owed: 0 } as const

/** One hop by stop-and-copy, as a world tells it. */
const hop = (told: ReturnType<typeof telling>, copied = all) => {
  told.prepared().fact(runsAt('source')).paused().fact({ type: 'hosts', primary: 'source', running: [] }).selected(all).sent(copied)
  told.asked({ type: 'sendContext' }, { type: 'done' }).asked({ type: 'flush' }, { type: 'done' })
  told.asked({ type: 'commit' }, { type: 'committed' }).fact({ type: 'hosts', primary: 'target', running: [] })
  told
    .fact({ ...compared, when: 'activated' })
    .fact(runsAt('target'))
    .resumed('target')
    .asked({ type: 'redirect' }, { type: 'redirected' })
  return told.fact({ ...compared, when: 'released' }).released()
}

/** A pull of some pages, one by one. */
const pull = (told: ReturnType<typeof telling>, ...pages: readonly number[]) => {
  for (const page of pages)
    told
      .order({ type: 'send', pages: ownSequence(Int32Array.of(page)), place: 'ifAbsent' })
      .answer({ type: 'sent', pages: ownSequence(Int32Array.of(page)), skipped: none, bytes: 1 })
  return told
}

describe('a migration of several hops', () => {
  it('there and back breaks nothing', () => {
    expect(runFold(breaches(invariants), hop(hop(telling())).completed())).toEqual([])
  })

  it('is judged hop by hop: what one hop sent is not there for the next, and what one lost is told', () => {
    expect(problems(allSent, hop(hop(telling()), some).completed())).toEqual(['6 of the pages were never sent: 0, 1, 3, 4, 6, 7'])
    expect(problems(allSent, hop(hop(telling(), some)).completed())).toEqual(['6 of the pages were never sent: 0, 1, 3, 4, 6, 7'])
    const twice = hop(hop(telling()).fact({ ...compared, when: 'released', lost: some })).fact({
      ...compared,
      when: 'released',
      lost: some
    })
    expect(problems(noPageLost, twice.completed())).toEqual(['when released, pages 2, 5 are lost', 'when released, pages 2, 5 are lost'])
  })

  it('begins each hop with both of its hosts', () => {
    const failed = { type: 'failed', what: 'source', reason: 'gone' } as const
    expect(problems(onePrimary, hop(hop(telling()).fact(failed)).completed())).toEqual([])
    expect(problems(onePrimary, telling().prepared().fact(failed).fact(runsAt('source')).completed())).toEqual([
      'the guest runs at the source, which has failed'
    ])
    expect(problems(outcomeHolds, hop(hop(telling())).fact(runsAt('source')).completed())).toEqual([
      'the migration is completed, yet the source is primary and the guest ran at the source last'
    ])
  })

  it('has a downtime and a total time in each', () => {
    const late = telling().paused().released().resumed('target').prepared().paused().resumed('target').released().completed()
    expect(problems(downtimeWithinTotal, late)).toEqual(['the downtime is 4 ns and the total time 3 ns'])
  })
})

describe('a migration that is tried again', () => {
  const tried = () => telling().prepared().selected(all).sent(all).abandoned().prepared()

  it('sends everything again', () => {
    expect(problems(freshAfterAbort, tried().selected(all).sent(all).released().completed())).toEqual([])
    expect(problems(freshAfterAbort, tried().selected(all).sent(some).released().completed())).toEqual([
      'attempt 2 did not send 6 of its pages itself: 0, 1, 3, 4, 6, 7'
    ])
    expect(problems(freshAfterAbort, tried().sent(all).released().completed())).toEqual(['attempt 2 never looked up which pages there are'])
  })

  it('and then moves on, begins a hop like a first attempt', () => {
    const moved = tried().selected(all).sent(all).released().prepared().released()
    expect(problems(freshAfterAbort, moved.completed())).toEqual([])
  })
})

describe('a pull over a link that breaks and is mended', () => {
  const pulling = () => telling().prepared().paused().resumed('target', some)
  const mended = { type: 'mended', what: 'link' } as const

  it('sends each missing page once', () => {
    expect(problems(sentOnce, pull(pulling(), 2, 5).completed())).toEqual([])
    expect(problems(sentOnce, pull(pulling(), 2, 5, 5).completed())).toEqual(['page 5 was sent twice'])
    expect(problems(sentOnce, pull(pulling(), 2, 5, 3).completed())).toEqual(['page 3 was sent although not missing'])
    expect(problems(sentOnce, pull(pulling(), 2).completed())).toEqual(['1 missing pages were not sent: 5'])
  })

  it('and once more after each break', () => {
    expect(problems(sentOnce, pull(pull(pulling(), 2).fact(mended), 2, 5).completed())).toEqual([])
    expect(problems(sentOnce, pull(pull(pulling(), 2).fact(mended), 2, 5, 2).completed())).toEqual(['page 2 was sent twice'])
  })

  it('and, when the target has told what it lacks, that and nothing else', () => {
    const standing = (...missing: readonly number[]) => ({ type: 'standing', primary: 'target', missing: fromPages(8, missing) }) as const
    const told = (...missing: readonly number[]) =>
      pull(pulling(), 2)
        .fact(mended)
        .asked({ type: 'inquire' }, standing(...missing))
    expect(problems(sentOnce, pull(told(2, 5), 5, 2).completed())).toEqual([])
    expect(problems(sentOnce, pull(told(5), 5).completed())).toEqual([])
    expect(problems(sentOnce, pull(told(5), 2, 5).completed())).toEqual(['page 2 was sent twice'])
    expect(problems(sentOnce, pull(told(2, 5), 5).completed())).toEqual(['1 missing pages were not sent: 2'])
    expect(problems(arrivedBeforeRead, pull(told(2, 5), 5).released().completed())).toEqual([
      'the source lets go and 1 missing pages were not sent: 2'
    ])
    expect(problems(arrivedBeforeRead, pull(told(5), 5).released().completed())).toEqual([])
    // Page 2 arrived although its send was refused when the link broke: the target does not miss it.
    const lost = (...missing: readonly number[]) => {
      const begun = telling().prepared().paused().selected(some).resumed('target', some)
      begun.order({ type: 'send', pages: some, place: 'ifAbsent' }).answer({ type: 'refused', reason: 'the link failed' })
      return pull(begun.fact(mended).asked({ type: 'inquire' }, standing(...missing)), 5)
    }
    expect(problems(allSent, lost(5).completed())).toEqual([])
    expect(problems(allSent, lost(2, 5).completed())).toEqual(['1 of the pages were never sent: 2'])
  })

  it('stops the guest at missing pages only', () => {
    expect(problems(arrivedBeforeRead, pulling().fact({ type: 'faulted', page: 2, vcpu: 0 }).completed())).toEqual([])
    expect(problems(arrivedBeforeRead, pulling().fact({ type: 'faulted', page: 3, vcpu: 0 }).completed())).toEqual([
      'the guest stopped at page 3, which is not missing'
    ])
    expect(
      problems(
        arrivedBeforeRead,
        pulling()
          .fact({ ...compared, when: 'released', misread: some })
          .completed()
      )
    ).toEqual(['pages 2, 5 were used at the target before they had arrived'])
  })
})
