import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Draining, type DrainingOptions, drained, largestFirst } from '../../lib/hotspot/drained'
import { draining } from '../../lib/hotspot/draining'
import type { Placement } from '../../lib/hotspot/placement'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import type { FleetManager, FleetView } from '../../lib/protocol/fleet'
import { fleetDay } from '../../lib/world/fleetDay'
import type { FleetRow } from '../../lib/world/fleetRow'
import { constant, fleetHost, fleetVm, managedDay, nobody } from './managedDay'
import { GIB, hasCpus, host, overloaded, placements, playedMoves, vm } from './placements'

type Drains = (placement: Placement, hosts: readonly number[], options: DrainingOptions) => readonly Draining[]

/** What is wrong with hosts being drained, round by round, until nothing is left to begin. */
const fault = (placement: Placement, closed: readonly number[], parallel: number, drains: Drains): string | undefined => {
  let now = placement
  for (let round = 0; round <= placement.vms.length; round++) {
    const decisions = drains(now, closed, { parallel })
    const moves = decisions.flatMap((one) => (one.type === 'drained' ? one.moves : []))
    const named = decisions.flatMap((one) => (one.type === 'drained' ? [...one.moves, ...one.waiting].map((move) => move.vm) : [one.vm]))
    const there = now.at.flatMap((at, i) => (closed.includes(at) ? [i] : []))
    if (named.length !== there.length || !there.every((one) => named.includes(one))) return 'not every VM is moved, waits or is named'
    for (const one of closed) if (moves.filter(({ from }) => from === one).length > parallel) return 'too many at once'
    if (moves.some(({ to, from }) => closed.includes(to) || !closed.includes(from))) return 'a VM goes to a host that is drained'
    const { at, wrong } = playedMoves(now, moves)
    if (wrong !== undefined) return wrong
    if (!hasCpus(now, at)) return 'a host has not the CPUs'
    const hot = new Set(overloaded(now))
    if (overloaded({ ...now, at }).some((one) => !hot.has(one))) return 'a hotspot is made'
    if (moves.length === 0) return undefined
    now = { ...now, at }
  }
  return 'it does not end'
}

describe('draining hosts', () => {
  it('moves the smallest first, so many at once, and names who fits nowhere and why', () => {
    const placement: Placement = {
      hosts: [host('a'), host('b'), host('c', 3)],
      vms: [vm('p', 30, 4), vm('q', 10, 1), vm('r', 80, 2), vm('s', 40, 1)],
      at: [0, 0, 0, 1]
    }
    expect(drained(placement, [0])).toEqual([
      {
        type: 'drained',
        host: 0,
        moves: [{ vm: 1, from: 0, to: 2 }],
        waiting: [{ vm: 0, from: 0, to: 1 }],
        why: 'a is drained: q to c now, 1 waits (at most 1 at a time)'
      },
      { type: 'unresolved', host: 0, vm: 2, reason: 'r fits nowhere: of 2 other hosts 2 above 75 % of CPU with it' }
    ])
    expect(drained(placement, [0], { parallel: 2, order: largestFirst, underWay: () => 1 })).toMatchObject([
      { moves: [{ vm: 0, from: 0, to: 1 }], waiting: [{ vm: 1 }] },
      { type: 'unresolved' }
    ])
    expect(drained({ ...placement, hosts: placement.hosts.slice(0, 2) }, [0, 1]).filter((one) => one.type === 'unresolved')).toHaveLength(4)
    expect(drained(placement, [2])).toEqual([])
  })

  it('fills hosts where VMs do not fit spread out', () => {
    const placement: Placement = {
      hosts: [host('a'), host('b'), host('c')],
      vms: [vm('p', 30, 1), vm('q', 30, 2), vm('r', 60, 1), vm('x', 10, 1), vm('y', 0, 5)],
      at: [0, 0, 0, 1, 2]
    }
    const [all] = drained(placement, [0], { parallel: 3 })
    expect(all).toMatchObject({ type: 'drained' })
    expect(drained(placement, [0], { parallel: 3 }).some(({ type }) => type === 'unresolved')).toBe(false)
  })

  it('places nothing on a host that is drained, begins so many at most, and leaves none out', () => {
    const drawn = fc.tuple(
      placements({ hosts: 4, vms: 8 }),
      fc.uniqueArray(fc.nat({ max: 3 }), { maxLength: 3 }),
      fc.integer({ min: 1, max: 3 })
    )
    const holds =
      (drains: Drains) =>
      ([placement, named, parallel]: readonly [Placement, readonly number[], number]): boolean =>
        fault(
          placement,
          named.filter((one) => one < placement.hosts.length),
          parallel,
          drains
        ) === undefined
    fc.assert(fc.property(drawn, holds(drained)), { numRuns: 200 })
    const broken: readonly Drains[] = [
      // One that drains hosts one by one, and so to each other; one that begins all at once; one that looks at nobody's thresholds.
      (placement, hosts, options) => hosts.flatMap((one) => drained(placement, [one], options)),
      (placement, hosts, options) => drained(placement, hosts, { ...options, parallel: Infinity }),
      (placement, hosts, options) => drained(placement, hosts, { ...options, thresholds: { cpu: 9 } })
    ]
    for (const one of broken) expect(fc.check(fc.property(drawn, holds(one)), { seed: 3, numRuns: 500 }).failed).toBe(true)
  })

  it('says what is senseless', () => {
    const placement: Placement = { hosts: [host('a')], vms: [], at: [] }
    expect(() => drained(placement, [1])).toThrow('drained: hosts must be named by their index (got 1)')
    expect(() => drained(placement, [0], { parallel: 0 })).toThrow('drained: parallel must be from 1 on (got 0)')
    expect(() => draining(nobody, { hosts: ['a'], at: 0, parallel: 0 })).toThrow('draining: parallel must be from 1 on (got 0)')
    expect(() => draining(nobody, { hosts: ['a'], at: -1 })).toThrow('draining: at must be from 0 on (got -1)')
    expect(() => draining(nobody, { hosts: ['z'], at: 0 }).begin([fleetHost('a')], [])).toThrow(
      'draining: hosts must be of the fleet (got z)'
    )
  })
})

describe('a manager that also drains hosts', () => {
  it('begins in time, so many at once, until the host is off, with reasons', () => {
    const rows = managedDay({
      manager: draining(nobody, { hosts: ['a'], at: 900e9, parallel: 2 }),
      hosts: [fleetHost('a'), fleetHost('b')],
      vms: [fleetVm('p', 2), fleetVm('q', 1), fleetVm('r', 2), fleetVm('s', 1)],
      utilisations: [constant(0.2), constant(0.3), constant(0.1), constant(0.3)],
      placement: [0, 0, 0, 1]
    })
    const moves = rows.flatMap((row) => row.moves)
    expect(moves.map(({ vm: one, to, at }) => [one, to, at / 300e9])).toEqual([
      [1, 1, 3],
      [0, 1, 3],
      [2, 1, 4]
    ])
    expect(moves[0].why).toBe('a is drained: q to b, p to b now, 1 waits (at most 2 at a time)')
    expect(rows.map(({ active }) => active)).toEqual([2, 2, 2, 2, ...Array(9).fill(1)])
  })

  it('names a VM that fits nowhere once, as long as it does not', () => {
    const rows = managedDay({
      manager: draining(nobody, { hosts: ['a'], at: 900e9 }),
      hosts: [fleetHost('a', 8), fleetHost('b', 2)],
      vms: [fleetVm('p', 4), fleetVm('q', 1)],
      utilisations: [constant(0.2), constant(0.3)],
      placement: [0, 0]
    })
    expect(rows.flatMap(({ at, notes }) => notes.map((note) => [at / 300e9, note]))).toEqual([
      [3, 'a is drained, but p fits nowhere: of 1 other host 1 above 100 % of memory with it']
    ])
    expect(rows.flatMap(({ moves }) => moves.map(({ vm }) => vm))).toEqual([1])
  })

  it('lets the wrapped manager move nothing there, and keeps to the limit', () => {
    // A manager that sends every VM round.
    const restless: FleetManager = { name: 'restless', begin: () => (view) => [allRound(view), restless.begin([], [])] }
    const allRound = ({ hosts, host: at, moving }: FleetView) =>
      [...at].flatMap((from, i) => (moving[i] === 1 ? [] : [{ type: 'startMigration', vm: i, to: (from + 1) % hosts.length } as const]))
    const holds =
      (managed: (manager: FleetManager) => FleetManager, parallel: number) =>
      (begins: readonly number[]): boolean => {
        const hosts = ['a', 'b', 'c'].map((name) => fleetHost(name, 16))
        let most = 0
        const rows: FleetRow[] = []
        fleetDay(
          {
            hosts,
            vms: begins.map((_, i) => fleetVm(`v${i}`, 1 + (i % 3))),
            utilisations: begins.map(() => constant(0.1, 8)),
            placement: begins,
            manager: managed(restless),
            moveCost: ({ memoryBytes: bytes }) => ({ ns: (bytes / GIB) * 90e9, downtimeNs: 0, bytes })
          },
          (view) => {
            if (view.at >= 1200e9) most = Math.max(most, view.on[0].filter((one) => view.moving[one] === 1 && view.host[one] === 0).length)
          }
        ).subscribe((row) => rows.push(row))
        const late = rows.flatMap(({ moves }) => moves).filter(({ at }) => at >= 600e9)
        const leave = rows.filter(({ at }) => at >= 600e9).map(({ moves }) => moves.filter(({ from }) => from === 0).length)
        return late.every(({ to }) => to !== 0) && Math.max(most, ...leave) <= parallel
      }
    const begins = fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 7 })
    const drain = (parallel: number) => (manager: FleetManager) => draining(manager, { hosts: ['a'], at: 600e9, parallel })
    fc.assert(fc.property(begins, holds(drain(2), 2)), { numRuns: 30 })
    expect(fc.check(fc.property(begins, holds(drain(3), 2)), { seed: 3 }).failed).toBe(true)
    // The two side by side, neither knowing of the other.
    const beside = (manager: FleetManager): FleetManager => ({
      name: 'beside',
      begin: (hosts, vms) => {
        const from =
          (one: ReturnType<FleetManager['begin']>, other: ReturnType<FleetManager['begin']>): ReturnType<FleetManager['begin']> =>
          (view) => {
            const [a, nextA] = one(view)
            const [b, nextB] = other(view)
            return [[...a, ...b], from(nextA, nextB)]
          }
        return from(drain(2)(nobody).begin(hosts, vms), manager.begin(hosts, vms))
      }
    })
    expect(fc.check(fc.property(begins, holds(beside, 2)), { seed: 3 }).failed).toBe(true)
  })

  it('stands beside Sandpiper: the host is empty in the end, and nothing was refused', () => {
    const day = {
      hosts: ['a', 'b', 'c', 'd'].map((name) => fleetHost(name, 16)),
      utilisations: Array.from({ length: 12 }, (_, i) => constant(0.05 + (i % 4) / 12, 30)),
      placement: Array.from({ length: 12 }, (_, i) => i % 4)
    }
    const rows = managedDay({ ...day, manager: draining(sandpiper(), { hosts: ['b', 'd'], at: 1200e9 }) })
    expect(rows.flatMap(({ refused }) => refused)).toEqual([])
    expect(rows.at(-1)).toMatchObject({ active: 2, overloaded: [] })
  })
})
