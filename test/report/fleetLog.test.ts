import { describe, expect, it } from 'vitest'
import type { FleetHotspot } from '../../lib/protocol/fleet'
import { fleetLog } from '../../lib/report/fleetLog'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import { rowsOf, tenSeconds, threeHosts } from './fleetDays'

const GIB = 2 ** 30
const logOf = (...of: Parameters<typeof rowsOf>): readonly string[] => {
  const tell = fleetLog(threeHosts)
  return rowsOf(...of).flatMap(tell)
}
const move = (vm: number, to: number, why?: string) => ({ type: 'startMigration', vm, to, ...(why === undefined ? {} : { why }) }) as const
const spot: FleetHotspot = { host: 0, resource: 'cpu', above: 2, n: 3, predicted: 0.85, threshold: 0.75, why: 'a is too full' }

describe('the log of a fleet', () => {
  it('says what was decided, why, and what it cost when it was carried out', () => {
    expect(logOf({ 2: { commands: [move(0, 2, 'it is the first')], found: [spot] } })).toEqual([
      '00:10     hotspot   a is too full',
      '00:10     move      u a → c: it is the first',
      '00:10:10  arrived   u a → c: 10 s, 1.1 GB, down 35 ms, 0.50 kJ'
    ])
  })

  it('says of a hotspot that nothing is done, whether the manager has found it or not', () => {
    expect(logOf({ 2: { found: [spot] } }).slice(0, 2)).toEqual([
      '00:10     hotspot   a is too full; nothing is done',
      '00:15     hotspot   a was above 75 % of its CPU at 3 of the last 3 looks and is expected at 85 % (seen from outside); nothing is done'
    ])
  })

  it('says which VM is on its way from a hotspot already', () => {
    const slow = { ...tenSeconds, ns: 400e9 }
    expect(logOf({ 1: { commands: [move(0, 2)] }, 2: { found: [spot] } }, { cost: () => slow })).toContain(
      '00:10     hotspot   a is too full; nothing more is done, as u is about to leave it'
    )
  })

  it('says what was refused and what failed, and where the VM is then', () => {
    const failing = (vm: string) => ({ ...tenSeconds, failed: 'the target has failed', ...(vm === 'v' ? { lost: true } : {}) })
    expect(
      logOf({ 1: { commands: [move(0, 0, 'it is nice there'), move(0, 2), move(1, 2), move(2, 7)] } }, { cost: failing }).slice(0, 6)
    ).toEqual([
      '00:05     refused   move u a → a: it is there already; it was to be done because it is nice there',
      '00:05     move      u a → c',
      '00:05     move      v a → c',
      '00:05     refused   move w b → host 7: there is no such VM or host',
      '00:05:10  failed    u a → c: failed after 10 s, 1.1 GB, down 35 ms, 0.50 kJ, because the target has failed; it stays on a',
      '00:05:10  failed    v a → c: failed after 10 s, 1.1 GB, down 35 ms, 0.50 kJ, because the target has failed; v is lost'
    ])
  })

  it('says which moves wait, and for how long they did', () => {
    expect(logOf({ 1: { commands: [move(0, 2), move(1, 2)] } }, { parallel: 1 })).toEqual([
      '00:05     move      u a → c',
      '00:05     move      v a → c',
      '00:05     waits     v a → c: its hosts are busy with other moves',
      '00:05:10  arrived   u a → c: 10 s, 1.1 GB, down 35 ms, 0.50 kJ',
      '00:05:10  begins    v a → c, after it waited for 10 s',
      '00:05:20  arrived   v a → c: 10 s, 1.1 GB, down 35 ms, 0.50 kJ'
    ])
  })

  it('says what memory was given', () => {
    const bytes = 2 * GIB
    expect(
      logOf({
        1: {
          commands: [
            { type: 'allotMemory', vm: 2, bytes, why: 'it swaps' },
            { type: 'allotMemory', vm: 2, bytes: 8 * GIB }
          ]
        }
      }).slice(0, 2)
    ).toEqual(['00:05     memory    w is given 2.1 GB: it swaps', '00:05     refused   memory w is given 8.6 GB: b has not so much memory'])
  })

  it('goes on to the next day', () => {
    const days: Partial<FleetDayOptions> = { everyNs: 20_000e9 }
    expect(logOf({ 5: { commands: [move(0, 2)] } }, days)).toContain('1 d 03:46:40  move      u a → c')
  })
})
