import { describe, expect, it } from 'vitest'
import { threadUse } from '../../lib/metrics/threadUse'
import { threadTable } from '../../lib/report/threadTable'
import { runFold } from '../../lib/stream/fold'
import { ranThreads, scripted } from '../../pipelines/isoThreads'

const area = { slots: 64, slotBytes: 256, stackSlots: 2, topAddress: 2 ** 20 }
const { journal } = ranThreads({ nodes: 2, area, distribution: { type: 'cyclic', chunk: 2 }, limits: { cache: 4, busy: 9, mapped: 40 } }, [
  scripted('a', [
    { type: 'spawn', node: 1 },
    { type: 'allocate', bytes: 1000 },
    { type: 'migrate', to: 0 },
    { type: 'open', what: 'file' },
    { type: 'migrate', to: 1 },
    { type: 'exit' }
  ]),
  scripted('b', [])
])
const uses = runFold(threadUse, journal)

describe('what threads have done, by their journal', () => {
  it('is counted by thread: blocks, messages for them and for moves, refusals, ways and ends', () => {
    const { bytes, moveNs, negotiationNs, ...counted } = uses.a
    // Between two nodes a negotiation takes ten messages; the last, which gives the mutex back, may be on its way.
    expect(counted).toEqual({
      nodes: [1, 0, 1],
      blocks: 2,
      refused: 1,
      moves: 2,
      negotiations: 1,
      messages: 10,
      moveMessages: 6,
      outcome: { type: 'completed', needs: [] }
    })
    expect(bytes).toBe(2 * (16 + 5 * 256))
    expect([moveNs > 0, negotiationNs > 0]).toEqual([true, true])
    expect(uses.b).toMatchObject({ nodes: [], blocks: 0, outcome: { type: 'completed' } })
  })

  it('is a table with a row for each and one for all', () => {
    const [, , , a, b, all] = threadTable()(uses).split('\n')
    expect(a).toMatch(/^a +1 0 1 +2 +5\.0 +1 .* completed$/)
    expect(b).toMatch(/^b +0 +- +0 +- +0 +- +- +- +0 completed$/)
    expect(all).toMatch(/^all +2 +5\.0 +1 /)
    expect(threadTable({ form: 'csv' })(uses)).toContain('for memory (messages a block)')
  })
})
