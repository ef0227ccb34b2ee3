import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { sequence, toArray } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { pull } from '../../lib/migration/pull'
import type { Pages } from '../../lib/protocol/command'
import { Asking } from '../protocol/asking'

const NONE = { patienceNs: 0 }
const pagesIn = (pages: Pages): readonly number[] => (pages.type === 'PageSet' ? pageSet.toArray(pages) : toArray(pages))
const sent = (pages: readonly number[]) => ({ type: 'sent' as const, pages: sequence(pages), skipped: pageSet.empty(64), bytes: 1 })

describe('pull', () => {
  it('with nothing missing asks for nothing and ends', () => {
    for (const rules of [{}, { prepaging: bubbling() }]) {
      const asking = new Asking(pull(rules)(pageSet.empty(8)))
      expect(asking.orders()).toEqual([])
      expect(asking.value()).toEqual(E.right(null))
    }
  })

  it('limits the background, and the demand lane only where requests stay within', () => {
    const ratesOf = (requestsWithin: boolean) => {
      const asking = new Asking(pull({ prepaging: activePush, windows: 1, bytesPerSecond: 1e6, requestsWithin })(pageSet.full(600)))
      asking.fact({ type: 'faulted', page: 500, vcpu: 0 })
      return asking.orders().map((order) => order.type === 'send' && order.bytesPerSecond)
    }
    expect([ratesOf(false), ratesOf(true)]).toEqual([
      [1e6, undefined],
      [1e6, 1e6]
    ])
    expect(() => pull({ bytesPerSecond: 0 })).toThrow('pull: bytesPerSecond must be above 0 (got 0)')
  })

  it('on demand asks for each faulted page at once, and begins and ends with a barrier', () => {
    const asking = new Asking(pull()(pageSet.fromPages(8, [2, 5])))
    expect(asking.orders()).toEqual([{ type: 'flush' }])
    asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
    expect(asking.orders().map((o) => o.type === 'send' && pagesIn(o.pages))).toEqual([false, [5]])
    asking.answer(0, { type: 'done' })
    asking.answer(1, sent([5]))
    asking.fact({ type: 'faulted', page: 2, vcpu: 0 })
    asking.answer(2, sent([2]))
    expect(asking.orders().map(({ type }) => type)).toEqual(['flush', 'send', 'send', 'flush'])
    expect(asking.value()).toBeUndefined()
    asking.answer(3, { type: 'done' })
    expect(asking.value()).toEqual(E.right(null))
  })

  it('on demand ends at once when there is no link to begin with: no fault would ever be heard of', () => {
    const asking = new Asking(pull({ recovery: NONE })(pageSet.full(8)))
    asking.answer(0, { type: 'refused', reason: 'the link failed' })
    expect(asking.value()).toMatchObject(E.left({ reason: 'the link failed', committed: true }))
  })

  it('on demand ends when the guest does, after what is under way has been answered', () => {
    const asking = new Asking(pull()(pageSet.full(8)))
    asking.answer(0, { type: 'done' })
    asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
    asking.fact({ type: 'exited' })
    expect(asking.orders().map(({ type }) => type)).toEqual(['flush', 'send'])
    asking.answer(1, sent([5]))
    expect(asking.orders().map(({ type }) => type)).toEqual(['flush', 'send', 'flush'])
  })

  it('on demand ends when something has failed: a page that had left may never arrive', () => {
    const asking = new Asking(pull({ recovery: NONE })(pageSet.full(8)))
    asking.answer(0, { type: 'done' })
    asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
    asking.answer(1, sent([5]))
    asking.fact({ type: 'failed', what: 'link', reason: 'the link failed' })
    expect(asking.value()).toMatchObject(E.left({ reason: 'the link failed', committed: true }))
  })

  it('keeps the stated number of windows under way and no more', () => {
    const asking = new Asking(pull({ prepaging: activePush, windowPages: 3, windows: 2 })(pageSet.full(8)))
    expect(asking.orders().map((o) => o.type === 'send' && pagesIn(o.pages))).toEqual([
      [0, 1, 2],
      [3, 4, 5]
    ])
    asking.answer(0, sent([0, 1, 2]))
    expect(asking.orders()).toHaveLength(3)
  })

  it('a fault is asked for at once, on the lane of its own, and its neighbours come next', () => {
    const asking = new Asking(pull({ prepaging: bubbling(), windowPages: 2, windows: 1 })(pageSet.full(64)))
    asking.fact({ type: 'faulted', page: 40, vcpu: 0 })
    expect(asking.commands.at(-1)).toMatchObject({ lane: 'demand' })
    expect(asking.orders().map((o) => o.type === 'send' && pagesIn(o.pages))).toEqual([[0, 1], [40]])
    asking.answer(0, sent([0, 1]))
    expect(asking.orders().map((o) => o.type === 'send' && pagesIn(o.pages))).toEqual([[0, 1], [40], [39, 41]])
  })

  it('a refusal ends it once all is answered, as a failure after the commit', () => {
    const asking = new Asking(pull({ prepaging: activePush, windowPages: 1, windows: 2, recovery: NONE })(pageSet.full(8)))
    asking.answer(0, { type: 'refused', reason: 'the link failed' })
    expect(asking.value()).toBeUndefined()
    asking.answer(1, { type: 'refused', reason: 'the link failed' })
    expect(asking.value()).toMatchObject(E.left({ order: 'send', reason: 'the link failed', committed: true }))
  })

  it('sends at once for the pages that were faulted before it began, and on demand not at all for a guest that has ended', () => {
    const before = { faulted: [9, 40], exited: false, gone: null }
    const asking = new Asking(pull({ prepaging: bubbling(), windowPages: 2, windows: 1 })(pageSet.fromPages(64, [0, 1, 40]), before))
    expect(asking.orders().map((o) => o.type === 'send' && pagesIn(o.pages))).toEqual([[0, 1], [40]])
    const demand = new Asking(pull()(pageSet.full(64), before))
    expect(demand.orders().map((o) => (o.type === 'send' ? pagesIn(o.pages) : o.type))).toEqual(['flush', [9], [40]])
    expect(new Asking(pull()(pageSet.full(64), { faulted: [], exited: true, gone: null })).value()).toEqual(E.right(null))
  })

  describe('when the link fails', () => {
    const refused = { type: 'refused', reason: 'the link failed' } as const
    const standing = (pages: readonly number[]) => ({
      type: 'standing' as const,
      primary: 'target' as const,
      missing: pageSet.fromPages(8, pages)
    })
    const kinds = (asking: Asking<unknown>) => asking.orders().map((o) => (o.type === 'send' ? pagesIn(o.pages) : o.type))

    it('asks the target what is missing and sends that', () => {
      const asking = new Asking(pull({ prepaging: activePush, windowPages: 4, windows: 2 })(pageSet.full(8)))
      asking.answer(0, sent([0, 1, 2, 3]))
      asking.answer(1, refused)
      expect(kinds(asking)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], 'inquire'])
      asking.fact({ type: 'mended', what: 'link' })
      asking.answer(2, standing([3, 4, 5, 6, 7]))
      expect(kinds(asking).slice(3)).toEqual([[3, 4, 5, 6], [7]])
      asking.answer(3, sent([3, 4, 5, 6]))
      asking.answer(4, sent([7]))
      expect(kinds(asking).slice(5)).toEqual(['flush'])
      asking.answer(5, { type: 'done' })
      expect(asking.value()).toEqual(E.right(null))
    })

    it('behind the last page asks too, and ends when the target misses nothing', () => {
      const asking = new Asking(pull({ prepaging: activePush })(pageSet.full(8)))
      asking.answer(0, sent([0, 1, 2, 3, 4, 5, 6, 7]))
      asking.answer(1, refused)
      asking.answer(2, standing([]))
      expect(kinds(asking)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], 'flush', 'inquire'])
      expect(asking.value()).toEqual(E.right(null))
    })

    it('on demand sends again for the page that its guest waits for, whether it is told before the answer or behind it', () => {
      for (const early of [true, false]) {
        const asking = new Asking(pull()(pageSet.full(8)))
        asking.answer(0, { type: 'done' })
        asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
        asking.answer(1, sent([5]))
        asking.fact({ type: 'failed', what: 'link', reason: 'the link failed' })
        if (early) asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
        asking.answer(2, standing([1, 5]))
        if (!early) asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
        expect(kinds(asking)).toEqual(['flush', [5], 'inquire', 'flush', [5]])
        asking.answer(3, { type: 'done' })
        asking.answer(4, sent([5]))
        expect(asking.value()).toBeUndefined()
      }
    })

    it('on demand needs nothing more once the guest has ended, whenever that was told', () => {
      for (const early of [true, false]) {
        const asking = new Asking(pull()(pageSet.full(8)))
        asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
        if (early) asking.fact({ type: 'exited' })
        asking.answer(0, refused)
        asking.answer(1, refused)
        if (!early) asking.fact({ type: 'exited' })
        asking.answer(2, standing([1, 5]))
        expect(asking.value()).toEqual(E.right(null))
      }
    })

    it('and a host with it, ends as a failure after the commit without waiting', () => {
      for (const what of ['source', 'target'] as const) {
        const asking = new Asking(pull({ prepaging: activePush })(pageSet.full(8)))
        asking.fact({ type: 'failed', what, reason: 'it burnt' })
        asking.answer(0, refused)
        expect(asking.value()).toMatchObject(E.left({ committed: true, reason: 'the link failed' }))
        const behind = new Asking(pull({ prepaging: activePush })(pageSet.full(8)))
        behind.answer(0, sent([0, 1, 2, 3, 4, 5, 6, 7]))
        behind.fact({ type: 'failed', what, reason: 'it burnt' })
        behind.answer(1, refused)
        expect(behind.value()).toMatchObject(E.left({ committed: true, order: 'flush' }))
      }
    })

    it('for longer than the patience, ends as a failure after the commit', () => {
      const asking = new Asking(pull({ prepaging: activePush, recovery: { patienceNs: 5 } })(pageSet.full(8)))
      asking.answer(0, refused)
      asking.answer(1, refused)
      expect(asking.orders().at(-1)).toEqual({ type: 'wake', afterNs: 5 })
      asking.answer(2, { type: 'done' }, 5)
      expect(asking.value()).toMatchObject(E.left({ committed: true, reason: 'the link was not mended within 5 ns' }))
    })

    it('is refused a patience that is no whole number when it is built', () => {
      expect(() => pull({ recovery: { patienceNs: 0.5 } })).toThrow('pull: patienceNs must be an integer from 0 on (got 0.5)')
    })
  })

  it('asks for every missing page exactly once, whatever is faulted and in whatever order it is answered', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 63 }), { minLength: 1 }),
        fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 63 }), fc.boolean()), { maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        (missing, happenings, windowPages, windows) => {
          const asking = new Asking(pull({ prepaging: bubbling(), windowPages, windows })(pageSet.fromPages(64, missing)))
          const pending = (): readonly number[] => asking.commands.map((_, n) => n).filter((n) => !asking.isAnswered(n))
          const faulted = new Set<number>()
          const reply = (n: number): void => {
            const { order } = asking.commands[n]
            asking.answer(n, order.type === 'send' ? sent(pagesIn(order.pages)) : { type: 'done' })
          }
          for (const [pick, page, isFault] of happenings) {
            const open = pending()
            if (isFault && missing.includes(page) && !faulted.has(page)) {
              faulted.add(page)
              asking.fact({ type: 'faulted', page, vcpu: 0 })
            } else if (open.length > 0) reply(open[pick % open.length])
          }
          for (let open = pending(); open.length > 0; open = pending()) reply(open[0])
          expect(asking.value()).toMatchObject({ _tag: 'Right' })
          const background = asking.commands.flatMap(({ order, lane }) =>
            order.type === 'send' && lane === 'background' ? pagesIn(order.pages) : []
          )
          expect(new Set(background).size).toBe(background.length)
          const asked = asking.orders().flatMap((order) => (order.type === 'send' ? pagesIn(order.pages) : []))
          expect([...new Set(asked)].sort((a, b) => a - b)).toEqual([...missing].sort((a, b) => a - b))
        }
      ),
      { numRuns: 200 }
    )
  })
})
