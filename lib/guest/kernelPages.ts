import { type Key, uniformInt } from '../random/random'
import type { KernelCore } from './kernelCore'
import type { KernelTouch } from './kernelTouch'
import { nanvixKernelPages } from './nanvixProcess'

/** How a page is cleared: cycles a byte, and whether the loop is counted by hardware or by a branch each. @internal */
export type Clearing = { readonly cycles: number; readonly counted: boolean }

/** The kernel's pool of pages. `take` searches, marks and clears one; `give` marks one as free; both empty the data cache (mm/kpool.c). @internal */
export type KernelPages = {
  readonly take: (core: KernelCore) => number
  readonly give: (core: KernelCore, page: number) => void
}

/** A pool in which so many pages are taken, which of the first ones is drawn. Taking throws RangeError when there is none. @internal */
export const kernelPages = ({ call, load, store, empty }: KernelTouch, clearing: Clearing, taken: number, key: Key): KernelPages => {
  const used = new Array<boolean>(nanvixKernelPages.pages).fill(false)
  for (let left = taken, tries = 0; left > 0; tries++) {
    const page = uniformInt(key, tries, Math.min(taken + 2, used.length))
    if (!used[page]) left--
    used[page] = true
  }
  return {
    take: (core) => {
      call(core, 'getPage', 2)
      const page = used.indexOf(false)
      if (page < 0) throw new RangeError(`kernelPages: threads must have pages for their stacks (got more than ${used.length} pages)`)
      for (let i = 0; i <= page; i++) {
        load(core, 'kernelPages', i)
        core.branch()
      }
      used[page] = true
      store(core, 'kernelPages', page)
      empty(core)
      call(core, 'clear', 3)
      core.store(pageAddress(page), pageBytes)
      core.loop(pageBytes, clearing.cycles, clearing.counted)
      return page
    },
    give: (core, page) => {
      call(core, 'putPage', 3)
      load(core, 'kernelPages', page)
      core.branch(3)
      used[page] = false
      store(core, 'kernelPages', page)
      empty(core)
    }
  }
}

/** Where the context of a thread is kept in its page of the pool: at its end. @internal */
export const contextAddress = (page: number, bytes: number): number => pageAddress(page) + pageBytes - bytes

const pageBytes = 4096

// As a compute cluster's boot log gives the pool.
const pageAddress = (page: number): number => 0x14_8000 + page * pageBytes
