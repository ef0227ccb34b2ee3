import { describe, expect, it } from 'vitest'
import { run } from '../../lib/loop/run'
import { chipEnergy } from '../../lib/metrics/chipEnergy'
import { folded, runFold } from '../../lib/stream/fold'
import { chip } from '../../lib/world/chip'
import { script } from '../../pipelines/collectives/script'
import { begunWith, placedAt } from './chipJournals'

const hops = (a: string, b: string): number => (a === b ? 0 : 3)
const fold = chipEnergy({ hops })

describe('chipEnergy', () => {
  it('counts a message of 144 bytes as 37 flits there and 3 back', () => {
    let traffic: unknown
    const one = script([[{ type: 'attach', end: 'out', kind: 'mailbox', remote: 'cc1' }], [{ type: 'mail', end: 'out', message: 'a' }]])
    const other = script([[{ type: 'create', end: 'in', kind: 'mailbox' }], [{ type: 'receive', end: 'in' }]])
    run({ cc0: () => one, cc1: () => other }, chip())
      .pipe(folded(fold))
      .subscribe((said) => {
        traffic = said
      })
    expect(traffic).toEqual({
      transfers: 1,
      bytes: 144,
      flitHops: 120,
      picojoules: 40 * (3 * 32 + 16),
      byProcess: {},
      systemPicojoules: 40 * (3 * 32 + 16)
    })
  })
  it('counts a chunk of 4096 bytes with its header and the permission for it, from where the sender is', () => {
    const arrived = (from: string, node: string, ms: number) => ({
      type: 'signalled' as const,
      at: ms * 1e6,
      signal: { type: 'arrived' as const, by: 'portal' as const, from, node, number: 0, bytes: 4096, migration: node, at: ms * 1e6 }
    })
    const { flitHops, byProcess, transfers } = runFold(fold, [
      begunWith({ p: {} }),
      placedAt(0, 'cc0', 'p', 'running'),
      arrived('p', 'cc1', 1),
      placedAt(2, 'cc1', 'p', 'running'),
      arrived('p', 'cc1', 3)
    ])
    const flits = 16 * 65 + 5 + 3
    expect([transfers, flitHops, byProcess]).toEqual([1, flits * 3, { p: flits * (3 * 32 + 16) }])
  })
})
