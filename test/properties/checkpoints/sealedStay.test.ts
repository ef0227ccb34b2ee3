import { describe, expect, it } from 'vitest'
import { sealedStay } from '../../../properties/checkpoints/sealedStay'
import { problems, telling } from '../invariants/entries'

const world = (breakdown: { at: number; what: string; name: string }, survives = false) => ({
  world: 'delayed',
  of: { world: 'checkpointing', stores: { m1: { type: 'server' }, file: { type: 'file', survives } }, breakdowns: [breakdown] }
})

/** An image at a store is sealed, and no image is there at 6. */
const gone = (of: ReturnType<typeof world> | null, store = 'm1') =>
  telling(8, of)
    .asked({ type: 'open', image: 'a', stores: [store] }, { type: 'done' })
    .asked({ type: 'seal', image: 'a' }, { type: 'sealed', image: 'a', pages: 8, bytes: 8 })
    .asked({ type: 'catalogue' }, { type: 'catalogued', images: [] })
    .completed()
const cannot = ['a was sealed and cannot be restored']

describe('sealedStay', () => {
  it('holds of an image whose store is gone, though the news comes after the catalogue', () => {
    expect(problems(sealedStay, gone(world({ at: 5, what: 'store', name: 'm1' })))).toEqual([])
    expect(problems(sealedStay, gone(world({ at: 5, what: 'host', name: 'm' }), 'file'))).toEqual([])
  })

  it('is broken by one that is gone without its store', () => {
    expect(problems(sealedStay, gone(null))).toEqual(cannot)
    expect(problems(sealedStay, gone(world({ at: 7, what: 'store', name: 'm1' })))).toEqual(cannot)
    expect(problems(sealedStay, gone(world({ at: 5, what: 'store', name: 'file' })))).toEqual(cannot)
    expect(problems(sealedStay, gone(world({ at: 5, what: 'host', name: 'm' })))).toEqual(cannot)
    expect(problems(sealedStay, gone(world({ at: 5, what: 'host', name: 'other' }), 'file'))).toEqual(cannot)
    expect(problems(sealedStay, gone(world({ at: 5, what: 'host', name: 'm' }, true), 'file'))).toEqual(cannot)
  })
})
