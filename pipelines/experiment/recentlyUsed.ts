import { timeOfAccess } from '../../lib/guest/regularTimes'
import type { Workload } from '../../lib/guest/workload'
import { type PageSequence, sequence } from '../../lib/memory/pageSequence'
import type { Key } from '../../lib/random/random'
import type { Time } from '../../lib/time/time'

/**
 * The pages a guest has touched up to `atNs` of its own time, the latest first: what its kernel's list of least recently used pages would say, if it saw every
 * access (Hines, Deshpande & Gopalan, OSR 43(3), 2009, §4.3). The accesses are those of the run under the same key. Cost: all accesses until then, once more.
 */
export const recentlyUsed = (workload: Workload, key: Key, atNs: Time): PageSequence => {
  const last = new Float64Array(workload.pages).fill(-1)
  for (let vcpu = 0; vcpu < workload.vcpus; vcpu++) {
    const stream = workload.open(key, vcpu)
    const rate = stream.accessesPerSecond
    if (rate === 0) continue
    const accesses = new Int32Array(4096)
    const times = new Float64Array(rate === undefined ? 4096 : 0)
    for (let made = 0, at = 0; at <= atNs; ) {
      const n = stream.fill(accesses, times, 4096)
      if (n === 0) break
      for (let i = 0; i < n; i++) {
        at = rate === undefined ? times[i] : timeOfAccess(rate, made + i)
        if (at > atNs) break
        const page = accesses[i] >>> 1
        if (at > last[page]) last[page] = at
      }
      made += n
    }
  }
  const touched = Array.from(last.keys()).filter((page) => last[page] >= 0)
  return sequence(touched.sort((a, b) => last[b] - last[a] || a - b))
}
