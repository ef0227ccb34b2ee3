import { access } from '../../lib/guest/access'
import type { Workload } from '../../lib/guest/workload'
import { checkedVcpu } from '../../lib/guest/workloadOptions'

/** One access of a guest that is given its program access by access, and when in guest time. */
export type Timed = { readonly page: number; readonly write: boolean; readonly guestNs: number }

/** A program of just these accesses in the order of their times, of one virtual CPU; it then waits, and never ends while anybody looks. */
export const program = (pages: number, accesses: readonly Timed[]): Workload => ({
  name: 'program',
  pages,
  vcpus: 1,
  description: { name: 'program', pages, accesses: accesses.map(({ page, write, guestNs }) => ({ page, write, guestNs })) },
  open: (_, vcpu) => {
    checkedVcpu('program', vcpu, 1)
    const all = [...accesses, { page: 0, write: false, guestNs: NEVER }]
    let next = 0
    return {
      accessesPerSecond: undefined,
      fill: (into, times, capacity) => {
        const n = Math.min(capacity, all.length - next)
        for (let i = 0; i < n; i++, next++) {
          const { page, write, guestNs } = all[next]
          into[i] = access(page, write)
          times[i] = guestNs
        }
        return n
      }
    }
  }
})

/** Thirteen days of guest time: later than any path, and early enough to be added to. */
const NEVER = 2 ** 50
