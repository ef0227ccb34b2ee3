import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { elapsedBeyond, kubevirtTimeoutNs } from '../../../lib/migration/engines/kubevirtTimeout'
import { pushed, round } from '../pushed'

describe("KubeVirt's completion time-out", () => {
  it('is so long for every GiB begun', () => {
    const of = (pages: number) => kubevirtTimeoutNs(150e9)({ guest: { name: 'g', pages, pageBytes: 4096 } })
    expect([1, 262_144, 262_145].map(of)).toEqual([150e9, 150e9, 300e9])
  })

  it('is over when more whole seconds have passed', () => {
    const late = elapsedBeyond(() => 150e9)
    const at = (ns: number) => late(pushed({ startedAt: 7e9, last: round({ endedAt: 7e9 + ns }) }))
    expect([at(150.9e9), at(151e9)]).toEqual([O.none, O.some('151 s have passed, more than 150 s')])
  })
})
