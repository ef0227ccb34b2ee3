import { accounting } from './accounting'
import { allSent } from './allSent'
import { answered } from './answered'
import { arrivedBeforeRead } from './arrivedBeforeRead'
import { cleanOrOwed } from './cleanOrOwed'
import { clockMonotone } from './clockMonotone'
import { devicesMoved } from './devicesMoved'
import { diskDrained } from './diskDrained'
import { downtimeWithinTotal } from './downtimeWithinTotal'
import { ends } from './ends'
import { freshAfterAbort } from './freshAfterAbort'
import type { Invariant } from './invariant'
import { linkNotOverused } from './linkNotOverused'
import { memoryNotOverused } from './memoryNotOverused'
import { neverOlder } from './neverOlder'
import { neverStuck } from './neverStuck'
import { noPageLost } from './noPageLost'
import { onePrimary } from './onePrimary'
import { outcomeHolds } from './outcomeHolds'
import { rebuiltFromFiles } from './rebuiltFromFiles'
import { sentOnce } from './sentOnce'
import { stagesKept } from './stagesKept'
import { storeNotOverused } from './storeNotOverused'

/**
 * All invariants of a journal, in the order in which a check names the first that is broken: what happened to the pages and to the guest comes first, then by
 * which rule of the protocol it came about.
 */
export const invariants: readonly Invariant[] = [
  diskDrained,
  noPageLost,
  onePrimary,
  neverOlder,
  sentOnce,
  arrivedBeforeRead,
  allSent,
  cleanOrOwed,
  freshAfterAbort,
  clockMonotone,
  devicesMoved,
  downtimeWithinTotal,
  accounting,
  linkNotOverused,
  memoryNotOverused,
  storeNotOverused,
  answered,
  ends,
  outcomeHolds,
  neverStuck,
  rebuiltFromFiles,
  stagesKept
]
