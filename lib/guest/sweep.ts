import type { Workload } from './workload'
import { checkedOptions, checkedVcpu, type WorkloadOptions } from './workloadOptions'
import { writeMix } from './writeMix'

/**
 * One page after the other, from the first to the last and again: the sequential scan of Hines and Gopalan's read and write tests (VEE
 * 2009, Figs 4 to 6).
 *
 * With several virtual CPUs each makes whole passes, CPU i starting at page floor(i * pages / vcpus), so that every page is met at even
 * intervals. No chance is involved: the key is not used. Where reads and writes are mixed, each pass starts with a write phase of its own
 * (a multiple of the golden ratio), so that over many passes every page has its share of writes. Errors: `RangeError` naming the option.
 * Cost: below 1 ns an access.
 */
export const sweep = (options: WorkloadOptions): Workload => {
  const checked = checkedOptions('sweep', options)
  const { pages, from, writesPerSecond, readsPerSecond, vcpus } = checked
  const { all, step } = writeMix(checked)
  return {
    name: 'sweep',
    pages: from + pages,
    vcpus,
    description: { name: 'sweep', ...checked },
    open: (_, vcpu) => {
      checkedVcpu('sweep', vcpu, vcpus)
      let page = Math.floor((vcpu * pages) / vcpus)
      let pass = 0
      let phase = 0
      return {
        accessesPerSecond: (writesPerSecond + readsPerSecond) / vcpus,
        fill: (accesses, _, capacity) => {
          for (let i = 0; i < capacity; ) {
            const end = Math.min(capacity, i + pages - page)
            page = end - i + page
            if (all) for (let next = ((from + page - end + i) << 1) | 1; i < end; i++, next += 2) accesses[i] = next
            else phase = mixedRun(accesses, i, end, (from + page - end + i) << 1, phase, step)
            i = end
            if (page === pages) {
              page = 0
              phase = Math.imul(++pass, GOLDEN)
            }
          }
          return capacity
        }
      }
    }
  }
}

/** 2^31 divided by the golden ratio: multiples of it are spread most evenly. */
const GOLDEN = 0x4f1b_bcdd

/** Writes a run of neighbouring pages, read or written as the phase carries or not, and answers the phase after it. */
const mixedRun = (accesses: Int32Array, start: number, end: number, read: number, before: number, step: number): number => {
  const grows = step | 0
  let phase = before | 0
  for (let i = start, next = read | 0; i < end; i++, next = (next + 2) | 0) {
    phase = ((phase & 0x7fff_ffff) + grows) | 0
    accesses[i] = next | (phase >>> 31)
  }
  return phase
}
