import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../lib/protocol/journal'
import { runFold } from '../../lib/stream/fold'
import { seconds } from '../../lib/time/time'
import { coordinated } from '../../pipelines/coordinated'
import { clusterInvariants } from '../../properties/cluster/clusterInvariants'
import { type ClusterPlan, clusterOf, clusterPlans, coordinatedOf } from '../../properties/cluster/clusterPlan'
import { answered } from '../../properties/invariants/answered'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

const judged = breaches([...clusterInvariants, answered])
const journalOfPlan = (plan: ClusterPlan, breaks = true): Journal =>
  journalOf(coordinated(coordinatedOf(plan)), clusterOf(plan, breaks), { until: seconds(600) })
const digests = (journal: Journal): Readonly<Record<string, number>> =>
  Object.fromEntries(
    journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === 'finished' ? [[e.signal.migration, e.signal.digest]] : []))
  )

describe('coordinated checkpoints', () => {
  it('hold their invariants in any cluster, whatever breaks', () => {
    fc.assert(
      fc.property(clusterPlans, (plan) => {
        expect(runFold(judged, journalOfPlan(plan)).map(({ invariant, violation }) => [invariant, violation.problem])).toEqual([])
      }),
      { numRuns: 100 }
    )
  })

  it('meet in the swarm what they are there for', () => {
    const happens: Readonly<Record<string, (entry: Journal[number]) => boolean>> = {
      'a part completes': (e) => e.type === 'ended' && e.outcome.type === 'completed',
      'a part is aborted': (e) => e.type === 'ended' && e.outcome.type === 'aborted',
      'a part stays undecided': (e) => e.type === 'ended' && e.outcome.type === 'undecided',
      'a machine is lost': (e) => e.type === 'ended' && e.outcome.type === 'lost',
      'a sealed image has frames in its queue': (e) =>
        e.type === 'signalled' && e.signal.type === 'stored' && e.signal.stands === 'sealed' && e.signal.queue.length > 0,
      'an image with frames in its queue is loaded': (e) =>
        e.type === 'signalled' && e.signal.type === 'stored' && e.signal.stands === 'loaded' && e.signal.queue.length > 0,
      'an undecided member learns the outcome from another': (e) =>
        e.type === 'signalled' &&
        e.signal.type === 'told' &&
        e.signal.from !== 'coordinator' &&
        (e.signal.message as { readonly type?: string }).type === 'outcome',
      'a program comes to its end': (e) => e.type === 'signalled' && e.signal.type === 'finished'
    }
    const journals = fc.sample(clusterPlans, { seed: 1, numRuns: 300 }).map((plan) => journalOfPlan(plan))
    for (const [what, is] of Object.entries(happens)) expect([what, journals.some((journal) => journal.some(is))]).toEqual([what, true])
  })

  it('let a cluster that was restarted come to the same end as one in which nothing broke', () => {
    fc.assert(
      fc.property(clusterPlans, (plan) => {
        const whole = digests(journalOfPlan(plan, false))
        for (const [member, digest] of Object.entries(digests(journalOfPlan(plan))))
          expect([member, digest]).toEqual([member, whole[member]])
      }),
      { numRuns: 100 }
    )
  })

  it('restart a cluster whose member broke down and is back, from the latest checkpoint that all have, and the program ends', () => {
    fc.assert(
      fc.property(clusterPlans, fc.nat({ max: 3 }), fc.nat({ max: 1000 }), (plan, machine, perMille) => {
        const fault = { what: 'host' as const, machine, perMille, back: 100 }
        const broken: ClusterPlan = { ...plan, impatient: undefined, restarts: 1, checkpoints: 4, faults: [fault] }
        expect(digests(journalOfPlan(broken))).toEqual(digests(journalOfPlan(broken, false)))
      }),
      { numRuns: 100 }
    )
  })

  it('leave what guests get as it is without them', () => {
    fc.assert(
      fc.property(clusterPlans, (plan) => {
        const patient = { ...plan, faults: [], impatient: undefined }
        const without = journalOfPlan({ ...patient, checkpoints: 0 } as ClusterPlan)
        expect(digests(journalOfPlan(patient))).toEqual(digests(without))
      }),
      { numRuns: 40 }
    )
  })
})
