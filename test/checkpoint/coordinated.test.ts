import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coordinatedMember } from '../../lib/checkpoint/coordinatedMember'
import { checkedCoordinated } from '../../lib/checkpoint/coordinatedOptions'
import type { Order } from '../../lib/protocol/command'
import type { Journal } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
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

  it('end at every member after its own time-out when the coordinator breaks down for good, whenever that is', () => {
    fc.assert(
      fc.property(clusterPlans, fc.nat({ max: 1000 }), (plan, perMille) => {
        const dead: ClusterPlan = { ...plan, faults: [{ what: 'host', machine: -1, perMille }] }
        const options = { ...coordinatedOf(dead), idleNs: seconds(100) }
        const journal = journalOf(coordinated(options), clusterOf(dead), { until: seconds(400) })
        const ended = journal.flatMap((e) => (e.type === 'ended' ? [[e.migration, e.outcome.type]] : []))
        expect(ended).toHaveLength(dead.members + 1)
        expect(ended.filter(([, type]) => type === 'limited')).toEqual([])
      }),
      { numRuns: 50 }
    )
  })

  it('end at a member that could not load its image and is told no more', () => {
    const name = { members: ['a'], coordinator: 'c' }
    let step = coordinatedMember('a', checkedCoordinated(name))
    const asked: Order[] = []
    const hear = (signal: object): void => {
      const { phase } = step
      const next = phase.type === 'done' ? undefined : phase.on({ at: 0, migration: 'a', ...signal } as Signal)
      if (next !== undefined) {
        asked.push(...next.requests.map(({ order }) => order))
        step = next
      }
    }
    const answer = (type: Order['type'], signal: object): void => {
      const request = requests.find(({ order }) => order.type === type)!
      hear({ ...signal, to: { migration: 'a', lane: request.lane, tag: request.tag, n: 0 } })
    }
    let requests = step.requests
    hear({ type: 'told', from: 'c', message: { type: 'load', checkpoint: 1, restart: 1 } })
    const cancelled = step.requests.find(({ order }) => order.type === 'cancel')!
    requests = step.requests
    answer('load', { type: 'refused', reason: 'there is no complete image of checkpoint 1' })
    expect(cancelled).toBeDefined()
    expect(asked.slice(-2)).toEqual([
      { type: 'tell', whom: 'c', message: { type: 'unrestored', restart: 1 } },
      { type: 'wake', afterNs: seconds(600) }
    ])
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
