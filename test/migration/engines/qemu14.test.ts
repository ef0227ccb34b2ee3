import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../../lib/memory/pageSet'
import { qemu14 } from '../../../lib/migration/engines/qemu14'
import { pushed, round } from '../pushed'

describe('qemu14', () => {
  it('sends 32 MiB/s until 30 ms carry the rest, however many rounds that takes, and takes nothing from the guest', () => {
    const { until, pacing, throttle, firstThrottle, final } = qemu14()
    expect(pacing!(undefined)).toBe(33_554_432)
    const left = (pages: number) => pushed({ last: round({ round: 1000, bytes: 100 * 4096 }), owed: range(1000, 0, pages) })
    expect([2, 3].map((pages) => O.isSome(until(left(pages))))).toEqual([true, false])
    expect([throttle, firstThrottle, final]).toEqual([undefined, undefined, undefined])
    expect(qemu14({ maxBytesPerSecond: Number.POSITIVE_INFINITY }).pacing!(undefined)).toBeUndefined()
  })
})
