import type { SlotRun } from '../memory/isoArea'
import type { MappedSlots, RunWords } from '../memory/mappedSlots'
import type { IsoMessage } from '../protocol/isoMessage'
import type { IsoEvent, IsoNodeState } from '../protocol/isoNodeState'
import type { ThreadAnswer, ThreadSignal } from '../protocol/threadOrder'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'
import type { IsoCarrier } from './isoNetwork'
import type { CheckedIso } from './isoOptions'
import { type IsoThread, isoThread } from './isoThreads'

/** What has gone over the network, by kind of message. */
export type IsoTraffic = Readonly<Record<IsoMessage['type'], { readonly messages: number; readonly bytes: number }>>

/** A thread that gives slots back: how many runs are left, and its answer when they are gone. @internal */
export type Giving = { readonly left: number; readonly answer: ThreadAnswer }

/** A thread on its way: its runs, and what was in them when it left. @internal */
export type Moving = { readonly runs: readonly SlotRun[]; words: readonly RunWords[] }

/** What the parts of a world of iso-address nodes share: a kernel's state. `asked`: negotiations, by node and number. @internal */
export type IsoContext = {
  readonly checked: CheckedIso
  readonly timeline: Timeline
  readonly states: IsoNodeState[]
  readonly memories: readonly MappedSlots[]
  readonly threads: Map<string, IsoThread>
  readonly moving: Map<string, Moving>
  readonly giving: Map<IsoThread, Giving>
  readonly asked: Map<string, { readonly thread: string; readonly since: Time }>
  readonly down: Set<number>
  readonly traffic: Record<IsoMessage['type'], { messages: number; bytes: number }>
  readonly carrier: IsoCarrier
  readonly emit: (signal: ThreadSignal) => void
  /** Does something later, unless the world has ended. */
  readonly after: (delayNs: Time, work: () => void) => void
  /** An event at a node's machine. */
  readonly hear: (rank: number, event: IsoEvent) => void
}

/** The thread of a name; one that nobody has heard of is unborn. @internal */
export const threadOf = ({ threads }: IsoContext, name: string): IsoThread => {
  const known = threads.get(name)
  if (known !== undefined) return known
  const made = isoThread(name)
  threads.set(name, made)
  return made
}

/** A thread is lost, once, with what it still had to do. @internal */
export const lose = ({ timeline, emit }: IsoContext, thread: IsoThread, reason: string): void => {
  if (thread.lives === 'gone') return
  thread.lives = 'gone'
  thread.waits = undefined
  thread.orders.length = 0
  emit({ at: timeline.now(), thread: thread.name, type: 'lost', reason })
}
