import { describe, expect, it } from 'vitest'
import { chipHeat, mppaHeat } from '../../lib/guest/chipHeat'
import { chipTemperatures } from '../../lib/metrics/chipTemperatures'
import { runFold } from '../../lib/stream/fold'
import { begunWith, placedAt, threadsAt } from './chipJournals'

const clusters = Array.from({ length: 16 }, (_, i) => `cc${i}`)
const heat = chipHeat()
const fold = chipTemperatures({ clusters })

describe('chipTemperatures', () => {
  it('rises to the steady temperature of what runs, and falls when that has left', () => {
    const journal = [
      begunWith({}),
      threadsAt(0, 'cc5', 'p', 7),
      threadsAt(0, 'cc5', 'q', 8),
      placedAt(1000, 'cc5', 'q', 'left'),
      placedAt(2000, 'cc9', 'r', 'running')
    ]
    const steady = (cores: number) => heat.steady(clusters.map((_, i) => heat.watts(i === 5 ? cores : 0)))[5]
    const { peakCelsius, peakAt, hottest, endCelsius } = runFold(fold, journal)
    expect(peakCelsius).toBeCloseTo(steady(15), 3)
    expect([peakAt <= 1000e6, hottest]).toEqual([true, 'cc5'])
    expect(endCelsius[5]).toBeCloseTo(steady(7), 3)
  })
  it('is as warm as an idle chip where nothing runs', () => {
    const { peakCelsius, meanPeakCelsius } = runFold(fold, [begunWith({}), placedAt(50, 'cc0', 'p', 'running')])
    expect(peakCelsius).toBeCloseTo(mppaHeat.ambientCelsius + mppaHeat.idleWatts * mppaHeat.verticalKelvinPerWatt, 9)
    expect(meanPeakCelsius).toBeCloseTo(peakCelsius, 9)
  })
  it('leaves out what was before the warm-up', () => {
    const journal = [begunWith({}), threadsAt(0, 'cc5', 'p', 15), threadsAt(100, 'cc5', 'p', 0), threadsAt(2000, 'cc5', 'p', 0)]
    expect(runFold(chipTemperatures({ clusters, warmUpNs: 1e9 }), journal).peakCelsius).toBeLessThan(51)
    expect(runFold(fold, journal).peakCelsius).toBeGreaterThan(54)
  })
})
