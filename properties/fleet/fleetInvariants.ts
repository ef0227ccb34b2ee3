import { accountsHold } from './accountsHold'
import { answeredOnce } from './answeredOnce'
import { asksWithinMemory } from './asksWithinMemory'
import { decidesOnce } from './decidesOnce'
import { decisionsRelieve } from './decisionsRelieve'
import type { FleetInvariant } from './fleetInvariant'
import { type FleetRules, fleetRules } from './fleetRules'
import { hotspotsHaveEvidence } from './hotspotsHaveEvidence'
import { lostSamplesInventNothing } from './lostSamplesInventNothing'
import { memoryHeld } from './memoryHeld'
import { movesEnd } from './movesEnd'
import { namesDecideNothing } from './namesDecideNothing'
import { noPingPong } from './noPingPong'
import { onePlace } from './onePlace'
import { parallelKept } from './parallelKept'
import { sameDaySameRows } from './sameDaySameRows'
import { targetsStayBelow } from './targetsStayBelow'

/** The names of what holds of days of fleets. */
export type FleetInvariantName =
  | 'onePlace'
  | 'memoryHeld'
  | 'answeredOnce'
  | 'movesEnd'
  | 'parallelKept'
  | 'accountsHold'
  | 'sameDaySameRows'
  | 'decidesOnce'
  | 'namesDecideNothing'
  | 'hotspotsHaveEvidence'
  | 'targetsStayBelow'
  | 'asksWithinMemory'
  | 'noPingPong'
  | 'decisionsRelieve'
  | 'lostSamplesInventNothing'

/** What holds of every day, whatever its manager asks for: laws of the world that carries it out. */
export const fleetWorldInvariants: readonly FleetInvariant[] = [
  onePlace,
  memoryHeld,
  answeredOnce,
  movesEnd,
  parallelKept,
  accountsHold,
  sameDaySameRows
]

/** What every manager of a fleet keeps, whatever it is after. */
export const fleetManagerInvariants: readonly FleetInvariant[] = [decidesOnce, namesDecideNothing]

/** What a manager keeps that mitigates hotspots, as Sandpiper does; by its rules (default those of `sandpiper()`). */
export const fleetMitigationInvariants = (rules: FleetRules = fleetRules()): readonly FleetInvariant[] => [
  hotspotsHaveEvidence(rules),
  targetsStayBelow(rules),
  asksWithinMemory,
  noPingPong(rules),
  decisionsRelieve(rules),
  lostSamplesInventNothing(rules)
]

/** All of them. */
export const fleetInvariants = (rules: FleetRules = fleetRules()): readonly FleetInvariant[] => [
  ...fleetWorldInvariants,
  ...fleetManagerInvariants,
  ...fleetMitigationInvariants(rules)
]
