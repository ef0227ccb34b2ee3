import { describe, expect, it } from 'vitest'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { key } from '../../lib/random/random'
import { fleetDay } from '../../lib/world/fleetDay'
import { cloudsimDay } from '../../pipelines/managers/cloudsimDay'
import { cloudsim } from '../../pipelines/reproduce/cloudsim'

describe('CloudSim’s day', () => {
  const utilisations = utilisationDay({ key: key(1), vms: 60, samples: 60 })

  it('has half as many hosts on as are used at the beginning, before long', () => {
    const active: number[] = []
    fleetDay(cloudsimDay(utilisations, 40)).subscribe((row) => active.push(row.active))
    expect(active[0]).toBeGreaterThan(20)
    expect(Math.min(...active)).toBeLessThan(active[0] / 2)
  })

  it('is without verdicts where it is another day than the one that was published', async () => {
    const { tables, verdicts } = await cloudsim.run({
      seed: 1,
      recorded: { path: 'small', series: utilisations },
      progress: async () => {}
    })
    expect(verdicts).toEqual([])
    expect(tables[0].title).toBe('small: 60 VMs')
    const [as, staying] = tables[0].rows
    expect(as[1]).toBeLessThan(staying[1] as number)
    const [[, assumedHours, assumedBytes, noTime], [, hours, bytes, downS, lostS]] = tables[1].rows as number[][]
    expect(hours).toBeGreaterThan(assumedHours)
    expect(bytes).toBeGreaterThan(assumedBytes)
    expect(noTime).toBe(0)
    expect(downS).toBeGreaterThan(0)
    expect(lostS).toBeCloseTo(downS, 9)
  })
})
