import * as pageSet from '../../lib/memory/pageSet'
import type { Entry } from '../../lib/protocol/journal'
import type { Outcome } from '../../lib/protocol/pipeline'
import * as hosts from '../../lib/world/hosts'
import type { State } from './state'
import { MOST_SIGNALS } from './stepping'

/** What is wrong with an entry in the state it was said in: the invariant's name, and the problem in a sentence. */
export type Wrong = { readonly invariant: string; readonly problem: string }

/**
 * The invariants as they can be judged at one entry, without what came before it: pages lost, gone back or used too early by the oracle's word, two primaries,
 * requests open at the end, and an outcome that is not so. Their names are those of the invariants of journals, which find the same of the whole path.
 */
export const judge = (entry: Entry, s: State): Wrong | undefined => {
  if (entry.type === 'ended') return atEnd(entry.outcome, s)
  if (entry.type !== 'signalled') return undefined
  const { signal } = entry
  if (signal.type === 'compared') {
    const { when, lost, regressed, misread, owed } = signal
    if (lost.count > 0) return { invariant: 'noPageLost', problem: `when ${when}, pages ${listed(lost)} are lost` }
    if (when === 'released' && owed > 0) return { invariant: 'noPageLost', problem: `when released, ${owed} pages are still owed` }
    if (regressed.count > 0) return { invariant: 'neverOlder', problem: `pages ${listed(regressed)} were overwritten by something older` }
    if (misread.count > 0) return { invariant: 'arrivedBeforeRead', problem: `pages ${listed(misread)} were used before they had arrived` }
  }
  if (signal.type === 'hosts') {
    const { primary, running } = signal
    if (running.length > 1) return { invariant: 'onePrimary', problem: `the guest runs at ${running.join(' and ')} at once` }
    if (running.length === 1 && running[0] !== primary)
      return { invariant: 'onePrimary', problem: `the guest runs at the ${running[0]} and the ${primary} is primary` }
  }
  return undefined
}

/** Of a pipeline that hears and orders without end while nothing else can happen. */
export const restless: Wrong = {
  invariant: 'ends',
  problem: `the pipeline orders again and again what is answered at once: after ${MOST_SIGNALS} signals nothing else could happen yet`
}

const atEnd = (outcome: Outcome, s: State): Wrong | undefined => {
  const open = s.owed.length + s.sends.length
  if (open > 0) return { invariant: 'answered', problem: `${open} commands have no answer when the migration ends` }
  const { hosts: h, failed } = s.conduct
  const said = outcome.type === 'completed' ? 'target' : outcome.type === 'aborted' ? outcome.running : undefined
  const runs = hosts.running(h)
  if (said !== undefined && (h.primary !== said || (!runs.includes(said) && failed[said] === undefined)))
    return {
      invariant: 'outcomeHolds',
      problem: `the migration is ${outcome.type}, yet the ${h.primary} is primary and the guest runs at ${runs.length === 0 ? 'neither host' : `the ${runs.join(' and ')}`}`
    }
  if (outcome.type === 'undecided' && h.atSource)
    return { invariant: 'outcomeHolds', problem: 'the migration is undecided, yet the source runs the guest' }
  // While something is broken nobody can know that all has arrived.
  if (outcome.type === 'lost' && runs.includes(h.primary) && h.trapped.count === 0 && Object.keys(failed).length === 0)
    return { invariant: 'outcomeHolds', problem: `the migration is lost, yet the guest runs at the ${h.primary} and nothing is owed to it` }
  if (outcome.type === 'lost' && h.primary === 'source' && failed.source === undefined)
    return { invariant: 'outcomeHolds', problem: 'the migration is lost, yet the source has not failed and ownership has not passed' }
  return undefined
}

const listed = (pages: pageSet.PageSet): string => pageSet.toArray(pages).join(', ')
