import { isLeft } from 'fp-ts/lib/Either'
import type { Abstraction } from '../protocol/chip'
import type { Entry } from '../protocol/journal'
import { isKernelOrder, type KernelOrder } from '../protocol/process'
import type { Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'
import type { ChipWiring } from '../world/mppaWiring'
import { askedOf, type ChipMove, type ChipMoves, chipMoves, dependNow, failedNow, isMoving, placedNow, sentBefore } from './chipMoves'
import { answered, type ChipThreads, called, chipThreads, type StateRows, statesUntil, stopped, threadsNow } from './chipThreads'
import { type ChipWorld, chipWorld } from './chipWorld'
import {
  type Arrival,
  type ChipLane,
  carried,
  cyclesOf,
  type LaneTotals,
  type LinkLoad,
  type LinkTraffic,
  linkTraffic,
  migrated,
  type PairTotals
} from './linkTraffic'
import { threadActed, threadAsked, threadStays } from './threadMoves'
import { binBefore, type TimeBins, timeBins } from './timeBins'

/**
 * What happened on a chip by windows of time, all as wide: at most 128, and at least 64 where there are as many ticks. `until`: the last thing that happened. `stillRunning`: those that had not ended when the
 * run was stopped. `troubles`: what else failed, once each, such as a network that is deadlocked. `cycles`: of the network's clock in each window, and so the flits that a link can carry there. `bytes` that have come over the data network; `migrationBytes` of them.
 */
export type ChipActivity = {
  readonly world: ChipWorld
  readonly entries: number
  readonly from: Time
  readonly until: Time
  readonly width: Time
  readonly cycles: readonly number[]
  readonly links: Readonly<Record<ChipLane, readonly LinkLoad[]>>
  readonly totals: Readonly<Record<ChipLane, Readonly<LaneTotals>>>
  readonly counts: Readonly<Record<Abstraction, number>>
  readonly bytes: Float64Array
  readonly migrationBytes: Float64Array
  readonly received: ReadonlyMap<string, number>
  /** The most bytes first. */
  readonly pairs: readonly Readonly<PairTotals>[]
  readonly unplaced: number
  readonly states: ReadonlyMap<string, { readonly threads?: StateRows; readonly program?: StateRows }>
  readonly moves: readonly ChipMove[]
  readonly failures: readonly { readonly cluster: string; readonly at: Time }[]
  readonly troubles: readonly { readonly reason: string; readonly at: Time }[]
  readonly stillRunning: readonly string[]
}

/** See `chipActivity`. */
export type ChipActivityOptions = { readonly wiring?: ChipWiring; readonly from?: Time; readonly until?: Time }

type State = {
  readonly world: ChipWorld
  readonly bins: TimeBins
  readonly traffic: LinkTraffic
  readonly threads: ChipThreads
  readonly moves: ChipMoves
  /** The last message of each cluster's program to each other's, which may be the request of a migration. */
  readonly mails: Map<string, Arrival | undefined>
  /** Processes of which a kernel has been asked who has ends to them. */
  readonly depends: Map<string, string>
  readonly failures: { readonly cluster: string; readonly at: Time }[]
  readonly troubles: { readonly reason: string; readonly at: Time }[]
  readonly stillRunning: string[]
  entries: number
  until: Time
  /** What comes later is not heard. */
  readonly last: Time
}

/**
 * What happened on a chip, from its journal: the load of each link over time, threads by state, migrations; `chipSvg` draws it. `undefined` of an empty journal.
 *
 *     run(programs, chip()).pipe(folded(chipActivity())).subscribe((activity) => write(chipSvg()(activity)))
 *
 * A journal tells when a message or chunk has arrived, whole, and by which links follows from the wiring. So what never arrives (a link or cluster has failed, or its process has gone: `bounced`) is in no load, nor are acknowledgements and
 * permissions, which no entry tells of: packets of 8 bytes on the control network. Of a migration is what the programs of its two clusters send each other (no process), chunks by way of a third, and
 * messages of the source to those that have ends to the process, from the message that it begins with until it is over.
 *
 * - `from`, `until`: only what happens between these times, in windows as much narrower (default: all).
 * - `wiring`: the chip's own where it is at hand, as a journal only names the usual one, and to make that again takes some 70 ms.
 *
 * Law: the flits of all links together are, of every arrival, its flits times the links of its way. Errors: `RangeError` when the journal is of another world. Memory: O(links, clusters).
 */
export const chipActivity = (options: ChipActivityOptions = {}): Fold<Entry, ChipActivity | undefined> =>
  fold<Entry, ChipActivity | undefined, State | undefined>({
    init: () => undefined,
    step: (state, entry) => (state === undefined ? begun(entry, options) : heard(state, entry)),
    done: (state) => state && told(state)
  })

const WINDOWS = 128

const begun = (entry: Entry, { wiring, from = entry.at, until = Number.POSITIVE_INFINITY }: ChipActivityOptions): State => {
  const world = chipWorld(entry, wiring)
  if (isLeft(world)) throw new RangeError(`chipActivity: ${world.left}`)
  if (!(from >= 0 && until > from))
    throw new RangeError(`chipActivity: until must be after from, and from at least 0 (got ${from} to ${until})`)
  const origin = Math.max(entry.at, from)
  const bins = timeBins(origin, WINDOWS)
  return {
    world: world.right,
    entries: 1,
    until: origin,
    last: until,
    bins,
    traffic: linkTraffic(world.right, bins),
    threads: chipThreads(bins),
    moves: chipMoves(),
    mails: new Map(),
    depends: new Map(),
    failures: [],
    troubles: [],
    stillRunning: []
  }
}

const heard = (state: State, entry: Entry): State => {
  const { bins, threads, moves, world } = state
  if (entry.at > state.last) {
    state.until = Math.max(state.until, state.last)
    binBefore(bins, state.until)
  }
  if (entry.type === 'ended' && entry.outcome.type === 'limited') {
    state.stillRunning.push(entry.migration)
    return state
  }
  if (entry.at > state.last) return state
  if (entry.at >= bins.origin) state.entries++
  state.until = Math.max(state.until, entry.at)
  binBefore(bins, state.until)
  if (entry.type === 'commanded') {
    const { order, to } = entry.command
    if (isCluster(world, to.migration)) called(threads, to.migration, entry.at, to.n, order)
    threadAsked(moves, to.migration, entry.at, order)
    if (order.type === 'depend') state.depends.set(`${to.migration} ${to.n}`, order.process)
    if (isKernelOrder(order)) askedOf(moves, to.migration, entry.at, order as KernelOrder)
  } else if (entry.type === 'ended') {
    if (isCluster(world, entry.migration)) stopped(threads, entry.migration, entry.at, false)
  } else if (entry.type === 'signalled') signalled(state, entry.signal)
  return state
}

const isCluster = ({ clusters }: ChipWorld, name: string): boolean => clusters.some((cluster) => cluster.name === name)

const signalled = (state: State, signal: Signal): void => {
  const { world, threads, moves, traffic } = state
  const { at } = signal
  if ('to' in signal) {
    answered(threads, signal.to.migration, at, signal.to.n)
    if (signal.type === 'acted') threadActed(moves, signal.to.migration, at, signal.result)
    if (signal.type === 'refused' && !isCluster(world, signal.to.migration)) threadStays(moves, signal.to.migration, at, 'running')
    const asked = `${signal.to.migration} ${signal.to.n}`
    const process = state.depends.get(asked)
    state.depends.delete(asked)
    if (signal.type === 'depends' && process !== undefined) {
      const peers = signal.nodes.flatMap((node) => world.places.get(node)?.cluster ?? [])
      dependNow(moves, signal.to.migration, process, peers)
    }
    return
  }
  const { migration: cluster } = signal
  if (signal.type === 'arrived') arrived(state, signal)
  else if (signal.type === 'threadLost') threadStays(moves, cluster, at, 'lost')
  else if (!isCluster(world, cluster)) return
  else if (signal.type === 'threads') {
    const { process, running, ready, waiting, stopped: frozen } = signal
    threadsNow(threads, cluster, process, at, { running, ready, waiting, frozen })
  } else if (signal.type === 'placed') {
    const begun = placedNow(moves, { cluster, process: signal.process, at, state: signal.state })
    if (begun !== undefined) {
      const pair = `${begun.from} ${cluster}`
      const request = state.mails.get(pair)
      for (const arrival of new Set([...(request === undefined ? [] : [request]), ...begun.sent]))
        if (arrival.at > traffic.bins.origin) migrated(traffic, arrival)
      state.mails.delete(pair)
    }
    if (isGone.has(signal.state)) threadsNow(threads, cluster, signal.process, at, undefined)
  } else if (signal.type === 'failed' && signal.what === 'source') {
    state.failures.push({ cluster, at })
    failedNow(moves, cluster, at)
    stopped(threads, cluster, at, true)
  } else if (signal.type === 'failed' && !state.troubles.some(({ reason }) => reason === signal.reason))
    state.troubles.push({ reason: signal.reason, at })
}

const isGone: ReadonlySet<string> = new Set(['left', 'exited', 'lost'])

const arrived = ({ world, traffic, moves, mails }: State, signal: Extract<Signal, { readonly type: 'arrived' }>): void => {
  const { places, clusters } = world
  const isFromProcess = !places.has(signal.from)
  // A process is called by its name, and is at the first interface of the cluster where it counts.
  const home = isFromProcess ? moves.homes.get(signal.from)?.cluster : undefined
  const from = isFromProcess ? (clusters.find(({ name }) => name === home)?.nodes[0] ?? signal.from) : signal.from
  const arrival: Arrival = { at: signal.at, by: signal.by, from, node: signal.node, bytes: signal.bytes }
  const isShown = signal.at > traffic.bins.origin || signal.at === world.at
  if (isShown) carried(traffic, arrival)
  const [one, other] = [places.get(from)?.cluster, places.get(signal.node)?.cluster]
  if (isFromProcess || signal.process !== undefined || signal.by === 'sync' || one === undefined || other === undefined) return
  if (isMoving(moves, signal.by, one, other)) {
    if (isShown) migrated(traffic, arrival)
  } else {
    if (signal.by === 'mailbox') mails.set(`${one} ${other}`, arrival)
    sentBefore(moves, one, other, arrival)
  }
}

const told = (state: State): ChipActivity => {
  const { world, bins, traffic, threads, moves, until } = state
  const { origin, width } = bins
  const windows = Math.max(1, Math.ceil((until - origin) / width))
  return {
    world,
    entries: state.entries,
    from: origin,
    until,
    width,
    cycles: Array.from({ length: windows }, (_, bin) => cyclesOf(world, bins, bin, until)),
    links: { data: linksOf(traffic, 'data'), control: linksOf(traffic, 'control') },
    totals: { data: { ...traffic.totals.data }, control: { ...traffic.totals.control } },
    counts: { ...traffic.counts },
    bytes: traffic.bytes.slice(),
    migrationBytes: traffic.migrationBytes.slice(),
    received: new Map(traffic.received),
    pairs: [...traffic.pairs.values()]
      .map((pair) => ({ ...pair }))
      .sort((a, b) => b.bytes - a.bytes || (a.from + a.to < b.from + b.to ? -1 : 1)),
    unplaced: traffic.unplaced,
    states: statesUntil(threads, until),
    moves: moves.all.filter(({ ended = until }) => ended >= origin).map((move) => ({ ...move })),
    failures: [...state.failures],
    troubles: [...state.troubles],
    stillRunning: [...state.stillRunning]
  }
}

const linksOf = ({ lanes }: LinkTraffic, lane: ChipLane): readonly LinkLoad[] =>
  [...lanes[lane].values()]
    .sort((a, b) => a.from - b.from || a.port - b.port)
    .map((link) => ({ ...link, all: link.all.slice(), migration: link.migration.slice() }))
