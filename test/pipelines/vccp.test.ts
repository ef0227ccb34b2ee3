import { expect, it } from 'vitest'
import { vccp } from '../../pipelines/reproduce/vccp'

it('of the published figures of VCCP, the delay, the order of its parts and EP without frames come out', async () => {
  const { verdicts, tables } = await vccp.run({ seed: 1, progress: async () => {} })
  expect(verdicts.map(({ holds }) => holds)).toEqual([false, true, false, true, true])
  for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length)
})
