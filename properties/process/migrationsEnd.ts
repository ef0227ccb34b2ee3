import type { ProcessPiece } from '../../lib/protocol/process'
import type { Time } from '../../lib/time/time'
import { type Invariant, invariant } from '../invariants/invariant'
import { type Standing, type Standings, standingOf, standings, stood } from './standings'

/**
 * A process that was frozen goes on, where it was or elsewhere, and nothing else is left of a migration: no copy that arrives for ever, none that does not count any more. Judged at the end, of processes with which nothing
 * has been done for more than half of the run. Only where something broke behind the moment from which a target has all that it needs to go on, the source cannot know who has the process, and
 * both may stand still.
 */
export const migrationsEnd: Invariant = invariant<Memory>({
  name: 'migrationsEnd',
  sentence: 'No process stays frozen, and no copy stays beside the one that counts, unless what broke leaves undecided whose it is.',
  of: 'journal',
  hears: ['freeze', 'unfreeze', 'admit', 'extract', 'install', 'forget', 'done', 'placed', 'failed', 'ended'],
  init: (began) => {
    const { faults } = (began?.world ?? {}) as { readonly faults?: readonly unknown[] }
    return { all: standings(began), began: began?.at ?? 0, now: 0, breaks: (faults?.length ?? 0) > 0, missing: new Map(), whole: new Set() }
  },
  step: (memory, entry, _tell, { answered }) => {
    const { all, missing, whole } = memory
    memory.now = entry.at
    stood(all, entry)
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      const process = 'process' in order ? order.process : order.type === 'admit' ? order.made.process : undefined
      if (process !== undefined) standingOf(all, process).since = entry.at
      if (order.type === 'admit')
        missing.set(`${order.made.process} on ${to.migration}`, new Set(order.made.pieces.filter(isNeeded).map(nameOf)))
      return memory
    }
    if (entry.type !== 'signalled' || entry.signal.type !== 'done' || answered?.command.order.type !== 'install') return memory
    const { process, piece } = answered.command.order
    const left = missing.get(`${process} on ${answered.command.to.migration}`)
    left?.delete(nameOf(piece))
    if (left?.size === 0) whole.add(process)
    return memory
  },
  done: ({ all, began, now, breaks, whole }) => {
    const problems = [...all.processes.values()]
      .filter(({ process, since }) => now - since > (now - began) / 2 && !(breaks && whole.has(process)))
      .flatMap(leftOver)
    return problems.length === 0 ? undefined : problems.join('; ')
  }
})

/** `missing`: what a target still needs before it can let a process go on; `whole`: processes that some target could have let go on. */
type Memory = {
  readonly all: Standings
  readonly began: Time
  now: Time
  readonly breaks: boolean
  readonly missing: Map<string, Set<string>>
  readonly whole: Set<string>
}

const nameOf = ({ section, index }: ProcessPiece): string => `${section} ${index}`

/** What cannot be fetched later. */
const isNeeded = ({ section }: ProcessPiece): boolean => section !== 'user' && section !== 'stacks' && section !== 'frames'

const leftOver = ({ process, copies, counts, end, since }: Standing): readonly string[] =>
  [...copies].flatMap(([cluster, stands]) => {
    if (stands === 'running') return []
    if (cluster === counts && end === undefined) return [`${process} stands frozen on ${cluster} since ${since}`]
    return [`a copy of ${process} that is ${stands} stays on ${cluster}, and nothing has been done with it since ${since}`]
  })
