import * as fc from 'fast-check'
import { VirtualTimeScheduler } from 'rxjs'
import { expect, it } from 'vitest'
import { timeline } from '../../lib/time/timeline'
import { logged, programs } from './programs'

const UNTIL = 20_000

it('same order of events as VirtualTimeScheduler on random programs of operators', () => {
  let entries = 0
  fc.assert(
    fc.property(programs, fc.array(fc.integer({ min: 0, max: UNTIL }), { maxLength: 5 }), (all, halts) => {
      const reference = new VirtualTimeScheduler(undefined, UNTIL)
      const expected = logged(all, reference)
      reference.flush()
      const line = timeline()
      const actual = logged(all, line)
      for (const halt of [...halts].sort((a, b) => a - b)) line.run(halt)
      line.run(UNTIL)
      expect(actual).toEqual(expected)
      entries += actual.length
    }),
    { numRuns: 1000 }
  )
  expect(entries).toBeGreaterThan(5000)
})
