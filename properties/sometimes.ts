import type { Entry } from '../lib/protocol/journal'
import { type Fold, fold } from '../lib/stream/fold'

/** Something that must happen in some runs of a swarm: where it never does, the swarm looks past what it is there for. */
export type Sometimes = { readonly name: string; readonly sentence: string; readonly fold: Fold<Entry, boolean> }

const whenEntry = (name: string, sentence: string, happens: (entry: Entry) => boolean): Sometimes => ({
  name,
  sentence,
  fold: fold<Entry, boolean, boolean>({ init: () => false, step: (seen, entry) => seen || happens(entry), done: (seen) => seen })
})

/** How far a journal has come on the way to a recovery: the guest runs at the target, the pipeline has asked there how things stand, and has completed. */
type Recovering = 'not yet' | 'at the target' | 'asked' | 'completed'

const recovering = (before: Recovering, entry: Entry): Recovering => {
  if (before === 'asked') return entry.type === 'ended' && entry.outcome.type === 'completed' ? 'completed' : before
  if (entry.type !== 'signalled' || before === 'completed') return before
  const { signal } = entry
  if (before === 'at the target') return signal.type === 'standing' ? 'asked' : before
  return signal.type === 'activated' && signal.where === 'target' ? 'at the target' : before
}

/** A post-copy that outlives its link. */
const recovers: Sometimes = {
  name: 'recovers',
  sentence: 'a pull whose link broke asks what is missing, and completes',
  fold: fold<Entry, boolean, Recovering>({ init: () => 'not yet', step: recovering, done: (state) => state === 'completed' })
}

/** What a check counts, by name, in the order in which it is told. */
export const sometimes: readonly Sometimes[] = [
  whenEntry('completes', 'a migration completes', (e) => e.type === 'ended' && e.outcome.type === 'completed'),
  whenEntry(
    'aborts',
    'a migration is aborted and the guest goes on at the source',
    (e) => e.type === 'ended' && e.outcome.type === 'aborted'
  ),
  whenEntry('isUndecided', 'the answer to a commit is lost', (e) => e.type === 'ended' && e.outcome.type === 'undecided'),
  whenEntry('isLost', 'a guest cannot go on', (e) => e.type === 'ended' && e.outcome.type === 'lost'),
  whenEntry('isLimited', 'a limit ends a run', (e) => e.type === 'ended' && e.outcome.type === 'limited'),
  whenEntry('faults', 'a guest stops at a missing page', (e) => e.type === 'signalled' && e.signal.type === 'faulted'),
  whenEntry(
    'skips',
    'a page is left out because it is dirty again, or sent',
    (e) => e.type === 'signalled' && e.signal.type === 'sent' && e.signal.skipped.count > 0
  ),
  whenEntry(
    'dirties',
    'a guest writes to a page while it is being migrated',
    (e) => e.type === 'signalled' && e.signal.type === 'synced' && e.signal.dirty.count > 0
  ),
  whenEntry('exits', 'a guest ends during its migration', (e) => e.type === 'signalled' && e.signal.type === 'exited'),
  recovers,
  whenEntry(
    'doesNotConverge',
    'a fifth round of pre-copy still finds pages to send',
    (e) => e.type === 'signalled' && e.signal.type === 'round' && e.signal.round >= 5 && e.signal.pages > 0
  )
]
