import { describe, expect, it } from 'vitest'
import { runFold } from '../../lib/stream/fold'
import { dayFigures } from '../../pipelines/managers/dayFigures'
import { rowsOf, tenSeconds, threeHosts } from '../report/fleetDays'

const figuresOf = (...of: Parameters<typeof rowsOf>) => runFold(dayFigures(threeHosts.hosts), rowsOf(...of))
const move = (vm: number, to: number) => ({ type: 'startMigration', vm, to }) as const

describe('the figures of a day', () => {
  it('count looks of hosts with a hotspot, and what hosts took', () => {
    const all = figuresOf({})
    expect(all).toMatchObject({ looks: 6, hotspots: 5, overloadedNs: 0, moves: 0, activeHosts: 2, bytes: 0 })
    // Host a at 85 % and b at 5 % of a G4, for six looks of 300 s.
    expect(all.joules / 1800).toBeCloseTo((112 + 114) / 2 + (86 + 89.4) / 2, 6)
    expect(all.wanted / 1800).toBeCloseTo(1800, 6)
  })

  it('add up moves, and the longest downtime; failures and refusals by their reasons', () => {
    const cost = (vm: string) =>
      vm === 'u' ? { ...tenSeconds, downtimeNs: 2e9 } : { ...tenSeconds, failed: 'the target has failed', lost: true }
    const all = figuresOf({ 1: { commands: [move(0, 2), move(1, 2), move(2, 1)] } }, { cost })
    expect(all).toMatchObject({
      hotspots: 0,
      moves: 2,
      lost: 1,
      bytes: 2 ** 31,
      downtimeNs: 2.035e9,
      longestDowntimeNs: 2e9,
      moveJoules: 1000,
      waiting: 0
    })
    expect([...all.failed]).toEqual([['the target has failed', 1]])
    expect([...all.refused]).toEqual([['it is there already', 1]])
    expect(all.given).toBeLessThan(all.wanted)
  })

  it('are of no looks of a day without any', () => {
    expect(runFold(dayFigures(threeHosts.hosts), [])).toMatchObject({ looks: 0, activeHosts: 0, hotspots: 0 })
  })
})
