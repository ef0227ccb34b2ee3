import * as pageSet from '../memory/pageSet'

/** How an image's pages lie at its stores. @internal */
export type Placement = { readonly pages: number; readonly stores: number; readonly copies: number; readonly stripePages: number }

/** The numbers of the stores at which a page lies: stripe k at store k and the next `copies - 1`, in turn. @internal */
export const storesOf = ({ stores, copies, stripePages }: Placement, page: number): readonly number[] => {
  const stripe = Math.floor(page / stripePages)
  return Array.from({ length: copies }, (_, r) => (stripe + r) % stores)
}

/** The pages that lie at a store. Cost: O(pages) bits. @internal */
export const pagesAt = (placement: Placement, store: number): pageSet.PageSet => {
  const { pages, stores, copies, stripePages } = placement
  if (copies === stores) return pageSet.full(pages)
  const words = new Int32Array(Math.ceil(pages / 32))
  for (let stripe = 0, from = 0; from < pages; stripe++, from += stripePages) {
    if ((((store - stripe) % stores) + stores) % stores >= copies) continue
    const to = Math.min(pages, from + stripePages)
    for (let page = from; page < to; ) {
      if ((page & 31) === 0 && page + 32 <= to) {
        words[page >>> 5] = -1
        page += 32
      } else {
        words[page >>> 5] |= 1 << page
        page++
      }
    }
  }
  return pageSet.fromBitmap(pages, words)
}
