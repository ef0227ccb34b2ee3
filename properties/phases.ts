import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSet from '../lib/memory/pageSet'
import { pull as shippedPull } from '../lib/migration/pull'
import { push as shippedPush } from '../lib/migration/push'
import { concluded, pause, prepare, release, switchOver } from '../lib/migration/stages'
import { stopAndCopy as shippedCopy } from '../lib/migration/stopAndCopy'
import type { Level } from '../lib/protocol/command'
import { type Attempt, andThen, map, request } from '../lib/protocol/phase'
import type { GuestView, Pipeline } from '../lib/protocol/pipeline'
import { pullRules, pushRules } from './arbitraries/ruleArbitraries'
import type { NamedPipeline } from './namedPipeline'

/**
 * A phase of one's own as pipelines to check: `check(phases.pull(mine))`. The phases before it and after it, and the stages of the migration around
 * them, are the shipped ones, their rules drawn.
 */
export const phases = {
  /** A push: ends with the pages that it owes to what follows, which is a stop-and-copy of them or a switch and a pull. */
  push: (phase: (guest: GuestView) => Attempt<pageSet.PageSet | { readonly owed: pageSet.PageSet }>): fc.Arbitrary<NamedPipeline> => {
    const push = (guest: GuestView): Attempt<pageSet.PageSet> =>
      pipe(phase(guest), map(E.map((left) => ('owed' in left ? left.owed : left))))
    return fc
      .option(pullRules)
      .map((pull) =>
        pull === null
          ? { name: 'your push, stop-and-copy', pipeline: migrating(push, shippedCopy) }
          : { name: `your push, pull (${pull.name})`, pipeline: migrating(push, switched(shippedPull(pull.rule))) }
      )
  },
  /** A stop-and-copy of the pages that are owed to it, or of all that a level has: pauses, copies and switches over. */
  stopAndCopy: (phase: (owed: pageSet.PageSet | Level) => Attempt<unknown>): fc.Arbitrary<NamedPipeline> =>
    fc
      .option(pushRules)
      .map((rules) =>
        rules === null
          ? { name: 'your stop-and-copy', pipeline: migrating(undefined, phase) }
          : { name: `push (${rules.name}), your stop-and-copy`, pipeline: migrating(residualOf(rules.rule), phase) }
      ),
  /** A pull: has the pages that the target misses sent there, the guest running there already. */
  pull: (phase: (missing: pageSet.PageSet) => Attempt<unknown>): fc.Arbitrary<NamedPipeline> =>
    fc
      .option(pushRules)
      .map((rules) =>
        rules === null
          ? { name: 'your pull', pipeline: migrating(undefined, switched(phase)) }
          : { name: `push (${rules.name}), your pull`, pipeline: migrating(residualOf(rules.rule), switched(phase)) }
      )
} as const

const residualOf =
  (rules: Parameters<typeof shippedPush>[0]) =>
  (guest: GuestView): Attempt<pageSet.PageSet> =>
    pipe(shippedPush(rules)(guest), map(E.map(({ owed }) => owed)))

/** A whole migration: what a push owes, or else all that the hypervisor has, goes to the last phase. */
const migrating =
  (
    push: ((guest: GuestView) => Attempt<pageSet.PageSet>) | undefined,
    last: (owed: pageSet.PageSet | Level) => Attempt<unknown>
  ): Pipeline =>
  (guest) =>
    pipe(
      prepare(),
      andThen('push', (): Attempt<pageSet.PageSet | Level> => (push === undefined ? all : push(guest))),
      andThen('last', last),
      andThen('release', release),
      concluded
    )

const all: Attempt<Level> = { requests: [], phase: { type: 'done', value: E.right('hypervisor') } }

/** The switch to the target with pages missing there (as in a hybrid, or a post-copy where nothing was pushed), then a pull of them. */
const switched =
  (pull: (missing: pageSet.PageSet) => Attempt<unknown>) =>
  (owed: pageSet.PageSet | Level): Attempt<unknown> =>
    pipe(
      pause(),
      andThen('stale', (clockNs) => pipe(typeof owed === 'string' ? allOf(owed) : stale(owed), map(E.map((of) => ({ ...of, clockNs }))))),
      andThen('switch', ({ clockNs, pages, nonPageable }) => {
        const missing = pageSet.difference(pages, nonPageable)
        return pipe(
          request({ type: 'send', pages: pageSet.intersection(pages, nonPageable), place: 'always' }),
          andThen('resume at target', () => switchOver({ clockNs, missing })),
          andThen('pull', () => pull(missing))
        )
      })
    )

type Selected = { readonly pages: pageSet.PageSet; readonly nonPageable: pageSet.PageSet }

const allOf = (level: Level): Attempt<Selected> => request({ type: 'select', level })

/** What was owed or written since, which the target drops: its copies are old. */
const stale = (owed: pageSet.PageSet): Attempt<Selected> =>
  pipe(
    request({ type: 'sync' }),
    andThen('discard', ({ dirty }) => {
      const pages = pageSet.union(owed, dirty)
      return pipe(request({ type: 'discard', pages }), map(E.map(() => pages)))
    }),
    andThen('select', (pages) =>
      pipe(request({ type: 'select', level: 'hypervisor' }), map(E.map(({ nonPageable }) => ({ pages, nonPageable }))))
    )
  )
