import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { cpuNs } from './cpu'
import type { BenchResult } from './timeline'

/**
 * Post-copy with pivot prefetch through the public API: 36 GiB of 4 KiB pages, four virtual CPUs, 10 Gbit/s, some hundred thousand faults. Processor time per
 * page, all of it: guest, faults, prefetch, link, loop.
 */
export const benchPostcopy = ({ smoke }: { readonly smoke: boolean }): BenchResult => {
  const pages = smoke ? 1 << 15 : 9_437_184
  const workload = hotCold({ pages, writesPerSecond: 12_000, readsPerSecond: 108_000, vcpus: 4 })
  const repeats = smoke ? 1 : 3
  const times: number[] = []
  let faults = 0
  let endedAt = 0
  let hash = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    faults = 0
    hash = 0x811c9dc5
    const world = datacentre({ guests: { guest: vm({ pages, workload }) }, link: link({ gigabitsPerSecond: 10 }), fidelity: 'marks' })
    const migrate = () =>
      run(postcopy(), world).subscribe((entry) => {
        if (entry.type === 'signalled' && entry.signal.type === 'faulted') {
          faults++
          hash = Math.imul(hash ^ entry.signal.page, 0x01000193)
        } else if (entry.type === 'ended') endedAt = entry.at
      })
    times.push(cpuNs(migrate))
  }
  const best = Math.min(...times)
  return {
    name: 'postcopy',
    figures: {
      pages,
      faults,
      'virtual time, s': Math.round(endedAt / 1e6) / 1e3,
      'times faster than real time': Math.round(endedAt / best),
      'migration, ns per page': Math.round((best / pages) * 10) / 10
    },
    hash: ((hash ^ endedAt) >>> 0).toString(16)
  }
}
