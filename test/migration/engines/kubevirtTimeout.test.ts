import { describe, expect, it } from 'vitest'
import { kubevirtTimeoutNs, timedOut } from '../../../lib/migration/engines/kubevirtTimeout'

describe("KubeVirt's completion time-out", () => {
  it('is so long for every GiB begun', () => {
    const of = (pages: number) => kubevirtTimeoutNs(150e9)({ guest: { name: 'g', pages, pageBytes: 4096 } })
    expect([1, 262_144, 262_145].map(of)).toEqual([150e9, 150e9, 300e9])
  })

  it('is over when more whole seconds have passed', () => {
    expect([timedOut(150.9e9, 150e9), timedOut(151e9, 150e9)]).toEqual([undefined, '151 s have passed, more than 150 s'])
  })
})
