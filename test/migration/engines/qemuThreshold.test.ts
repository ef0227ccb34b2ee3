import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { empty, range } from '../../../lib/memory/pageSet'
import { measuredBandwidth, qemuThreshold } from '../../../lib/migration/engines/qemuThreshold'
import { pushed, round } from '../pushed'

describe('qemuThreshold', () => {
  // 100 pages a second: 30 ms carry 3.
  const left = (pages: number) => pushed({ last: round({ bytes: 100 * 4096 }), owed: range(1000, 0, pages) })

  it('stops below what the limit carries, and goes on with exactly that', () => {
    expect([2, 3].map((pages) => O.isSome(qemuThreshold(30e6)(left(pages))))).toEqual([true, false])
    expect(qemuThreshold(30e6)(left(2))).toEqual(O.some('8192 bytes are left, below what 30 ms carry'))
  })

  it('stops with nothing left, whatever the limit', () => {
    expect(O.isSome(qemuThreshold(0)(pushed({ owed: empty(1000) })))).toBe(true)
    expect(O.isSome(qemuThreshold(0)(left(1)))).toBe(false)
  })

  it('may go by a limit of the moment', () => {
    const limit = qemuThreshold(({ last }) => last.round * 20e6)
    expect([1, 2].map((n) => O.isSome(limit({ ...left(3), last: round({ round: n }) })))).toEqual([false, true])
  })

  it('measures over the whole push where the last round sent nothing', () => {
    expect(measuredBandwidth(pushed({ bytes: 4096, last: round({ bytes: 0, endedAt: 2e9 }) }))).toBe(2048)
    expect(measuredBandwidth(pushed({ bytes: 4096, last: round({ bytes: 8192, startedAt: 1e9, endedAt: 2e9 }) }))).toBe(8192)
  })

  it('refuses a limit below 0', () => {
    expect(() => qemuThreshold(-1)).toThrow('qemuThreshold: downtimeLimitNs must be at least 0 (got -1)')
  })
})
