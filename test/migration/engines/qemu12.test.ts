import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { empty, range } from '../../../lib/memory/pageSet'
import { qemu12 } from '../../../lib/migration/engines/qemu12'
import { pushed, round } from '../pushed'

describe('qemu12', () => {
  // 100 pages a second on average, so 30 ms carry 3; inside its bursts it sends at 1/0.6 of that, 5.
  const left = (pages: number) => pushed({ last: round({ bytes: 100 * 4096 }), owed: range(1000, 0, pages) })

  it('takes the bandwidth of its bursts for that of the copy', () => {
    expect([5, 6].map((pages) => O.isSome(qemu12().until(left(pages))))).toEqual([true, false])
    expect(qemu12().until(left(5))).toEqual(O.some('the downtime, believed to be 30 ms, is within 30 ms'))
    expect([3, 4].map((pages) => O.isSome(qemu12({ held: 0.99 }).until(left(pages))))).toEqual([true, false])
    expect(O.isSome(qemu12({ downtimeLimitNs: 0 }).until(pushed({ owed: empty(1000) })))).toBe(true)
  })

  it('stops the guest while it sends, from the first round on', () => {
    expect(qemu12()).toMatchObject({ firstThrottle: 0.6 })
    expect(qemu12({ guestWaits: 0.5 }).throttle!(pushed())).toBe(0.3)
    expect(qemu12({ guestWaits: 0 }).firstThrottle).toBe(0)
  })

  it('sends 32 MiB/s, or as the link allows', () => {
    expect(qemu12().pacing!(undefined)).toBe(33_554_432)
    expect(qemu12({ maxBytesPerSecond: Number.POSITIVE_INFINITY }).pacing!(undefined)).toBeUndefined()
  })

  it('refuses what cannot be', () => {
    expect(() => qemu12({ downtimeLimitNs: -1 })).toThrow('qemu12: downtimeLimitNs must be at least 0 (got -1)')
    for (const held of [0, 1]) expect(() => qemu12({ held })).toThrow(`qemu12: held must be above 0 and at most 0.99 (got ${held})`)
    expect(() => qemu12({ guestWaits: 2 })).toThrow('qemu12: guestWaits must be from 0 to 1 (got 2)')
  })
})
