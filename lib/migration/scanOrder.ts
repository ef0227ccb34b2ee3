import { ownSequence } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import { has, isEmpty } from '../memory/pageSet'
import type { Pages } from '../protocol/command'

/** In which order a round sends its pages. It must give the pages it is asked about, each once. Any such function is a scan order. */
export type ScanOrder = (pages: PageSet) => Pages

/** By rising address. */
export const byAddress: ScanOrder = (pages) => pages

/**
 * The pseudo-random order of Xen's tools of January 2006 (`permute` of xc_linux_save.c): the k-th page of a guest is the one whose number is that of k with its bits
 * rotated by ten, so that pages that lie together, and are often dirtied together, leave at different times (Clark et al., NSDI 2005, §5.4, scan in a pseudo-random
 * order for this reason). A number beyond the guest is rotated on. Up to 512 pages the formula shifts by a negative number; such guests are sent by address.
 *
 * Cost: one look at each page number of the guest for each send, some 10 ns.
 */
export const xenScanOrder: ScanOrder = (pages) => {
  const { size, count } = pages
  const bits = 32 - Math.clz32(size - 1)
  if (bits < ROTATED || isEmpty(pages)) return pages
  const mask = 2 ** bits - 1
  const order = new Int32Array(count)
  let n = 0
  for (let k = 0; k < size; k++) {
    let page = k
    do page = ((page >>> (bits - ROTATED)) | (page << ROTATED)) & mask
    while (page >= size)
    if (has(pages, page)) order[n++] = page
  }
  return ownSequence(order)
}

const ROTATED = 10
