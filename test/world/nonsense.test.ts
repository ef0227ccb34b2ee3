import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { run } from '../../lib/loop/run'
import { sequence } from '../../lib/memory/pageSequence'
import { full } from '../../lib/memory/pageSet'
import type { Order } from '../../lib/protocol/command'
import { chain, done, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { datacentre } from '../../lib/world/datacentre'

/** What a guest of eight pages answers to one order. */
const answerTo = (order: Order): unknown => {
  const pipeline: Pipeline = () =>
    chain('end', (answer: unknown) => done<Outcome>({ type: 'lost', reason: JSON.stringify(answer) }))(request(order))
  let reason = ''
  run(pipeline, datacentre({ guests: { a: vm({ pages: 8 }) } })).subscribe((entry) => {
    if (entry.type === 'signalled' && entry.signal.type === 'refused') reason = entry.signal.reason
  })
  return reason
}

describe('an order that makes no sense for the guest is refused with the reason', () => {
  const cases: readonly (readonly [Order, string])[] = [
    [{ type: 'throttle', fraction: 1 }, 'a throttle must be from 0 to below 1 (got 1)'],
    [{ type: 'throttle', fraction: Number.NaN }, 'a throttle must be from 0 to below 1 (got NaN)'],
    [{ type: 'wake', afterNs: 0.5 }, 'a wake must be after a whole number of nanoseconds (got 0.5)'],
    [{ type: 'send', pages: full(8), place: 'always', bytesPerSecond: 0 }, 'bytes per second must be above 0 (got 0)'],
    [{ type: 'send', pages: full(9), place: 'always' }, "pages must be of the guest's 8 (got a set of 9)"],
    [{ type: 'send', pages: sequence([7, 8]), place: 'always' }, "pages must be below the guest's 8 (got 8)"],
    [{ type: 'discard', pages: full(7) }, "pages must be of the guest's 8 (got a set of 7)"],
    [{ type: 'resume', where: 'target', missing: full(9) }, "pages must be of the guest's 8 (got a set of 9)"]
  ]
  for (const [order, reason] of cases)
    it(reason, () => {
      expect(answerTo(order)).toBe(reason)
    })
})
