import { type Invariant, invariant } from '../invariants/invariant'
import { type ThreadInvariant, type ThreadLedger, threadEntered, threadLedger } from './threadLedger'

const sentences: Readonly<Record<ThreadInvariant, string>> = {
  wordsKept: 'A thread reads at an address what it last wrote there, wherever it has moved meanwhile, pointers and integers alike.',
  blocksDisjoint: 'No two blocks that threads have at a time share a byte, on whichever nodes.',
  ownMemoryOnly: 'What a thread reads or writes is in no block of another thread.',
  nothingFaults: 'No thread finds memory missing that it has.',
  whereItSays: 'A thread moves from the node where it was to the one it asked for, and ends where it is.',
  aloneUnlessNegotiated: 'A thread is given slots without a message among nodes, unless a negotiation says so.'
}

/** What holds of every journal of threads with iso-address memory, read from the journal alone: whatever they do, on whatever network, and whatever breaks. */
export const threadInvariants: readonly Invariant[] = (Object.keys(sentences) as readonly ThreadInvariant[]).map((name) =>
  invariant<ThreadLedger>({
    name,
    sentence: sentences[name],
    of: 'journal',
    init: threadLedger,
    step: (ledger, entry, tell) => {
      for (const { invariant: which, problem } of threadEntered(ledger, entry)) if (which === name) tell(problem)
      return ledger
    }
  })
)
