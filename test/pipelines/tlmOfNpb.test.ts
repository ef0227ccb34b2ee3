import { describe, expect, it } from 'vitest'
import { npbGuest } from '../../lib/guest/npb'
import type { NpbName } from '../../lib/guest/npbArrays'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { tlm } from '../../pipelines/tlm'

/** TLM of a guest 1/1024 of its size over a link 1/1024 as fast: seconds live and down, and what the oracle says at the target. */
const migrated = (name: NpbName, fidelity: 'marks' | 'versions') => {
  const world = datacentre({
    guests: { guest: npbGuest(name, { scale: 1 / 1024 }) },
    link: link({ bytesPerSecond: 781_250 }),
    source: { freshPageNs: 2.7e-6 * 1024e9, crowding: 0.02 },
    fidelity
  })
  let suspended = 0
  let activated = 0
  let lost: number | undefined
  run(tlm(), world).subscribe((entry) => {
    if (entry.type !== 'signalled') return
    const { signal } = entry
    if (signal.type === 'suspended') suspended = entry.at
    if (signal.type === 'activated') activated = entry.at
    if (signal.type === 'compared' && signal.when === 'released') lost = signal.lost.count + signal.regressed.count
  })
  return { live: suspended / 1e9, down: (activated - suspended) / 1e9, lost }
}

describe('TLM of a benchmark', () => {
  it('loses nothing, and takes as long whether pages are followed one by one or by words', () => {
    for (const name of ['MG', 'IS', 'SP', 'BT'] as const) {
      const byWords = migrated(name, 'marks')
      const followed = migrated(name, 'versions')
      expect([byWords.lost, followed.lost]).toEqual([0, 0])
      expect(followed.live).toBeGreaterThan(15)
      expect(Math.abs(byWords.live / followed.live - 1)).toBeLessThan(0.11)
      expect(Math.abs(byWords.down - followed.down)).toBeLessThan(0.1 * followed.down + 0.2)
    }
  })
})
