import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOfRun, isoArea } from '../../lib/memory/isoArea'
import { addRun, allocateBlock, freeBlock, type IsoHeap, runsOfHeap, slotsForBlock } from '../../lib/memory/isoHeap'
import { faultAddress, mappedSlots } from '../../lib/memory/mappedSlots'

const area = isoArea({ slots: 4000, slotBytes: 256, stackSlots: 1, topAddress: 2 ** 21 })

const heapWith = (): IsoHeap & { readonly more: (n: number) => void } => {
  const words = mappedSlots(area)
  words.map({ start: 0, n: 1 })
  const heap: IsoHeap = { area, words, root: addressOfRun(area, { start: 0, n: 1 }) }
  let next = 1
  return {
    ...heap,
    more: (n) => {
      const run = { start: next, n }
      next += n
      words.map(run)
      addRun(heap, run)
    }
  }
}

describe('mappedSlots', () => {
  it('holds words where it is mapped, and faults elsewhere', () => {
    const memory = mappedSlots(area)
    memory.map({ start: 2, n: 2 })
    const base = addressOfRun(area, { start: 2, n: 2 })
    memory.write(base, 2n ** 64n - 1n)
    memory.write(base + 504, 7n)
    const words = memory.copyOut({ start: 2, n: 2 })
    expect([words[0], words[63], words.length]).toEqual([2n ** 64n - 1n, 7n, 64])
    const faults = [base - 8, base + 512, base + 4].map((address) => {
      try {
        return memory.read(address)
      } catch (error) {
        return faultAddress(error)
      }
    })
    expect(faults).toEqual([base - 8, base + 512, base + 4])
    memory.unmap({ start: 3, n: 1 })
    expect([memory.isMapped(2), memory.isMapped(3)]).toEqual([true, false])
    const other = mappedSlots(area)
    other.map({ start: 2, n: 2 })
    other.copyIn({ start: 2, n: 2 }, words)
    expect([other.read(base), other.read(base + 504)]).toEqual([2n ** 64n - 1n, 7n])
    expect(faultAddress(new RangeError('another'))).toBeUndefined()
  })
})

describe('isoHeap', () => {
  it('blocks in use never overlap, and keep what is written, whatever is taken and given back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 400 })), { maxLength: 60 }), (steps) => {
        const heap = heapWith()
        const blocks = new Map<number, number>()
        let runs = 0
        for (const [taking, size] of steps)
          if (taking || blocks.size === 0) {
            let address = allocateBlock(heap, size)
            if (address === undefined) {
              heap.more(slotsForBlock(area, size))
              runs++
              address = allocateBlock(heap, size)!
            }
            const words = Math.ceil(size / 8)
            for (const [other, its] of blocks) expect(address >= other + 8 * its || other >= address + 8 * words).toBe(true)
            blocks.set(address, words)
            for (let i = 0; i < words; i++) heap.words.write(address + 8 * i, BigInt(address + i))
          } else {
            const address = [...blocks.keys()][size % blocks.size]
            const { emptied } = freeBlock(heap, address)!
            blocks.delete(address)
            if (emptied !== undefined) runs--
            expect(freeBlock(heap, address)).toBeUndefined()
          }
        for (const [address, words] of blocks)
          for (let i = 0; i < words; i++) expect(heap.words.read(address + 8 * i)).toBe(BigInt(address + i))
        expect(runsOfHeap(heap)).toHaveLength(runs)
        for (const address of blocks.keys()) freeBlock(heap, address)
        expect(runsOfHeap(heap)).toEqual([])
      }),
      { numRuns: 60 }
    )
  })

  it('a block that does not fit into a slot with its headers needs a run of several', () => {
    expect([1, 216, 217, 472, 473].map((bytes) => slotsForBlock(area, bytes))).toEqual([1, 1, 2, 2, 3])
    expect(() => slotsForBlock(area, 0)).toThrow('allocateBlock: bytes must be a positive integer (got 0)')
  })

  it('a pointer to where no run is does not pass for one', () => {
    const heap = heapWith()
    heap.more(1)
    heap.words.write(heap.root, heap.words.read(heap.root) + 8n)
    expect(() => runsOfHeap(heap)).toThrow('runsOfHeap: a pointer must lead to a run of the heap')
  })
})
