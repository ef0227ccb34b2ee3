import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dirtyLog } from '../../lib/memory/dirtyLog'
import { toArray } from '../../lib/memory/pageSet'

describe('dirtyLog', () => {
  it('records the first write to each page until it is read', () => {
    const log = dirtyLog(100)
    log.track(true)
    expect([log.record(7), log.record(7), log.record(99), log.count]).toEqual([1, 0, 1, 2])
    expect(toArray(log.sync())).toEqual([7, 99])
    expect([log.count, log.record(7), toArray(log.sync())]).toEqual([0, 1, [7]])
  })

  it('records nothing while off, and switching on starts from empty', () => {
    const log = dirtyLog(10)
    expect([log.tracking, log.record(1), log.recordAll(Int32Array.of(3), 1), log.sync().count]).toEqual([false, 0, 0, 0])
    log.track(true)
    log.record(2)
    log.track(true)
    expect([log.tracking, log.count]).toEqual([true, 1])
    log.track(false)
    expect(log.sync().count).toBe(0)
    log.track(true)
    expect(log.sync().count).toBe(0)
  })

  it('every write is in exactly one sync after it, and no sync has a page that was not written', () => {
    const step = fc.oneof(fc.constant('sync' as const), fc.array(fc.tuple(fc.nat({ max: 63 }), fc.boolean()), { maxLength: 20 }))
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const log = dirtyLog(64)
        log.track(true)
        let since = new Set<number>()
        for (const one of [...steps, 'sync' as const]) {
          if (one === 'sync') {
            expect(toArray(log.sync())).toEqual([...since].sort((a, b) => a - b))
            since = new Set()
          } else {
            const before = since.size
            for (const [page, isWrite] of one) if (isWrite) since.add(page)
            const newly = log.recordAll(
              Int32Array.from(one, ([page, isWrite]) => (page << 1) | Number(isWrite)),
              one.length
            )
            expect([newly, log.count]).toEqual([since.size - before, since.size])
          }
        }
      })
    )
  })

  it('refuses a size that makes no sense', () => {
    expect(() => dirtyLog(0.5)).toThrow(RangeError)
  })
})
