import { describe, expect, it } from 'vitest'
import { begin, carry } from '../../lib/protocol/pipeline'
import { type Asking, reactor } from '../../lib/protocol/reactor'
import type { Signal } from '../../lib/protocol/signal'

/** Waits for a timer while it counts messages; the third begins another timer in its place, the fifth cancels it; ends at ten. */
const counting = reactor<{ readonly heard: readonly string[] }, { type: 'limited'; limit: string }>({
  name: 'counting',
  start: { state: { heard: [] }, ask: [wake(1)] },
  hear: ({ heard }, { label, signal }) => {
    if (label === undefined && signal.type !== 'told') return undefined
    const next = [...heard, label ?? 'told']
    const ask: readonly Asking[] = next.length === 3 ? [wake(2)] : next.length === 5 ? [{ cancel: 'timer' }] : []
    return { state: { heard: next }, ask }
  },
  ended: ({ heard }) => (heard.length === 6 ? { type: 'limited', limit: heard.join() } : undefined)
})

function wake(afterNs: number): Asking {
  return { order: { type: 'wake', afterNs }, label: 'timer' }
}

const told: Signal = { type: 'told', from: 'x', message: null, at: 0, migration: 'm' }
const answer = (tag: number, type: 'done' | 'refused' = 'done'): Signal =>
  type === 'done'
    ? { type, at: 0, to: { migration: 'm', lane: '', tag, n: 0 } }
    : { type, reason: 'no', at: 0, to: { migration: 'm', lane: '', tag, n: 0 } }

describe('a reactor', () => {
  const since = (...signals: readonly Signal[]) => {
    let [carrier, commands] = begin('m', counting)
    const all = [...commands]
    for (const signal of signals) {
      ;[carrier, commands] = carry('m', carrier, signal)
      all.push(...commands)
    }
    return { phase: carrier.phase, orders: all.map(({ order, to }) => [order.type, to.tag]) }
  }

  it('hears facts between an order and its answer, and the answer by its label', () => {
    const { phase, orders } = since(told, told, answer(0))
    expect(phase.type === 'awaiting' && phase.data).toEqual([{ heard: ['told', 'told', 'timer'] }, [[0, 'timer']]])
    expect(orders).toEqual([
      ['wake', 0],
      ['wake', 0]
    ])
  })

  it('takes no notice of answers to what it has not asked, and of facts that are nothing to it', () => {
    expect(since(answer(7), { type: 'exited', at: 0, migration: 'm' }).phase).toEqual(since().phase)
  })

  it('forgets what it asked for first under a label that it gives again', () => {
    const { phase, orders } = since(told, told, told, answer(0))
    expect(phase.type === 'awaiting' && phase.data).toEqual([{ heard: ['told', 'told', 'told'] }, [[1, 'timer']]])
    expect(orders).toEqual([
      ['wake', 0],
      ['wake', 1]
    ])
  })

  it('ends when its value is there and every answer has come, that of what it cancelled too', () => {
    const six = [told, told, told, told, told, told]
    const { phase, orders } = since(...six)
    expect(orders).toEqual([
      ['wake', 0],
      ['wake', 1],
      ['cancel', 2]
    ])
    expect(phase.type).toBe('awaiting')
    expect(since(...six, answer(0), answer(1, 'refused'), answer(2)).phase).toEqual({
      type: 'done',
      value: { type: 'limited', limit: 'told,told,told,told,told,told' }
    })
  })
})
