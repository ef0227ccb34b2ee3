import * as fc from 'fast-check'
import type { Pacing } from '../lib/migration/pacing'
import type { Prepaging } from '../lib/migration/prepaging'
import type { PushRules } from '../lib/migration/push'
import type { SkipRule } from '../lib/migration/skipRule'
import type { StopRule } from '../lib/migration/stopRule'
import type { Throttle } from '../lib/migration/throttle'
import { hybrid } from '../pipelines/hybrid'
import { postcopy } from '../pipelines/postcopy'
import { precopy } from '../pipelines/precopy'
import { type Named, pacings, pullRules, skipRules, stopRules, throttles } from './arbitraries/ruleArbitraries'
import type { NamedPipeline } from './namedPipeline'

/**
 * A policy of one's own as pipelines to check: `check(policy.until(mine))`. Each answers the pipelines that ask for a rule of its kind (pre-copies and
 * hybrids for the rules of a push; post-copies and hybrids for an order of prepaging), every other rule drawn from the shipped ones.
 */
export const policy = {
  /** When a push ends. A rule that never stops a guest which writes fast is ended by the limit of a run: see `isLimited` among what happened. */
  until: (rule: StopRule): fc.Arbitrary<NamedPipeline> => pushing({ until: fc.constant(own(rule)) }),
  /** What a round leaves out. */
  skip: (rule: SkipRule): fc.Arbitrary<NamedPipeline> => pushing({ skip: fc.constant(own(rule)) }),
  /** How fast a round is sent. */
  pacing: (rule: Pacing): fc.Arbitrary<NamedPipeline> => pushing({ pacing: fc.constant(own(rule)) }),
  /** How much of its time a guest is taken. */
  throttle: (rule: Throttle): fc.Arbitrary<NamedPipeline> => pushing({ throttle: fc.constant(own(rule)) }),
  /** In which order missing pages are sent after the switch. */
  prepaging: (order: Prepaging): fc.Arbitrary<NamedPipeline> =>
    fc
      .record({ level: levels, windowPages: fc.integer({ min: 1, max: 70 }), windows: fc.integer({ min: 1, max: 3 }), first: rounds })
      .map(({ level, windowPages, windows, first }) => {
        const pull = { prepaging: order, windowPages, windows }
        const named = `level ${level}, prepaging ${order.name}, ${windows} windows of ${windowPages} pages`
        return first === null
          ? { name: `postcopy(${named})`, pipeline: postcopy({ level, ...pull }) }
          : { name: `hybrid(until ${first.name}, ${named})`, pipeline: hybrid({ level, until: first.rule, ...pull }) }
      })
} as const

const levels = fc.constantFrom('hypervisor' as const, 'guestOs' as const)

/** The stop rule of the push before a pull, or none where nothing is pushed. */
const rounds: fc.Arbitrary<Named<StopRule> | null> = fc.option(stopRules)

const own = <A>(rule: A): Named<A> => ({ name: 'yours', rule })

type Rules = {
  readonly until: fc.Arbitrary<Named<StopRule>>
  readonly skip: fc.Arbitrary<Named<SkipRule>>
  readonly pacing: fc.Arbitrary<Named<Pacing>>
  readonly throttle: fc.Arbitrary<Named<Throttle>>
}

const pushing = (given: Partial<Rules>): fc.Arbitrary<NamedPipeline> => {
  const { until, skip, pacing, throttle }: Rules = { until: stopRules, skip: skipRules, pacing: pacings, throttle: throttles, ...given }
  const remember = fc.integer({ min: 1, max: 4 })
  return fc.record({ level: levels, until, skip, pacing, throttle, remember, pull: fc.option(pullRules) }).map(({ pull, ...of }) => {
    const rules: PushRules = {
      level: of.level,
      until: of.until.rule,
      skip: of.skip.rule,
      pacing: of.pacing.rule,
      throttle: of.throttle.rule,
      remember: of.remember
    }
    const name = `level ${of.level}, until ${of.until.name}, skip ${of.skip.name}, pacing ${of.pacing.name}, throttle ${of.throttle.name}`
    return pull === null
      ? { name: `precopy(${name})`, pipeline: precopy(rules) }
      : { name: `hybrid(${name}, ${pull.name})`, pipeline: hybrid({ ...rules, ...pull.rule }) }
  })
}
