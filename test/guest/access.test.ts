import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { access, isWrite, pageOf } from '../../lib/guest/access'

describe('access', () => {
  it('pageOf(access(p, w)) = p and isWrite(access(p, w)) = w', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 30 - 1 }), fc.boolean(), (page, write) => {
        const made = access(page, write)
        expect(pageOf(made)).toBe(page)
        expect(isWrite(made)).toBe(write)
        expect(made | 0).toBe(made)
      })
    )
  })

  it('is the page doubled, plus one for a write', () => {
    expect([access(0, false), access(0, true), access(21, false), access(21, true)]).toEqual([0, 1, 42, 43])
  })
})
