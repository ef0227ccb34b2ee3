import { type Invariant, invariant } from '../invariants/invariant'
import { type ClusterInvariant, type ClusterLedger, clusterLedger, entered } from './clusterLedger'

const sentences: Readonly<Record<ClusterInvariant, string>> = {
  cutIsConsistent:
    'Of a checkpoint that all members hold, a frame is recorded as sent iff it is recorded as got or stands in a receive queue, next in order.',
  wholeWhenSealed: 'When a member seals a checkpoint, all members hold a complete image of it.',
  noMixedOutcome: 'No checkpoint is sealed at one member and dropped at another.',
  alwaysRestartable: 'At every moment there is a checkpoint of which all members hold a complete image.',
  framesInOrder: 'Every guest gets the frames of each channel one after the other: none is lost, doubled or out of order.',
  guestsGoOn: 'No guest stands still when its machine ends its part, unless a restart waits for others.',
  clusterOutcomeHolds: 'What a machine says of its end is so.'
}

/** What holds of every journal of a cluster whose checkpoints are coordinated, whatever breaks. */
export const clusterInvariants: readonly Invariant[] = (Object.keys(sentences) as readonly ClusterInvariant[]).map((name) =>
  invariant<ClusterLedger>({
    name,
    sentence: sentences[name],
    of: 'journal',
    init: (began) => clusterLedger(Object.values(began?.guests ?? {}).flatMap((guest) => (guest.pages > 0 ? [guest.name] : []))),
    step: (ledger, entry, tell) => {
      const [next, problems] = entered(ledger, entry)
      for (const { invariant: which, problem } of problems) if (which === name) tell(problem)
      return next
    }
  })
)
