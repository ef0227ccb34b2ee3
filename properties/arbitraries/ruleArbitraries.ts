import * as fc from 'fast-check'
import * as pageSequence from '../../lib/memory/pageSequence'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { lruOrder } from '../../lib/migration/lruOrder'
import * as pacing from '../../lib/migration/pacing'
import type { Prepaging } from '../../lib/migration/prepaging'
import type { PullRules } from '../../lib/migration/pull'
import type { PushRules } from '../../lib/migration/push'
import type { Recovery } from '../../lib/migration/recovery'
import * as skipRule from '../../lib/migration/skipRule'
import * as stopRule from '../../lib/migration/stopRule'
import * as throttle from '../../lib/migration/throttle'
import type { Compression } from '../../lib/protocol/compression'

/** A rule and what it is, in words. */
export type Named<A> = { readonly name: string; readonly rule: A }

const named = <A>(name: string, rule: A): Named<A> => ({ name, rule })

const someStopRule: fc.Arbitrary<Named<stopRule.StopRule>> = fc.oneof(
  fc.integer({ min: 1, max: 8 }).map((n) => named(`roundsAtMost(${n})`, stopRule.roundsAtMost(n))),
  fc.nat({ max: 1_000_000 }).map((ns) => named(`downtimeWithin(${ns})`, stopRule.downtimeWithin(ns))),
  fc.nat({ max: 16 }).map((pages) => named(`residualBelow(${pages})`, stopRule.residualBelow({ pages }))),
  fc.integer({ min: 1, max: 4 }).map((n) => named(`sentAtMost(${n})`, stopRule.sentAtMost(n))),
  fc.nat({ max: 1_000_000 }).map((ns) => named(`elapsedAtLeast(${ns})`, stopRule.elapsedAtLeast(ns))),
  fc.constant(named('notShrinking', stopRule.notShrinking))
)

/**
 * Stop rules: each shipped one, and pairs of them under `or` and `and`, most of them going on for ten rounds at most; and now and then one that never stops, so
 * that a push must end by itself or by the limit of the run.
 */
export const stopRules: fc.Arbitrary<Named<stopRule.StopRule>> = fc
  .tuple(someStopRule, someStopRule, fc.constantFrom('first', 'first', 'or', 'or', 'and', 'and', 'never'))
  .map(([a, b, how]) => {
    if (how === 'never') return named('never', stopRule.never)
    const last = stopRule.roundsAtMost(10)
    if (how === 'first') return named(`or(${a.name}, roundsAtMost(10))`, stopRule.or(a.rule, last))
    const both = how === 'or' ? stopRule.or(a.rule, b.rule) : stopRule.and(a.rule, b.rule)
    return named(`or(${how}(${a.name}, ${b.name}), roundsAtMost(10))`, stopRule.or(both, last))
  })

/** Skip rules: none, peek, frequently dirtied pages, and both of the last. */
export const skipRules: fc.Arbitrary<Named<skipRule.SkipRule>> = fc
  .tuple(fc.constantFrom('none', 'peek', 'hold', 'both'), fc.integer({ min: 1, max: 3 }), fc.nat({ max: 2 }))
  .map(([which, atLeast, more]) => {
    const of = atLeast + more
    const hold = named(`frequentlyDirtied(${atLeast} of ${of})`, skipRule.frequentlyDirtied({ atLeast, of }))
    if (which === 'none') return named('none', skipRule.none)
    if (which === 'peek') return named('peek', skipRule.peek)
    return which === 'hold' ? hold : named(`both(peek, ${hold.name})`, skipRule.both(skipRule.peek, hold.rule))
  })

/** Pacings: as the link allows, fixed, and Clark's, from a slow link's rates to a fast one's. */
export const pacings: fc.Arbitrary<Named<pacing.Pacing>> = fc.oneof(
  fc.constant(named('unlimited', pacing.unlimited)),
  fc.integer({ min: 6, max: 10 }).map((n) => named(`fixed(1e${n})`, pacing.fixed(10 ** n))),
  fc.integer({ min: 6, max: 10 }).map((n) => {
    const bounds = { minBytesPerSecond: 10 ** n, maxBytesPerSecond: 8 * 10 ** n, incrementBytesPerSecond: 10 ** n }
    return named(`clarkDynamic(1e${n} to 8e${n})`, pacing.clarkDynamic(bounds))
  })
)

/** Throttles: none, and QEMU's way of raising one. */
export const throttles: fc.Arbitrary<Named<throttle.Throttle>> = fc.constantFrom(
  named('none', throttle.none),
  named('autoConverge', throttle.autoConverge())
)

/** Patience with a broken link: none, and from a hundred nanoseconds to a second, so that it is short in some small worlds and long in others. */
export const recoveries: fc.Arbitrary<Named<Recovery>> = fc
  .constantFrom(0, 2, 3, 4, 5, 6, 7, 8, 9)
  .map((n) => (n === 0 ? named('no patience', { patienceNs: 0 }) : named(`patience 1e${n}`, { patienceNs: 10 ** n })))

/** Connections that carry a round: mostly one, up to three. */
export const channels: fc.Arbitrary<number> = fc.constantFrom(1, 1, 2, 3)

/** Whether pages go as deltas: seldom, because a world that keeps no content refuses them. */
export const deltas: fc.Arbitrary<boolean> = fc.constantFrom(false, false, false, true)

/** How pages are compressed: mostly not; by threads faster or slower than small worlds' links. */
export const compressions: fc.Arbitrary<Compression | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        bytesPerSecond: fc.constantFrom(1e6, 1e8, 1e10),
        ratio: fc.constantFrom(0.1, 0.5, 1),
        cacheRatio: fc.constantFrom(0.05, 1),
        freeRatio: fc.constantFrom(0.05, 1),
        threads: fc.integer({ min: 1, max: 4 }),
        decompressionBytesPerSecond: fc.constantFrom(1e6, 1e8, 1e10)
      },
      { requiredKeys: ['bytesPerSecond'] }
    )
  }
)

const compressed = (of: Compression | undefined): string => (of === undefined ? '' : ', compressed')

/** The rules of a push, and their names. */
export const pushRules: fc.Arbitrary<Named<PushRules>> = fc
  .record({
    level: fc.constantFrom('hypervisor' as const, 'guestOs' as const),
    until: stopRules,
    skip: skipRules,
    pacing: pacings,
    throttle: throttles,
    remember: fc.integer({ min: 1, max: 4 }),
    channels,
    delta: deltas,
    compression: compressions
  })
  .map((of) => {
    const rules = `level ${of.level}, until ${of.until.name}, skip ${of.skip.name}, pacing ${of.pacing.name}, throttle ${of.throttle.name}`
    return named(`${rules}${of.channels > 1 ? `, ${of.channels} channels` : ''}${of.delta ? ', deltas' : compressed(of.compression)}`, {
      level: of.level,
      until: of.until.rule,
      skip: of.skip.rule,
      pacing: of.pacing.rule,
      throttle: of.throttle.rule,
      remember: of.remember,
      channels: of.channels,
      delta: of.delta,
      compression: of.delta ? undefined : of.compression
    })
  })

/** Prepaging orders: active push, bubbling by one or several pivots to one or both sides, and least recently used pages last. */
export const prepagings: fc.Arbitrary<Prepaging> = fc.oneof(
  fc.constant<Prepaging>(activePush),
  fc
    .record({ pivots: fc.constantFrom(1, 2, 7), edges: fc.constantFrom('dual' as const, 'forward' as const) })
    .map((options): Prepaging => bubbling(options)),
  fc.uniqueArray(fc.nat({ max: 63 }), { maxLength: 16 }).map((pages): Prepaging => lruOrder(pageSequence.sequence(pages), bubbling()))
)

/** The rules of a pull that prepages, with windows of any size. */
export const pullRules: fc.Arbitrary<Named<PullRules & { readonly prepaging: Prepaging }>> = fc
  .record({
    prepaging: prepagings,
    windowPages: fc.integer({ min: 1, max: 70 }),
    windows: fc.integer({ min: 1, max: 3 }),
    recovery: recoveries,
    compression: compressions
  })
  .map(({ recovery, ...rules }) =>
    named(
      `prepaging ${rules.prepaging.name}, ${rules.windows} windows of ${rules.windowPages} pages, ${recovery.name}${compressed(rules.compression)}`,
      {
        ...rules,
        recovery: recovery.rule
      }
    )
  )
