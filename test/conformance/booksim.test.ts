import { describe, expect, it } from 'vitest'
import { booksimCompared, booksimCurves, booksimModelled, booksimVerdicts, loneCycles } from '../../pipelines/reproduce/booksim'
import { booksimRuns } from '../../pipelines/reproduce/booksimRuns'

/** All points: `npm start -- reproduce booksim2`. */
describe('networks measured with BookSim2', () => {
  const { lone, saturation } = booksimRuns()

  it('lone packets come out to the cycle, but for a traversal of two cycles', () => {
    for (const one of lone) expect(loneCycles(one)).toBe(one.fastest - (one.router.traversalDelay === 2 && one.flits > 1 ? 1 : 0))
  })

  it('are twelve curves, of which one point each comes out within what is aimed at, and so does saturation', () => {
    const curves = booksimCurves()
    expect([curves.length, curves.flat().length]).toEqual([12, 149])
    const some = curves
      .filter(([{ flits }]) => flits < 64)
      .map((points) => {
        const point = points[Math.floor(points.length / 2)]
        const { topology, traffic, flits } = point
        const measured = saturation.find((one) => one.topology === topology && one.traffic === traffic && one.flits === flits)!
        const few = { ...point, packets: Math.min(point.packets, (5_000 * point.offered * 16) / point.flits) }
        return {
          points: [booksimCompared(few, 1)],
          saturation: { measured, model: booksimModelled({ ...measured, offered: 1 }, 1, 3_000).accepted }
        }
      })
    expect(
      booksimVerdicts(some, [])
        .slice(0, 2)
        .filter(({ holds }) => !holds)
    ).toEqual([])
  })
})
