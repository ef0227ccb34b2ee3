import { expect, it } from 'vitest'
import { negotiationMessages } from '../../lib/protocol/isoMessage'
import { ranThreads, scripted, wandering } from '../../pipelines/isoThreads'
import { pm2 } from '../../pipelines/reproduce/pm2'

it('what is aimed at of iso-address threads holds, and every row has its columns', async () => {
  const { verdicts, tables } = await pm2.run({ seed: 1, progress: async () => {} })
  expect(verdicts.map(({ holds }) => holds)).toEqual([true, true, true, true, true, true])
  for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length)
})

it('the naive allocator negotiates every run, with the messages of the protocol each; iso-address none for a stack', () => {
  const programs = [scripted('t', [{ type: 'spawn', node: 1 }])]
  const messages = (allocator: 'iso' | 'naive'): number =>
    Object.values(ranThreads({ nodes: 5, allocator }, programs).traffic).reduce((sum, one) => sum + one.messages, 0)
  expect([messages('iso'), messages('naive')]).toEqual([0, negotiationMessages(5, false)])
})

it('wandering threads of one seed do the same twice, and end with every slot owned', () => {
  const ran = () =>
    ranThreads(
      { nodes: 3, area: { slots: 512 } },
      ['a', 'b', 'c'].map((thread, node) =>
        wandering({ thread, node, nodes: 3, steps: 30, bytes: 3000, largeBytes: 90_000, large: 20, seed: 4 })
      )
    )
  const [one, other] = [ran(), ran()]
  const text = (signals: (typeof one)['signals']): string =>
    JSON.stringify(signals, (_, value) => (typeof value === 'bigint' ? String(value) : value))
  expect(text(one.signals)).toBe(text(other.signals))
  expect(one.signals.filter(({ type }) => type === 'exited')).toHaveLength(3)
  expect(one.signals.some(({ type }) => type === 'negotiated')).toBe(true)
  const owned = one.nodes.states().map(({ map, slotCache, stackCache }) => map.count + slotCache.length + 16 * stackCache.length)
  expect(owned.reduce((sum, count) => sum + count, 0)).toBe(512)
})
