import { fillBelow, markBelow, split } from '../random/random'
import type { Workload } from './workload'
import { checkedOptions, checkedVcpu, type WorkloadOptions } from './workloadOptions'
import { mixWrites, writeMix } from './writeMix'

/**
 * Each access goes to any of the pages with the same chance, whatever came before: the worst case for pre-copy, and the pattern for which
 * the distinct pages dirtied in t seconds are W (1 - exp(-r t / W)).
 *
 * Page chances differ by less than one part in 2^32 / pages (fillBelow). Errors: `RangeError` naming the option. Cost: 1.5 to 2.2 ns an
 * access.
 */
export const uniform = (options: WorkloadOptions): Workload => {
  const checked = checkedOptions('uniform', options)
  const { pages, from, writesPerSecond, readsPerSecond, vcpus } = checked
  const mix = writeMix(checked)
  const onlyWrites = mix.all ? { shift: 1, plus: (from << 1) | 1 } : undefined
  return {
    name: 'uniform',
    pages: from + pages,
    vcpus,
    description: { name: 'uniform', ...checked },
    open: (key, vcpu) => {
      checkedVcpu('uniform', vcpu, vcpus)
      const stream = split(key, vcpu)
      let k = 0
      return {
        accessesPerSecond: (writesPerSecond + readsPerSecond) / vcpus,
        fill: (accesses, _, capacity) => {
          fillBelow(stream, k, pages, accesses, capacity, onlyWrites)
          if (onlyWrites === undefined) mixWrites(accesses, capacity, from, mix, k)
          k += capacity
          return capacity
        },
        mark: mix.all
          ? (words, n) => {
              const newly = markBelow(stream, k, pages, words, n, from)
              k += n
              return newly
            }
          : undefined
      }
    }
  }
}
