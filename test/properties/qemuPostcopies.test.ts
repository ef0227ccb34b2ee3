import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { qemuPostcopies, streamWorldPlans } from '../../properties/arbitraries/qemuArbitraries'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'

describe("QEMU's post-copies", () => {
  it('pass every invariant whatever fails, and recover where the link is mended', () => {
    const result = check(qemuPostcopies, { runs: 250, seed: 7, worlds: streamWorldPlans })
    if (E.isLeft(result)) throw new Error(explain(result.left))
    const { completes, aborts, faults, recovers } = result.right.sometimes
    for (const count of [completes, aborts, faults, recovers]) expect(count).toBeGreaterThan(5)
  })
})
