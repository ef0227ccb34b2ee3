import { describe, expect, it } from 'vitest'
import { toArray } from '../../lib/memory/pageSequence'
import { empty, fromPages, full } from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'

describe('activePush', () => {
  it('goes on above the last page it gave, and stays there while nothing is missing', () => {
    expect(activePush.start(full(8))).toEqual({ from: 0 })
    const [window, state] = activePush.take(activePush.start(full(8)), full(8), 3)
    expect([toArray(window), state]).toEqual([[0, 1, 2], { from: 3 }])
    const [none, same] = activePush.take(state, empty(8), 3)
    expect([none.length, same]).toEqual([0, { from: 3 }])
    expect(toArray(activePush.take(same, fromPages(8, [1, 4, 6]), 1)[0])).toEqual([4])
    expect(activePush.faulted(same, 6)).toBe(same)
  })
})
