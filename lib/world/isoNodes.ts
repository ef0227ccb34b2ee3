import type { SlotRun } from '../memory/isoArea'
import { type MappedSlots, mappedSlots } from '../memory/mappedSlots'
import { slotsOwned } from '../memory/slotDistribution'
import { isoMessageTypes } from '../protocol/isoMessage'
import { type IsoEvent, type IsoNodeState, isoNodeState } from '../protocol/isoNodeState'
import type { ThreadCommand, ThreadSignal } from '../protocol/threadOrder'
import { key } from '../random/random'
import type { Timeline } from '../time/timeline'
import { isoBreakDown, scheduleFaults } from './isoBreakDown'
import { type IsoChipHeard, isoChip } from './isoChip'
import { type IsoContext, type IsoTraffic, lose, threadOf } from './isoContext'
import { isoEnact } from './isoEnact'
import { type IsoCarrier, isoCrossbar } from './isoNetwork'
import { isoObey } from './isoObey'
import { type CheckedIso, checkedIso, type IsoOptions } from './isoOptions'
import { isoSend } from './isoSend'

/** Nodes at work: a kernel, for who wants to look inside. `states` and `memories` by node; `moving`: the runs of threads that are on their way, which no node has; `down`: nodes that have broken down. */
export type IsoNodes = {
  readonly obey: (command: ThreadCommand) => void
  readonly states: () => readonly IsoNodeState[]
  readonly memories: readonly MappedSlots[]
  readonly moving: () => readonly SlotRun[]
  readonly down: ReadonlySet<number>
  readonly traffic: () => IsoTraffic
  readonly stop: () => void
}

/** The nodes of `isoWorld` without pipelines: orders of threads in, `emit` hears every signal. Every order is answered, except of a thread that is lost. Errors: as `isoWorld`. */
export const isoNodes = (options: IsoOptions, timeline: Timeline, emit: (signal: ThreadSignal) => void): IsoNodes =>
  nodesAtWork(checkedIso(options), timeline, emit, () => undefined)

/** See `isoNodes`. `arrived` hears of what travels on a chip, as `ChipFact` has it. @internal */
export const nodesAtWork = (
  checked: CheckedIso,
  timeline: Timeline,
  emit: (signal: ThreadSignal) => void,
  arrived: IsoChipHeard['arrived']
): IsoNodes => {
  const { nodes, area } = checked
  const states = slotsOwned(checked.distribution, area.slots, nodes).map((map, rank) =>
    isoNodeState({ rank, nodes, area, map, allocator: checked.allocator, limits: checked.limits })
  )
  let stopped = false

  /** An event at a node's machine, and what it wants done, in order. */
  const hear = (rank: number, event: IsoEvent): void => {
    if (context.down.has(rank) || stopped) return
    if (event.type === 'told' && event.message.type === 'thread' && states[rank].lost.includes(event.from)) {
      context.moving.delete(event.message.thread)
      lose(context, threadOf(context, event.message.thread), `node ${event.from} was lost while the thread was on its way`)
    }
    const { state, effects } = checked.node(states[rank], event)
    const begun = effects.flatMap((one) => (one.type === 'negotiated' ? [one] : []))
    for (const { id, thread } of [...state.wanting, ...begun])
      if (id.number >= states[rank].asked) context.asked.set(`${rank}.${id.number}`, { thread, since: timeline.now() })
    states[rank] = state
    for (const effect of effects) {
      if (effect.type === 'send') isoSend(context, rank, effect)
      else isoEnact(context, rank, effect)
    }
  }
  const context: IsoContext = {
    checked,
    timeline,
    states,
    memories: states.map(() => mappedSlots(area)),
    threads: new Map(),
    moving: new Map(),
    giving: new Map(),
    asked: new Map(),
    down: new Set(),
    traffic: Object.fromEntries(isoMessageTypes.map((kind) => [kind, { messages: 0, bytes: 0 }])) as IsoContext['traffic'],
    carrier: carrierOf(),
    emit,
    after: (delayNs, work) => {
      timeline.schedule(() => {
        if (!stopped) work()
      }, delayNs)
    },
    hear
  }
  scheduleFaults(context)

  function carrierOf(): IsoCarrier {
    const { network, faults, seed } = checked
    if ('chip' in network)
      return isoChip(network.chip, nodes, network.chip.born(seed), timeline, {
        arrived,
        deadlocked: () => {
          for (let rank = 0; rank < nodes; rank++) isoBreakDown(context, rank, false)
        }
      })
    const outages = faults.flatMap((fault) =>
      fault.link !== undefined && fault.until !== undefined ? [{ rank: fault.link, at: fault.at, until: fault.until }] : []
    )
    return isoCrossbar(network, nodes, outages, timeline, key(seed))
  }

  return {
    obey: (command) => isoObey(context, command),
    states: () => states,
    memories: context.memories,
    moving: () => [...context.moving.values()].flatMap(({ runs }) => runs),
    down: context.down,
    traffic: () => context.traffic,
    stop: () => {
      stopped = true
      context.carrier.stop()
    }
  }
}
