import { describe, expect, it } from 'vitest'
import { run } from '../../lib/loop/run'
import type { Entry } from '../../lib/protocol/journal'
import { chip } from '../../lib/world/chip'
import { script } from '../../pipelines/collectives/script'

describe('processes on a cluster that fails', () => {
  it('are all told to be lost, though the last program of the run ends by that', () => {
    const waiting = script([[{ type: 'create', end: 'in', kind: 'mailbox' }], [{ type: 'receive', end: 'in' }]])
    const world = chip({
      processes: { p1: { cluster: 'cc0' }, p2: { cluster: 'cc0' }, p3: { cluster: 'cc1' } },
      faults: [{ at: 1_000_000, cluster: 'cc0' }]
    })
    const journal: Entry[] = []
    run({ p1: () => waiting }, world).subscribe((entry) => journal.push(entry))
    const lost = journal.flatMap((entry) =>
      entry.type === 'signalled' && entry.signal.type === 'placed' && entry.signal.state === 'lost' ? [entry.signal.process] : []
    )
    expect(lost).toEqual(['p1', 'p2'])
    expect(journal.at(-1)).toMatchObject({ type: 'ended', migration: 'p1', outcome: { type: 'aborted' } })
  })
})
