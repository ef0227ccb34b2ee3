import { sweep } from './sweep'
import { uniform } from './uniform'
import type { Workload } from './workload'
import { checkedVcpus } from './workloadOptions'

/** As fast as possible's options: where, in which order, and how fast is possible. */
export interface AsFastAsPossibleOptions {
  readonly pages: number
  readonly from?: number
  /** `sweep` (the default): page after page. `uniform`: at random. */
  readonly order?: 'sweep' | 'uniform'
  /**
   * Nanoseconds a virtual CPU needs to write a page. Default 390: all 4096 bytes at 10.5 GB/s, what memset reached on one core of the
   * x86-64 machine on which this project's limits were measured; a program that writes one word per page needs less.
   */
  readonly pageNs?: number
  readonly vcpus?: number
}

/**
 * Writes one page after the other without a pause, on every virtual CPU at its full speed: `vcpus * 1e9 / pageNs` pages per second
 * altogether, the guest that pre-copy cannot follow. Errors: `RangeError` naming the option. Cost: that of `sweep` or `uniform`.
 */
export const asFastAsPossible = (options: AsFastAsPossibleOptions): Workload => {
  const { pages, from = 0, order = 'sweep', pageNs = 390, vcpus = 1 } = options
  if (!(pageNs >= 0.001 && pageNs < Number.POSITIVE_INFINITY))
    throw new RangeError(`asFastAsPossible: pageNs must be at least 0.001 and finite (got ${pageNs})`)
  if (order !== 'sweep' && order !== 'uniform') throw new RangeError(`asFastAsPossible: order must be sweep or uniform (got ${order})`)
  checkedVcpus('asFastAsPossible', vcpus)
  const made = { sweep, uniform }[order]({ pages, from, vcpus, writesPerSecond: (vcpus * 1e9) / pageNs })
  return { ...made, name: 'asFastAsPossible', description: { name: 'asFastAsPossible', pages, from, order, pageNs, vcpus } }
}
