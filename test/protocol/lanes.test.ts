import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { lanes } from '../../lib/protocol/lanes'
import type { Step } from '../../lib/protocol/phase'
import { asked, awaiting, done, request } from '../../lib/protocol/phase'
import type { Signal } from '../../lib/protocol/signal'
import { Asking } from './asking'

/** Hears everything, and ends with it when it is wound. */
const recording = (heard: readonly Signal[] = []): Step<readonly Signal[]> =>
  awaiting([], 'recording', heard.length, (signal) => (signal.type === 'wound' ? done([...heard, signal]) : recording([...heard, signal])))

/** Asks for a barrier when it is wound, and ends when that is answered. */
const flushingWhenWound: Step<unknown> = awaiting([], 'waits', null, (signal) =>
  signal.type === 'wound' ? request({ type: 'flush' }) : undefined
)

describe('the state of lanes', () => {
  it('is whether they were wound, and of each its name with its phase and its data, or that it has ended and with what', () => {
    const asking = new Asking(lanes({ a: request({ type: 'flush' }), b: recording() }))
    expect(asking.state()).toMatchObject({
      name: 'lanes',
      data: [
        false,
        [
          ['a', 'flush', null],
          ['b', 'recording', 0]
        ]
      ]
    })
    asking.answer(0, { type: 'done' })
    expect(asking.state()).toMatchObject({
      data: [
        false,
        [
          ['a', 'done', E.right({ type: 'done' })],
          ['b', 'recording', 0]
        ]
      ]
    })
  })

  it('tells lanes that were wound from others', () => {
    const asking = new Asking(lanes({ owes: request({ type: 'flush' }), reads: flushingWhenWound }, { until: 'owes' }))
    asking.answer(0, { type: 'done' })
    const ended = E.right({ type: 'done' })
    expect(asking.state()).toMatchObject({
      data: [
        true,
        [
          ['owes', 'done', ended],
          ['reads', 'flush', null]
        ]
      ]
    })
  })
})

describe('signals to lanes', () => {
  it('that nobody takes change nothing', () => {
    const asking = new Asking(lanes({ a: request({ type: 'flush' }), b: request({ type: 'pause' }) }))
    expect(asking.fact({ type: 'exited' })).toBe(false)
    expect(asking.hear({ type: 'done', at: 0, to: { migration: 'm', lane: 'c', tag: 0, n: 9 } })).toBe(false)
    expect(asking.hear({ type: 'done', at: 0, to: { migration: 'm', lane: 'ab', tag: 0, n: 9 } })).toBe(false)
  })

  it('are for one lane when they are answers, but for a sync, which the others hear as that of another lane', () => {
    const asking = new Asking(lanes({ asks: request({ type: 'flush' }), syncs: request({ type: 'sync' }), hears: recording() }))
    asking.answer(0, { type: 'done' })
    asking.synced(1, pageSet.full(3), 7)
    asking.fact({ type: 'wound' }, 8)
    expect(asking.value()?.hears).toEqual([
      { type: 'synced', dirty: pageSet.full(3), at: 7, migration: 'm', to: { migration: 'm', lane: '..', tag: 0, n: 1 } },
      { type: 'wound', at: 8, migration: 'm' }
    ])
  })

  it('keep all that they say on the way to their lane', () => {
    const [pages, skipped] = [pageSet.full(2), pageSet.empty(2)]
    const sends = awaiting<unknown>([asked({ type: 'send', pages, place: 'always' }, 5)], 'sends', null, (signal) => done(signal))
    const asking = new Asking(lanes({ outer: lanes({ inner: sends }) }))
    expect(asking.commands[0].lane).toBe('outer/inner')
    asking.answer(0, { type: 'sent', pages, skipped, bytes: 16 }, 3)
    const heard = { type: 'sent', pages, skipped, bytes: 16, at: 3, to: { migration: 'm', lane: '', tag: 5, n: 0 } }
    expect(asking.value()).toEqual({ outer: { inner: heard } })
  })
})

describe('the end of a lane', () => {
  it('winds no other down unless `until` names it', () => {
    const asking = new Asking(lanes({ reads: recording(), owes: request({ type: 'flush' }) }))
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toBeUndefined()
    expect(asking.fact({ type: 'exited' })).toBe(true)
  })

  it('winds the others down when it is the first of them', () => {
    const asking = new Asking(lanes({ owes: request({ type: 'flush' }), reads: recording() }, { until: 'owes' }))
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toMatchObject({ reads: [{ type: 'wound', at: 0, migration: '' }] })
  })

  it('winds down a lane that runs during it, once, and no other', () => {
    const asking = new Asking(
      lanes(
        { walks: request({ type: 'flush' }), sends: flushingWhenWound, rings: recording() },
        { until: 'rings', during: { sends: 'walks' } }
      )
    )
    asking.answer(0, { type: 'done' })
    expect(asking.commands.slice(1)).toEqual([{ order: { type: 'flush' }, lane: 'sends', tag: 0 }])
    expect(asking.state()).toMatchObject({
      data: [
        false,
        [
          ['walks', 'done', E.right({ type: 'done' })],
          ['sends', 'flush', null],
          ['rings', 'recording', 0]
        ]
      ]
    })
    asking.fact({ type: 'exited' })
    expect(asking.commands.length).toBe(2)
    asking.answer(1, { type: 'done' })
    asking.fact({ type: 'wound' })
    expect(asking.value()).toMatchObject({ sends: { _tag: 'Right' } })
  })

  it('that has ended when all begin winds down what runs during it at once', () => {
    const asking = new Asking(lanes({ walks: done(0), sends: recording() }, { during: { sends: 'walks' } }))
    expect(asking.value()).toEqual({ walks: 0, sends: [{ type: 'wound', at: 0, migration: '' }] })
  })

  it('lets a lane that is wound ask for what it still needs, on its own lane', () => {
    const asking = new Asking(lanes({ reads: flushingWhenWound, owes: request({ type: 'pause' }) }, { until: 'owes' }))
    asking.answer(0, { type: 'suspended', guestNs: 0, clockNs: 0 })
    expect(asking.commands.slice(1)).toEqual([{ order: { type: 'flush' }, lane: 'reads', tag: 0 }])
    expect(asking.value()).toBeUndefined()
    asking.answer(1, { type: 'done' })
    expect(asking.value()).toMatchObject({ reads: { _tag: 'Right' }, owes: { _tag: 'Right' } })
  })

  it('that asked for something in the same step leaves nothing of it out', () => {
    const asksTwice: Step<unknown> = awaiting([], 'waits', null, (signal) =>
      signal.type === 'exited' ? awaiting([asked({ type: 'flush' })], 'asks', null, () => undefined) : undefined
    )
    const asking = new Asking(lanes({ a: asksTwice, b: asksTwice }))
    asking.fact({ type: 'exited' })
    expect(asking.commands.map(({ lane }) => lane)).toEqual(['a', 'b'])
  })

  it('of all lanes at once is the end of the whole, with their values by name', () => {
    expect(lanes({ a: done(1), b: done('two') })).toEqual({ requests: [], phase: { type: 'done', value: { a: 1, b: 'two' } } })
  })
})
