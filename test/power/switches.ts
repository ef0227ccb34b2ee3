import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../../lib/memory/pageSet'
import { type PullRules, pull } from '../../lib/migration/pull'
import { type PushRules, push } from '../../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { guarded } from '../../lib/protocol/guarded'
import { type Attempt, andThen, map, request } from '../../lib/protocol/phase'
import type { GuestView, Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { pullRules, pushRules } from '../../properties/arbitraries/ruleArbitraries'
import type { NamedPipeline } from '../../properties/namedPipeline'

type When = (signal: Signal) => boolean

/** Pre-copy to its own end, or until `when` holds, in mid round or wherever it is; ends with what is still owed. */
export const pushUntil =
  (when: When, rules: PushRules) =>
  (guest: GuestView): Attempt<pageSet.PageSet> =>
    pipe(
      push(rules)(guest),
      guarded(when),
      map(
        E.match(
          ({ value }) => value,
          (value) => value
        )
      ),
      map(E.map(({ owed }) => owed))
    )

const pulled =
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
  (when: When, rules: PushRules, then: (owed: pageSet.PageSet) => Attempt<unknown>): Pipeline =>
  (guest) =>
    pipe(
      prepare(),
      andThen('push', () => pushUntil(when, rules)(guest)),
      andThen('switch', then),
      andThen('release', release),
      concluded
    )

/** A moment: when so many pages or bytes are on the wire, or something is heard for the first time. */
const moments: fc.Arbitrary<{ readonly name: string; readonly when: When }> = fc.oneof(
  fc.nat({ max: 200 }).map((pages) => ({
    name: `${pages} pages on the wire`,
    when: (signal: Signal) => signal.type === 'progress' && signal.pages >= pages
  })),
  fc.nat({ max: 2_000_000 }).map((bytes) => ({
    name: `${bytes} bytes on the wire`,
    when: (signal: Signal) => signal.type === 'progress' && signal.bytes >= bytes
  })),
  fc.constantFrom('done', 'selected', 'round', 'sent', 'synced', 'progress').map((type) => ({
    name: `the first ${type}`,
    when: (signal: Signal) => signal.type === type
  })),
  fc.integer({ min: 2, max: 5 }).map((round) => ({
    name: `round ${round}`,
    when: (signal: Signal) => signal.type === 'round' && signal.round >= round
  }))
)

/** Pre-copies that are told to wind down at some moment and go on as a stop-and-copy or as a pull: what uses `guarded`, `noting` and `cancellable`. */
export const switches: fc.Arbitrary<NamedPipeline> = fc
  .tuple(moments, pushRules, fc.option(pullRules, { freq: 3 }))
  .map(([{ name, when }, pushing, pulling]) => ({
    name: `pre-copy (${pushing.name}) until ${name}, then ${pulling === null ? 'stop-and-copy' : `pull (${pulling.name})`}`,
    pipeline: switching(when, pushing.rule, pulling === null ? stopAndCopy : pulled(pulling.rule))
  }))
