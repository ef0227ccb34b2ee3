import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toArray } from '../../lib/memory/pageSequence'
import { empty, fromPages, full, removeAll } from '../../lib/memory/pageSet'
import { onwards } from '../../lib/migration/onwards'

describe('onwards', () => {
  it('goes on behind the page that was asked for, and around', () => {
    const moved = onwards.faulted(onwards.start(full(8)), 5)
    const [window, state] = onwards.take(moved, fromPages(8, [0, 1, 2, 6, 7]), 3)
    expect([toArray(window), state]).toEqual([[6, 7], { from: 8 }])
    expect(toArray(onwards.take(state, fromPages(8, [0, 1, 2]), 2)[0])).toEqual([0, 1])
    expect(onwards.take(state, empty(8), 3)[0].length).toBe(0)
  })

  it('gives every missing page once, wherever faults come from', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(63)), fc.array(fc.nat(63)), fc.integer({ min: 1, max: 9 }), (pages, faults, window) => {
        let missing = fromPages(64, pages)
        let state = onwards.start(missing)
        const given: number[] = []
        for (let i = 0; missing.count > 0; i++) {
          if (i < faults.length) state = onwards.faulted(state, faults[i])
          const [some, next] = onwards.take(state, missing, window)
          expect(some.length).toBeGreaterThan(0)
          given.push(...toArray(some))
          missing = removeAll(missing, some)
          state = next
        }
        expect(given.sort((a, b) => a - b)).toEqual([...pages].sort((a, b) => a - b))
      })
    )
  })
})
