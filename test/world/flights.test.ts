import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flightQueue, type Queued } from '../../lib/world/flightQueue'
import { type Flight, flights, setRate, takeOff } from '../../lib/world/flights'

const LATENCY = 1_000_000

/** One page that leaves within a nanosecond and arrives a millisecond later; `asked` counts how often anybody asks when. */
const flightOf = (n: number, placed: number[], asked: { times: number }): Flight => {
  const flight = takeOff(
    {
      bytes: 1,
      maxBytesPerSecond: 1e9,
      count: 1,
      pages: Int32Array.of(n),
      ends: Float64Array.of(1),
      leaves: new Float64Array(1),
      place: () => {
        placed.push(n)
      },
      cut: () => ({ bytes: 1, pages: 1 })
    },
    n,
    (leaves) => {
      asked.times++
      return leaves + LATENCY
    }
  )
  setRate(flight, n, 1e9)
  return flight
}

/** `n` flights, one after the other, all of which have left; somebody looks at each. */
const workOf = (n: number): { readonly asked: number; readonly placed: readonly number[] } => {
  const asked = { times: 0 }
  const placed: number[] = []
  const all = flights({ several: false })
  for (let i = 0; i < n; i++) {
    const flight = flightOf(i, placed, asked)
    all.launch(flight)
    all.settle(i + 1, undefined)
    all.hasLeft(flight)
  }
  for (let i = 0; i < n; i++) all.settle(i, undefined)
  expect(placed).toEqual([])
  all.settle(LATENCY + n, undefined)
  return { asked: asked.times, placed }
}

describe('flights', () => {
  it('are asked when they arrive a few times each, however many are on their way', () => {
    const { asked, placed } = workOf(2000)
    expect(placed).toEqual(Array.from({ length: 2000 }, (_, i) => i))
    // Every look used to ask all that were on their way: 4 million times.
    expect(asked).toBeLessThan(6 * 2000)
    expect(asked / workOf(200).asked).toBeLessThan(11)
  })

  it('never arrive when they are lost', () => {
    const placed: number[] = []
    const all = flights({ several: false })
    const flight = flightOf(0, placed, { times: 0 })
    all.launch(flight)
    all.hasLeft(flight)
    all.lose()
    all.settle(2 * LATENCY, undefined)
    expect(placed).toEqual([])
  })
})

describe('flightQueue', () => {
  it('gives the soonest first, and of two at one time the one that was launched first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (times) => {
        const queue = flightQueue()
        const flight = flightOf(0, [], { times: 0 })
        times.forEach((at, n) => {
          queue.add({ flight, n, at })
        })
        const out: Queued[] = []
        for (let one = queue.first(); one !== undefined; one = queue.first()) {
          out.push(one)
          queue.removeFirst()
        }
        const sorted = times.map((at, n) => ({ n, at })).sort((a, b) => a.at - b.at || a.n - b.n)
        expect(out.map(({ n, at }) => ({ n, at }))).toEqual(sorted)
      })
    )
  })
})
