import { allSent } from './allSent'
import { answered } from './answered'
import { clockMonotone } from './clockMonotone'
import { downtimeWithinTotal } from './downtimeWithinTotal'
import { ends } from './ends'
import type { Invariant } from './invariant'
import { neverOlder } from './neverOlder'
import { noPageLost } from './noPageLost'
import { onePrimary } from './onePrimary'
import { outcomeHolds } from './outcomeHolds'
import { sentOnce } from './sentOnce'

/** All invariants of a journal, in the order in which a check names the first that is broken. */
export const invariants: readonly Invariant[] = [
  noPageLost,
  onePrimary,
  neverOlder,
  sentOnce,
  allSent,
  clockMonotone,
  downtimeWithinTotal,
  answered,
  ends,
  outcomeHolds
]
