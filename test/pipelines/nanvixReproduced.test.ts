import { expect, it } from 'vitest'
import { nanvix } from '../../pipelines/reproduce/nanvix'

it('the patterns of Nanvix over portals come out as measured, and of those over mailboxes gather does', async () => {
  const { verdicts, tables } = await nanvix.run({ seed: 1, progress: async () => {} })
  expect(verdicts.map(({ holds }) => holds)).toEqual([true, true, true, true])
  const deviations = (pattern: string) => tables[1].rows.filter(([name]) => name === pattern).map((row) => Math.abs(row[4] as number))
  expect(Math.max(...deviations('gather'))).toBeLessThan(2)
  expect(Math.min(...deviations('ping-pong'))).toBeGreaterThan(20)
  for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length)
})
