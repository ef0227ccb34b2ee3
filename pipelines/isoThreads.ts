import { run } from '../lib/loop/run'
import type { Data } from '../lib/protocol/data'
import { type IsoNode, isoNode } from '../lib/protocol/isoNode'
import type { Entry, Journal } from '../lib/protocol/journal'
import { answers, asked, awaiting, done, type Step } from '../lib/protocol/phase'
import type { Outcome, Pipeline } from '../lib/protocol/pipeline'
import type { ThreadOrder, ThreadSignal } from '../lib/protocol/threadOrder'
import { chance, key, type Seed, split, uniformInt } from '../lib/random/random'
import type { IsoTraffic } from '../lib/world/isoContext'
import type { IsoNodes } from '../lib/world/isoNodes'
import type { IsoOptions } from '../lib/world/isoOptions'
import { isoWorld } from '../lib/world/isoWorld'

/** What a thread hears of itself. */
export type ThreadHeard = Extract<ThreadSignal, { readonly thread: string }>

/** A thread's program, pure: what it does first (heard: nothing), and after each answer; `undefined`: nothing more. */
export type ThreadProgram<S> = {
  readonly thread: string
  readonly start: S
  readonly next: (state: S, heard: ThreadHeard | undefined) => readonly [S, ThreadOrder | undefined]
}

/** What came of programs: the journal of the run; what threads were told (without the messages that were carried for them); how many runs of slots threads were given; what went over the network; and the nodes at the end. */
export type ThreadsRan = {
  readonly journal: Journal
  readonly signals: readonly ThreadSignal[]
  readonly runsGiven: number
  readonly traffic: IsoTraffic
  readonly nodes: IsoNodes
}

/** Runs programs of threads on nodes with iso-address memory until each has ended. Errors: as `isoWorld`. */
export const ranThreads = <S extends Data>(options: IsoOptions, programs: readonly ThreadProgram<S>[]): ThreadsRan => {
  const journal: Entry[] = []
  const signals: ThreadSignal[] = []
  let runsGiven = 0
  let nodes: IsoNodes | undefined
  let bug: { readonly error: unknown } | undefined
  const machine = options.node ?? isoNode
  const node: IsoNode = (state, event) => {
    const made = machine(state, event)
    for (const { type } of made.effects) if (type === 'got') runsGiven++
    return made
  }
  const world = isoWorld(
    { ...options, node, threads: programs.map(({ thread }) => thread) },
    (opened) => {
      nodes = opened
    },
    (signal) => {
      if (signal.type !== 'carried') signals.push(signal)
    }
  )
  run(threadPipelines(programs), world, { seed: options.seed ?? 1 }).subscribe({
    next: (entry) => journal.push(entry),
    error: (error: unknown) => {
      bug = { error }
    }
  })
  if (bug !== undefined) throw bug.error
  return { journal, signals, runsGiven, traffic: nodes!.traffic(), nodes: nodes! }
}

/** The pipelines of threads' programs, by thread, for `run` in an `isoWorld`. */
export const threadPipelines = <S extends Data>(programs: readonly ThreadProgram<S>[]): Readonly<Record<string, Pipeline>> =>
  Object.fromEntries(programs.map((program) => [program.thread, threadPipeline(program)]))

/**
 * A thread's program as a pipeline: an order, its answer, the next order. It ends `completed` when the program has nothing more to do, and `lost` with its thread.
 */
export const threadPipeline =
  <S extends Data>({ thread, start, next }: ThreadProgram<S>): Pipeline =>
  () => {
    const goOn = (state: S, heard: ThreadHeard | undefined): Step<Outcome> => {
      const [after, order] = next(state, heard)
      return order === undefined ? done({ type: 'completed', needs: [] }) : waiting(after, order, undefined, true)
    }
    const waiting = (state: S, order: ThreadOrder, lost: string | undefined, isNew: boolean): Step<Outcome> =>
      awaiting(isNew ? [asked({ type: 'act', action: inWords(order) })] : [], 'thread', [state, order.type, lost], (signal) => {
        if (signal.type === 'threadLost') return waiting(state, order, signal.reason, false)
        if (!answers(signal, 0)) return undefined
        if (lost !== undefined) return done({ type: 'lost', reason: lost })
        const { at } = signal
        if (signal.type === 'refused') return goOn(state, { at, thread, type: 'refused', order: order.type, reason: signal.reason })
        return signal.type === 'acted' ? goOn(state, { at, thread, ...signal.result }) : undefined
      })
    return goOn(start, undefined)
  }

/** An order with its word as 64 bits, as its journal has it. */
const inWords = (order: ThreadOrder): ThreadOrder => ('word' in order ? { ...order, word: BigInt.asUintN(64, order.word) } : order)

/** A program that gives one order after the other, whatever the answers. */
export const scripted = (thread: string, orders: readonly ThreadOrder[]): ThreadProgram<number> => ({
  thread,
  start: 0,
  next: (done) => [done + 1, orders[done]]
})

/** What a wandering thread remembers: how many steps it has made, and its blocks. */
export type Wanderer = { readonly steps: number; readonly blocks: readonly number[] }

/**
 * A thread that takes blocks of `bytes`, gives some back, and moves about: at each of its `steps` it takes one with `takes` in a hundred, else gives one back with the same chance as it moves to any
 * node. A block is `largeBytes` long with `large` in a hundred. All chances from `seed`, by the thread's name.
 */
export const wandering = ({
  thread,
  node,
  nodes,
  steps,
  bytes,
  largeBytes,
  large,
  takes = 60,
  seed
}: {
  readonly thread: string
  readonly node: number
  readonly nodes: number
  readonly steps: number
  readonly bytes: number
  readonly largeBytes: number
  readonly large: number
  readonly takes?: number
  readonly seed: Seed
}): ThreadProgram<Wanderer> => {
  const chances = split(key(seed), thread)
  const step = ({ steps: n, blocks }: Wanderer): ThreadOrder => {
    const own = split(chances, n)
    if (n === 0) return { type: 'spawn', node }
    if (n > steps) return { type: 'exit' }
    if (chance(own, 0, takes / 100)) return { type: 'allocate', bytes: chance(own, 1, large / 100) ? largeBytes : bytes }
    if (blocks.length > 0 && chance(own, 2, 0.5)) return { type: 'free', address: blocks[uniformInt(own, 3, blocks.length)] }
    return { type: 'migrate', to: uniformInt(own, 4, nodes) }
  }
  return {
    thread,
    start: { steps: 0, blocks: [] },
    next: (state, heard) => {
      const blocks =
        heard?.type === 'allocated'
          ? [...state.blocks, heard.address]
          : heard?.type === 'freed'
            ? state.blocks.filter((one) => one !== heard.address)
            : state.blocks
      const now = { ...state, blocks }
      return [{ ...now, steps: now.steps + 1 }, now.steps > steps + 1 ? undefined : step(now)]
    }
  }
}
