import { describe, expect, it } from 'vitest'
import { tlc } from '../../pipelines/reproduce/tlc'

describe('the reproduction of TLC', () => {
  it('keeps the identity, and comes to the published pages and stops; its misses are told', async () => {
    const { tables, verdicts, notes } = await tlc.run({ seed: 1, progress: async () => undefined })
    expect(verdicts.map(({ text, holds }) => `${holds ? 'holds' : 'misses'} ${text.replace(/ \(.*/, '')}`)).toEqual([
      'holds the identity on the published rows within 1 pages',
      'holds the identity in the model within 0 pages',
      'holds saved pages within 5 %',
      'holds hash pages within 10 %',
      'holds skipped pages within 15 %',
      'misses dropped pages within 15 %',
      'holds longest stop within 0.05',
      'misses overhead within 0.15',
      'misses until saved in 1.6 to 1.9 times a stop and save'
    ])
    expect(tables.map(({ rows }) => rows.length)).toEqual([12, 4])
    expect(notes.at(-1)).toMatch(/^Where it misses/)
  })
})
