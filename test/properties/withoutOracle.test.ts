import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry, Journal } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { shippedPipelines } from '../../properties/arbitraries/pipelineArbitraries'
import { untilOf, worldOf } from '../../properties/arbitraries/worldPlan'
import { precopyPausingAfterLastSend } from '../../properties/broken/precopyPausingAfterLastSend'
import { invariants } from '../../properties/invariants/invariants'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'
import { smallWorldPlans } from '../../properties/smallWorldPlans'

/** What only somebody who sees both hosts and the link can tell. */
const toldByAnOracle = (entry: Entry): boolean =>
  entry.type === 'signalled' && ['compared', 'hosts', 'linkUsed'].includes(entry.signal.type)

/** The journal as a real engine would leave it. */
const without = (journal: Journal): Journal =>
  journal.filter((entry) => !toldByAnOracle(entry)).map((entry) => (entry.type === 'began' ? { ...entry, world: null } : entry))

const found = (journal: Journal): readonly string[] => runFold(breaches(invariants), journal).map(({ invariant }) => invariant)

describe('a journal without an oracle', () => {
  it('that is right breaks nothing, as one from a real engine', () =>
    fc.assert(
      fc.property(shippedPipelines, smallWorldPlans, ({ pipeline }, plan) => {
        // In a journal of no description, progress is taken to be told in order.
        const journal = journalOf(pipeline, worldOf({ ...plan, delayPages: undefined }), {
          seed: plan.seed,
          until: untilOf(plan),
          maxEntries: 2000
        })
        expect(found(without(journal))).toEqual([])
      }),
      { numRuns: 200, seed: 1 }
    ))

  it('that is wrong is judged by its orders and answers', () => {
    const plan = {
      seed: 1,
      guest: { kind: 'vm', pages: 16, vcpus: 1, contextPages: 1, workload: { type: 'uniform', writes: 8, reads: 8 } },
      fidelity: 'versions',
      pageBytes: 4096,
      pageNs: 1000,
      latencyPages: 2
    } as const
    const journal = journalOf(precopyPausingAfterLastSend, worldOf(plan), { seed: 1 })
    expect(found(journal)).toEqual(['cleanOrOwed', 'noPageLost'])
    expect(found(without(journal))).toEqual(['cleanOrOwed'])
  })
})
