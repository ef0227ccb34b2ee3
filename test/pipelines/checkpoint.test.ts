import { lastValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { atOnce, inGroups } from '../../lib/checkpoint/staggering'
import { run } from '../../lib/loop/run'
import { folded } from '../../lib/stream/fold'
import { milliseconds } from '../../lib/time/time'
import { bareNs, type FleetOptions, fleet, fleetFigures } from '../../pipelines/fleet'
import { said } from './terminal'

const MIB = 2 ** 20
const options: FleetOptions = {
  guests: 8,
  memoryBytes: 16 * MIB,
  writesPerSecond: 20_000,
  servers: 2,
  cardBytesPerSecond: 125_000_000,
  linkBytesPerSecond: 500_000_000
}
const figuresOf = (rule: typeof atOnce, more: Partial<FleetOptions> = {}) => {
  const { world, pipelines } = fleet({ ...options, ...more })
  return lastValueFrom(run(pipelines(rule), world, { seed: 1 }).pipe(folded(fleetFigures)))
}

describe('a fleet', () => {
  it('staggered stops its guests less, writes less, and takes hardly longer', async () => {
    const together = await figuresOf(atOnce)
    const groups = await figuresOf(inGroups({ size: 2, apartNs: milliseconds(220) }))
    expect([together.images, groups.images, together.failed, groups.failed]).toEqual([8, 8, 0, 0])
    expect(together.together).toBe(8)
    expect(groups.together).toBe(2)
    expect(groups.longestStopNs.most).toBeLessThan(together.longestStopNs.mean / 2)
    expect(groups.stoppedNs.mean).toBeLessThan(together.stoppedNs.mean / 2)
    expect(groups.bytes).toBeLessThan(together.bytes)
    expect(groups.untilNs).toBeLessThan(together.untilNs * 1.6)
    expect(together.servers.full).toBeGreaterThan(0.9)
    expect(together.servers.full).toBeLessThanOrEqual(1)
  })

  it('needs at least the bare time, which its copies multiply', async () => {
    const { untilNs, servers } = await figuresOf(atOnce, { writesPerSecond: 0 })
    const bare = bareNs(options)
    // The device state comes on top: a mebibyte for each guest.
    expect(untilNs).toBeGreaterThan(bare)
    expect(untilNs).toBeLessThan(bare * 1.15)
    expect(bareNs({ ...options, copies: 2 })).toBe(2 * bare)
    expect((await figuresOf(atOnce, { writesPerSecond: 0, copies: 2 })).servers.heldBytes).toBe(2 * servers.heldBytes)
  })

  it('refuses none', () => {
    expect(() => fleet({ ...options, guests: 0 })).toThrow(new RangeError('fleet: guests must be an integer from 1 on (got 0)'))
    expect(() => fleet({ ...options, servers: 0.5 })).toThrow(new RangeError('fleet: servers must be an integer from 1 on (got 0.5)'))
  })
})

describe('checkpoint', () => {
  const small = ['--guests', '4', '--memory', '4MiB', '--servers', '2', '--writes-per-second', '2000']

  it('prints what all at once and staggered come to, with the seed and units', async () => {
    const { out, err, code } = await said('checkpoint', ...small, '--seed', '7')
    expect([err, code]).toEqual(['', 0])
    expect(out).toContain('seed 7')
    expect(out).toMatch(/all at once +4 /)
    expect(out).toMatch(/evenly over \d+ ms +4 /)
    expect(out).toMatch(/2 at a time, \d+ ms apart +4 /)
    expect(await said('checkpoint', ...small, '--seed', '7')).toEqual({ out, err, code })
    expect(JSON.parse((await said('checkpoint', ...small, '--format', 'json')).out).tables[0].rows).toHaveLength(3)
  })

  it('refuses what it cannot read, flag by flag', async () => {
    const { out, err, code } = await said('checkpoint', '--guests', '0', '--memory', '5kB', '--copies', '9', '--format', 'xml')
    expect([out, code]).toEqual(['', 2])
    for (const flag of ['--guests', '--memory', '--copies', '--format']) expect(err).toContain(flag)
  })

  it('stops on Ctrl-C and says so', async () => {
    const working = said('checkpoint', ...small, '--times', '500', '--every', '1ms')
    setTimeout(() => process.emit('SIGINT'), 30)
    expect(await working).toMatchObject({ out: '', err: 'interrupted\n', code: 130 })
  })
})
