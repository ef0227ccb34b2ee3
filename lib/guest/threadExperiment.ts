import { type Key, split, uniformInt } from '../random/random'
import { kernelCalls } from './kernelCalls'
import { type CoreCounts, type CoreOptions, kernelCore } from './kernelCore'
import type { Clearing } from './kernelPages'
import { type KernelProgram, kernelRun } from './kernelRun'
import { kernelText } from './kernelText'
import { mppaCores } from './mppaCores'
import type { ProcessLayout } from './processLayout'

/**
 * The experiment on one layout: a program creates so many threads that do nothing, one after the other, and joins them (at most 17 beside itself and `others`, which sleep).
 * `core`: of a compute cluster when not given.
 * `clearing`: how a page is cleared (default: 30 cycles a byte, counted by hardware); `coherent`: hardware keeps data caches coherent, so that locks need not empty them. Counts of `create` are of the core that serves the calls, those of `join` of the core that joins.
 */
export type ThreadExperimentOptions = {
  readonly layout: ProcessLayout
  readonly core?: CoreOptions
  readonly key: Key
  readonly threads: number
  readonly others?: number
  readonly clearing?: Clearing
  readonly coherent?: boolean
}

/** What creating and joining came to. */
export type ThreadExperiment = { readonly create: CoreCounts; readonly join: CoreCounts }

/**
 * Creates and joins threads on a compute cluster of 16 cores: core 0 serves calls, core 1 runs the program, all but these run threads. Chances (places of code, pages that are
 * taken, time between calls, what the master did meanwhile, time of an interrupt to arrive) come from the key and are the same whatever the layout. Throws RangeError.
 * Cost: about 3 ms for 17 threads.
 */
export const threadExperiment = (options: ThreadExperimentOptions): ThreadExperiment => {
  const { layout, core = mppaCores.compute, key, threads, others = 0, clearing = { cycles: 30, counted: true }, coherent = false } = options
  if (!Number.isInteger(threads) || threads < 1 || threads + others > 17)
    throw new RangeError(`threadExperiment: threads and others must be 1 to 17 (got ${threads} and ${others})`)
  const cores = Array.from({ length: 16 }, (_, id) => kernelCore(id, core))
  const run = kernelRun()
  const text = kernelText(layout, split(key, 'text'))
  const calls = kernelCalls({ layout, text, cores, run, key: split(key, 'calls'), others, clearing, coherent })
  const [master, main] = cores
  const between = split(key, 'between')
  let create = master.counts()
  let join = create
  let ended = false
  function* program(): KernelProgram {
    const ids: number[] = []
    for (let i = 0; i < threads; i++) {
      main.idleUntil(Math.max(main.now(), master.now()) + callCycles + uniformInt(between, 2 * i, callCycles))
      const activity = split(between, i)
      for (let j = uniformInt(between, 2 * i + 1, mostActivity); j > 0; j--)
        master.run(textBase + 64 * uniformInt(activity, j, textLines), 64)
      yield { type: 'until', at: main.now(), core: master }
      const before = master.counts()
      ids.push(yield* calls.create(master))
      create = added(create, before, master.counts())
    }
    yield { type: 'until', at: master.now() + callCycles, core: main }
    const before = main.counts()
    for (const id of ids) yield* calls.join(main, id)
    join = added(join, before, main.counts())
    ended = true
  }
  run.start(program())
  run.finish(calls.tick)
  if (!ended) throw new Error('threadExperiment: all threads must end and be joined')
  return { create, join }
}

const added = (sum: CoreCounts, before: CoreCounts, after: CoreCounts): CoreCounts => ({
  cycles: sum.cycles + after.cycles - before.cycles,
  branches: sum.branches + after.branches - before.branches,
  dataMisses: sum.dataMisses + after.dataMisses - before.dataMisses,
  instructionMisses: sum.instructionMisses + after.instructionMisses - before.instructionMisses,
  branchStalls: sum.branchStalls + after.branchStalls - before.branchStalls,
  dataStalls: sum.dataStalls + after.dataStalls - before.dataStalls,
  instructionStalls: sum.instructionStalls + after.instructionStalls - before.instructionStalls
})

// Assumed, the same for every layout: a call takes 4000 to 8000 cycles to arrive, and meanwhile the master runs up to 63 other lines of its code.
const callCycles = 4000
const mostActivity = 64
const textBase = 0x8000
const textLines = 5700
