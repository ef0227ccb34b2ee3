import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from '../invariants/invariant'

/**
 * A thread that has stopped at a page which has not come is let go on: the page is installed there, or the process ends or is lost. Judged at the end, of what has been wanted for more than half of the run.
 */
export const faultsServed: Invariant = invariant<Memory>({
  name: 'faultsServed',
  sentence: 'A page that a thread waits for is installed where it waits, unless the process ends or is lost.',
  of: 'journal',
  hears: ['wanted', 'done', 'placed', 'failed', 'ended'],
  init: () => ({ began: undefined, now: 0, wanted: new Map() }),
  step: (memory, entry, _tell, { answered }) => {
    const { wanted } = memory
    memory.began ??= entry.at
    memory.now = entry.at
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'wanted') {
      const { process, piece, migration: cluster } = signal
      wanted.set(`${process} ${piece.section} ${piece.index} ${cluster}`, {
        process,
        cluster,
        page: `${piece.section} ${piece.index}`,
        at: signal.at
      })
    } else if (signal.type === 'done' && answered?.command.order.type === 'install') {
      const { process, piece } = answered.command.order
      wanted.delete(`${process} ${piece.section} ${piece.index} ${signal.to.migration}`)
    } else if (signal.type === 'placed' && (signal.state === 'left' || signal.state === 'exited' || signal.state === 'lost')) {
      for (const [key, one] of wanted)
        if (one.process === signal.process && (signal.state !== 'left' || one.cluster === signal.migration)) wanted.delete(key)
    } else if (signal.type === 'failed' && signal.what === 'source') {
      for (const [key, { cluster }] of wanted) if (cluster === signal.migration) wanted.delete(key)
    }
    return memory
  },
  done: ({ began = 0, now, wanted }) => {
    const late = [...wanted.values()].filter(({ at }) => now - at > (now - began) / 2)
    if (late.length === 0) return undefined
    return late
      .map(({ process, cluster, page, at }) => `${process} waits on ${cluster} for ${page} since ${at}, and it has not come`)
      .join('; ')
  }
})

type Wanted = { readonly process: string; readonly cluster: string; readonly page: string; readonly at: Time }

type Memory = { began: Time | undefined; now: Time; readonly wanted: Map<string, Wanted> }
