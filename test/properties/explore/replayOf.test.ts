import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHOICE_NS, replayedJournal, replayOf } from '../../../properties/explore/replayOf'
import { withoutTimes } from '../../../properties/explore/withoutTimes'
import { broken, nonsense, scopes, shipped, turns, walked } from './walks'

/** Walks; `RUNS` asks for more. */
const RUNS = Number(process.env.RUNS ?? 500)

describe('replayOf', () => {
  it('gives the journal of any walk, of a right pipeline or a wrong one, but for times', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(
        fc.oneof({ weight: 3, arbitrary: shipped }, { weight: 1, arbitrary: broken }),
        scopes,
        turns,
        ({ pipeline }, scope, taken) => {
          const { walk, path } = walked(pipeline, scope, taken)
          for (const { type } of path) seen.add(type)
          if (walk.state.outcome !== undefined) seen.add(walk.state.outcome.type)
          expect(withoutTimes(replayedJournal(replayOf(pipeline, path, scope)), CHOICE_NS)).toEqual(withoutTimes(walk.journal, 1))
        }
      ),
      { numRuns: RUNS }
    )
    expect([...seen]).toEqual(
      expect.arrayContaining(['write', 'read', 'leave', 'arrive', 'answer', 'notice', 'fail', 'mend', 'completed', 'aborted', 'lost'])
    )
  })

  it('gives the journal of any walk of a pipeline that gives any orders', () => {
    fc.assert(
      fc.property(nonsense, scopes, turns, ({ pipeline }, scope, taken) => {
        const { walk, path } = walked(pipeline, scope, taken)
        expect(withoutTimes(replayedJournal(replayOf(pipeline, path, scope)), CHOICE_NS)).toEqual(withoutTimes(walk.journal, 1))
      }),
      { numRuns: RUNS }
    )
  })
})
