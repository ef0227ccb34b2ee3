import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { guarded } from '../../lib/protocol/guarded'
import { lanes } from '../../lib/protocol/lanes'
import { noting } from '../../lib/protocol/noting'
import type { Step } from '../../lib/protocol/phase'
import { andThen, awaiting, chain, done, iterate, map, request } from '../../lib/protocol/phase'
import { Asking } from './asking'

/** Ends with what it has heard of rounds when it is told to wind down. */
const listening = (heard: readonly number[] = []): Step<readonly number[]> =>
  awaiting([], 'listening', heard, (signal) => {
    if (signal.type === 'round') return listening([...heard, signal.round])
    return signal.type === 'wound' ? done(heard) : undefined
  })

describe('phases', () => {
  it('a million turns of iterate cost no stack', () => {
    const counted = iterate<number, number, number>(
      'count',
      0,
      (n) => done(n),
      (n) => (n < 1_000_000 ? E.left(n + 1) : E.right(n))
    )
    expect(counted.phase).toMatchObject({ type: 'done', value: 1_000_000 })
  })

  it('a hundred thousand turns that each wait for an answer cost no stack', () => {
    const asking = new Asking(
      iterate<number, unknown, number>(
        'ask',
        0,
        () => request({ type: 'sync' }),
        (n) => (n < 100_000 ? E.left(n + 1) : E.right(n))
      )
    )
    const nothing = pageSet.empty(1)
    for (let n = 0; asking.value() === undefined; n++) asking.synced(n, nothing)
    expect(asking.value()).toBe(100_000)
  })

  it('orders belong to transitions: what is not heard gives none again', () => {
    const asking = new Asking(
      pipe(
        request({ type: 'pause' }),
        andThen('next', () => request({ type: 'commit' }))
      )
    )
    expect(asking.fact({ type: 'round', round: 1, pages: 1 })).toBe(false)
    expect(asking.orders()).toEqual([{ type: 'pause' }])
    asking.answer(0, { type: 'suspended', guestNs: 0, clockNs: 0 })
    expect(asking.orders()).toEqual([{ type: 'pause' }, { type: 'commit' }])
  })

  it('a refusal is the failure of its order, and what follows is not asked for', () => {
    const asking = new Asking(
      pipe(
        request({ type: 'reserve' }),
        andThen('next', () => request({ type: 'pause' }))
      )
    )
    asking.answer(0, { type: 'refused', reason: 'full' })
    expect(asking.value()).toMatchObject(E.left({ order: 'reserve', reason: 'full', committed: false }))
    expect(asking.orders()).toHaveLength(1)
  })

  it('the value handed on belongs to the data of what follows', () => {
    const step = chain('then', (n: number) => awaiting<number>([], 'waits', n, () => undefined))
    const [a, b] = [step(done(1)), step(done(2))].map(({ phase }) => phase.type === 'awaiting' && phase.data)
    expect(a).not.toEqual(b)
  })

  it('chain is associative', () => {
    const f = (n: number): Step<number> => done(n + 1)
    const g = (n: number): Step<number> => done(n * 2)
    expect(pipe(done(3), chain('f', f), chain('g', g))).toEqual(
      pipe(
        done(3),
        chain('fg', (n) => pipe(f(n), chain('g', g)))
      )
    )
  })
})

describe('lanes', () => {
  const two = () => lanes({ a: request({ type: 'flush' }), b: request({ type: 'pause' }) })

  it('answers go to the lane that asked, in either order', () => {
    const asking = new Asking(two())
    expect(asking.commands.map(({ lane }) => lane)).toEqual(['a', 'b'])
    asking.answer(1, { type: 'suspended', guestNs: 1, clockNs: 2 })
    expect(asking.value()).toBeUndefined()
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toMatchObject({ a: E.right({ type: 'done' }), b: E.right({ type: 'suspended' }) })
  })

  it('lanes nest: an answer finds its way by the path', () => {
    const asking = new Asking(lanes({ out: two(), other: request({ type: 'commit' }) }))
    expect(asking.commands.map(({ lane }) => lane)).toEqual(['out/a', 'out/b', 'other'])
    for (const n of [2, 0]) asking.answer(n, n === 2 ? { type: 'committed' } : { type: 'done' })
    expect(asking.answer(1, { type: 'suspended', guestNs: 0, clockNs: 0 })).toBe(true)
    expect(asking.value()).toMatchObject({ out: { a: { _tag: 'Right' }, b: { _tag: 'Right' } } })
  })

  it('facts go to all lanes', () => {
    const asking = new Asking(lanes({ a: listening(), b: listening() }))
    asking.fact({ type: 'round', round: 7, pages: 1 })
    asking.fact({ type: 'wound' })
    expect(asking.value()).toEqual({ a: [7], b: [7] })
  })

  it('a sync is heard by every lane, and answers the one that asked', () => {
    const hears = awaiting<number>([], 'hears', null, (s) => (s.type === 'synced' ? done(s.dirty.count) : undefined))
    const asking = new Asking(lanes({ asks: request({ type: 'sync' }), hears }))
    asking.synced(0, pageSet.fromPages(4, [1, 2]))
    expect(asking.value()).toMatchObject({ asks: E.right({ type: 'synced' }), hears: 2 })
  })

  it('the end of the lane that owes wounds the others once', () => {
    const asking = new Asking(lanes({ reads: listening(), owes: request({ type: 'flush' }) }, { until: 'owes' }))
    asking.fact({ type: 'round', round: 3, pages: 1 })
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toMatchObject({ reads: [3], owes: E.right({ type: 'done' }) })
  })
})

describe('noting and guarded', () => {
  it('a wound sticks although the phase did not hear it', () => {
    const asking = new Asking(noting(pipe(request({ type: 'flush' }), map(E.isRight))))
    asking.fact({ type: 'wound' })
    expect(asking.value()).toBeUndefined()
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toEqual([true, true])
  })

  it('undisturbed, a guarded phase ends with its value', () => {
    const asking = new Asking(
      pipe(
        request({ type: 'flush' }),
        map(E.isRight),
        guarded((s) => s.type === 'exited')
      )
    )
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toEqual(E.right(true))
  })

  it('a guard winds its phase down, and hands on what it still owed and why', () => {
    const asking = new Asking(guarded((s) => s.type === 'exited')(listening()))
    asking.fact({ type: 'round', round: 1, pages: 1 })
    asking.fact({ type: 'exited' }, 5)
    expect(asking.value()).toMatchObject(E.left({ signal: { type: 'exited', at: 5 }, value: [1] }))
  })

  it('a guarded phase that does not hear the wound is let run to its end', () => {
    const asking = new Asking(
      pipe(
        request({ type: 'flush' }),
        map(E.isRight),
        guarded((s) => s.type === 'exited')
      )
    )
    asking.fact({ type: 'exited' })
    expect(asking.value()).toBeUndefined()
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toMatchObject({ _tag: 'Left', left: { value: true } })
  })
})
