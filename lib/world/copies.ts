import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Where } from '../protocol/command'

/**
 * How much of a page's content a world keeps. `marks`: only whether the target's copy is stale (large guests). `versions`: a number that every write raises.
 * `bytes`: real bytes (small guests).
 */
export type Fidelity = 'marks' | 'versions' | 'bytes'

export type Copies = {
  readonly write: (where: Where, page: number) => void
  readonly read: (page: number) => number
  readonly place: (page: number, content: number) => void
  readonly drop: (pages: PageSet) => void
  readonly differing: () => PageSet
}

export const copies = ({
  pages,
  zero
}: {
  readonly fidelity: Fidelity
  readonly pages: number
  readonly pageBytes: number
  readonly zero: PageSet
}): Copies => {
  const source = new Uint32Array(pages).fill(1)
  const target = new Uint32Array(pages)
  pageSet.forEach(zero, (page) => {
    source[page] = 0
  })
  return {
    write: (where, page) => {
      if (where === 'source') source[page]++
      else target[page]++
    },
    read: (page) => source[page],
    place: (page, content) => {
      target[page] = content
    },
    drop: (dropped) =>
      pageSet.forEach(dropped, (page) => {
        target[page] = 0
      }),
    differing: () =>
      pageSet.fromPages(
        pages,
        Array.from(source, (version, page) => (version === target[page] ? -1 : page)).filter((page) => page >= 0)
      )
  }
}
