import { describe, expect, it } from 'vitest'
import { requestDay } from '../../lib/guest/requestDay'
import { specPower } from '../../lib/guest/serverPower'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import { sandpiperOfTheirs } from '../../lib/hotspot/sandpiperOptions'
import type { FleetHost, FleetManager, FleetVm } from '../../lib/protocol/fleet'
import { key } from '../../lib/random/random'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import type { FleetRow } from '../../lib/world/fleetRow'

const MIB = 2 ** 20
const LOOKS = 120
/** Servers as those of 2007: one core of 2.4 GHz, a gigabit. */
const host = (name: string, memoryMib: number): FleetHost => ({
  name,
  cores: 1,
  mipsPerCore: 2400,
  memoryBytes: memoryMib * MIB,
  networkBytesPerSecond: 125e6,
  power: specPower.hpMl110G4
})
const vm = (name: string, memoryMib = 512): FleetVm => ({ name, mips: 2400, memoryBytes: memoryMib * MIB })
const nobody: FleetManager = { name: 'nobody', begin: () => idle }
const idle: ReturnType<FleetManager['begin']> = () => [[], idle]
const constant = (value: number): readonly number[] => Array<number>(LOOKS).fill(value)

/** A look every 10 s, and moves at a gigabit. */
const every10s = (options: Omit<FleetDayOptions, 'moveCost'>) => {
  const rows: FleetRow[] = []
  const swapped: number[] = []
  fleetDay(
    { everyNs: 10e9, moveCost: (_, { memoryBytes: bytes }) => ({ ns: (bytes / 125e6) * 1e9, downtimeNs: 100e6, bytes }), ...options },
    ({ swap }) => swapped.push(swap.reduce((sum, one) => sum + one * 10, 0))
  ).subscribe((row) => rows.push(row))
  const first = (is: (row: FleetRow) => boolean) => (rows.find(is)?.at ?? Number.NaN) / 1e9
  const sum = (of: (row: FleetRow) => number) => rows.reduce((all, row) => all + of(row), 0)
  return { rows, first, sum, swapped: swapped.reduce((all, one) => all + one, 0) }
}

describe('Sandpiper with looks 10 s apart, 3 of 5', () => {
  it('finds a hotspot on one server 20 s after it is seen first, and resolves it in 9 s more', () => {
    const rises = (from: number, to: number) => constant(from).map((part, look) => (look < 20 ? part : to))
    const fleet = {
      hosts: [host('a', 4096), host('b', 4096), host('c', 4096)],
      vms: ['u', 'v', 'w', 'x'].map((name) => vm(name, 1024)),
      utilisations: [rises(0.3, 0.6), rises(0.3, 0.5), constant(0.4), constant(0.2)],
      placement: [0, 0, 1, 2]
    }
    const { rows, first } = every10s({ ...fleet, manager: sandpiper(sandpiperOfTheirs) })
    // 1.1 of the CPU of a is wanted from 200 s on.
    expect(first(({ cpu }) => cpu[0] > 0.75)).toBe(200)
    expect(first(({ hotspots }) => hotspots.length > 0)).toBe(220)
    const moves = rows.flatMap((row) => row.moves)
    expect(moves).toMatchObject([{ vm: 1, from: 0, to: 2, at: 220e9 }])
    expect(rows.flatMap(({ arrived }) => arrived)).toMatchObject([{ vm: 1, at: 220e9 + (1024 * MIB * 1e9) / 125e6 }])
    expect(rows.filter(({ at, overloaded }) => at > 229e9 && overloaded.length > 0)).toEqual([])
    // From when it rises above 1, between looks, on.
    expect(every10s({ ...fleet, manager: nobody }).sum(({ overloadedNs }) => overloadedNs) / 1e9).toBeCloseTo(992, 6)
  })

  it('acts from inside before a VM swaps, and from outside after', () => {
    const boxes = (['black', 'gray'] as const).map((box) =>
      every10s({
        hosts: [host('a', 1536), host('b', 1536)],
        vms: [vm('u'), vm('v'), vm('w')],
        utilisations: [constant(0), constant(0.1), constant(0.1)],
        // 8 MiB more at each look, from 300 MiB on, of 512.
        workingSets: [constant(0).map((_, look) => Math.min(900, 300 + Math.max(0, look - 20) * 8) * MIB), constant(0), constant(0)],
        services: [{ requests: constant(110), instructions: 10, responseBytes: 20e3, promisedSeconds: 0.05 }],
        placement: [0, 0, 0],
        manager: sandpiper({ ...sandpiperOfTheirs, box })
      })
    )
    const [black, gray] = boxes.map(({ first }) => first(({ moves }) => moves.length > 0))
    expect([black, gray]).toEqual([500, 430])
    // It begins to swap at 470 s where nothing is done; 608 MiB are swapped before a host with memory for it, and steps of 32 MiB, end that.
    expect(boxes.map(({ swapped }) => Math.round(swapped / MIB))).toEqual([608, 0])
    expect(boxes.map(({ rows }) => rows.flatMap(({ hotspots }) => hotspots.map(({ resource }) => resource)))).toEqual([
      ['memory'],
      ['memory']
    ])
    expect(boxes.map(({ rows }) => rows.flatMap(({ allotted }) => allotted).at(-1)!.bytes / MIB)).toEqual([896, 1024])
  })

  it('moves a service from inside that breaks its promise below the threshold of CPU, and not from outside', () => {
    const [black, gray] = (['black', 'gray'] as const).map((box) =>
      every10s({
        hosts: [host('a', 4096), host('b', 4096)],
        vms: [vm('u'), vm('v')],
        utilisations: [constant(0), constant(0.4)],
        // 72 requests a second of 10 million instructions, 0.3 of the CPU, in the 0.6 that v leaves: 8.3 ms each without it.
        services: [{ requests: constant(72), instructions: 10, responseBytes: 20e3, promisedSeconds: 0.0075 }],
        placement: [0, 0],
        manager: sandpiper({ ...sandpiperOfTheirs, box })
      })
    )
    expect(black.rows.flatMap(({ hotspots }) => hotspots)).toEqual([])
    expect(gray.rows.flatMap(({ hotspots }) => hotspots)[0]).toMatchObject({ host: 0, resource: 'promise', above: 3, threshold: 1 })
    expect(gray.rows.flatMap(({ moves }) => moves)).toHaveLength(1)
    expect(black.sum(({ brokenNs }) => brokenNs) / 1e9).toBe(1190)
    expect(gray.sum(({ brokenNs }) => brokenNs) / 1e9).toBeLessThan(50)
  })

  it('leaves promises of a day of requests with crowds broken for half as long as nobody at most, and swaps less from inside', () => {
    const requests = requestDay({ key: key(4), services: 24, mean: 15 })
    const day = (manager: FleetManager) =>
      every10s({
        hosts: Array.from({ length: 8 }, (_, i) => host(`h${i}`, 2560)),
        vms: requests.map((_, i) => vm(`web${i}`)),
        utilisations: requests.map((series) => series.map(() => 0)),
        workingSets: requests.map((series) => series.map((rate) => (200 + 3 * rate) * MIB)),
        services: requests.map((series) => ({ requests: series, instructions: 12, responseBytes: 20e3, promisedSeconds: 0.1 })),
        placement: requests.map((_, i) => i % 8),
        manager,
        everyNs: 300e9
      })
    const [none, black, gray] = [nobody, sandpiper(), sandpiper({ box: 'gray' })].map((manager) => {
      const { sum, rows, swapped } = day(manager)
      expect(rows.flatMap(({ refused }) => refused)).toEqual([])
      return { broken: sum(({ brokenNs }) => brokenNs), swapped }
    })
    expect(none.broken / 3.6e12).toBeCloseTo(2.3, 1)
    expect(black.broken).toBeLessThan(none.broken / 2)
    expect(gray.broken).toBeLessThanOrEqual(black.broken)
    expect(black.swapped).toBeLessThan(none.swapped * 0.7)
    expect(gray.swapped).toBeLessThan(black.swapped * 0.7)
  })
})
