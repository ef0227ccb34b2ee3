import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Clock, clock, read, resolutionNs } from '../../lib/time/clock'
import { corrected, cristian, type Exchange, fourTimestamps, readFrom, readings } from '../../lib/time/exchange'
import { timeline } from '../../lib/time/timeline'
import { clocks, trueTimes } from './clocks'

const delays = fc.integer({ min: 0, max: 1_000_000_000 })
const options = fc.record({ local: clocks, remote: clocks, requestNs: delays, answerNs: delays, serviceNs: delays })
// How far two clocks part per elapsed time, rounded up, and the parts of a nanosecond that rounding may add.
const drifted = (a: Clock, b: Clock, elapsed: number): number =>
  Math.ceil((elapsed * (Math.abs(a.driftPpm) + Math.abs(b.driftPpm))) / 1e6) + 4

describe('exchange', () => {
  it('a symmetrical exchange with ideal clocks finds the offset exactly', () => {
    const exchange = readFrom({ local: clock(), remote: clock({ offsetNs: 5000 }), requestNs: 300, answerNs: 300, serviceNs: 50 }, 1000)
    expect(exchange).toEqual({ requestedAt: 1000, receivedAt: 6300, repliedAt: 6350, answeredAt: 1650, resolutionNs: 4 })
    expect(fourTimestamps(exchange)).toEqual({ offsetNs: 5000, boundNs: 304 })
    expect(cristian(exchange)).toEqual({ offsetNs: 5025, boundNs: 329 })
  })

  it('all the delay on one way is wrong by half the round trip, which is the bound', () => {
    const exchange = readFrom({ local: clock(), remote: clock(), requestNs: 1000, answerNs: 0 }, 0)
    expect([fourTimestamps(exchange), cristian(exchange)]).toEqual([
      { offsetNs: 500, boundNs: 504 },
      { offsetNs: 500, boundNs: 504 }
    ])
  })

  it('refuses a negative or fractional delay', () => {
    expect(() => readFrom({ local: clock(), remote: clock(), requestNs: -1, answerNs: 0 }, 0)).toThrow(
      'readFrom: requestNs must be an integer from 0 on (got -1)'
    )
  })

  it('a reading arrives on the timeline when its answer does, and not after an unsubscribe', () => {
    const line = timeline({ start: 100 })
    const seen: [number, Exchange][] = []
    const both = { local: clock(), remote: clock({ offsetNs: 7 }), requestNs: 30, answerNs: 20, serviceNs: 5 }
    readings(both, line).subscribe((exchange) => seen.push([line.now(), exchange]))
    readings(both, line)
      .subscribe(() => expect.unreachable())
      .unsubscribe()
    line.run()
    expect(seen).toEqual([[155, readFrom(both, 100)]])
  })

  it('the error of a correction is at most half the round trip and the drift since', () => {
    fc.assert(
      fc.property(options, trueTimes, fc.integer({ min: 0, max: 3_600_000_000_000 }), (both, at, later) => {
        const exchange = readFrom(both, at)
        const { local, remote, requestNs, answerNs, serviceNs } = both
        const roundTripNs = requestNs + answerNs + serviceNs
        const then = at + roundTripNs + later
        for (const [estimate, pathNs] of [
          [cristian(exchange), roundTripNs],
          [fourTimestamps(exchange), requestNs + answerNs]
        ] as const) {
          const error = Math.abs(read(corrected(local, estimate), then) - read(remote, then))
          const resolution = resolutionNs(local) + resolutionNs(remote)
          expect(error).toBeLessThanOrEqual(estimate.boundNs + resolution + drifted(local, remote, roundTripNs + later))
          expect(error).toBeLessThanOrEqual(Math.ceil(pathNs / 2) + 3 * resolution + 2 * drifted(local, remote, roundTripNs + later))
        }
      }),
      { numRuns: 500 }
    )
  })
})
