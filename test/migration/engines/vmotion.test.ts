import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../../lib/memory/pageSet'
import { stunDuringPageSend, vmotion } from '../../../lib/migration/engines/vmotion'
import { pushed, round } from '../pushed'

describe('vmotion', () => {
  it('switches over when a second suffices', () => {
    const left = (pages: number) => pushed({ last: round({ bytes: 100 * 4096 }), owed: range(1000, 0, pages) })
    expect([100, 101].map((pages) => O.isSome(vmotion().until(left(pages))))).toEqual([true, false])
  })

  it('slows the guest when it dirties more than is sent, to half of that, and never gives back', () => {
    const slow = stunDuringPageSend(0.5)
    const dirtied = (pages: number, throttle = 0) => slow(pushed({ last: round({ dirtied: pages, bytes: 100 * 4096 }), throttle }))
    expect([dirtied(100), dirtied(101), dirtied(200), dirtied(1e6)]).toEqual([0, 0.505, 0.75, 0.99])
    // At half speed it still dirties twice what is sent: at an eighth of its speed it would dirty half of that.
    expect([dirtied(200, 0.5), dirtied(50, 0.5)]).toEqual([0.875, 0.5])
    expect(slow(pushed({ last: round({ dirtied: 9, bytes: 0 }), throttle: 0.2 }))).toBe(0.2)
  })

  it('refuses a share that slows nothing or stops all', () => {
    for (const slowTo of [0, 1])
      expect(() => vmotion({ slowTo })).toThrow(`stunDuringPageSend: slowTo must be above 0 and below 1 (got ${slowTo})`)
  })
})
