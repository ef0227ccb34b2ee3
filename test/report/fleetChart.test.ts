import { describe, expect, it } from 'vitest'
import type { FleetHotspot } from '../../lib/protocol/fleet'
import { fleetChart } from '../../lib/report/fleetChart'
import { rowsOf, tenSeconds, threeHosts } from './fleetDays'

const spot: FleetHotspot = { host: 0, resource: 'cpu', above: 2, n: 3, predicted: 0.85, threshold: 0.75, why: 'a is too full' }
const linesOf = (...of: Parameters<typeof rowsOf>): readonly string[] => fleetChart(threeHosts)(rowsOf(...of)).split('\n')

describe('the chart of a fleet', () => {
  it('has a row for each host, and under it what happened there', () => {
    expect(linesOf({ 3: { commands: [{ type: 'startMigration', vm: 0, to: 2 }], found: [spot] } }).slice(0, 7)).toEqual([
      'a ▇▇▇▄▄▄',
      '   hH>',
      'b ▁▁▁▁▁▁',
      'c    ▄▄▄',
      '    <',
      expect.stringMatching(/^ {2}[─┬]{6}$/),
      expect.stringMatching(/^ +00:\d\d/)
    ])
  })

  it('marks failures, and more than there is', () => {
    const over = threeHosts.utilisations.map((series, vm) => Array.from(series, (part) => (vm < 2 ? 1 : part)))
    const vms = threeHosts.vms.map((vm) => ({ ...vm, mips: 1500 }))
    const lines = linesOf(
      { 2: { commands: [{ type: 'startMigration', vm: 2, to: 2 }] } },
      { vms, utilisations: over, cost: () => ({ ...tenSeconds, failed: 'no link' }) }
    )
    expect(lines.slice(0, 4)).toEqual(['a ▓▓▓▓▓▓', '   hhhhh', 'b ▁▁▁▁▁▁', '   x'])
  })

  it('is as wide as it is told to, of the hosts that it is told to, and says how many others there are', () => {
    const lines = fleetChart(threeHosts, { width: 40, hosts: 1 })(rowsOf({})).split('\n')
    expect(lines[0]).toBe('a ▇▇▇▇▇▇')
    expect(lines[lines.length - 1]).toMatch(/ 2 other hosts$/)
    expect(fleetChart(threeHosts)([])).toBe('Nobody has looked at it.')
    expect(() => fleetChart(threeHosts, { width: 39 })).toThrow('fleetChart: width must be an integer from 40 on (got 39)')
  })
})
