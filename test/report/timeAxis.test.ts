import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { timeAxis } from '../../lib/report/timeAxis'
import { formatTime } from '../../lib/time/time'

describe('timeAxis', () => {
  it('has ticks at round times', () => {
    expect(timeAxis({ span: 1_000_000_000, columns: 50, formatted: formatTime })).toEqual([
      '┬─────────┬─────────┬─────────┬─────────┬────────┬',
      '0      200 ms    400 ms    600 ms    800 ms    1 s'
    ])
  })

  it('has labels that do not touch, and at least the zero', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e13 }), fc.integer({ min: 20, max: 200 }), (span, columns) => {
        const [ruler, labels] = timeAxis({ span, columns, formatted: formatTime })
        expect(ruler).toHaveLength(columns)
        expect(labels.length).toBeLessThanOrEqual(columns)
        const written = labels.split(/\s{2,}/).filter((label) => label !== '')
        expect(written).toHaveLength(ruler.match(/┬/g)!.length)
        expect(written[0]).toBe('0')
      }),
      { numRuns: 500 }
    )
  })
})
