import type { Order } from '../protocol/command'
import type { Time } from '../time/time'
import { binBefore, binRow, spread, type TimeBins } from './timeBins'

/** What a thread of a process can be at: has a core, waits for one, waits for something else, is stopped for a migration. */
export type ThreadState = 'running' | 'ready' | 'waiting' | 'frozen'

/** Thread states in the order in which they are drawn. */
export const threadStates: readonly ThreadState[] = ['running', 'ready', 'waiting', 'frozen']

/** How many there are of each. @internal */
export type ThreadCounts = Readonly<Record<ThreadState, number>>

/** Ticks that threads of a cluster, or its program, have spent in each state, by window; `most`: the most threads at one time. */
export type StateRows = { readonly rows: Readonly<Record<ThreadState, Float64Array>>; readonly most: number }

type Counted = { rows: Readonly<Record<ThreadState, Float64Array>>; now: ThreadCounts; since: Time; most: number }

type Lane = {
  readonly processes: Map<string, ThreadCounts>
  /** Calls of the cluster's program that are not answered: whether it only waits there. */
  readonly calls: Map<number, boolean>
  threads?: Counted
  program?: Counted
}

/** An account of threads by cluster; it changes its own. @internal */
export type ChipThreads = { readonly bins: TimeBins; readonly lanes: Map<string, Lane> }

/** No threads. @internal */
export const chipThreads = (bins: TimeBins): ChipThreads => ({ bins, lanes: new Map() })

const none: ThreadCounts = { running: 0, ready: 0, waiting: 0, frozen: 0 }

const laneAt = ({ lanes }: ChipThreads, cluster: string): Lane => {
  const known = lanes.get(cluster)
  if (known !== undefined) return known
  const lane: Lane = { processes: new Map(), calls: new Map() }
  lanes.set(cluster, lane)
  return lane
}

const become = (bins: TimeBins, counted: Counted | undefined, at: Time, now: ThreadCounts): Counted => {
  const all = now.running + now.ready + now.waiting + now.frozen
  if (counted === undefined)
    return { rows: { running: binRow(bins), ready: binRow(bins), waiting: binRow(bins), frozen: binRow(bins) }, now, since: at, most: all }
  binBefore(bins, at)
  for (const state of threadStates) spread(bins, counted.rows[state], counted.since, at, counted.now[state])
  counted.now = now
  counted.since = at
  counted.most = Math.max(counted.most, all)
  return counted
}

/** The threads of a process on a cluster are now so (`undefined`: it has none there any more). @internal */
export const threadsNow = (threads: ChipThreads, cluster: string, process: string, at: Time, counts: ThreadCounts | undefined): void => {
  const lane = laneAt(threads, cluster)
  if (counts === undefined && !lane.processes.has(process)) return
  if (counts === undefined) lane.processes.delete(process)
  else lane.processes.set(process, counts)
  const sum = { ...none }
  for (const one of lane.processes.values()) for (const state of threadStates) sum[state] += one[state]
  lane.threads = become(threads.bins, lane.threads, at, sum)
}

/** The program of a cluster has given an order. @internal */
export const called = (threads: ChipThreads, cluster: string, at: Time, n: number, order: Order): void => {
  const lane = laneAt(threads, cluster)
  lane.calls.set(n, waits.has(order.type))
  programNow(threads, lane, at)
}

/** The program of a cluster has been answered. @internal */
export const answered = (threads: ChipThreads, cluster: string, at: Time, n: number): void => {
  const lane = laneAt(threads, cluster)
  if (lane.calls.delete(n)) programNow(threads, lane, at)
}

/** The program of a cluster has ended, or (`all`) nothing runs there any more. @internal */
export const stopped = (threads: ChipThreads, cluster: string, at: Time, all: boolean): void => {
  const lane = laneAt(threads, cluster)
  lane.calls.clear()
  if (lane.program !== undefined) programNow(threads, lane, at)
  if (!all) return
  lane.processes.clear()
  if (lane.threads !== undefined) lane.threads = become(threads.bins, lane.threads, at, none)
}

const programNow = (threads: ChipThreads, lane: Lane, at: Time): void => {
  const open = [...lane.calls.values()]
  const now = open.length === 0 ? none : open.every((one) => one) ? { ...none, waiting: 1 } : { ...none, running: 1 }
  lane.program = become(threads.bins, lane.program, at, now)
}

/** Orders in which a program waits for another, or for a time, and has nothing to do itself. */
const waits: ReadonlySet<string> = new Set(['wake', 'receive', 'get', 'await', 'hold'])

/** The states of each cluster's threads and program up to a time, copied. @internal */
export const statesUntil = (
  { bins, lanes }: ChipThreads,
  until: Time
): ReadonlyMap<string, { readonly threads?: StateRows; readonly program?: StateRows }> => {
  const copied = (counted: Counted | undefined): StateRows | undefined => {
    if (counted === undefined) return undefined
    const rows = Object.fromEntries(
      threadStates.map((state) => {
        const row = counted.rows[state].slice()
        spread(bins, row, counted.since, until, counted.now[state])
        return [state, row]
      })
    ) as StateRows['rows']
    return { rows, most: counted.most }
  }
  return new Map([...lanes].map(([name, { threads, program }]) => [name, { threads: copied(threads), program: copied(program) }]))
}
