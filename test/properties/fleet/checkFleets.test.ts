import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { consolidation } from '../../../lib/hotspot/consolidation'
import { draining } from '../../../lib/hotspot/draining'
import { localRegression, threshold } from '../../../lib/hotspot/overloadRule'
import { repacking } from '../../../lib/hotspot/repacking'
import { sandpiper } from '../../../lib/hotspot/sandpiper'
import { underloaded } from '../../../lib/hotspot/underloaded'
import type { FleetDecider, FleetManager } from '../../../lib/protocol/fleet'
import { seconds } from '../../../lib/time/time'
import { alteredManager } from '../../../properties/fleet/alteredManager'
import { asksWithinMemory } from '../../../properties/fleet/asksWithinMemory'
import { brokenFleets } from '../../../properties/fleet/brokenFleets'
import { brokenManagers } from '../../../properties/fleet/brokenManagers'
import { type CheckFleetsOptions, checkFleets } from '../../../properties/fleet/checkFleets'
import { drainKept } from '../../../properties/fleet/drainKept'
import { explainFleets } from '../../../properties/fleet/explainFleets'
import { fleetInvariants, fleetManagerInvariants, fleetWorldInvariants } from '../../../properties/fleet/fleetInvariants'
import type { FleetPlan } from '../../../properties/fleet/fleetPlan'

const RUNS = 50
const idle: FleetDecider = () => [[], idle]
const nobody: FleetManager = { name: 'nobody', begin: () => idle }

const happened = (manager: FleetManager, options: CheckFleetsOptions) => {
  const result = checkFleets(manager, { runs: RUNS, seed: 1, ...options })
  if (E.isLeft(result)) throw new Error(explainFleets(result.left))
  return result.right.sometimes
}

describe('managers of fleets that are shipped', () => {
  const gray = { box: 'gray' } as const

  it.each([
    ['black box', sandpiper(), true],
    ['gray box', sandpiper(gray), gray],
    ['with other rules', sandpiper({ threshold: 0.5, k: 3, n: 4, window: 6 }), { threshold: 0.5, k: 3, n: 4, window: 6 }]
  ])('sandpiper, %s, keeps every invariant', (_, manager, mitigates) => {
    const { findsHotspots, moves, waits, fails, allots, loses, serves, hasNothing, hasOneHost } = happened(manager, { mitigates })
    expect(Math.min(findsHotspots, moves, waits, fails, allots, loses, serves, hasNothing, hasOneHost)).toBeGreaterThan(0)
  })

  it.each([threshold(0.8), localRegression()])('consolidation by $name keeps what every manager keeps', (overloaded) => {
    const { moves, waits, refuses, movesLong } = happened(consolidation({ overloaded, memoryCounts: false }), {})
    expect(Math.min(moves, waits, refuses, movesLong)).toBeGreaterThan(0)
  })

  const drained = { hosts: ['h0'], at: seconds(600), parallel: 2 }
  const alsoKept = [...fleetWorldInvariants, ...fleetManagerInvariants, asksWithinMemory]

  it.each([
    ['consolidated', consolidation({ overloaded: threshold(0.8) }), alsoKept],
    ['repacked greedily', repacking({ packer: 'greedy' }), alsoKept],
    ['repacked with the fewest bytes', repacking({ packer: 'least bytes' }), alsoKept],
    ['emptied where there is little to do', underloaded(sandpiper()), alsoKept],
    ['drained', draining(underloaded(sandpiper()), drained), [...alsoKept, drainKept({ host: 0, from: drained.at, parallel: 2 })]]
  ])('a fleet that is %s keeps what every fleet keeps, and its memory', (_, manager, invariants) => {
    const { moves, fails, movesLong } = happened(manager, { invariants })
    expect(Math.min(moves, fails, movesLong)).toBeGreaterThan(0)
  })

  it('nobody moves anything, which mitigates nothing and breaks nothing', () => {
    expect(happened(nobody, { mitigates: true }).moves).toBe(0)
  })
})

/** In so many runs each is found, whatever the seed; most in the first ten. */
const WITHIN = 1500
const caught = (found: string, manager: FleetManager, options: CheckFleetsOptions = {}) => {
  const result = checkFleets(manager, { runs: WITHIN, seed: 5, mitigates: true, only: [found], shrinks: 0, ...options })
  return E.isLeft(result) && result.left.breach.invariant
}

describe('what checks of fleets have found', () => {
  it('a swap that must wait before its first move is decided anew then, and not begun when nobody needs it any more', () => {
    const vm = { cores: 1, mipsPerCore: 1000, memoryMib: 512, cpu: [[8, 1]], lost: [], fails: 0, isLost: false } as const
    const plan: FleetPlan = {
      looks: 6,
      afterSeconds: 0,
      hosts: [
        { cores: 2, mipsPerCore: 1000, memoryMib: 4096 },
        { cores: 3, mipsPerCore: 2000, memoryMib: 4096 }
      ],
      vms: [
        { ...vm, host: 0, cores: 2, memoryMib: 2048, cpu: [[7, 1]] },
        { ...vm, host: 0 },
        { ...vm, host: 1, memoryMib: 2048 },
        { ...vm, host: 1, cores: 2 }
      ],
      mibPerSecond: 64,
      movingShare: 1,
      arrivingShare: 0,
      endsIdle: false,
      twin: { vm: 0, look: 0, turn: 0 }
    }
    const result = checkFleets(sandpiper(), { plans: fc.constant(plan), runs: 1, mitigates: true })
    if (E.isLeft(result)) throw new Error(explainFleets(result.left))
    expect(result.right.sometimes.moves).toBe(1)
  })
})

describe('what is wrong with a manager, or with the world of a fleet', () => {
  it.each(Object.entries(brokenManagers))('is found: a manager that %s', (_, { found, manager, invariants }) => {
    expect(caught(found, manager(), invariants && { invariants })).toBe(found)
  })

  it.each(Object.entries(brokenFleets))('is found: a world that %s', (_, { found, world }) => {
    expect(caught(found, consolidation({ overloaded: threshold(0.8), memoryCounts: false }), { world: world() })).toBe(found)
  })

  it('is of every kind that an invariant speaks of', () => {
    const all = [...Object.values(brokenManagers), ...Object.values(brokenFleets)].map(({ found }) => found)
    expect(new Set(all)).toEqual(new Set([...fleetInvariants().map(({ name }) => name), 'drainKept']))
  })

  it('is an exception too', () => {
    const thrower = alteredManager(sandpiper(), 'throws', () => ({
      decides: (commands) => {
        if (commands.length > 0) throw new Error('nothing works')
        return commands
      }
    }))
    const result = checkFleets(thrower, { runs: 300, seed: 1 })
    expect(E.isLeft(result) && result.left.breach).toMatchObject({ invariant: 'runs', violation: { problem: 'nothing works' } })
  })
})

describe('a counterexample', () => {
  it('is made smaller, told in words, and made again by its seed and path', () => {
    const options = { seed: 1, mitigates: true, runs: 500 }
    const first = checkFleets(brokenManagers.countsOneLookLess.manager(), options)
    if (E.isRight(first)) throw new Error('nothing was found')
    const { plan, path, breach, shrinks } = first.left
    expect([plan.hosts.length, plan.vms.length, plan.looks, shrinks > 0]).toEqual([1, 1, 2, true])
    const again = checkFleets(brokenManagers.countsOneLookLess.manager(), { ...options, path })
    expect(E.isLeft(again) && [again.left.plan, again.left.breach]).toEqual([plan, breach])
    expect(explainFleets(first.left)).toMatch(/^counts one look less breaks hotspotsHaveEvidence after \d+ runs?, made smaller \d+ times\n/)
    expect(explainFleets(first.left)).toContain(`checkFleets(manager, { seed: 1, path: '${path}' })`)
  })

  it('is not looked for by what is senseless', () => {
    expect(() => checkFleets(nobody, { seed: 1, path: '7:99:99:99' })).toThrow('checkFleets: path must lead to a run of this check')
    expect(() => checkFleets(nobody, { runs: 0 })).toThrow('checkFleets: runs must be an integer above 0 (got 0)')
    expect(() => checkFleets(nobody, { only: ['noPingPong'] })).toThrow('checkFleets: only must name some of onePlace')
  })
})
