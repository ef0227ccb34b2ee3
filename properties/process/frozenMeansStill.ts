import type { Signal } from '../../lib/protocol/signal'
import { type Invariant, invariant } from '../invariants/invariant'
import { type Standings, standingOf, standings, stood } from './standings'

/**
 * A frozen process is in a consistent state: from the answer to `freeze` until it goes on none of its threads has a core or waits for one, and its program is told nothing but refusals of what
 * a failure has ended.
 */
export const frozenMeansStill: Invariant = invariant<Memory>({
  name: 'frozenMeansStill',
  sentence: 'Between the answer to its freeze and its going on no thread of a process runs or is ready to, and its program hears nothing.',
  of: 'journal',
  init: (began) => ({ all: standings(began), frozen: new Set(), active: new Map() }),
  step: (memory, entry, tell, { answered }) => {
    const { all, frozen, active } = memory
    stood(all, entry)
    if (entry.type !== 'signalled') return memory
    const { signal } = entry
    if (signal.type === 'placed') {
      if (signal.state !== 'frozen') frozen.delete(`${signal.process} on ${signal.migration}`)
    } else if (signal.type === 'threads') {
      const where = `${signal.process} on ${signal.migration}`
      active.set(where, signal)
      if (frozen.has(where) && isActive(signal)) tell(`${where} is frozen, and ${inWords(signal)}`)
    } else if ('to' in signal && answered !== undefined) {
      const { order } = answered.command
      if (order.type === 'freeze' && signal.type !== 'refused') {
        const where = `${order.process} on ${signal.to.migration}`
        const threads = active.get(where)
        if (standingOf(all, order.process).copies.get(signal.to.migration) === 'frozen') frozen.add(where)
        if (threads !== undefined && isActive(threads)) tell(`freeze is answered for ${where}, and ${inWords(threads)}`)
      } else if (signal.type !== 'refused') {
        const one = all.processes.get(signal.to.migration)
        if (one !== undefined && isStill(one.copies, one.counts))
          tell(`${signal.to.migration} is frozen, and its program hears ${signal.type}`)
      }
    }
    return memory
  }
})

type Threads = Extract<Signal, { readonly type: 'threads' }>

/** `frozen`: the copies of which a freeze was answered, by process and cluster; `active`: what was told last of threads there. */
type Memory = { readonly all: Standings; readonly frozen: Set<string>; readonly active: Map<string, Threads> }

const isActive = ({ running, ready }: Threads): boolean => running + ready > 0

const inWords = ({ running, ready }: Threads): string => `${running} of its threads run and ${ready} are ready`

const isStill = (copies: ReadonlyMap<string, string>, counts: string | undefined): boolean =>
  counts !== undefined && copies.get(counts) === 'frozen'
