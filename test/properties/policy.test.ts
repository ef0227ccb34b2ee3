import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import * as pageSequence from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { bubbling } from '../../lib/migration/bubbling'
import * as pacing from '../../lib/migration/pacing'
import type { Prepaging } from '../../lib/migration/prepaging'
import { pull } from '../../lib/migration/pull'
import { push } from '../../lib/migration/push'
import * as skipRule from '../../lib/migration/skipRule'
import { pause, switchOver } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import * as stopRule from '../../lib/migration/stopRule'
import * as throttle from '../../lib/migration/throttle'
import { andThen, done, map, request } from '../../lib/protocol/phase'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'
import { phases } from '../../properties/phases'
import { policy } from '../../properties/policy'
import type { Checked } from '../../properties/search'
import { smallWorldPlans } from '../../properties/smallWorldPlans'

const options = { seed: 1, worlds: smallWorldPlans }

const passes = (of: Checked, ...happens: readonly string[]): void => {
  const result = check(of, { ...options, runs: 60 })
  if (E.isLeft(result)) throw new Error(explain(result.left))
  for (const what of happens) expect([what, result.right.sometimes[what]]).not.toEqual([what, 0])
}

const breaks = (of: Checked): string => {
  const result = check(of, { ...options, runs: 300 })
  return E.isLeft(result) ? result.left.invariant : 'nothing'
}

describe('policies as pipelines', () => {
  it('shipped rules pass in their places', () => {
    passes(policy.until(stopRule.roundsAtMost(2)), 'completes', 'faults')
    passes(policy.skip(skipRule.peek), 'completes', 'skips')
    passes(policy.pacing(pacing.fixed(1e7)), 'completes')
    passes(policy.throttle(throttle.autoConverge()), 'completes')
    passes(policy.prepaging(bubbling()), 'completes', 'faults')
  })

  it('the rule that is given is the one that is asked', () => {
    let calls = 0
    const counted = <A extends readonly unknown[], B>(rule: (...of: A) => B) => {
      calls = 0
      return (...of: A): B => {
        calls++
        return rule(...of)
      }
    }
    const asked = (of: Checked): boolean => {
      check(of, { ...options, runs: 20 })
      return calls > 0
    }
    expect(asked(policy.until(counted(stopRule.always)))).toBe(true)
    expect(asked(policy.skip(counted(skipRule.none)))).toBe(true)
    expect(asked(policy.pacing(counted(pacing.unlimited)))).toBe(true)
    expect(asked(policy.throttle(counted(() => 0)))).toBe(true)
  })

  it('both kinds of pipeline that have such a rule are among them', () => {
    const names = (of: fc.Arbitrary<{ readonly name: string }>): string[] =>
      [...new Set(fc.sample(of, { numRuns: 50, seed: 1 }).map(({ name }) => name.split('(')[0]))].sort()
    expect(names(policy.until(stopRule.always))).toEqual(['hybrid', 'precopy'])
    expect(names(policy.prepaging(bubbling()))).toEqual(['hybrid', 'postcopy'])
  })

  it('a stop rule that throws, and an order that forgets a page, are caught', () => {
    const throwing: stopRule.StopRule = ({ last }) => {
      if (last.round > 1) throw new Error('no')
      return O.none
    }
    expect(breaks(policy.until(throwing))).toBe('runs')
    const forgetting: Prepaging = {
      name: 'all but the last',
      start: () => null,
      faulted: (state) => state,
      take: (state, missing, atMost) => [
        pageSequence.sequence(pageSet.toArray(missing).slice(0, Math.min(atMost, missing.count - 1))),
        state
      ]
    }
    expect(breaks(policy.prepaging(forgetting))).not.toBe('nothing')
  })
})

describe('phases as pipelines', () => {
  it('shipped phases pass in their places', () => {
    passes(phases.push(push({ until: stopRule.roundsAtMost(2) })), 'completes', 'faults')
    passes(phases.stopAndCopy(stopAndCopy), 'completes', 'dirties')
    passes(phases.pull(pull({ prepaging: bubbling() })), 'completes', 'faults')
  })

  it('a push that owes too little, a copy without its sync, and a pull that does nothing are caught', () => {
    const forgetting = (guest: Parameters<ReturnType<typeof push>>[0]) =>
      pipe(push({ until: stopRule.roundsAtMost(2) })(guest), map(E.map(({ owed }) => pageSet.take(owed, owed.count - 1))))
    expect(breaks(phases.push(forgetting))).not.toBe('nothing')
    const unsynced = (owed: pageSet.PageSet | 'hypervisor' | 'guestOs' | 'application') =>
      typeof owed === 'string'
        ? stopAndCopy(owed)
        : pipe(
            pause(),
            andThen('copy', (clockNs) =>
              pipe(
                request({ type: 'send', pages: owed, place: 'always' }),
                andThen('switch', () => switchOver({ clockNs }))
              )
            )
          )
    expect(breaks(phases.stopAndCopy(unsynced))).not.toBe('nothing')
    expect(breaks(phases.pull(() => done(E.right(null))))).not.toBe('nothing')
  })
})
