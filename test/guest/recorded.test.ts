import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { access } from '../../lib/guest/access'
import { recorded } from '../../lib/guest/recorded'
import { smallTrace } from './traces'
import { first, keepsTheLaws } from './workloadLaws'

describe('recorded', () => {
  keepsTheLaws(
    fc
      .record({
        trace: fc.constant(smallTrace),
        instructionsPerSecond: fc.double({ min: 1, max: 1e10, noNaN: true }),
        atEnd: fc.constantFrom('exit' as const, 'repeat' as const),
        from: fc.integer({ min: 0, max: 2 ** 30 - 2 })
      })
      .map(recorded)
  )

  it('makes the accesses of the trace at their times, and ends', () => {
    expect(first(recorded({ trace: smallTrace, instructionsPerSecond: 5e8 }), 10)).toEqual({
      accesses: [access(0, false), access(0, true), access(1, true)],
      times: [0, 100, 260]
    })
  })

  it('lies where it is told, and repeats when told', () => {
    const { accesses, times } = first(recorded({ trace: smallTrace, from: 40, atEnd: 'repeat' }), 5)
    expect(accesses.map((of) => of >>> 1)).toEqual([40, 40, 41, 40, 40])
    expect(times).toEqual([0, 50, 130, 200, 250])
  })

  it('refuses what openTrace would refuse, before it is opened', () => {
    expect(() => recorded({ trace: smallTrace, instructionsPerSecond: 0 })).toThrow(
      new RangeError('recorded: instructionsPerSecond must be positive and finite (got 0)')
    )
    expect(() => recorded({ trace: smallTrace, from: 2 ** 30 - 1 })).toThrow(/from \+ pages must be at most 2\^30/)
  })
})
