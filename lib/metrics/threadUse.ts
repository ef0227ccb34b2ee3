import type { Entry } from '../protocol/journal'
import type { Outcome } from '../protocol/pipeline'
import type { Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/**
 * What a thread with iso-address memory has done, by its journal. `nodes`: where it has run, in order. `blocks`: how many it has taken, its stacks included; `refused`: orders. `moves`: how often it has moved, with so many `bytes`, in
 * `moveNs` altogether. `negotiations`: for runs of slots for it, in `negotiationNs` altogether; `messages`: of nodes with each other for its memory; `moveMessages`: for its moves. `outcome`: how it ended.
 */
export type ThreadUse = {
  readonly nodes: readonly number[]
  readonly blocks: number
  readonly refused: number
  readonly moves: number
  readonly bytes: number
  readonly moveNs: Time
  readonly negotiations: number
  readonly negotiationNs: Time
  readonly messages: number
  readonly moveMessages: number
  readonly outcome: Outcome | undefined
}

/** What each thread of a journal has done, by name (see `ThreadUse`). Nodes' messages are counted where they come in. */
export const threadUse: Fold<Entry, Readonly<Record<string, ThreadUse>>> = fold<
  Entry,
  Readonly<Record<string, ThreadUse>>,
  Record<string, ThreadUse>
>({
  init: () => ({}),
  step: (uses, entry) => {
    if (entry.type === 'began') return Object.fromEntries(Object.keys(entry.guests).map((name) => [name, none]))
    if (entry.type === 'commanded') return uses
    const thread = entry.type === 'ended' ? entry.migration : 'to' in entry.signal ? entry.signal.to.migration : entry.signal.migration
    const use = uses[thread]
    if (use !== undefined) uses[thread] = entry.type === 'ended' ? { ...use, outcome: entry.outcome } : used(use, entry.signal)
    return uses
  },
  done: (uses) => uses
})

const none: ThreadUse = {
  nodes: [],
  blocks: 0,
  refused: 0,
  moves: 0,
  bytes: 0,
  moveNs: 0,
  negotiations: 0,
  negotiationNs: 0,
  messages: 0,
  moveMessages: 0,
  outcome: undefined
}

const used = (use: ThreadUse, signal: Signal): ThreadUse => {
  switch (signal.type) {
    case 'refused':
      return { ...use, refused: use.refused + 1 }
    case 'negotiated':
      return { ...use, negotiations: use.negotiations + 1, negotiationNs: use.negotiationNs + signal.ns }
    case 'carried':
      return moving.has(signal.what) ? { ...use, moveMessages: use.moveMessages + 1 } : { ...use, messages: use.messages + 1 }
    case 'acted':
      break
    default:
      return use
  }
  const { result } = signal
  switch (result.type) {
    case 'spawned':
      return { ...use, nodes: [...use.nodes, result.node], blocks: use.blocks + 1 }
    case 'allocated':
      return { ...use, blocks: use.blocks + 1 }
    case 'migrated':
      return {
        ...use,
        nodes: [...use.nodes, result.to],
        moves: use.moves + 1,
        bytes: use.bytes + result.bytes,
        moveNs: use.moveNs + result.ns
      }
    default:
      return use
  }
}

/** Messages of a move; all others are of negotiations. */
const moving: ReadonlySet<string> = new Set(['thread', 'reserve', 'reserved', 'full'])
