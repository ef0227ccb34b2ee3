import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre } from '../../lib/world/datacentre'
import { arrivalOf, held, type Stall } from '../../lib/world/stalls'
import { noting } from './arrivals'
import { Driving } from './driving'

const stalls: fc.Arbitrary<readonly Stall[]> = fc.array(
  fc
    .record(
      {
        migration: fc.constantFrom('a', 'b'),
        lane: fc.constantFrom('', 'x'),
        way: fc.constantFrom('leaving' as const, 'arriving' as const, 'back' as const),
        from: fc.nat({ max: 50 }),
        ns: fc.nat({ max: 50 })
      },
      { requiredKeys: ['from', 'ns'] }
    )
    .map(({ from, ns, ...which }) => ({ ...which, from, until: from + ns })),
  { maxLength: 5 }
)
const asked = fc.tuple(
  fc.constantFrom('a', 'b'),
  fc.constantFrom('', 'x'),
  fc.constantFrom('leaving' as const, 'arriving' as const, 'back' as const)
)
const at = fc.nat({ max: 120 })

describe('held', () => {
  it('is never before the natural time, and is that time where nothing stands still', () => {
    fc.assert(
      fc.property(stalls, asked, at, (of, [migration, lane, way], t) => {
        const when = held(of)(migration, lane, way, t)
        expect(when).toBeGreaterThanOrEqual(t)
        const touched = of.some(
          (s) =>
            (s.migration ?? migration) === migration && (s.lane ?? lane) === lane && (s.way ?? way) === way && t >= s.from && t < s.until
        )
        expect(when > t).toBe(touched)
      }),
      { numRuns: 1000 }
    )
  })

  it('a <= b implies held(a) <= held(b): a lane stays in order, out and back', () => {
    fc.assert(
      fc.property(stalls, asked, at, at, fc.nat({ max: 20 }), (of, [migration, lane, way], t, u, latencyNs) => {
        const [a, b] = [Math.min(t, u), Math.max(t, u)]
        const when = held(of)
        expect(when(migration, lane, way, a)).toBeLessThanOrEqual(when(migration, lane, way, b))
        expect(arrivalOf(when, latencyNs, migration, lane, a)).toBeLessThanOrEqual(arrivalOf(when, latencyNs, migration, lane, b))
        expect(arrivalOf(when, latencyNs, migration, lane, a)).toBeGreaterThanOrEqual(a + latencyNs)
      }),
      { numRuns: 1000 }
    )
  })

  it('held(held(t)) = held(t): what has been held goes on', () => {
    fc.assert(
      fc.property(stalls, asked, at, (of, [migration, lane, way], t) => {
        const when = held(of)
        expect(when(migration, lane, way, when(migration, lane, way, t))).toBe(when(migration, lane, way, t))
      }),
      { numRuns: 1000 }
    )
  })
})

/** Two lanes with four pages each on a link that carries a page in 1,000 ns, and in 2,000 while both send. */
const twoLanes = (of: readonly Stall[]) => {
  const { engine, placed } = noting()
  const driving = new Driving(
    datacentre({
      guests: { a: vm({ pages: 8, contextBytes: 4096 }) },
      link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
      batchPages: 2,
      stalls: of,
      engine
    })
  )
  driving.order({ type: 'send', pages: pageSet.range(8, 0, 4), place: 'always' }, { lane: 'x' })
  driving.order({ type: 'send', pages: pageSet.range(8, 4, 8), place: 'always' }, { lane: 'y' })
  const arrivedBy = (t: number): readonly number[] => {
    driving.run(t).order({ type: 'throttle', fraction: 0 }, { lane: 'look' })
    return [...placed]
  }
  return { driving, arrivedBy }
}

describe('a lane that stands still', () => {
  it('sends nothing, and leaves the link to the others, until it goes on', () => {
    const { driving, arrivedBy } = twoLanes([{ lane: 'x', way: 'leaving', from: 0, until: 10_000 }])
    expect(arrivedBy(4100)).toEqual([4, 5, 6, 7])
    expect(arrivedBy(11_099)).toEqual([4, 5, 6, 7])
    expect(arrivedBy(14_100)).toEqual([4, 5, 6, 7, 0, 1, 2, 3])
    expect(driving.heard('sent').map(({ at: when, to }) => [to.lane, when])).toEqual([
      ['y', 4000],
      ['x', 14_000]
    ])
  })

  it('in the middle of a page, sends the rest of it later', () => {
    const { arrivedBy } = twoLanes([{ lane: 'x', way: 'leaving', from: 1000, until: 20_000 }])
    expect(arrivedBy(4700)).toEqual([4, 5, 6, 7])
    expect(arrivedBy(20_599)).toEqual([4, 5, 6, 7])
    expect(arrivedBy(20_600)).toEqual([4, 5, 6, 7, 0])
  })

  it('on the way to the target, delivers what came meanwhile all at once, in order', () => {
    const { driving, arrivedBy } = twoLanes([{ lane: 'x', way: 'arriving', from: 0, until: 50_000 }])
    expect(arrivedBy(8100)).toEqual([4, 5, 6, 7])
    expect(driving.heard('sent').map(({ at: when }) => when)).toEqual([8000, 8000])
    expect(arrivedBy(49_999)).toEqual([4, 5, 6, 7])
    expect(arrivedBy(50_000)).toEqual([4, 5, 6, 7, 0, 1, 2, 3])
  })

  it('holds back answers, orders and barriers of its own, and a barrier of another lane waits for its pages', () => {
    const { driving } = twoLanes([
      { lane: 'x', way: 'arriving', from: 0, until: 50_000 },
      { lane: 'z', way: 'back', from: 0, until: 70_000 }
    ])
    driving.run(9000).order({ type: 'flush' }, { lane: 'y' })
    driving.order({ type: 'inquire' }, { lane: 'x' }).order({ type: 'inquire' }, { lane: 'y' }).order({ type: 'inquire' }, { lane: 'z' })
    driving.run(100_000)
    const times = (type: 'done' | 'standing') => driving.heard(type).map(({ to, at: when }) => [to.lane, when])
    expect(times('done')).toEqual([['y', 50_100]])
    expect(times('standing')).toEqual([
      ['y', 9200],
      ['x', 50_100],
      ['z', 70_000]
    ])
  })

  it('holds a barrier back that it carries while nothing leaves on it', () => {
    const { driving } = twoLanes([{ lane: 'w', way: 'leaving', from: 0, until: 50_000 }])
    driving.run(9000).order({ type: 'flush' }, { lane: 'w' }).run(100_000)
    expect(driving.heard('done').map(({ at: when }) => when)).toEqual([50_200])
  })

  it('holds back the execution context, and the barrier behind it', () => {
    const { driving } = twoLanes([{ lane: 'c', way: 'arriving', from: 0, until: 50_000 }])
    driving.run(9000).order({ type: 'sendContext' }, { lane: 'c' }).run(20_000)
    driving.order({ type: 'flush' }, { lane: 'y' }).run(100_000)
    expect(driving.heard('done').map(({ to, at: when }) => [to.lane, when])).toEqual([
      ['c', 9999],
      ['y', 50_100]
    ])
  })

  it('where only marks are kept, holds back the barrier behind pages that nobody follows', () => {
    const driving = new Driving(
      datacentre({
        guests: { a: vm({ pages: 8 }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
        fidelity: 'marks',
        stalls: [{ lane: 'x', way: 'arriving', from: 0, until: 50_000 }]
      })
    )
    driving.order({ type: 'send', pages: pageSet.full(8), place: 'always' }, { lane: 'x' }).run(9000)
    driving.order({ type: 'flush' }, { lane: 'y' }).run(100_000)
    expect(driving.heard('done').map(({ at: when }) => when)).toEqual([50_100])
  })

  it('never brings anything sooner: with one lane, a barrier is answered no earlier than without it', () => {
    const answered = (of: readonly Stall[], pages: number, channels: number): number => {
      const driving = new Driving(
        datacentre({
          guests: { a: vm({ pages: 8, contextBytes: 0 }) },
          link: link({ bytesPerSecond: 4104e6, latencyNs: 10 }),
          batchPages: 2,
          stalls: of
        })
      )
      driving
        .order({ type: 'send', pages: pageSet.range(8, 0, pages), place: 'always', channels })
        .order({ type: 'flush' })
        .run(1_000_000)
      return driving.heard('done')[0].at
    }
    fc.assert(
      fc.property(
        fc.array(
          fc
            .record(
              { lane: fc.constantFrom('a', 'a#1'), from: fc.nat({ max: 10_000 }), ns: fc.nat({ max: 10_000 }) },
              { requiredKeys: ['from', 'ns'] }
            )
            .map(({ from, ns, ...which }) => ({ ...which, from, until: from + ns })),
          { maxLength: 4 }
        ),
        fc.integer({ min: 1, max: 8 }),
        fc.constantFrom(1, 2),
        (of, pages, channels) => {
          // A batch that another takes over may end a fraction of a nanosecond sooner or later: times are whole.
          expect(answered(of, pages, channels)).toBeGreaterThanOrEqual(answered([], pages, channels) - 2 * channels)
        }
      ),
      { numRuns: 300 }
    )
  })

  it('of one migration is not one of another, though its lane has the same name', () => {
    const driving = new Driving(
      datacentre({
        guests: { a: vm({ pages: 4 }), b: vm({ pages: 4 }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
        stalls: [{ migration: 'a', way: 'arriving', from: 0, until: 50_000 }]
      })
    )
    for (const migration of ['a', 'b']) driving.order({ type: 'send', pages: pageSet.full(4), place: 'always' }, { migration, lane: 'x' })
    for (const migration of ['a', 'b']) driving.order({ type: 'flush' }, { migration, lane: 'x' })
    driving.run(100_000)
    expect(driving.heard('done').map(({ to, at: when }) => [to.migration, when])).toEqual([
      ['b', 8200],
      ['a', 50_100]
    ])
  })

  it('is refused when it ends before it begins, or at no whole time', () => {
    const of = (from: number, until: number) => () => datacentre({ guests: { a: vm({ pages: 1 }) }, stalls: [{ from, until }] })
    expect(of(5, 4)).toThrow('datacentre: stalls: until must be an integer not before from 5 (got 4)')
    expect(of(0.5, 4)).toThrow('datacentre: stalls: from must be an integer from 0 on (got 0.5)')
    expect(of(5, 5)).not.toThrow()
    expect(() => datacentre({ guests: { a: vm({ pages: 1 }) }, stalls: [{ migration: 'b', from: 0, until: 1 }] })).toThrow(
      'datacentre: stalls: migration must be one of a (got b)'
    )
  })
})
