import type { Invariant } from '../invariants/invariant'
import { coresExclusive } from './coresExclusive'
import { exactlyOneRuns } from './exactlyOneRuns'
import { faultsServed } from './faultsServed'
import { frozenMeansStill } from './frozenMeansStill'
import { isolation } from './isolation'
import { memoryExact } from './memoryExact'
import { memoryFits } from './memoryFits'
import { messagesFollow } from './messagesFollow'
import { migrationsEnd } from './migrationsEnd'
import { resourcesComeBack } from './resourcesComeBack'
import { systemGoesOn } from './systemGoesOn'
import { workConserved } from './workConserved'

/** The names of what holds of processes on a chip. */
export type ProcessInvariant =
  | 'exactlyOneRuns'
  | 'frozenMeansStill'
  | 'migrationsEnd'
  | 'memoryExact'
  | 'isolation'
  | 'messagesFollow'
  | 'memoryFits'
  | 'resourcesComeBack'
  | 'coresExclusive'
  | 'workConserved'
  | 'faultsServed'
  | 'systemGoesOn'

/** What holds of every journal of a chip with processes, whatever its daemons and programs do right and whatever breaks. */
export const processInvariants: readonly Invariant[] = [
  exactlyOneRuns,
  frozenMeansStill,
  migrationsEnd,
  memoryExact,
  isolation,
  messagesFollow,
  memoryFits,
  resourcesComeBack,
  coresExclusive,
  workConserved,
  faultsServed,
  systemGoesOn
]
