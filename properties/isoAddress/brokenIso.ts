import type { SlotRun } from '../../lib/memory/isoArea'
import { has, intersection, union } from '../../lib/memory/pageSet'
import { slotsOwned } from '../../lib/memory/slotDistribution'
import { withRun } from '../../lib/memory/slotMap'
import type { IsoMessage } from '../../lib/protocol/isoMessage'
import { type IsoNode, isoNode } from '../../lib/protocol/isoNode'
import type { IsoEffect, IsoEvent, IsoNodeState } from '../../lib/protocol/isoNodeState'
import type { IsoInvariant } from './isoOwnership'

type Made = ReturnType<IsoNode>

/** A machine that does wrong, and what is broken by it. */
export type BrokenIso = { readonly machine: IsoNode; readonly breaks: readonly IsoInvariant[] }

/** Ways to get iso-address threads wrong: by what is done wrong. */
export const brokenIso: Readonly<Record<string, BrokenIso>> = {
  /** Slots that are given back go to the node that owned them at the start, in the mind of the one that gives them. */
  releasedToTheHomeNode: {
    breaks: ['releasedWhereThreadIs', 'ownershipConserved'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      if (event.type !== 'give' || made.effects.every(({ type }) => type !== 'gave')) return made
      const home = slotsOwned({ type: 'cyclic', chunk: 2 }, state.map.size, state.nodes)[state.rank]
      return {
        ...made,
        state: {
          ...made.state,
          map: intersection(made.state.map, union(home, state.map)),
          slotCache: made.state.slotCache.filter((slot) => has(home, slot) || state.slotCache.includes(slot)),
          stackCache: made.state.stackCache.filter((slot) => has(home, slot) || state.stackCache.includes(slot))
        }
      }
    }
  },
  /** The run that is taken is not cleared in one owner's map. */
  notClearedInOneMap: {
    breaks: ['disjointOwnership'],
    machine: telling((message, to, state) =>
      message.type === 'update' && to === lastOther(state) && message.run !== undefined
        ? { ...message, map: union(message.map, intersection(withRun(message.map, message.run), state.part?.maps[to] ?? message.map)) }
        : message
    )
  },
  /** Everybody is sent the maps of all together, instead of its own. */
  mapsPutTogetherAreSentBack: {
    breaks: ['disjointOwnership'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      const all = made.effects.flatMap((one) => (one.type === 'send' && one.message.type === 'update' ? [one.message.map] : []))
      return withMessages(made, (message) => (message.type === 'update' ? { ...message, map: all.reduce(union) } : message))
    }
  },
  /** Who wants to negotiate does not ask for the mutex. */
  withoutMutex: {
    breaks: ['ordersAnswered', 'disjointOwnership', 'ownershipConserved'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      const asked = made.effects.find(
        (one): one is Extract<IsoEffect, { readonly type: 'send' }> => one.type === 'send' && one.message.type === 'request'
      )
      if (asked === undefined || asked.message.type !== 'request') return made
      const { id } = asked.message
      const then = isoNode(made.state, { type: 'told', from: 0, message: { type: 'granted', id } })
      return { state: then.state, effects: [...made.effects.filter((one) => one !== asked), ...then.effects] }
    }
  },
  /** A node goes on with its map while it is with the requester. */
  withoutLocalLock: {
    breaks: ['disjointOwnership', 'ownershipConserved'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      return { ...made, state: { ...made.state, locked: false } }
    }
  },
  /** Slots of a thread that leaves are free on the node that it leaves. */
  busySlotsHandedOut: {
    breaks: ['disjointOwnership'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      return { ...made, state: { ...made.state, map: departing(made).reduce(withRun, made.state.map) } }
    }
  },
  /** Only the stack goes with a thread. */
  heapLeftBehind: {
    breaks: ['pointersValid', 'ownershipConserved', 'mappedWhereHeld'],
    machine: telling((message) => (message.type === 'thread' ? { ...message, runs: message.runs.slice(0, 1) } : message))
  },
  /** The migration cache keeps runs that have been mapped anew: as PM2 does, by the reading of its source. */
  migrationCacheKeepsWhatIsGone: {
    breaks: ['mappedWhereHeld', 'pointersValid'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      const got = made.effects.some(({ type }) => type === 'got')
      const gone = got ? state.migrationCache.filter((run) => !made.state.migrationCache.some(sameAs(run))) : []
      return {
        state: { ...made.state, migrationCache: [...made.state.migrationCache, ...gone] },
        effects: made.effects.filter((one) => one.type !== 'unmap' || !gone.some(sameAs(one.run)))
      }
    }
  },
  /** A run that its thread waits for is unmapped when the message that took it away has left. */
  unmappedUnderItsThread: {
    breaks: ['mappedWhereHeld', 'pointersValid'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      const awaited = event.type === 'left' ? state.busy.filter((one) => one.departure === event.departure && one.awaited) : []
      const unmapped = awaited.map(({ run }): IsoEffect => ({ type: 'unmap', run }))
      return { ...made, effects: [...unmapped, ...made.effects] }
    }
  },
  /** Every allocation tells the others. */
  allocationTellsOthers: {
    breaks: ['allocationAlone'],
    machine: (state, event) => {
      const made = isoNode(state, event)
      if (event.type !== 'need' || made.effects.every(({ type }) => type !== 'got')) return made
      const message: IsoMessage = { type: 'unlock', id: { rank: state.rank, number: -1 } }
      return { ...made, effects: [...made.effects, { type: 'send', to: lastOther(state), message }] }
    }
  },
  /** Threads get slots whether or not there is memory for them. */
  slotsWithoutMemory: {
    breaks: ['withinMemory'],
    machine: unbounded(({ type }) => type === 'need')
  },
  /** Room is promised to every thread that would come. */
  everybodyMayCome: {
    breaks: ['withinMemory'],
    machine: unbounded((event) => event.type === 'told' && event.message.type === 'reserve')
  },
  /** Nobody asks for room before a thread moves. */
  comesUnasked: {
    breaks: ['withinMemory'],
    machine: unbounded(({ type }) => type === 'depart')
  },
  /** Room that was promised to a thread is given to another. */
  promisesForgotten: {
    breaks: ['withinMemory'],
    machine: (state, event) => isoNode({ ...state, expected: {} }, event)
  },
  /** A thread that may go does not hear of it. */
  roomUnheard: {
    breaks: ['ordersAnswered'],
    machine: (state, event) => (event.type === 'told' && event.message.type === 'reserved' ? { state, effects: [] } : isoNode(state, event))
  },
  /** A requester takes slots of a node that was lost before it said that it has its new map. */
  takenFromTheLost: {
    breaks: ['disjointOwnership'],
    machine: (state, event) => isoNode(confirmedBy(state, event), event)
  },
  /** The first run is taken wherever there are enough slots, in a row or not. */
  runWithGaps: {
    breaks: ['disjointOwnership', 'ownershipConserved'],
    machine: (state, event) => {
      if (event.type !== 'need' || event.n === 1 || state.map.count < event.n || state.locked || state.allocator === 'naive')
        return isoNode(state, event)
      const start = [...state.map][0]
      if (start + event.n > state.map.size) return isoNode(state, event)
      return isoNode({ ...state, map: withRun(state.map, { start, n: event.n }) }, event)
    }
  }
}

/** As if memory had no bound, at some events. */
function unbounded(at: (event: IsoEvent) => boolean): IsoNode {
  return (state, event) => {
    if (!at(event)) return isoNode(state, event)
    const { mapped: _, ...limits } = state.limits
    const made = isoNode({ ...state, limits }, event)
    return { ...made, state: { ...made.state, limits: state.limits } }
  }
}

function telling(other: (message: IsoMessage, to: number, state: IsoNodeState) => IsoMessage): IsoNode {
  return (state, event) => withMessages(isoNode(state, event), (message, to) => other(message, to, heardToo(state, event)))
}

const withMessages = ({ state, effects }: Made, other: (message: IsoMessage, to: number) => IsoMessage): Made => ({
  state,
  effects: effects.map((one) => (one.type === 'send' ? { ...one, message: other(one.message, one.to) } : one))
})

/** The state with the map that an event brings among those of its negotiation. */
const heardToo = (state: IsoNodeState, event: IsoEvent): IsoNodeState =>
  event.type === 'told' && event.message.type === 'map' && state.part !== undefined
    ? { ...state, part: { ...state.part, maps: { ...state.part.maps, [event.from]: event.message.map } } }
    : state

/** As if a node that is lost had been heard at the second barrier before. */
const confirmedBy = (state: IsoNodeState, event: IsoEvent): IsoNodeState => {
  if (event.type !== 'lost' || state.part === undefined || state.part.stage !== 'leaving') return state
  const { rank, number } = state.part.id
  const key = `${rank}.${number}/2`
  return { ...state, syncs: { ...state.syncs, [key]: [...(state.syncs[key] ?? []), event.rank] } }
}

const departing = ({ effects }: Made): readonly SlotRun[] =>
  effects.flatMap((one) => (one.type === 'send' && one.message.type === 'thread' ? one.message.runs : []))

const lastOther = ({ rank, nodes }: IsoNodeState): number => (rank === nodes - 1 ? nodes - 2 : nodes - 1)

const sameAs =
  (run: SlotRun) =>
  (other: SlotRun): boolean =>
    run.start === other.start && run.n === other.n
