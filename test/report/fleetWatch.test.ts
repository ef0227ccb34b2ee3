import { describe, expect, it } from 'vitest'
import { fleetWatch } from '../../lib/report/fleetWatch'
import { rowsOf, threeHosts } from './fleetDays'

describe('the watch over a fleet', () => {
  it('finds the hosts of which too much was wanted often enough, with what is predicted of them', () => {
    const watch = fleetWatch(threeHosts.hosts, { k: 2, n: 3 })
    const found = rowsOf({}).map((row) => watch(row))
    expect(found.map((spots) => spots.map(({ host, resource, above }) => [host, resource, above]))).toEqual([
      [],
      [[0, 'cpu', 2]],
      [[0, 'cpu', 3]],
      [[0, 'cpu', 3]],
      [[0, 'cpu', 3]],
      [[0, 'cpu', 3]]
    ])
    expect(found[1][0]).toMatchObject({
      n: 3,
      threshold: 0.75,
      why: 'a was above 75 % of its CPU at 2 of the last 3 looks and is expected at 85 %'
    })
    expect(found[1][0].predicted).toBeCloseTo(0.85, 9)
  })

  it('waits for the prediction, too: after a jump the mean of what was before holds it down', () => {
    const watch = fleetWatch(threeHosts.hosts.slice(0, 1), { k: 2, n: 3 })
    const after = (...parts: readonly number[]) =>
      parts.map((part) => watch({ cpu: Float64Array.of(part), network: new Float64Array(1) }).length)
    expect(after(0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9)).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
  })

  it('watches network cards where they have a limit', () => {
    const hosts = threeHosts.hosts.map((host) => ({ ...host, networkBytesPerSecond: 100e6 }))
    const watch = fleetWatch(hosts, { k: 1, n: 1 })
    const networks = threeHosts.utilisations.map((series) => Array.from(series, (part) => part * 60e6))
    const [row] = rowsOf({}, { hosts, networks })
    expect(watch(row).map(({ host, resource }) => [host, resource])).toEqual([
      [0, 'cpu'],
      [0, 'network']
    ])
  })

  it('refuses what is senseless', () => {
    expect(() => fleetWatch(threeHosts.hosts, { k: 4, n: 3 })).toThrow('hotspots: k must be an integer from 1 to n = 3 (got 4)')
  })
})
