import { describe, expect, it } from 'vitest'
import { mitigationStudy } from '../../pipelines/managers/mitigationStudy'

describe('the study of mitigation beside the optimum', () => {
  it('has figures for each load, none better than the optimum, and the same for a seed', async () => {
    const told: string[] = []
    const progress = async (what: string): Promise<void> => {
      told.push(what)
    }
    const [study, again] = [
      await mitigationStudy.run({ seed: 6, runs: 6, progress }),
      await mitigationStudy.run({ seed: 6, runs: 6, progress })
    ]
    expect(again).toEqual(study)
    expect(told.slice(0, 5)).toEqual(['load 50 %', 'load 65 %', 'load 80 %', 'load 90 %', 'sequences'])
    const [mitigated, sequences, packed] = study.tables
    for (const { columns, rows } of study.tables) for (const row of rows) expect(row).toHaveLength(columns.length)
    expect(mitigated.rows.map(([load, way, cases]) => [load, way, cases])).toEqual(
      [50, 65, 80, 90].flatMap((load) => ['moves', 'swaps'].map((way) => [load, way, 6]))
    )
    for (const [, , , resolvable, resolved, median, , worst] of mitigated.rows) {
      expect(Number(resolvable)).toBeLessThanOrEqual(100)
      expect(Number(resolved ?? 0)).toBeLessThanOrEqual(100)
      if (median !== undefined) expect(median).toBeGreaterThanOrEqual(1)
      if (worst !== undefined) expect(worst).toBeGreaterThanOrEqual(Number(median))
    }
    for (const [, , placed, sequenced, , , median] of sequences.rows) {
      expect(Number(sequenced)).toBeLessThanOrEqual(Number(placed))
      if (median !== undefined) expect(median).toBeGreaterThanOrEqual(1)
    }
    for (const [, , hosts, fewest] of packed.rows) expect(Number(fewest ?? 0)).toBeLessThanOrEqual(Number(hosts ?? 0))
    expect(study.verdicts).toHaveLength(1)
  })
})
