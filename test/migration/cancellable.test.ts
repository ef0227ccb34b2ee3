import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { cancellable } from '../../lib/migration/cancellable'
import { Asking } from '../protocol/asking'

const set = (...pages: readonly number[]) => pageSet.fromPages(8, pages)
const order = { type: 'send', pages: set(0, 1, 2), place: 'always' } as const
const sent = (...pages: readonly number[]) => ({ type: 'sent' as const, pages: set(...pages), skipped: set(), bytes: pages.length })
const cancelled = { type: 'cancelled' as const, unsent: set(2) }

const SEND = 0
const CANCEL = 1

describe('cancellable', () => {
  it('undisturbed, is its send', () => {
    const asking = new Asking(cancellable(order))
    expect(asking.orders()).toEqual([order])
    asking.answer(SEND, sent(0, 1, 2))
    expect(asking.value()).toMatchObject(E.right(sent(0, 1, 2)))
  })

  it('wound, cancels its own send by the tag, once', () => {
    const asking = new Asking(cancellable(order))
    expect([asking.fact({ type: 'wound' }), asking.fact({ type: 'wound' })]).toEqual([true, false])
    expect(asking.orders()).toEqual([order, { type: 'cancel', tag: asking.commands[SEND].tag }])
    expect(asking.commands[CANCEL].tag).not.toBe(asking.commands[SEND].tag)
  })

  it('ends when both are answered, in either order, with what was transmitted', () => {
    for (const first of [SEND, CANCEL]) {
      const asking = new Asking(cancellable(order))
      asking.fact({ type: 'wound' })
      for (const n of [first, 1 - first]) {
        expect(asking.value()).toBeUndefined()
        asking.answer(n, n === SEND ? sent(0, 1) : cancelled)
      }
      expect(asking.value()).toMatchObject(E.right(sent(0, 1)))
    }
  })

  it('ends with the refusal of the send, in either order', () => {
    for (const first of [SEND, CANCEL]) {
      const asking = new Asking(cancellable(order))
      asking.fact({ type: 'wound' })
      for (const n of [first, 1 - first]) asking.answer(n, n === SEND ? { type: 'refused', reason: 'the link failed' } : cancelled)
      expect(asking.value()).toMatchObject(E.left({ order: 'send', reason: 'the link failed' }))
    }
    const asking = new Asking(cancellable(order))
    asking.answer(SEND, { type: 'refused', reason: 'the link failed' })
    expect(asking.value()).toMatchObject(E.left({ order: 'send', reason: 'the link failed' }))
  })

  it('a refused cancellation is an answer too', () => {
    const asking = new Asking(cancellable(order))
    asking.fact({ type: 'wound' })
    asking.answer(CANCEL, { type: 'refused', reason: 'the source failed' })
    asking.answer(SEND, sent(0, 1, 2))
    expect(asking.value()).toMatchObject(E.right(sent(0, 1, 2)))
  })

  it('what was transmitted belongs to its state while the cancellation is awaited', () => {
    const states = [sent(0), sent(0, 1)].map((answer) => {
      const asking = new Asking(cancellable(order))
      asking.fact({ type: 'wound' })
      asking.answer(SEND, answer)
      const phase = asking.state()
      return phase.type === 'awaiting' && [phase.name, phase.data]
    })
    expect(states[0]).not.toEqual(states[1])
  })

  it('hears nothing else', () => {
    const asking = new Asking(cancellable(order))
    const others = () => [
      asking.fact({ type: 'progress', bytes: 1, pages: 1 }),
      asking.fact({ type: 'faulted', page: 1, vcpu: 0 }),
      asking.hear({ ...sent(0), at: 0, to: { migration: 'm', lane: 'other', tag: SEND, n: 9 } })
    ]
    expect(others()).toEqual([false, false, false])
    asking.fact({ type: 'wound' })
    expect(others()).toEqual([false, false, false])
  })
})
