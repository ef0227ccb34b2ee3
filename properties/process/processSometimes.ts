import type { Entry } from '../../lib/protocol/journal'
import { type Fold, fold } from '../../lib/stream/fold'

/** Something that must happen in some runs of a swarm of processes: where it never does, the swarm looks past what it is there for. */
export type ProcessSometimes =
  | 'moves'
  | 'movesTwice'
  | 'fails'
  | 'faults'
  | 'dirties'
  | 'bounces'
  | 'loses'
  | 'runsShort'
  | 'breaks'
  | 'exits'
  | 'reachesForStrangers'

const when = (
  sentence: string,
  happens: (entry: Entry) => boolean
): { readonly sentence: string; readonly fold: Fold<Entry, boolean> } => ({
  sentence,
  fold: fold<Entry, boolean, boolean>({ init: () => false, step: (seen, entry) => seen || happens(entry), done: (seen) => seen })
})

/** A process has come to so many clusters besides its first. */
const moved = (times: number): Fold<Entry, boolean> =>
  fold<Entry, boolean, Map<string, number>>({
    init: () => new Map(),
    step: (arrivals, entry) => {
      if (entry.type === 'signalled' && entry.signal.type === 'placed' && entry.signal.state === 'left')
        arrivals.set(entry.signal.process, (arrivals.get(entry.signal.process) ?? 0) + 1)
      return arrivals
    },
    done: (arrivals) => [...arrivals.values()].some((n) => n >= times)
  })

const refused = (entry: Entry, why: RegExp): boolean =>
  entry.type === 'signalled' && entry.signal.type === 'refused' && why.test(entry.signal.reason)

/** What a check of processes counts, by name. */
export const processSometimes: Readonly<Record<ProcessSometimes, { readonly sentence: string; readonly fold: Fold<Entry, boolean> }>> = {
  moves: { sentence: 'a cluster forgets a process that has left it', fold: moved(1) },
  movesTwice: { sentence: 'a process leaves two clusters', fold: moved(2) },
  fails: when('a process is frozen and goes on where it was, or is refused', (e) => refused(e, /is here|not enough|going on|frozen/)),
  faults: when('a thread stops at a page that has not come', (e) => e.type === 'signalled' && e.signal.type === 'wanted'),
  dirties: when(
    'pages are written while they are copied',
    (e) => e.type === 'signalled' && e.signal.type === 'collected' && e.signal.pieces.length > 0
  ),
  bounces: when('a message comes to where its process is no more', (e) => e.type === 'signalled' && e.signal.type === 'bounced'),
  loses: when(
    'a process is lost with its cluster',
    (e) => e.type === 'signalled' && e.signal.type === 'placed' && e.signal.state === 'lost'
  ),
  runsShort: when('a cluster has not enough memory', (e) => refused(e, /not enough memory/)),
  breaks: when(
    'a cluster or a link breaks',
    (e) => (e.type === 'signalled' && e.signal.type === 'failed') || refused(e, /is dead|has failed/)
  ),
  exits: when('a process does its work', (e) => e.type === 'signalled' && e.signal.type === 'placed' && e.signal.state === 'exited'),
  reachesForStrangers: when('a process is refused what is not its own', (e) => refused(e, /allowed|not for a process|no page/))
}
