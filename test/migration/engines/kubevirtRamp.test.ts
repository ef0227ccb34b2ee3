import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { range } from '../../../lib/memory/pageSet'
import { kubevirtRamp } from '../../../lib/migration/engines/kubevirtRamp'
import { type Recollection, recollect } from '../../../lib/migration/recollection'
import { pushed, round } from '../pushed'

/** The downtime limit in ms, as told by the rule's sentence, after rounds that ended at these seconds. */
const limits = (rules: ReturnType<typeof kubevirtRamp>, ends: readonly number[]): readonly string[] => {
  let noted: ReturnType<typeof recollect>
  return ends.map((end, i) => {
    const last = round({ round: i + 1, startedAt: (ends[i - 1] ?? 0) * 1e9, endedAt: end * 1e9, bytes: 1e12 })
    noted = recollect(rules.notes as readonly Recollection[], noted, pushed({ last }))
    const told = rules.until(pushed({ last, owed: range(1000, 0, 1), noted }))
    return O.isSome(told) ? told.value.replace(/.*below what (.*) carry/, '$1') : 'none'
  })
}

describe('kubevirtRamp', () => {
  it('begins at 150 ms, and rises by 128 ms every 10 s from the third iteration on, to 1,050 ms', () => {
    const ends = [1, 2, 9.9, 10, 19.9, 20, 69.9, 70, 79.9, 80, 500]
    expect(limits(kubevirtRamp(), ends)).toEqual([
      ...['150 ms', '150 ms', '150 ms', '278 ms', '278 ms', '406 ms', '918 ms', '1.046 s', '1.046 s', '1.05 s', '1.05 s']
    ])
  })

  it('waits for the third iteration, however long the first two take', () => {
    expect(limits(kubevirtRamp(), [60, 61, 70.9, 71])).toEqual(['150 ms', '278 ms', '278 ms', '406 ms'])
  })

  it('ramps in one step where it is told so, and not at all where beginning and end are one', () => {
    expect(limits(kubevirtRamp({ steps: 1, cooldownNs: 0 }), [1, 2])).toEqual(['150 ms', '1.05 s'])
    expect(limits(kubevirtRamp({ initialNs: 1050e6 }), [1, 2, 50])).toEqual(['1.05 s', '1.05 s', '1.05 s'])
  })

  it('may begin at nothing', () => {
    expect(limits(kubevirtRamp({ initialNs: 0 }), [1])).toEqual(['none'])
  })

  it('is given up after 150 s a GiB', () => {
    const at = (s: number) => O.isSome(kubevirtRamp().giveUp!(pushed({ last: round({ endedAt: s * 1e9 }) })))
    expect([150, 151].map(at)).toEqual([false, true])
  })

  it('refuses what cannot be a ramp', () => {
    expect(() => kubevirtRamp({ steps: 0 })).toThrow('kubevirtRamp: steps must be an integer above 0 (got 0)')
    expect(() => kubevirtRamp({ maxDowntimeNs: 1 })).toThrow('kubevirtRamp: maxDowntimeNs must be at least 150000000 (got 1)')
    expect(() => kubevirtRamp({ initialNs: -1 })).toThrow('kubevirtRamp: initialNs must be at least 0 (got -1)')
    expect(() => kubevirtRamp({ cooldownNs: -1 })).toThrow('kubevirtRamp: cooldownNs must be at least 0 (got -1)')
  })
})
