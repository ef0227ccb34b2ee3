import { from, lastValueFrom, map, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { hotspotsOf } from '../../lib/hotspot/hotspots'
import { inSlots } from '../../lib/hotspot/inSlots'
import { observed, partOf, seriesOf } from '../../lib/hotspot/seriesOf'
import type { Observation } from '../../lib/protocol/observation'

const vm = (name: string, at: number, fields: Partial<Observation>): Observation => ({ name, of: 'vm', at, ...fields })

describe('series of observations', () => {
  it('have a sample for each figure that an observation tells, name by name', async () => {
    const network = partOf(observed.network, (name) => (name === 'a' ? 100 : 50))
    const samples = await lastValueFrom(
      from([
        vm('a', 1, { cpu: 0.5, receivedBytesPerSecond: 10, sentBytesPerSecond: 15 }),
        vm('b', 2, { networkBytesPerSecond: 10 }),
        vm('b', 3, { cpu: Number.NaN, sentBytesPerSecond: 5 }),
        vm('c', 4, { cpu: 1 }),
        { ...vm('a', 5, { cpu: 1 }), of: 'host' as const }
      ]).pipe(seriesOf(['a', 'b'], [observed.cpu, network]), toArray())
    )
    expect(samples).toEqual([
      { series: 0, at: 1, value: 0.5 },
      { series: 1, at: 1, value: 0.25 },
      { series: 3, at: 2, value: 0.2 },
      { series: 3, at: 3, value: 0.1 }
    ])
  })

  it('know what is a part of what, and what is not known', () => {
    expect(observed.memory(vm('a', 0, { memoryBytes: 3, allottedBytes: 4 }))).toBe(0.75)
    expect(observed.memory(vm('a', 0, { memoryBytes: 3 }))).toBeUndefined()
    expect(observed.memory(vm('a', 0, { memoryBytes: 3, allottedBytes: 0 }))).toBeUndefined()
    expect(observed.response(vm('a', 0, { responseSeconds: 3, promisedSeconds: 2 }))).toBe(1.5)
    expect(observed.swap(vm('a', 0, { swapReadBytesPerSecond: 3, swapWrittenBytesPerSecond: 2 }))).toBe(5)
    expect(observed.swap(vm('a', 0, {}))).toBeUndefined()
    expect(() => seriesOf(['a', 'b', 'a'], [])).toThrow('seriesOf: names must differ (got 1 twice)')
  })

  it('go on to slots and to the detector', async () => {
    const observations = [0, 10, 20].flatMap((at) => [vm('cool', at, { cpu: 0.1 }), vm('hot', at + 1, { cpu: 0.9 })])
    const rows = await lastValueFrom(
      from(observations).pipe(
        seriesOf(['cool', 'hot'], [observed.cpu]),
        inSlots(2, { everyNs: 10 }),
        map(({ values }) => values),
        hotspotsOf(2, { k: 2, n: 3 }),
        map(({ series }) => [...series]),
        toArray()
      )
    )
    expect(rows).toEqual([[], [1], [1]])
  })
})
