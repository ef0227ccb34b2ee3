import fc from 'fast-check'
import { EMPTY, from, lastValueFrom, NEVER, of, throwError, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { flitNoc } from '../../lib/noc/flitNoc'
import { flitRouter } from '../../lib/noc/flitRouter'
import { type Flow, ingress } from '../../lib/noc/ingress'
import { limiter } from '../../lib/noc/limiter'
import { network } from '../../lib/noc/network'
import type { Packet } from '../../lib/noc/noc'
import { dimensionOrder } from '../../lib/noc/routing'
import type { Limit } from '../../lib/noc/tokenBucket'
import { mesh } from '../../lib/noc/topology'
import { key } from '../../lib/random/random'
import { limits, overrun } from './limits'

const packets = (most: number): fc.Arbitrary<readonly Packet[]> =>
  fc
    .array(fc.record({ gap: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })), flits: fc.integer({ min: 1, max: most }) }), {
      maxLength: 40
    })
    .map((steps) => {
      let cycle = 0
      return steps.map(({ gap, flits }, tag) => {
        cycle += gap
        return { cycle, source: 0, destination: 1, flits, tag }
      })
    })

const through = (limit: Limit, given: readonly Packet[]): Promise<readonly Packet[]> =>
  lastValueFrom(from(given).pipe(limiter(limit), toArray()))

describe('a limiter', () => {
  it('lets at most sigma + rho * t flits by in any window, and nothing before its time', async () => {
    await fc.assert(
      fc.asyncProperty(limits(16), packets(16), async (limit, given) => {
        const out = await through(limit, given)
        expect(overrun(limit, out)).toBeUndefined()
        expect(out.map(({ cycle, ...rest }) => rest)).toEqual(given.map(({ cycle, ...rest }) => rest))
        out.forEach(({ cycle }, i) => {
          expect(cycle).toBeGreaterThanOrEqual(Math.max(given[i].cycle, i === 0 ? 0 : out[i - 1].cycle))
        })
      })
    )
  })

  it('puts no packet off longer than it must, and changes nothing the second time', async () => {
    await fc.assert(
      fc.asyncProperty(limits(16), packets(16), async (limit, given) => {
        const out = await through(limit, given)
        expect(await through(limit, out)).toEqual(out)
        out.forEach(({ cycle }, i) => {
          if (cycle === Math.max(given[i].cycle, i === 0 ? 0 : out[i - 1].cycle)) return
          // Rates count in 2^-20 of a flit, rounded down: a cycle earlier would be too early for the rate that is kept.
          const kept = { ...limit, rho: Math.floor(limit.rho * 2 ** 20) / 2 ** 20 }
          expect(overrun(kept, [...out.slice(0, i), { ...out[i], cycle: cycle - 1 }])).toBeDefined()
        })
      })
    )
  })

  it('is what its picture says', async () => {
    const three = [0, 1, 2].map((cycle) => ({ cycle, source: 0, destination: 1, flits: 8, tag: cycle }))
    expect((await through({ sigma: 8, rho: 0.5 }, three)).map(({ cycle }) => cycle)).toEqual([0, 16, 32])
    expect((await through({ sigma: 20, rho: 0.5 }, three)).map(({ cycle }) => cycle)).toEqual([0, 1, 8])
  })

  it('of nothing, of never, of an error: the same', async () => {
    expect(await lastValueFrom(EMPTY.pipe(limiter({ sigma: 1, rho: 1 }), toArray()))).toEqual([])
    let told = false
    NEVER.pipe(limiter({ sigma: 1, rho: 1 })).subscribe(() => {
      told = true
    })
    expect(told).toBe(false)
    await expect(lastValueFrom(throwError(() => new Error('lost')).pipe(limiter({ sigma: 1, rho: 1 })))).rejects.toThrow('lost')
  })

  it('refuses limits that are none, and packets of another size', async () => {
    expect(() => limiter({ sigma: 8, rho: 0 })).toThrow('tokenBucket: rho must be from 2^-20 to 1 flit a cycle (got 0)')
    expect(() => limiter({ sigma: 8, rho: 1, most: 9 })).toThrow('sigma must be from the largest packet (9) to 2^30 flits (got 8)')
    expect(() => limiter({ sigma: 8, rho: 1, least: 0 })).toThrow('1 <= least <= most (got 0 and 8)')
    const one = { cycle: 0, source: 0, destination: 1, flits: 3, tag: 0 }
    await expect(lastValueFrom(of(one).pipe(limiter({ sigma: 8, rho: 1, least: 4 })))).rejects.toThrow(
      'limiter: a packet of this flow has 4 to 8 flits (got 3)'
    )
  })
})

describe('limiters of many flows', () => {
  const flows: readonly Flow[] = [1, 2, 3].map((destination) => ({ source: 0, destination, limit: { sigma: 8 * destination, rho: 1 / 8 } }))
  const flood = Array.from({ length: 60 }, (_, i) => ({ cycle: i >> 1, source: 0, destination: 1 + (i % 3), flits: 4, tag: i }))

  it('hold each flow as its own limiter would, in order of time', async () => {
    const out = await lastValueFrom(from(flood).pipe(ingress(flows), toArray()))
    for (const { destination, limit } of flows) {
      const own = flood.filter((one) => one.destination === destination)
      expect(out.filter((one) => one.destination === destination)).toEqual(await through(limit, own))
    }
    out.forEach(({ cycle }, i) => {
      expect(cycle).toBeGreaterThanOrEqual(i === 0 ? 0 : out[i - 1].cycle)
    })
    expect(out).toHaveLength(60)
  })

  it('stand in front of a network', async () => {
    const wiring = mesh([4])
    const noc = () => flitNoc(wiring, dimensionOrder(wiring, 1), flitRouter(), key(1))
    const told = await lastValueFrom(from(flood).pipe(ingress(flows), network(noc), toArray()))
    expect(told.filter(({ type }) => type === 'delivered')).toHaveLength(60)
  })

  it('refuse packets of no flow or out of order, and two flows of the same ends', async () => {
    const run = (...given: readonly Packet[]) => lastValueFrom(from(given).pipe(ingress(flows)))
    await expect(run({ ...flood[0], destination: 0 })).rejects.toThrow('ingress: no flow goes from 0 to 0')
    await expect(run({ ...flood[0], cycle: 9 }, flood[0])).rejects.toThrow(
      'ingress: packets come in order of time, from cycle 9 on (got 0)'
    )
    expect(() => ingress([flows[0], flows[0]])).toThrow('ingress: two flows have the same source and destination')
  })
})
