import * as fc from 'fast-check'
import { type Clock, clock } from '../../lib/time/clock'

/** Clocks of all kinds: slow and fast oscillators, offsets to an hour, drifts to 500 ppm, displays to a second. */
export const clocks: fc.Arbitrary<Clock> = fc
  .record({
    hertz: fc.oneof(fc.constantFrom(32_768, 1e6, 400e6, 1e9, 2_400_000_001), fc.integer({ min: 1, max: 4_000_000_000 })),
    offsetNs: fc.integer({ min: -3_600_000_000_000, max: 3_600_000_000_000 }),
    driftPpm: fc.integer({ min: -500_000, max: 500_000 }).map((n) => n / 1000),
    granularityNs: fc.constantFrom(1, 1, 10, 1000, 1_000_000, 1_000_000_000)
  })
  .map(clock)

/** True times up to a day, in ns. */
export const trueTimes = fc.integer({ min: 0, max: 86_400_000_000_000 })
