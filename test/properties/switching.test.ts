import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { type PullRules, pull } from '../../lib/migration/pull'
import { type PushRules, push } from '../../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { guarded } from '../../lib/protocol/guarded'
import type { Entry } from '../../lib/protocol/journal'
import { type Attempt, andThen, map, request } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { fold } from '../../lib/stream/fold'
import { pullRules, pushRules } from '../../properties/arbitraries/ruleArbitraries'
import { worldPlans } from '../../properties/arbitraries/worldPlan'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'
import { noPageLost } from '../../properties/invariants/noPageLost'
import type { NamedPipeline } from '../../properties/namedPipeline'
import { type Sometimes, sometimes } from '../../properties/sometimes'

const RUNS = Number(process.env.RUNS ?? 400)
const SEED = Number(process.env.SEED ?? 1)

/** Pre-copy until it has come to its own end, or until `when` holds, in mid round or wherever it is; ends with what is still owed. */
const pushUntil =
  (when: (signal: Signal) => boolean, rules: PushRules) =>
  (guest: Parameters<Pipeline>[0]): Attempt<pageSet.PageSet> =>
    pipe(
      push(rules)(guest),
      guarded(when),
      map(
        E.fold(
          ({ value }) => value,
          (value) => value
        )
      ),
      map(E.map(({ owed }) => owed))
    )

const thenCopied = (owed: pageSet.PageSet): Attempt<unknown> => stopAndCopy(owed)

const thenPulled =
  (rules: PullRules) =>
  (owed: pageSet.PageSet): Attempt<unknown> =>
    pipe(
      pause(),
      andThen('final sync', (clockNs) =>
        pipe(request({ type: 'sync' }), map(E.map(({ dirty }) => ({ clockNs, missing: pageSet.union(owed, dirty) }))))
      ),
      andThen('discard', (state) => pipe(request({ type: 'discard', pages: state.missing }), map(E.map(() => state)))),
      andThen('switch', (state) => pipe(switchOver(state), map(E.map(() => state.missing)))),
      andThen('pull', (missing) => pull(rules)(missing))
    )

const switching =
  (when: (signal: Signal) => boolean, rules: PushRules, then: (owed: pageSet.PageSet) => Attempt<unknown>): Pipeline =>
  (guest) =>
    pipe(
      prepare(),
      andThen('push', () => pushUntil(when, rules)(guest)),
      andThen('switch', then),
      andThen('release', release),
      concluded
    )

/** A moment: when so many pages or bytes are on the wire, or something is heard for the first time. */
const moments: fc.Arbitrary<{ readonly name: string; readonly when: (signal: Signal) => boolean }> = fc.oneof(
  fc.nat({ max: 200 }).map((pages) => ({
    name: `${pages} pages on the wire`,
    when: (signal: Signal) => signal.type === 'progress' && signal.pages >= pages
  })),
  fc.nat({ max: 2_000_000 }).map((bytes) => ({
    name: `${bytes} bytes on the wire`,
    when: (signal: Signal) => signal.type === 'progress' && signal.bytes >= bytes
  })),
  fc.constantFrom('done', 'selected', 'round', 'sent', 'synced').map((type) => ({
    name: `the first ${type}`,
    when: (signal: Signal) => signal.type === type
  })),
  fc.integer({ min: 2, max: 5 }).map((round) => ({
    name: `round ${round}`,
    when: (signal: Signal) => signal.type === 'round' && signal.round >= round
  }))
)

const switches: fc.Arbitrary<NamedPipeline> = fc
  .tuple(moments, pushRules, fc.option(pullRules, { freq: 3 }))
  .map(([{ name, when }, push, pulled]) => ({
    name: `pre-copy (${push.name}) until ${name}, then ${pulled === null ? 'stop-and-copy' : `pull of the residual (${pulled.name})`}`,
    pipeline: switching(when, push.rule, pulled === null ? thenCopied : thenPulled(pulled.rule))
  }))

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
        andThen('switch', thenCopied),
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
