import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { sequence } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { pull } from '../../lib/migration/pull'
import { recover } from '../../lib/migration/recovery'
import type { Answer } from '../../lib/protocol/signal'
import { Asking } from '../protocol/asking'

const refused: Answer = { type: 'refused', reason: 'cut' }
const sent: Answer = { type: 'sent', pages: sequence([0]), skipped: pageSet.empty(6), bytes: 1 }
const mended = { type: 'mended', what: 'link' } as const
const cancelled: Answer = { type: 'cancelled', unsent: pageSet.empty(4) }
const stateOf = (asking: Asking<unknown>) => {
  const state = asking.state()
  return state.type === 'awaiting' ? { name: state.name, data: state.data } : { name: 'done', data: null }
}

describe('a recovery', () => {
  it('is asking, paused, or mended and taking its timer back, and tells these apart', () => {
    const asking = new Asking(recover({ patienceNs: 100 }))
    expect(stateOf(asking).name).toBe('inquire')
    asking.answer(0, refused, 10)
    expect(stateOf(asking)).toMatchObject({ name: 'paused', data: { until: 110, mended: false } })
    asking.fact(mended, 20)
    expect(stateOf(asking)).toMatchObject({ name: 'mended', data: [{ until: 110, mended: true }, false, false] })
    asking.answer(2, cancelled, 20)
    expect(stateOf(asking)).toMatchObject({ name: 'mended', data: [{}, false, true] })
    asking.answer(1, { type: 'done' }, 20)
    expect(stateOf(asking)).toMatchObject({ name: 'inquire', data: { until: 110, mended: false } })
    expect(asking.orders().map(({ type }) => type)).toEqual(['inquire', 'wake', 'cancel', 'inquire'])
  })

  it('waits for both answers, whichever comes first', () => {
    for (const order of [
      [1, 2],
      [2, 1]
    ]) {
      const asking = new Asking(recover({ patienceNs: 100 }))
      asking.answer(0, refused, 10)
      asking.fact(mended, 20)
      asking.answer(order[0], order[0] === 1 ? { type: 'done' } : cancelled, 21)
      expect(asking.orders()).toHaveLength(3)
      asking.answer(order[1], order[1] === 1 ? { type: 'done' } : cancelled, 22)
      expect(asking.orders()).toHaveLength(4)
    }
  })

  it('passes over what does not matter, in whichever state it is', () => {
    const asking = new Asking(recover({ patienceNs: 100 }))
    const nothing = () => asking.fact({ type: 'round', round: 1, pages: 1 })
    expect(nothing()).toBe(false)
    asking.answer(0, refused, 10)
    expect(nothing()).toBe(false)
    asking.fact({ type: 'faulted', page: 1, vcpu: 0 })
    expect(stateOf(asking).name).toBe('paused')
    expect(asking.orders()).toHaveLength(2)
    asking.fact(mended, 20)
    expect(nothing()).toBe(false)
    expect(asking.fact({ type: 'faulted', page: 1, vcpu: 0 })).toBe(false)
    expect(asking.fact({ type: 'faulted', page: 2, vcpu: 0 })).toBe(true)
    expect(asking.orders()).toHaveLength(3)
  })

  it('gives the reason of the refusal where it has no patience', () => {
    const asking = new Asking(recover({ patienceNs: 0 }))
    asking.answer(0, refused)
    expect(asking.value()).toMatchObject(E.left({ order: 'inquire', reason: 'cut' }))
  })

  it('gives the name of an answer that answers nothing where it has no patience', () => {
    const asking = new Asking(recover({ patienceNs: 0 }))
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toMatchObject(E.left({ order: 'inquire', reason: 'done' }))
  })
})

describe('a pull', () => {
  const missing = pageSet.full(6)
  const sends = (asking: Asking<unknown>) =>
    asking.commands.flatMap(({ order, tag, lane }) => (order.type === 'send' ? [{ order, tag, lane }] : []))

  it('gives every send of a lane a tag of its own, and says that a page may be there or on its way', () => {
    const asking = new Asking(pull({ prepaging: activePush, windowPages: 2, windows: 2 })(missing))
    asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
    asking.fact({ type: 'faulted', page: 4, vcpu: 0 })
    expect(sends(asking).map(({ lane, tag }) => `${lane} ${tag}`)).toEqual(['background 0', 'background 1', 'demand 0', 'demand 1'])
    for (const { order } of sends(asking)) expect(order).toMatchObject({ place: 'ifAbsent', unless: 'sent' })
  })

  it('names its lanes in its state', () => {
    const asking = new Asking(pull({ prepaging: activePush, windowPages: 2, windows: 1 })(missing))
    const { name, data } = stateOf(asking)
    expect(name).toBe('pull(lanes > flush)')
    expect(JSON.stringify(data)).toContain('"demand","demand"')
    expect(JSON.stringify(data)).toContain('"background","background"')
    const alone = new Asking(pull()(missing))
    expect(stateOf(alone).name).toBe('pull(demand > flush)')
  })

  it('does not move its order for a fault on a page that it has asked for', () => {
    const asking = new Asking(pull({ prepaging: bubbling(), windowPages: 2, windows: 1 })(missing))
    const before = JSON.stringify(stateOf(asking).data).split('"background"')[1]
    asking.fact({ type: 'faulted', page: 0, vcpu: 0 })
    expect(JSON.stringify(stateOf(asking).data).split('"background"')[1]).toBe(before)
  })

  it('hears no answer of another lane, and no fact that is none of its own', () => {
    const asking = new Asking(pull()(missing))
    expect(asking.fact({ type: 'round', round: 1, pages: 1 })).toBe(false)
    expect(asking.hear({ type: 'done', at: 0, to: { migration: 'm', lane: 'other', tag: 0, n: 9 } })).toBe(false)
  })

  it('refuses an order that gives no page while some are missing', () => {
    const stuck = { ...activePush, name: 'stuck', take: () => [sequence([]), { from: 0 }] as const }
    expect(() => pull({ prepaging: stuck })(missing)).toThrow('pull: stuck must give a page while 6 are missing (got none)')
  })

  it('on demand asks for nothing more once the guest has ended, and serves faults while it waits', () => {
    const asking = new Asking(pull()(missing))
    asking.fact({ type: 'faulted', page: 3, vcpu: 0 })
    asking.fact({ type: 'exited' })
    const before = asking.orders().length
    asking.fact({ type: 'faulted', page: 4, vcpu: 0 })
    expect(asking.orders()).toHaveLength(before)
  })

  it('beside a background goes on when the guest has ended, and hears that a host is gone', () => {
    const ended = { faulted: [], exited: true, gone: null }
    expect(new Asking(pull({ prepaging: activePush })(missing, ended)).orders().map(({ type }) => type)).toEqual(['send'])
    const asking = new Asking(pull({ prepaging: activePush })(missing))
    asking.fact({ type: 'exited' })
    asking.fact({ type: 'failed', what: 'target', reason: 'it burnt' })
    asking.answer(0, refused)
    expect(asking.value()).toMatchObject(E.left({ order: 'send', reason: 'cut', committed: true }))
  })

  it('sends for a fault on a page that is on its way, also when the background has ended', () => {
    const asking = new Asking(pull({ prepaging: activePush })(missing))
    asking.fact({ type: 'faulted', page: 5, vcpu: 0 })
    asking.answer(0, sent)
    asking.fact({ type: 'faulted', page: 2, vcpu: 1 })
    expect(asking.commands.map(({ lane }) => lane)).toEqual(['background', 'demand', 'demand'])
    asking.answer(1, sent)
    asking.answer(2, sent)
    expect(asking.orders().at(-1)).toEqual({ type: 'flush' })
  })

  it('beside a background asks nobody when a link has failed and refused nothing: the barrier tells', () => {
    const asking = new Asking(pull({ prepaging: activePush })(missing))
    asking.fact({ type: 'failed', what: 'link', reason: 'cut' })
    asking.answer(0, sent)
    expect(asking.orders().map(({ type }) => type)).toEqual(['send', 'flush'])
  })

  it('without patience ends with the order that was refused, or that no answer can be trusted of', () => {
    const once = { recovery: { patienceNs: 0 } }
    const beside = new Asking(pull({ ...once, prepaging: activePush })(missing))
    beside.fact({ type: 'faulted', page: 5, vcpu: 0 })
    beside.answer(1, refused)
    beside.answer(0, sent)
    expect(beside.value()).toMatchObject(E.left({ order: 'send', reason: 'cut' }))
    const alone = new Asking(pull(once)(missing))
    alone.answer(0, { type: 'done' })
    alone.fact({ type: 'failed', what: 'link', reason: 'cut' })
    expect(alone.value()).toMatchObject(E.left({ order: 'send', reason: 'cut' }))
  })
})
