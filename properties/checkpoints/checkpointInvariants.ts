import { answered } from '../invariants/answered'
import { ends } from '../invariants/ends'
import type { Invariant } from '../invariants/invariant'
import { alwaysRestorable } from './alwaysRestorable'
import { guestGoesOn } from './guestGoesOn'
import { imagesHold } from './imagesHold'
import { incrementalIsLeast } from './incrementalIsLeast'
import { savedAccounts } from './savedAccounts'
import { sealedStay } from './sealedStay'

/** What holds of every journal of a world that keeps images, in the order in which a check names the first that is broken. */
export const checkpointInvariants: readonly Invariant[] = [
  imagesHold,
  sealedStay,
  alwaysRestorable,
  incrementalIsLeast,
  savedAccounts,
  guestGoesOn,
  answered,
  ends
]
