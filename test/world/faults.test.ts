import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { journalOf } from '../../properties/journalOf'

describe('faults of a world', () => {
  it('a link that dies while the guest waits for a page on it ends the run, whenever that is', () => {
    const workload = sweep({ pages: 16, writesPerSecond: 1e7 })
    const run = (at: number, prepaging: boolean) =>
      journalOf(
        postcopy(prepaging ? {} : { prepaging: undefined }),
        datacentre({
          guests: { a: vm({ pages: 16, contextBytes: 0, workload }) },
          link: link({ bytesPerSecond: 4096e6, latencyNs: 2000 }),
          fidelity: 'marks',
          faults: [{ at, what: 'link' }]
        }),
        { maxEntries: 1000, until: 1e7 }
      ).at(-1)
    const outcomes = new Set<string>()
    for (let at = 0; at < 60_000; at += 500)
      for (const prepaging of [true, false]) {
        const last = run(at, prepaging)
        outcomes.add(last?.type === 'ended' ? last.outcome.type : 'none')
      }
    expect(outcomes).toContain('aborted')
    expect(outcomes).toContain('completed')
    expect(outcomes).not.toContain('none')
  })
})
