import type { Subscription } from 'rxjs'
import { type ClusterScheduler, cyclesHad } from '../guest/clusterScheduler'
import type { Address, Command } from '../protocol/command'
import type { ProcessImage, ProcessPiece } from '../protocol/process'
import type { Answer } from '../protocol/signal'
import type { Key } from '../random/random'
import { ceilTimes, floorTimes, ratio } from '../time/ratio'
import type { Time } from '../time/time'
import type { ChipContext, Site } from './chipSite'
import type { Cursor } from './processCursor'
import type { ClusterMemory, PageKind } from './processMemory'
import type { CheckedProcesses, ClusterRoom, ProcessSpec } from './processOptions'
import { pieceKey, type Stamp } from './processPieces'

/** A thread of a copy: cycles that it had when it last left its core, what it waits for (a piece, or `call`), and whether its work is done. @internal */
export type ProcessThread = { readonly index: number; had: number; waits: string | undefined; isOver: boolean }

/**
 * What a cluster has of a process. `pages`: the frame or kernel page of each piece that is a page, by its key; `structures`: what stands in the others. `present`: pieces that have come. `log`: pages written since it was
 * read, while somebody wants to know. `behind`: threads that have not had a core since it was unfrozen. `queue`: the order in which threads go on. `looked`, `base`: cycles of each thread when its writes were last looked
 * at, and when it last began to run here.
 * @internal
 */
export type Copy = {
  readonly process: Process
  readonly kernel: SiteKernel
  readonly image: ProcessImage
  state: 'running' | 'freezing' | 'frozen' | 'thawing' | 'arriving' | 'gone'
  readonly pages: ReadonlyMap<string, { readonly kind: PageKind; readonly number: number }>
  readonly structures: Map<string, Stamp>
  readonly present: Set<string>
  readonly threads: readonly ProcessThread[]
  readonly behind: Set<number>
  readonly wanted: Set<string>
  log: Set<string> | undefined
  queue: readonly number[]
  looked: readonly number[]
  base: readonly number[]
  ahead: Subscription | undefined
  told: string
}

/**
 * A process wherever it is. `home`: the copy that ran last. `newest`: how many writes each piece has seen. `given`: orders of its program that have not begun, `answers` that it has not heard, `open`: its calls that have
 * no answer yet, by number; `blockedAt`: when its first thread gave its core up for them.
 * @internal
 */
export type Process = {
  readonly name: string
  readonly spec: ProcessSpec
  readonly newest: Map<string, number>
  readonly copies: Map<SiteKernel, Copy>
  readonly cursors: Map<number, Cursor>
  readonly given: Command[]
  readonly answers: { readonly to: Address; readonly said: Answer }[]
  readonly open: Set<number>
  blockedAt: Time
  home: Copy | undefined
  began: Time | undefined
  /** Why it is nowhere, where it is. */
  over: string | undefined
  refusals: number
}

/** A cluster's kernel as far as processes go; `spent`: cycles of core time of those that do not run here any more. @internal */
export type SiteKernel = {
  readonly site: Site
  readonly room: ClusterRoom
  readonly memory: ClusterMemory
  readonly copies: Map<string, Copy>
  scheduler: ClusterScheduler
  spent: number
  due: { readonly at: number; readonly appointment: Subscription } | undefined
}

/**
 * The calls of processes' own programs, with their ends and timers, as their kernel needs them. `begin`: an order of one. `stop`: nothing of it goes on, and `then` hears once no call is half done. `goOn`: all goes on, at a
 * cluster, or why that has no room for its ends. `end`: it is over, and why. `endsBytes`: of all its ends; `bytesTo`: what it has sent since it began, by whom to.
 * @internal
 */
export type ProcessCalls = {
  readonly begin: (command: Command) => void
  readonly stop: (process: string, then: () => void) => void
  readonly goOn: (process: string, at: Site) => string | undefined
  readonly end: (process: string, reason: string) => void
  /** Keeps slots for its ends at a cluster, when the piece `ends` comes there, or why there are not enough; and gives them back. */
  readonly reserve: (process: string, at: Site) => string | undefined
  readonly release: (process: string, at: Site) => void
  /** The piece `ends` of a frozen process has been read: what arrives here from now on goes after it. */
  readonly handOver: (process: string) => void
  readonly endsBytes: (process: string) => number
  readonly bytesTo: (process: string) => Readonly<Record<string, number>>
}

/** What the mechanisms of processes share. @internal */
export type ProcessContext = {
  readonly context: ChipContext
  readonly checked: CheckedProcesses
  readonly processes: ReadonlyMap<string, Process>
  readonly kernels: ReadonlyMap<Site, SiteKernel>
  readonly calls: ProcessCalls
  /** The first thread of a process has a core: its program goes on. */
  readonly programRuns: (copy: Copy) => void
  /** Tells a program what its order came to. */
  readonly say: (to: Address, said: Answer) => void
  readonly key: Key
  /** Of memory, that a kernel looks at to find a process's state. */
  readonly lines: number
}

/** What stands in a piece; undefined where it has not come. @internal */
export const stampIn = (copy: Copy, key: string): Stamp | undefined => {
  if (!copy.present.has(key)) return undefined
  const page = copy.pages.get(key)
  return page === undefined ? copy.structures.get(key) : copy.kernel.memory[page.kind].contents[page.number]
}

/** Puts something into a piece. @internal */
export const putStamp = (copy: Copy, key: string, stamp: Stamp): void => {
  copy.present.add(key)
  const page = copy.pages.get(key)
  if (page === undefined) copy.structures.set(key, stamp)
  else copy.kernel.memory[page.kind].contents[page.number] = stamp
}

/** A piece has been written once more. @internal */
export const wrote = (copy: Copy, { section, index }: Pick<ProcessPiece, 'section' | 'index'>, what: Partial<Stamp> = {}): void => {
  const key = pieceKey({ section, index })
  const { process } = copy
  const version = (process.newest.get(key) ?? 0) + 1
  process.newest.set(key, version)
  putStamp(copy, key, { word: 0, ...stampIn(copy, key), ...what, of: process.name, section, index, version })
  if (copy.pages.has(key)) copy.log?.add(key)
}

/** Cycles of core time that a thread of a copy has had until now. @internal */
export const hadOf = ({ kernel, process }: Copy, { index, had }: ProcessThread): number =>
  cyclesHad(kernel.scheduler, { process: process.name, thread: index }) ?? had

/** Nanoseconds that so many cycles of a cluster's clock last by that clock, and the cycles of so many nanoseconds, rounded up. @internal */
export const cyclesIn = {
  ns: ({ site }: SiteKernel, cycles: number): Time => floorTimes(site.spec.clock.nsPerTick, cycles),
  upTo: ({ site }: SiteKernel, ns: Time): number =>
    ns === Number.POSITIVE_INFINITY ? ns : ceilTimes(ratio(site.spec.clock.nsPerTick.down, site.spec.clock.nsPerTick.up), ns),
  below: ({ site }: SiteKernel, ns: Time): number => floorTimes(ratio(site.spec.clock.nsPerTick.down, site.spec.clock.nsPerTick.up), ns)
}
