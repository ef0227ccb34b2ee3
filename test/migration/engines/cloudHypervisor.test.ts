import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../../lib/memory/pageSet'
import { cloudHypervisor } from '../../../lib/migration/engines/cloudHypervisor'
import { pushed, round } from '../pushed'

describe('cloudHypervisor', () => {
  const left = (pages: number, endedAt = 1e9) =>
    pushed({ last: round({ round: 500, bytes: 100 * 4096, startedAt: endedAt - 1e9, endedAt }), owed: range(1000, 0, pages) })

  it('stops within the budget, and has no cap on rounds', () => {
    expect([30, 31].map((pages) => O.isSome(cloudHypervisor().until(left(pages))))).toEqual([true, false])
  })

  it('gives up when an hour has passed, the budget first', () => {
    const { until, giveUp } = cloudHypervisor()
    const hour = 3600e9
    expect([hour - 1, hour].map((at) => O.isSome(giveUp!(left(500, at))))).toEqual([false, true])
    expect(O.isSome(until(left(500, hour)))).toBe(false)
  })

  it('or stops then whatever is left', () => {
    const { until, giveUp } = cloudHypervisor({ timeoutStrategy: 'ignore', timeoutNs: 5e9 })
    expect([5e9 - 1, 5e9].map((at) => O.isSome(until(left(500, at))))).toEqual([false, true])
    expect(giveUp).toBeUndefined()
  })
})
