import * as fc from 'fast-check'
import { from, lastValueFrom, NEVER, startWith, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { key } from '../../lib/random/random'
import { type UnreliableOptions, unreliable } from '../../lib/world/unreliable'

type Report = { readonly at: number; readonly number: number }

const through = (times: readonly number[], options: Partial<UnreliableOptions>): Promise<readonly Report[]> =>
  lastValueFrom(from(times.map((at, number): Report => ({ at, number }))).pipe(unreliable({ key: key(7), ...options }), toArray()))

const times = fc.array(fc.nat({ max: 200 }), { maxLength: 60 }).map((drawn) => [...drawn].sort((a, b) => a - b))

describe('reports of a bad monitor', () => {
  it('are as they were where nothing is bad', () =>
    fc.assert(
      fc.asyncProperty(times, async (drawn) => {
        expect(await through(drawn, {})).toEqual(drawn.map((at, number) => ({ at, number })))
      })
    ))

  it('are all that was reported, late by at most as much as was said', () =>
    fc.assert(
      fc.asyncProperty(times, fc.nat(), async (drawn, seed) => {
        const came = await through(drawn, { key: key(seed), repeated: 0.5, lateNs: 30 })
        expect(new Set(came.map(({ number }) => number))).toEqual(new Set(drawn.keys()))
        expect(came.every(({ at }, i) => came.slice(0, i).every((before) => before.at <= at + 30))).toBe(true)
      })
    ))

  it('are lost, repeated and overtaken in the parts that were asked for, the same each time', async () => {
    const many = Array.from({ length: 4000 }, (_, i) => i)
    const came = await through(many, { lost: 0.25, repeated: 0.1, lateNs: 10 })
    expect(new Set(came.map(({ number }) => number)).size / 4000).toBeCloseTo(0.75, 1)
    expect(came.length / new Set(came.map(({ number }) => number)).size).toBeCloseTo(1.1, 1)
    expect(came.some(({ at }, i) => i > 0 && at < came[i - 1].at)).toBe(true)
    expect(await through(many, { lost: 0.25, repeated: 0.1, lateNs: 10 })).toEqual(came)
    expect(await through(many, { lost: 1 })).toEqual([])
  })

  it('come as soon as a later one shows that they are due', async () => {
    const first = lastValueFrom(
      NEVER.pipe(startWith({ at: 0, number: 0 }, { at: 20, number: 1 }), unreliable({ key: key(1), lateNs: 10 }), take(1))
    )
    expect(await first).toEqual({ at: 0, number: 0 })
  })

  it('refuse senseless options', () => {
    expect(() => unreliable({ key: key(1), lost: 1.5 })).toThrow('unreliable: lost must be from 0 to 1 (got 1.5)')
    expect(() => unreliable({ key: key(1), lateNs: -1 })).toThrow('unreliable: lateNs must be')
  })
})
