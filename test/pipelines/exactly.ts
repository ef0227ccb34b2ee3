import type { Workload } from '../../lib/guest/workload'

/** A workload of one virtual CPU that makes exactly these accesses, at these guest times in nanoseconds, and then nothing for a very long time. */
export const exactly = (
  pages: number,
  accesses: readonly { readonly page: number; readonly at: number; readonly write: boolean }[]
): Workload => ({
  name: 'exactly',
  pages,
  vcpus: 1,
  description: { name: 'exactly' },
  open: () => {
    const all = [...accesses, { page: accesses.at(-1)?.page ?? 0, at: 1e15, write: false }]
    let next = 0
    return {
      accessesPerSecond: undefined,
      fill: (into, times, capacity) => {
        const n = Math.min(capacity, all.length - next)
        for (let i = 0; i < n; i++, next++) {
          into[i] = (all[next].page << 1) | Number(all[next].write)
          times[i] = all[next].at
        }
        return n
      }
    }
  }
})
