import { type IsoNode, isoNode } from '../lib/protocol/isoNode'
import type { ThreadOrder, ThreadSignal } from '../lib/protocol/threadOrder'
import { chance, key, type Seed, split, uniformInt } from '../lib/random/random'
import { timeline } from '../lib/time/timeline'
import type { IsoOptions } from '../lib/world/isoOptions'
import { type IsoNodes, type IsoTraffic, isoNodes } from '../lib/world/isoWorld'

/** What a thread hears of itself. */
export type ThreadHeard = Extract<ThreadSignal, { readonly thread: string }>

/** A thread's program, pure: what it does first (heard: nothing), and after each answer; `undefined`: nothing more. */
export type ThreadProgram<S> = {
  readonly thread: string
  readonly start: S
  readonly next: (state: S, heard: ThreadHeard | undefined) => readonly [S, ThreadOrder | undefined]
}

/** What came of programs: all signals; how many runs of slots threads were given; what went over the network; and the nodes as they are at the end. */
export type ThreadsRan = {
  readonly signals: readonly ThreadSignal[]
  readonly runsGiven: number
  readonly traffic: IsoTraffic
  readonly nodes: IsoNodes
}

/** Runs programs of threads on nodes with iso-address memory until nothing is left to do. Errors: as `isoWorld`. */
export const ranThreads = <S>(options: IsoOptions, programs: readonly ThreadProgram<S>[]): ThreadsRan => {
  const time = timeline()
  const signals: ThreadSignal[] = []
  const states = new Map(programs.map(({ thread, start }) => [thread, start]))
  const byName = new Map(programs.map((program) => [program.thread, program]))
  let runsGiven = 0
  const machine = options.node ?? isoNode
  const node: IsoNode = (state, event) => {
    const made = machine(state, event)
    for (const { type } of made.effects) if (type === 'got') runsGiven++
    return made
  }
  const goOn = (thread: string, heard: ThreadHeard | undefined): void => {
    const [state, order] = byName.get(thread)!.next(states.get(thread)!, heard)
    states.set(thread, state)
    if (order !== undefined) nodes.obey({ thread, order })
  }
  const nodes = isoNodes({ ...options, node }, time, (signal) => {
    signals.push(signal)
    if ('thread' in signal && signal.type !== 'lost') goOn(signal.thread, signal)
  })
  for (const { thread } of programs) goOn(thread, undefined)
  time.run()
  return { signals, runsGiven, traffic: nodes.traffic(), nodes }
}

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
