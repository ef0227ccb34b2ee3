import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { roundsAtMost } from '../../../lib/migration/stopRule'
import { precopy } from '../../../pipelines/precopy'
import { check } from '../../../properties/check'
import { boundedTime } from '../../../properties/invariants/boundedTime'
import { problems, telling } from './entries'

describe('boundedTime', () => {
  const journal = () => telling().prepared().paused().resumed('target').released().completed()

  it('holds of a migration within its bounds, to the nanosecond', () => {
    expect(problems(boundedTime({ totalNs: 9, downtimeNs: 2 }), journal())).toEqual([])
  })

  it('tells once of each bound, at the first entry beyond it', () => {
    expect(problems(boundedTime({ totalNs: 3, downtimeNs: 1 }), journal())).toEqual([
      'the migration has taken 4 ns',
      'the guest has stood still for 2 ns'
    ])
  })

  it('judges each hop by itself, and a retry with what went before it', () => {
    const hops = telling().prepared().paused().resumed('target').released().prepared().paused().resumed('target').released()
    expect(problems(boundedTime({ totalNs: 9, downtimeNs: 2 }), hops.completed())).toEqual([])
    const retry = telling().prepared().paused().resumed('source').abandoned().prepared().paused().resumed('target').released()
    expect(problems(boundedTime({ downtimeNs: 2 }), retry.completed())).toEqual(['the guest has stood still for 3 ns'])
  })

  it('is broken by a pre-copy that claims a time it does not keep', () => {
    const result = check(precopy({ until: roundsAtMost(5) }), {
      runs: 50,
      seed: 1,
      invariants: [boundedTime({ totalNs: 1000 })],
      repeat: false
    })
    expect(E.isLeft(result) && result.left.invariant).toBe('boundedTime')
  })

  it('names the rule that a bound breaks', () => {
    expect(() => boundedTime({})).toThrow(new RangeError('boundedTime: a bound must be given (got none)'))
    expect(() => boundedTime({ totalNs: -1 })).toThrow(new RangeError('boundedTime: totalNs must be an integer from 0 on (got -1)'))
  })
})
