import { describe, expect, it } from 'vitest'
import { blocksAsPages, costsOfBlocks } from '../../lib/guest/blocksAsPages'
import { disk } from '../../lib/guest/disk'
import { process, vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { pageClasses } from '../../lib/memory/pageClasses'
import { fromPages } from '../../lib/memory/pageSet'

describe('disk', () => {
  it('has the blocks it is given, or those of its size, or of its workload', () => {
    expect(disk({ blocks: 7 })).toMatchObject({ blocks: 7, blockBytes: 2 ** 20, storage: 'local' })
    expect(disk({ bytes: 2 ** 30, blockBytes: 65_536 }).blocks).toBe(16_384)
    expect(disk({ workload: sweep({ pages: 9, writesPerSecond: 1 }) }).blocks).toBe(9)
  })

  it.each([
    [{ blocks: 0 }, 'disk: blocks must be an integer from 1 to 2^30 (got 0)'],
    [{ blocks: 4, blockBytes: 3000 }, 'disk: blockBytes must be a power of two from 1 to 2^30 (got 3000)'],
    [{ blocks: 4, bytes: 2 ** 22 }, 'disk: blocks and bytes must not both be given (got 4 and 4194304)'],
    [{ bytes: 2 ** 20 + 1 }, 'disk: bytes must be a multiple of blockBytes 1048576 (got 1048577)'],
    [{ blocks: 4, workload: sweep({ pages: 5, writesPerSecond: 1 }) }, 'disk: blocks must be at least the 5 of its workload (got 4)'],
    [{ blocks: 4, classes: pageClasses({ size: 5 }) }, "disk: classes must be of the disk's 4 blocks (got 5)"],
    [
      { blocks: 4, classes: pageClasses({ size: 4, nonPageable: fromPages(4, [1]) }) },
      'disk: classes must have no nonPageable block (got 1)'
    ],
    [{ blocks: 4, readBytesPerSecond: 0 }, 'disk: readBytesPerSecond must be positive and finite (got 0)']
  ])('refuses %j', (options, message) => {
    expect(() => disk(options)).toThrow(new RangeError(message))
  })

  it('is a memory of blocks, of which a virtual machine needs what its OS uses and a process what an application does, unless said otherwise', () => {
    const of = (make: typeof vm, needed?: 'guestOs' | 'application') => blocksAsPages(make({ pages: 1, disk: disk({ blocks: 4, needed }) }))
    expect(of(vm)).toMatchObject({ kind: 'vm', pages: 4, pageBytes: 2 ** 20, contextBytes: 0 })
    expect(of(process)?.kind).toBe('process')
    expect(of(vm, 'application')?.kind).toBe('process')
    expect(of(process, 'guestOs')?.kind).toBe('vm')
  })

  it('that both hosts share is no memory of anybody', () => {
    expect(blocksAsPages(vm({ pages: 1 }))).toBeUndefined()
    expect(blocksAsPages(vm({ pages: 1, disk: disk({ blocks: 4, storage: 'shared' }) }))).toBeUndefined()
  })

  it('costs a lane the time of its devices', () => {
    const { source, target } = costsOfBlocks(disk({ blocks: 1, blockBytes: 1024, readBytesPerSecond: 1e9, writeBytesPerSecond: 5e8 }))
    expect([source.sendPageNs, target.receivePageNs]).toEqual([1024, 2048])
  })
})
