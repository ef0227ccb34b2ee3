import * as E from 'fp-ts/lib/Either'
import { flow } from 'fp-ts/lib/function'
import { expect, it } from 'vitest'
import type { Attempt, Step } from '../../lib/protocol/phase'
import { andThen, chain, done, request } from '../../lib/protocol/phase'

const flush = (): Attempt<unknown> => request({ type: 'flush' })
const dataOf = ({ phase }: Step<unknown>): unknown => (phase.type === 'done' ? 'done' : phase.data)

it('what is handed on is in the data, however the function takes it', () => {
  const named = (a: number): Attempt<number> => andThen('end', () => done(E.right(a)))(flush())
  const byArguments: typeof named = flow((a: number) => a, named)
  const rest = (...all: readonly [number]): Attempt<number> => named((() => all[0])())
  const withDefault = (a = 0): Attempt<number> => named(a)
  for (const then of [named, byArguments, rest, withDefault]) {
    expect(dataOf(chain('then', then)(done(7)))).toEqual([7, null])
    expect(dataOf(andThen('then', then)(done(E.right(7))))).toEqual([E.right(7), null])
  }
})

it('a function without a parameter is given nothing to remember', () => {
  expect(dataOf(chain('then', () => flush())(done(7)))).toBe(null)
  expect(dataOf(andThen('then', () => flush())(done(E.right(7))))).toBe(null)
})
