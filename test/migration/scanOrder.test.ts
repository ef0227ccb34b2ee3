import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toArray as inOrder } from '../../lib/memory/pageSequence'
import { empty, fromPages, full, toArray } from '../../lib/memory/pageSet'
import { byAddress, xenScanOrder } from '../../lib/migration/scanOrder'

const listed = (pages: ReturnType<typeof xenScanOrder>): readonly number[] => (pages.type === 'PageSet' ? toArray(pages) : inOrder(pages))

describe('a scan order', () => {
  it('by address is the set itself', () => {
    const pages = fromPages(2048, [7, 1, 2000])
    expect(byAddress(pages)).toBe(pages)
  })

  it("of Xen rotates a page's number by ten bits", () => {
    // 17 bits, as in the comment of xc_linux_save.c: pages 0, 1, 2 ... are 1,024 apart, and page 128 of the scan is the one after page 0.
    const order = listed(xenScanOrder(full(131_072)))
    expect(order.slice(0, 3)).toEqual([0, 1024, 2048])
    expect([order[127], order[128], order[129]]).toEqual([127 * 1024, 1, 1025])
    expect(order[131_071]).toBe(131_071)
  })

  it('of Xen sends each page of a set once, whatever the size of the guest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat({ max: 4999 })), fc.boolean(), (size, some, all) => {
        const pages = all ? full(size) : fromPages(size, new Set(some.filter((page) => page < size)))
        const sent = listed(xenScanOrder(pages))
        expect([...sent].sort((a, b) => a - b)).toEqual(toArray(pages))
      })
    )
  })

  it('of Xen is that of addresses up to 512 pages, where its formula has none, and where there is nothing to send', () => {
    for (const pages of [full(1), full(512), empty(131_072)]) expect(xenScanOrder(pages)).toBe(pages)
    expect(xenScanOrder(full(513)).type).toBe('PageSequence')
  })
})
