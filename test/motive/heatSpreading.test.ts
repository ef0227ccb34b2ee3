import { describe, expect, it } from 'vitest'
import { chipHeat } from '../../lib/guest/chipHeat'
import { heatSpreading } from '../../lib/motive/heatSpreading'
import { clusterWith, seen, viewOf } from './views'

const clusters = Array.from({ length: 16 }, (_, i) => `cc${i}`)
const rule = heatSpreading({ clusters, aboveCelsius: 54 })
const busy = (name: string, more = {}) => seen(name, { threads: 7, ...more })
const chip = (at: Readonly<Record<string, readonly ReturnType<typeof seen>[]>>) =>
  viewOf(clusters.map((name) => clusterWith(name, at[name] ?? [])))
const moves = (view: ReturnType<typeof chip>) => rule(view).filter(({ type }) => type === 'migrate')

describe('heatSpreading', () => {
  it('parts two CPU-bound processes, to a place that lowers the peak most', () => {
    const [decision] = moves(chip({ cc0: [busy('p'), busy('q')] }))
    expect(decision).toMatchObject({ type: 'migrate', from: 'cc0' })
    expect(decision.figures.hottestCelsius - decision.figures.thereCelsius).toBeGreaterThan(2)
    const heat = chipHeat()
    expect(decision.figures.hottestCelsius).toBeCloseTo(
      Math.max(...heat.steady(clusters.map((name) => heat.watts(name === 'cc0' ? 14 : 0)))),
      6
    )
  })
  it('leaves a chip that stays cool', () => {
    expect(heatSpreading({ clusters, aboveCelsius: 60 })(chip({ cc0: [busy('p'), busy('q')] }))).toEqual([])
  })
  it('leaves processes that mostly wait: they heat nothing', () => {
    const waiting = { cpuNs: 7 * 4e9 }
    expect(rule(chip({ cc0: [busy('p', waiting), busy('q', waiting)] }))).toEqual([])
  })
  it('counts a process as bound whose threads wait for a core only', () => {
    expect(moves(chip({ cc0: [seen('p', { threads: 15, cpuNs: 15 * 7.6e9 }), seen('q', { threads: 3, cpuNs: 3 * 7.6e9 })] }))).not.toEqual(
      []
    )
  })
  it('stays where the heat would only be elsewhere', () => {
    const even = Object.fromEntries(clusters.map((name) => [name, [busy(`p ${name}`)]]))
    expect(rule(chip(even)).map(({ type }) => type)).toEqual(['stay'])
  })
})
