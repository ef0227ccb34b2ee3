import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShortList } from '../../lib/time/shortList'

const puts = fc.record({ type: fc.constant('put' as const), at: fc.nat({ max: 9 }) })
const removals = fc.record({ type: fc.constant('remove' as const), which: fc.nat() })
const takes = fc.record({ type: fc.constant('next' as const), until: fc.integer({ min: -1, max: 9 }) })

describe('shortList', () => {
  it('gives its items back in the order of time, then of putting', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 3, arbitrary: puts }, removals, takes)), (program) => {
        const list = new ShortList<string>()
        let model: { readonly name: string; readonly at: number }[] = []
        program.forEach((step, i) => {
          if (step.type === 'put') {
            list.put(`item ${i}`, step.at)
            model = [...model, { name: `item ${i}`, at: step.at }].sort((a, b) => a.at - b.at)
          } else if (step.type === 'remove' && model.length > 0) {
            const [{ name }] = model.splice(step.which % model.length, 1)
            list.remove(name)
          } else if (step.type === 'next') {
            const due = model.length > 0 && model[0].at <= step.until ? model.shift() : undefined
            expect(list.next(step.until)).toBe(due?.name)
            if (due !== undefined) expect(list.at).toBe(due.at)
          }
          expect([list.size, list.soonest()]).toEqual([model.length, model.length === 0 ? Infinity : model[0].at])
        })
      })
    )
  })
})
