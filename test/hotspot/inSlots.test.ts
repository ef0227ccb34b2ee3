import * as fc from 'fast-check'
import { firstValueFrom, from, lastValueFrom, NEVER, of, startWith, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { inSlots, type SeriesSample } from '../../lib/hotspot/inSlots'

const slotsOf = async (
  samples: readonly SeriesSample[],
  patience = 1
): Promise<readonly (readonly [number, readonly number[], number])[]> =>
  (await lastValueFrom(from(samples).pipe(inSlots(2, { everyNs: 10, patience }), toArray()))).map(({ at, values, late }) => [
    at,
    [...values],
    late
  ])
const sample = (at: number, value: number, series = 0): SeriesSample => ({ at, value, series })
const lost = Number.NaN

describe('slots of samples', () => {
  it('hold one value of each series, NaN where none came, and leave no slot out', async () => {
    expect(await slotsOf([sample(0, 1), sample(5, 2, 1), sample(38, 3)])).toEqual([
      [0, [1, 2], 0],
      [10, [lost, lost], 0],
      [20, [lost, lost], 0],
      [30, [3, lost], 0]
    ])
  })

  it('count the last taken of a slot, whatever the order, and drop what comes after a slot is closed', async () => {
    expect(await slotsOf([sample(7, 2), sample(3, 1), sample(7, 2)])).toEqual([[0, [2, lost], 0]])
    expect(await slotsOf([sample(15, 2), sample(3, 1)])).toEqual([
      [0, [1, lost], 0],
      [10, [2, lost], 0]
    ])
    expect(await slotsOf([sample(5, 2), sample(-3, 1)])).toEqual([[0, [2, lost], 1]])
    expect(await slotsOf([sample(15, 2), sample(3, 1)], 0)).toEqual([
      [0, [lost, lost], 0],
      [10, [2, lost], 1]
    ])
  })

  it('are the same for every order of arrival within patience, and for reports that come twice', () => {
    const samples = fc.uniqueArray(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 9 }), fc.nat({ max: 1 })), {
      selector: ([at, , series]) => `${at} ${series}`,
      maxLength: 20
    })
    return fc.assert(
      fc.asyncProperty(samples, fc.array(fc.nat()), async (drawn, order) => {
        const inOrder = drawn.map(([at, value, series]) => sample(at, value, series)).sort((a, b) => a.at - b.at)
        const shuffled = [...inOrder, ...inOrder.filter((_, i) => (order[i] ?? 0) % 3 === 0)]
        for (const [i, by] of order.entries()) {
          const [a, b] = [i % Math.max(1, shuffled.length), by % Math.max(1, shuffled.length)]
          if (shuffled.length > 0) [shuffled[a], shuffled[b]] = [shuffled[b], shuffled[a]]
        }
        expect(await slotsOf(shuffled, 10)).toEqual(await slotsOf(inOrder, 10))
      })
    )
  })

  it('come as soon as they are closed, and stop when nobody listens', async () => {
    const [first] = await firstValueFrom(
      NEVER.pipe(startWith(sample(0, 1), sample(25, 2)), inSlots(1, { everyNs: 10 }), take(1), toArray())
    )
    expect([...first.values]).toEqual([1])
  })

  it('refuse senseless options and samples', async () => {
    expect(() => inSlots(-1, { everyNs: 1 })).toThrow('inSlots: series must be an integer from 0 on (got -1)')
    expect(() => inSlots(1, { everyNs: 0 })).toThrow('inSlots: everyNs must be')
    expect(() => inSlots(1, { everyNs: 1, from: -1 })).toThrow('inSlots: from must be')
    expect(() => inSlots(1, { everyNs: 1, patience: 0.5 })).toThrow('inSlots: patience must be')
    await expect(lastValueFrom(of(sample(0, lost)).pipe(inSlots(1, { everyNs: 1 })))).rejects.toThrow('a sample must be a number')
    await expect(lastValueFrom(of(sample(0, 1, 1)).pipe(inSlots(1, { everyNs: 1 })))).rejects.toThrow('one of 1 series (got 1 at 0 of 1)')
  })
})
