import { from, lastValueFrom, map, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { specPower } from '../../lib/guest/serverPower'
import { observed } from '../../lib/hotspot/seriesOf'
import { watchedHotspots } from '../../lib/hotspot/watchedHotspots'
import type { FleetDecider, FleetHost, FleetManager } from '../../lib/protocol/fleet'
import { fleetObservations } from '../../lib/world/fleetObservations'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'

const GIB = 2 ** 30
const host = (name: string): FleetHost => ({
  name,
  cores: 2,
  mipsPerCore: 1000,
  memoryBytes: 8 * GIB,
  networkBytesPerSecond: 1e8,
  power: specPower.hpMl110G4
})
const idle: FleetDecider = () => [[], idle]
const nobody: FleetManager = { name: 'nobody', begin: () => idle }

const options: FleetDayOptions = {
  hosts: [host('h0'), host('h1')],
  vms: [
    { name: 'web', mips: 1000, memoryBytes: 2 * GIB },
    { name: 'db', mips: 500, memoryBytes: GIB }
  ],
  utilisations: [
    [0.5, 0.5, 0.8, 0.9, 0.9],
    [0.2, 0.2, Number.NaN, 0.4, 0.4]
  ],
  networks: [
    [1e6, 1e6, 2e6, 3e6, 3e6],
    [0, 0, 5, 5, 5]
  ],
  workingSets: [
    [GIB, GIB, GIB, GIB, GIB],
    [2 * GIB, 2 * GIB, 2 * GIB, 2 * GIB, 2 * GIB]
  ],
  services: [{ requests: [5, 5, 8, 9, 9], instructions: 100, responseBytes: 1e5, promisedSeconds: 0.5 }],
  placement: [0, 0],
  manager: nobody,
  moveCost: () => ({ ns: 60e9, downtimeNs: 1e6, bytes: GIB })
}

describe('observations of a simulated fleet', () => {
  it('are one of each VM and host that is on, at each look; of a VM that is lost there is none', async () => {
    const seen = await lastValueFrom(fleetObservations(options).pipe(toArray()))
    expect(seen.map(({ of, name, at }) => `${at / 300e9} ${of} ${name}`)).toEqual(
      [1, 2, 3, 4].flatMap((look) => [`${look} vm web`, ...(look === 2 ? [] : [`${look} vm db`]), `${look} host h0`])
    )
    const [web, db, h0] = seen
    expect(web).toMatchObject({
      cpu: 0.5,
      networkBytesPerSecond: 5e5,
      allottedBytes: 2 * GIB,
      requestsPerSecond: 5,
      promisedSeconds: 0.5,
      droppedPerSecond: expect.any(Number)
    })
    expect(web.serviceSeconds).toBeCloseTo(0.1)
    expect(db).toMatchObject({ cpu: 0.2, networkBytesPerSecond: 0, allottedBytes: GIB })
    expect(db.swapBytesPerSecond).toBeGreaterThan(0)
    expect('requestsPerSecond' in db).toBe(false)
    expect(h0).toMatchObject({
      allottedBytes: 8 * GIB,
      memoryBytes: 3 * GIB,
      networkBytesPerSecond: 5e5,
      swapBytesPerSecond: db.swapBytesPerSecond
    })
    expect(h0.cpu).toBeGreaterThan(0.2)
  })

  it('follow a VM that its manager moves, and stop with who listens', async () => {
    const begun: FleetDecider = () => [[{ type: 'startMigration', vm: 0, to: 1 }], idle]
    const manager: FleetManager = { name: 'once', begin: () => begun }
    const hosts = await lastValueFrom(fleetObservations({ ...options, manager }).pipe(toArray()))
    expect(hosts.filter(({ of }) => of === 'host').map(({ name, at }) => `${at / 300e9} ${name}`)).toEqual([
      '1 h0',
      '2 h0',
      '2 h1',
      '3 h0',
      '3 h1',
      '4 h0',
      '4 h1'
    ])
    expect(await lastValueFrom(fleetObservations(options).pipe(take(4), toArray()))).toHaveLength(4)
    expect(() => fleetObservations({ ...options, placement: [] })).toThrow('fleetDay: placement')
  })

  it('go to the detector as those of any source do', async () => {
    const observations = await lastValueFrom(fleetObservations(options).pipe(toArray()))
    const hot = watchedHotspots(
      ['web', 'db'],
      { resource: 'cpu', figure: observed.cpu, options: { k: 2, n: 3 } },
      { everyNs: 300e9, from: 300e9 }
    )
    const found = await lastValueFrom(
      from(observations).pipe(
        hot,
        map(({ at, hotspots }) => `${at / 300e9}: ${hotspots.map(({ name }) => name)}`),
        toArray()
      )
    )
    expect(found).toEqual(['1: ', '2: ', '3: ', '4: web'])
  })
})
