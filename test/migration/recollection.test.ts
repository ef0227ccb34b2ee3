import { describe, expect, it } from 'vitest'
import { type Recollection, recalled, recollect } from '../../lib/migration/recollection'
import { pushed, round } from './pushed'

const total: Recollection<number> = { name: 'total', start: 0, step: (before, { last }) => before + last.dirtied }
const rounds: Recollection<number> = { name: 'rounds', start: 10, step: (before) => before + 1 }

describe('a recollection', () => {
  it('begins at its start and takes a step a round, each by itself', () => {
    const first = recollect([total, rounds], undefined, pushed({ last: round({ dirtied: 5 }) }))
    const second = recollect([total, rounds], first, pushed({ last: round({ dirtied: 7 }) }))
    expect([first, second]).toEqual([
      { total: 5, rounds: 11 },
      { total: 12, rounds: 12 }
    ])
    expect(recalled(total, pushed({ noted: second }))).toBe(12)
  })

  it('is at its start where the push was told nothing, or something else', () => {
    expect(recollect([], undefined, pushed())).toBeUndefined()
    expect(recalled(rounds, pushed())).toBe(10)
    expect(recalled(rounds, pushed({ noted: { total: 1 } }))).toBe(10)
  })
})
