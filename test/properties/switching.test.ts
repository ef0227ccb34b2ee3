import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import type { Entry } from '../../lib/protocol/journal'
import { andThen, map } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { fold } from '../../lib/stream/fold'
import { worldPlans } from '../../properties/arbitraries/worldPlan'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'
import { noPageLost } from '../../properties/invariants/noPageLost'
import { type Sometimes, sometimes } from '../../properties/sometimes'
import { pushUntil, switches } from '../power/switches'

const RUNS = Number(process.env.RUNS ?? 400)
const SEED = Number(process.env.SEED ?? 1)

const happens = (name: string, sentence: string, of: (entry: Entry) => boolean): Sometimes => ({
  name,
  sentence,
  fold: fold<Entry, boolean, boolean>({ init: () => false, step: (seen, entry) => seen || of(entry), done: (seen) => seen })
})

describe('pre-copy that is told to switch', () => {
  it('in mid round or at any other moment, to stop-and-copy or to a pull of the residual, passes every invariant', () => {
    const counted = [
      ...sometimes,
      happens('cancelsInMidRound', 'pages of a cancelled round stay behind', (e) => {
        return e.type === 'signalled' && e.signal.type === 'cancelled' && e.signal.unsent.count > 0
      }),
      happens('cancelsTooLate', 'a round ends before its cancellation arrives', (e) => {
        return e.type === 'signalled' && e.signal.type === 'cancelled' && e.signal.unsent.count === 0
      })
    ]
    const result = check(switches, {
      runs: RUNS,
      seed: SEED,
      worlds: worldPlans.map((plan) => ({ ...plan, progressPages: plan.progressPages ?? 1 })),
      sometimes: counted
    })
    if (E.isLeft(result)) throw new Error(explain(result.left))
    expect(result.right.runs).toBe(RUNS)
    if (process.env.SHOW) console.log(result.right)
    for (const what of ['completes', 'aborts', 'faults', 'dirties', 'skips', 'cancelsInMidRound', 'cancelsTooLate'])
      expect([what, result.right.sometimes[what]]).not.toEqual([what, 0])
  })

  it('and forgets what the cancelled round had not sent is caught by the same check', () => {
    const forgetting: Pipeline = (guest) =>
      pipe(
        prepare(),
        andThen('push', () =>
          pipe(
            pushUntil((s) => s.type === 'progress' && s.pages >= 2, { until: () => ({ _tag: 'None' }) })(guest),
            map(E.map((owed) => pageSet.take(owed, owed.count - 1)))
          )
        ),
        andThen('switch', stopAndCopy),
        andThen('release', release),
        concluded
      )
    const result = check(forgetting, {
      runs: 300,
      seed: SEED,
      worlds: worldPlans.map((plan) => ({ ...plan, progressPages: 1 })),
      invariants: [noPageLost],
      repeat: false
    })
    expect(E.isLeft(result) && result.left.invariant).toBe('noPageLost')
  })
})
