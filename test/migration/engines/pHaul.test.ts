import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { pHaul } from '../../../lib/migration/engines/pHaul'
import { pushed, round } from '../pushed'

describe('pHaul', () => {
  const stops = (last: Parameters<typeof round>[0], previous?: number) =>
    O.isSome(pHaul().until(pushed({ last: round(last), previous: previous === undefined ? null : round({ pages: previous }) })))

  it('stops after a dump of 64 pages or fewer', () => {
    expect([64, 65].map((pages) => stops({ pages }))).toEqual([true, false])
  })

  it('stops when a dump has grown by more than ten whole per cents', () => {
    expect([1000, 1100, 1109, 1110].map((pages) => stops({ round: 2, pages }, 1000))).toEqual([false, false, false, true])
    expect(stops({ round: 2, pages: 100 }, 0)).toBe(false)
  })

  it('stops after the iteration with the index 8, the ninth', () => {
    expect([8, 9].map((n) => stops({ round: n }))).toEqual([false, true])
  })

  it('refuses limits below 0', () => {
    expect(() => pHaul({ minPages: 0, maxGrowPercent: 0, maxIterations: 0 })).not.toThrow()
    expect(() => pHaul({ maxGrowPercent: -1 })).toThrow('pHaul: maxGrowPercent must be at least 0 (got -1)')
  })
})
