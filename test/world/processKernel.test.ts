import { describe, expect, it } from 'vitest'
import { chipOf } from './processes'

describe('a process that migrates', () => {
  it('leaves the source, and goes on at the target with its memory', () => {
    const { ask, migrate, facts, until } = chipOf({ processes: { p1: { cluster: 'cc0', threads: 2, pages: 2 } } })
    until(1000)
    ask('p1', { type: 'poke', page: 1, word: 42 })
    expect(migrate('p1', 'cc0', 'cc5')).toEqual([])
    expect(ask('p1', { type: 'peek', page: 1 })).toMatchObject({ type: 'peeked', word: 42 })
    expect(facts('placed').map(({ migration, state }) => `${migration} ${state}`)).toEqual([
      'cc0 running',
      'cc0 frozen',
      'cc5 arriving',
      'cc5 running',
      'cc0 left'
    ])
    expect(facts('checked').map(({ when, lost, stale, foreign }) => [when, lost, stale, foreign])).toEqual([
      ['unfrozen', [], [], []],
      ['left', [], [], []]
    ])
  })
})
