import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../../lib/protocol/journal'
import type { World } from '../../../lib/protocol/world'
import { runFold } from '../../../lib/stream/fold'
import { seconds } from '../../../lib/time/time'
import { chip } from '../../../lib/world/chip'
import { mppaWiring } from '../../../lib/world/mppaWiring'
import { gather } from '../../../pipelines/collectives/gather'
import { brokenChips } from '../../../properties/chip/brokenChips'
import { chipInvariants } from '../../../properties/chip/chipInvariants'
import { type ChipPlan, chipPlans, timedPrograms } from '../../../properties/chip/chipPlan'
import { answered } from '../../../properties/invariants/answered'
import { breaches } from '../../../properties/invariants/watcher'
import { journalOf } from '../../../properties/journalOf'

const wiring = mppaWiring()
const judged = breaches([...chipInvariants, answered])
const worldOf = ({ faults, fidelity }: ChipPlan): World => chip({ wiring, faults, fidelity, driftPpm: { cc1: 50, cc5: -80 } })
const journal = (plan: ChipPlan, alter: (world: World) => World = (world) => world): Journal =>
  journalOf(timedPrograms(plan), alter(worldOf(plan)), { until: seconds(1) })

describe('a chip under any programs and faults', () => {
  it('keeps its invariants', () => {
    fc.assert(
      fc.property(chipPlans, (plan) => {
        expect(runFold(judged, journal(plan))).toEqual([])
      }),
      { numRuns: 150 }
    )
  })

  it('is the same each time', () => {
    fc.assert(
      fc.property(chipPlans, (plan) => {
        expect(journal(plan)).toEqual(journal(plan))
      }),
      { numRuns: 10 }
    )
  })

  it('brings messages and bulk through in numbers that make this worth watching', () => {
    const all = fc.sample(chipPlans, { seed: 3, numRuns: 60 }).flatMap((plan) => journal(plan))
    const count = (type: string): number => all.filter((entry) => entry.type === 'signalled' && entry.signal.type === type).length
    for (const type of ['received', 'got', 'awaited', 'refused', 'failed']) expect([type, count(type) > 5]).toEqual([type, true])
  })
})

describe('what is wrong with a chip', () => {
  it.each(Object.keys(brokenChips))('is found: %s', (name) => {
    const { found, broken } = brokenChips[name]
    const isFound = (one: Journal): boolean => runFold(judged, one).some((breach) => breach.invariant === found)
    const inPattern = isFound(journalOf(gather({ clusters: 3, over: 'mailbox' }), broken(chip({ wiring }))))
    expect(inPattern || fc.sample(chipPlans, { seed: 7, numRuns: 200 }).some((plan) => isFound(journal(plan, broken)))).toBe(true)
  })
})
