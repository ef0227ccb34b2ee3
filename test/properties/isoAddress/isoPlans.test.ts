import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isoPlan } from '../../../properties/isoAddress/isoPlan'
import { runIsoPlan } from '../../../properties/isoAddress/runIsoPlan'

describe('iso-address threads', () => {
  for (const breaks of [false, true])
    it(`keep every invariant ${breaks ? 'when nodes and links break' : 'in any plan'}`, () => {
      const seen: Record<string, number> = {}
      fc.assert(
        fc.property(isoPlan({ breaks }), (plan) => {
          const ran = runIsoPlan(plan)
          for (const [what, times] of Object.entries(ran.seen)) seen[what] = (seen[what] ?? 0) + times
          expect(ran.wrong).toBeUndefined()
        }),
        { numRuns: 150, seed: 5 }
      )
      const { lost, ...rest } = seen
      for (const [what, times] of Object.entries(rest)) expect([what, times > 0]).toEqual([what, true])
      expect(lost > 0).toBe(breaks)
    })
})
