import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { empty, range } from '../../../lib/memory/pageSet'
import { hyperV } from '../../../lib/migration/engines/hyperV'
import { pushed, round } from '../pushed'

describe('hyperV', () => {
  const stops = (rules: ReturnType<typeof hyperV>, n: number, pages: number) =>
    O.isSome(rules.until(pushed({ last: round({ round: n }), owed: pages === 0 ? empty(1000) : range(1000, 0, pages) })))

  it('stops after its passes, or with nothing left', () => {
    expect([4, 5].map((n) => stops(hyperV(), n, 10))).toEqual([false, true])
    expect([9, 10].map((n) => stops(hyperV({ passes: 10 }), n, 10))).toEqual([false, true])
    expect([stops(hyperV(), 1, 0), stops(hyperV(), 1, 1)]).toEqual([true, false])
  })
})
