import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import type { FleetManager } from '../../lib/protocol/fleet'
import { fleetDay } from '../../lib/world/fleetDay'
import { type FleetHistory, type FleetWorld, fleetHistory } from './fleetHistory'
import { type FleetBreach, type FleetInvariant, fleetBreaches } from './fleetInvariant'
import { fleetManagerInvariants, fleetMitigationInvariants, fleetWorldInvariants } from './fleetInvariants'
import { type FleetPlan, fleetPlans } from './fleetPlan'
import { type FleetRulesOptions, fleetRules } from './fleetRules'
import { type FleetSometimes, fleetSometimes } from './fleetSometimes'
import { plannedDay } from './plannedDay'

/**
 * - `runs` (default 100), `seed` (default: drawn), `path`: of fast-check; a path leads to one run again. `plans`: the swarm (default `fleetPlans`). `shrinks`: how many smaller plans are tried at most (default 1,000).
 * - `mitigates`: whether the manager mitigates hotspots and is held to that: by the rules of `sandpiper()`, or by its own (default false). `invariants`: what must hold (default: what holds of the world and of every manager, and what `mitigates` adds). `only`: of these by name.
 * - `world`: what carries days out (default `fleetDay`).
 */
export type CheckFleetsOptions = {
  readonly runs?: number
  readonly seed?: number
  readonly path?: string
  readonly plans?: fc.Arbitrary<FleetPlan>
  readonly mitigates?: boolean | FleetRulesOptions
  readonly invariants?: readonly FleetInvariant[]
  readonly only?: readonly string[]
  readonly world?: FleetWorld
  readonly shrinks?: number
}

/** A manager that is checked, or how one is made for a plan: one that drains a host has to know of it. */
export type CheckedManager = FleetManager | ((plan: FleetPlan) => FleetManager)

/** The smallest day found that breaks an invariant: whose, its plan, what happened (nothing, where it did not run), how to make it again, and after how many runs and smaller plans it was found. */
export type FleetCounterexample = {
  readonly breach: FleetBreach
  readonly manager: string
  readonly plan: FleetPlan
  readonly history: FleetHistory | undefined
  readonly seed: number
  readonly path: string
  readonly runs: number
  readonly shrinks: number
}

/** How many days broke nothing, and in how many of them each of `fleetSometimes` happened. */
export type FleetsPassed = {
  readonly runs: number
  readonly seed: number
  readonly sometimes: Readonly<Record<FleetSometimes, number>>
}

/**
 * Tries a manager of fleets on days drawn at random: each is judged by invariants, and one that breaks any is made smaller, by that invariant.
 *
 *     checkFleets(sandpiper(), { runs: 1000, seed: 1, mitigates: true })
 *
 * An exception out of a run is the breach `runs`. Cost: some ms of processor time a run. Throws `RangeError` naming an option that is senseless.
 */
export const checkFleets = (of: CheckedManager, options: CheckFleetsOptions = {}): E.Either<FleetCounterexample, FleetsPassed> => {
  const { runs = 100, seed, path = '', plans = fleetPlans, world = fleetDay, shrinks = 1000 } = options
  if (!(Number.isSafeInteger(runs) && runs > 0)) throw new RangeError(`checkFleets: runs must be an integer above 0 (got ${runs})`)
  const invariants = asked(options)
  const counts = new Map(Object.keys(fleetSometimes).map((name) => [name, 0]))
  let made = 0
  let tried = 0
  let smaller = 0
  let found: Pick<FleetCounterexample, 'breach' | 'manager' | 'plan' | 'history'> | undefined

  const holds = (plan: FleetPlan): boolean => {
    if (found !== undefined && tried++ >= shrinks) throw new fc.PreconditionFailure(true)
    if (found === undefined) made++
    const judged = dayOf(of, plan, invariants, world)
    const breach = found === undefined ? judged.breaches[0] : judged.breaches.find(({ invariant }) => invariant === found?.breach.invariant)
    if (breach !== undefined) {
      if (found !== undefined) smaller++
      found = { breach, manager: judged.manager, plan, history: judged.history }
      return false
    }
    const { history } = judged
    if (found === undefined && history !== undefined)
      for (const [name, { happens }] of Object.entries(fleetSometimes)) if (happens(history)) counts.set(name, counts.get(name)! + 1)
    return true
  }
  const details = attempted(path, () =>
    fc.check(fc.property(plans, holds), {
      numRuns: path === '' ? runs : 1,
      ...(seed !== undefined && { seed }),
      path,
      endOnFailure: path !== ''
    })
  )
  if (found !== undefined)
    return E.left({ ...found, seed: details.seed, path: details.counterexamplePath ?? path, runs: made, shrinks: smaller })
  if (details.failed && details.errorInstance !== null) throw details.errorInstance
  return E.right({ runs: made, seed: details.seed, sometimes: Object.fromEntries(counts) as FleetsPassed['sometimes'] })
}

/** A path that leads nowhere, in the kit's own words; any other error as it is. */
const attempted = <A>(path: string, act: () => A): A => {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('Unable to replay'))) throw error
    throw new RangeError(`checkFleets: path must lead to a run of this check (got ${path})`)
  }
}

const asked = ({ mitigates = false, invariants, only }: CheckFleetsOptions): readonly FleetInvariant[] => {
  const more = mitigates === false ? [] : fleetMitigationInvariants(fleetRules(mitigates === true ? {} : mitigates))
  const all = invariants ?? [...fleetWorldInvariants, ...fleetManagerInvariants, ...more]
  const unknown = only?.find((name) => !all.some((one) => one.name === name))
  if (unknown !== undefined)
    throw new RangeError(`checkFleets: only must name some of ${all.map(({ name }) => name).join(', ')} (got ${unknown})`)
  return only === undefined ? all : all.filter(({ name }) => only.includes(name))
}

type Judged = { readonly manager: string; readonly history: FleetHistory | undefined; readonly breaches: readonly FleetBreach[] }

const dayOf = (of: CheckedManager, plan: FleetPlan, invariants: readonly FleetInvariant[], world: FleetWorld): Judged => {
  let name = 'the manager'
  let history: FleetHistory | undefined
  try {
    const manager = typeof of === 'function' ? of(plan) : of
    name = manager.name
    history = fleetHistory(plannedDay(plan, manager), world)
    const again = (other: Parameters<Parameters<FleetInvariant['violations']>[1]>[0]): FleetHistory | undefined => {
      const day = other(plannedDay(plan, manager), plan.twin)
      return day && fleetHistory(day, world)
    }
    return { manager: name, history, breaches: fleetBreaches(invariants, history, again) }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return {
      manager: name,
      history,
      breaches: [{ invariant: 'runs', sentence: 'A day runs to its end.', violation: { look: 0, problem } }]
    }
  }
}
