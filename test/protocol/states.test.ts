import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { guarded } from '../../lib/protocol/guarded'
import { noting } from '../../lib/protocol/noting'
import {
  andKeep,
  andThen,
  answers,
  asked,
  awaiting,
  chain,
  done,
  failure,
  iterate,
  map,
  mapFailure,
  request,
  type Step
} from '../../lib/protocol/phase'
import type { Signal } from '../../lib/protocol/signal'
import { Asking } from './asking'

const flush = () => request({ type: 'flush' })
const waiting: Step<number> = awaiting([], 'waits', 7, () => undefined)

describe('the state of a phase says all that can influence its future', () => {
  it('a request is the name of its order, and nothing else', () => {
    expect(flush().phase).toMatchObject({ type: 'awaiting', name: 'flush', data: null })
  })

  it('a sequence has the name of what follows behind that of the phase under way, and its data', () => {
    const step = pipe(
      waiting,
      chain('then', () => done(1))
    )
    expect(step.phase).toMatchObject({ name: 'waits > then', data: 7 })
    expect(map((n: number) => n)(waiting).phase).toMatchObject({ name: 'waits > map', data: 7 })
    expect(andThen('next', () => flush())(flush()).phase).toMatchObject({ name: 'flush > next' })
    expect(andKeep('kept', () => flush())(flush()).phase).toMatchObject({ name: 'flush > kept' })
  })

  it('a sequence keeps what was handed on in the data of all that follows, unless that names no parameter for it', () => {
    const twice = (handed: boolean): Asking<unknown> => {
      const then = (): Step<unknown> => andThen('last', () => request({ type: 'pause' }))(flush())
      const next = handed ? (n: number) => (n > 0 ? then() : done(null)) : then
      return new Asking(chain('then', next)(done(5)))
    }
    const [named, nameless] = [twice(true), twice(false)]
    expect([named.state(), nameless.state()]).toMatchObject([{ data: [5, null] }, { data: null }])
    for (const asking of [named, nameless]) asking.answer(0, { type: 'done' })
    expect([named.state(), nameless.state()]).toMatchObject([
      { name: 'pause', data: [5, null] },
      { name: 'pause', data: null }
    ])
    named.answer(1, { type: 'suspended', guestNs: 0, clockNs: 0 })
    expect(named.value()).toMatchObject(E.right({ type: 'suspended' }))
  })

  it('a sequence of attempts keeps the success that was handed on', () => {
    const kept = new Asking(andThen('next', (bytes: number) => (bytes > 0 ? flush() : request({ type: 'abandon' })))(done(E.right(9))))
    expect(kept.state()).toMatchObject({ name: 'flush', data: [E.right(9), null] })
    const nothing = new Asking(andThen('next', () => flush())(done(E.right(9))))
    expect(nothing.state()).toMatchObject({ name: 'flush', data: null })
  })

  it('a loop has its own state beside that of its body', () => {
    const step = iterate(
      'loop',
      3,
      () => waiting,
      () => E.right(null)
    )
    expect(step.phase).toMatchObject({ name: 'loop(waits)', data: [3, 7] })
  })

  it('a guarded phase knows by what it was wound, a noting one whether it has heard of it', () => {
    const guard = new Asking(guarded((s) => s.type === 'exited')(waiting))
    expect(guard.state()).toMatchObject({ name: 'guarded(waits)', data: [undefined, 7] })
    guard.fact({ type: 'exited' })
    expect(guard.state()).toMatchObject({ name: 'guarded(waits)', data: [{ type: 'exited' }, 7] })
    const note = new Asking(noting(waiting))
    expect(note.state()).toMatchObject({ name: 'waits', data: [false, 7] })
    expect(note.fact({ type: 'wound' })).toBe(true)
    expect(note.state()).toMatchObject({ name: 'waits', data: [true, 7] })
    expect(note.fact({ type: 'wound' })).toBe(false)
  })
})

describe('what a phase hears', () => {
  const signal = (lane: string, tag: number): Signal => ({ type: 'done', at: 0, to: { migration: 'm', lane, tag, n: 0 } })

  it('is the answer of its own lane with its own tag', () => {
    expect([signal('', 1), signal('a', 1), signal('', 2)].map((one) => answers(one, 1))).toEqual([true, false, false])
    expect(answers({ type: 'exited', at: 0, migration: 'm' }, 1)).toBe(false)
  })

  it('has the tag 0 unless it says otherwise, and no lane of its own', () => {
    expect(asked({ type: 'flush' })).toEqual({ order: { type: 'flush' }, lane: '', tag: 0 })
    expect(flush().requests).toEqual([{ order: { type: 'flush' }, lane: '', tag: 0 }])
  })
})

describe('a failure', () => {
  it('names its order and the reason, and has not committed', () => {
    expect(failure('flush', 'gone')).toEqual({ type: 'failure', order: 'flush', reason: 'gone', committed: false })
  })

  it('can be told more of, and a success is left alone', () => {
    const known = mapFailure((f) => ({ ...f, committed: true }))
    expect(known(done(E.left(failure('flush', 'gone')))).phase).toMatchObject({ value: E.left({ order: 'flush', committed: true }) })
    expect(known(done(E.right(1))).phase).toMatchObject({ value: E.right(1) })
  })

  it('passes over everything that was to follow', () => {
    const asking = new Asking(
      pipe(
        flush(),
        andKeep('kept', () => request({ type: 'pause' })),
        andThen('next', () => request({ type: 'commit' }))
      )
    )
    asking.answer(0, { type: 'refused', reason: 'gone' })
    expect(asking.value()).toEqual(E.left(failure('flush', 'gone')))
    expect(asking.orders()).toEqual([{ type: 'flush' }])
  })
})

describe('a sequence', () => {
  it('keeps the first value where the second does not matter', () => {
    const asking = new Asking(
      pipe(
        request({ type: 'reserve' }),
        andKeep('barrier', () => flush())
      )
    )
    asking.answer(0, { type: 'reserved', bytes: 9 })
    expect(asking.value()).toBeUndefined()
    asking.answer(1, { type: 'done' })
    expect(asking.value()).toMatchObject(E.right({ type: 'reserved', bytes: 9 }))
  })

  it('gives the orders of a first phase that ends at once ahead of those of the second', () => {
    const first: Step<number> = { requests: [asked({ type: 'flush' })], phase: { type: 'done', value: 1 } }
    const step = pipe(
      first,
      chain('then', () => request({ type: 'pause' }))
    )
    expect(step.requests.map(({ order }) => order.type)).toEqual(['flush', 'pause'])
  })

  it('of a first phase that ends at once without orders is the second itself', () => {
    const second = flush()
    expect(chain('then', () => second)(done(1))).toBe(second)
  })
})

describe('a loop', () => {
  it('gives the orders of turns that end at once in their order', () => {
    const turn = (n: number): Step<number> => ({ requests: [asked({ type: 'flush' }, n)], phase: { type: 'done', value: n } })
    const step = iterate<number, number, number>('loop', 0, turn, (n) => (n < 2 ? E.left(n + 1) : E.right(n)))
    expect(step.requests.map(({ tag }) => tag)).toEqual([0, 1, 2])
    expect(step.phase).toEqual({ type: 'done', value: 2 })
  })

  it('lets its body pass over what it does not hear', () => {
    expect(
      new Asking(
        iterate(
          'loop',
          0,
          () => flush(),
          () => E.right(1)
        )
      ).fact({ type: 'exited' })
    ).toBe(false)
  })
})

describe('a guard', () => {
  /** Asks for a cancellation when it is wound, and ends with its answer. */
  const cancelling: Step<string> = awaiting([], 'runs', null, (signal) =>
    signal.type === 'wound'
      ? awaiting([asked({ type: 'cancel', tag: 0 }, 1)], 'ends', null, (next) => (next.type === 'exited' ? undefined : done(next.type)))
      : undefined
  )

  it('hands the signal at which it winds down to what is left of its phase, after the wound and with the wound`s orders', () => {
    const hears: Step<string> = awaiting([], 'runs', null, (signal) =>
      signal.type === 'wound'
        ? awaiting([asked({ type: 'cancel', tag: 0 }, 1)], 'ends', null, (next) => ({
            requests: [asked({ type: 'flush' })],
            phase: { type: 'done', value: next.type }
          }))
        : undefined
    )
    const asking = new Asking(guarded((s) => s.type === 'exited')(hears))
    asking.fact({ type: 'exited' }, 4)
    expect(asking.orders().map(({ type }) => type)).toEqual(['cancel', 'flush'])
    expect(asking.value()).toEqual(E.left({ signal: { type: 'exited', at: 4, migration: 'm' }, value: 'exited' }))
  })

  it('gives the orders of the wound where the phase does not hear the signal itself', () => {
    const asking = new Asking(guarded((s) => s.type === 'exited')(cancelling))
    asking.fact({ type: 'exited' })
    expect(asking.orders()).toEqual([{ type: 'cancel', tag: 0 }])
    expect(asking.value()).toBeUndefined()
  })

  it('winds down once, and keeps the signal that did it', () => {
    const asking = new Asking(guarded((s) => s.type === 'exited' || s.type === 'round')(cancelling))
    asking.fact({ type: 'exited' }, 1)
    asking.fact({ type: 'round', round: 1, pages: 1 }, 2)
    expect(asking.value()).toEqual(E.left({ signal: { type: 'exited', at: 1, migration: 'm' }, value: 'round' }))
    expect(asking.orders()).toEqual([{ type: 'cancel', tag: 0 }])
  })

  it('asks for nothing where its phase hears neither the wound nor the signal', () => {
    const asking = new Asking(guarded((s) => s.type === 'exited')(flush()))
    expect(asking.fact({ type: 'exited' })).toBe(true)
    expect(asking.orders()).toEqual([{ type: 'flush' }])
  })

  it('tells the wound at the time of its signal', () => {
    const hears: Step<Signal> = awaiting([], 'runs', null, (signal) => done(signal))
    const asking = new Asking(guarded((s) => s.type === 'exited')(hears))
    asking.fact({ type: 'exited' }, 9)
    expect(asking.value()).toMatchObject(E.left({ value: { type: 'wound', at: 9, migration: '' } }))
  })

  it('passes over what its phase does not hear', () => {
    expect(new Asking(guarded((s) => s.type === 'exited')(flush())).fact({ type: 'round', round: 1, pages: 1 })).toBe(false)
  })

  it('is over at once where its phase is', () => {
    expect(guarded(() => true)(done(3))).toEqual(done(E.right(3)))
  })
})
