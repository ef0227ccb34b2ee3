import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brokenIso } from '../../../properties/isoAddress/brokenIso'
import { isoInvariants } from '../../../properties/isoAddress/isoOwnership'
import { isoPlan } from '../../../properties/isoAddress/isoPlan'
import { runIsoPlan } from '../../../properties/isoAddress/runIsoPlan'

describe('a machine that does wrong is found', () => {
  for (const [name, { machine, breaks }] of Object.entries(brokenIso))
    it(`${name} breaks ${breaks.join(' or ')}`, () => {
      const found = new Set<string>()
      const { failed } = fc.check(
        fc.property(isoPlan({ breaks: name === 'takenFromTheLost' }), (plan) => {
          const { wrong } = runIsoPlan(plan, { machine })
          if (wrong !== undefined) found.add(wrong.invariant)
          return wrong === undefined
        }),
        { numRuns: 1500, seed: 3, endOnFailure: true }
      )
      expect([failed, found.size > 0, [...found].every((one) => breaks.some((other) => other === one))]).toEqual([true, true, true])
    })

  it('every invariant is broken by one of them', () => {
    const broken = new Set(Object.values(brokenIso).flatMap(({ breaks }) => breaks))
    expect([...broken].sort()).toEqual(Object.keys(isoInvariants).sort())
  })
})
