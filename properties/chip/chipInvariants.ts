import { type Invariant, invariant } from '../invariants/invariant'
import { type ChipInvariant, type ChipLedger, chipEntered, chipLedger } from './chipLedger'

const sentences: Readonly<Record<ChipInvariant, string>> = {
  mailInOrder:
    'What a mailbox hands over of a sender is what that sender has mailed there, in order: nothing is lost between, doubled or out of order.',
  oneOutstanding: 'A sender has at most one message at a mailbox that has not been received.',
  portalWithinAllowed: 'A portal never carries bytes that its reader has not allowed, nor more than it has.',
  portalInOrder: 'What is got from a portal is what was put into it, in order, and not before it has come.',
  syncExact: 'A sync releases who waits when all bits of a round are there: not before, and not never.',
  slotsWithinPartition: 'No kind of channel takes more slots or channels of an interface than its share.',
  slotsComeBack: 'Who has closed all ends has given all slots and channels back.',
  nobodyWaitsForTheDead: 'An order that waits for a cluster which has failed is refused when its failure is told.'
}

/** What holds of every journal of a chip, whatever its programs do and whatever breaks. */
export const chipInvariants: readonly Invariant[] = (Object.keys(sentences) as readonly ChipInvariant[]).map((name) =>
  invariant<ChipLedger>({
    name,
    sentence: sentences[name],
    of: 'journal',
    init: chipLedger,
    step: (ledger, entry, tell) => {
      for (const { invariant: which, problem } of chipEntered(ledger, entry)) if (which === name) tell(problem)
      return ledger
    }
  })
)
