import type { CoreCounts, CoreOptions } from '../../lib/guest/kernelCore'
import { mppaCores } from '../../lib/guest/mppaCores'
import { type ProcessLayout, scatteredLayout, uAreaLayout } from '../../lib/guest/processLayout'
import { type ThreadExperiment, type ThreadExperimentOptions, threadExperiment } from '../../lib/guest/threadExperiment'
import { type MeanInterval, meanInterval } from '../../lib/metrics/meanInterval'
import { type Key, key, type Seed, split } from '../../lib/random/random'

/** Two layouts to compare, made from the same stream of chances, on the same machine with the same program. */
export type UareaVariant = {
  readonly name: string
  readonly before: (stream: Key) => ProcessLayout
  readonly after: (stream: Key) => ProcessLayout
  readonly run: Omit<ThreadExperimentOptions, 'layout' | 'key'>
}

/** What is counted of a core. */
export type UareaMeasure = keyof CoreCounts

/** A measure of creating or joining: means for a thread, and by how many per cent of the first the second differs, with its 95 % interval over the seeds. */
export type UareaDifference = { readonly before: number; readonly after: number; readonly percent: MeanInterval }

/** Both calls, measure by measure. */
export type UareaCompared = Readonly<Record<keyof ThreadExperiment, Readonly<Record<UareaMeasure, UareaDifference>>>>

/** The measures, in the order they are printed. */
export const uareaMeasures = [
  'cycles',
  'branches',
  'dataMisses',
  'instructionMisses',
  'branchStalls',
  'dataStalls',
  'instructionStalls'
] as const satisfies readonly UareaMeasure[]

const { compute, io } = mppaCores

/** Globals against a UArea, 17 threads beside the program's own. */
export const uareaPublished: UareaVariant = {
  name: 'as above',
  before: (stream) => scatteredLayout({ key: stream }),
  after: (stream) => uAreaLayout({ key: stream }),
  run: { core: compute, threads: 17 }
}

/** The same with something changed: in what is compared, in the machine, in the program. */
export const uareaVariants: readonly UareaVariant[] = [
  uareaPublished,
  { ...uareaPublished, name: 'a UArea against itself', before: uareaPublished.after },
  {
    ...uareaPublished,
    name: 'globals of one file, one table of the process',
    before: (stream) => scatteredLayout({ key: stream }, { together: true })
  },
  {
    ...uareaPublished,
    name: 'search from the process’s threads in either',
    before: (stream) => scatteredLayout({ key: stream }, { mixed: false })
  },
  { ...uareaPublished, name: 'UArea through pointers', after: (stream) => uAreaLayout({ key: stream }, { pointed: true }) },
  {
    ...uareaPublished,
    name: 'both, as in microkernel 04e7633 and 92320ed8',
    before: (stream) => scatteredLayout({ key: stream }, { mixed: false }),
    after: (stream) => uAreaLayout({ key: stream }, { pointed: true })
  },
  onMachine('pages cleared with a branch a byte', {}, { clearing: { cycles: 30, counted: false } }),
  onMachine('stores go around the cache', { costs: { ...compute.costs, storesFill: false } }),
  onMachine('coherent caches', {}, { coherent: true }),
  withCaches('caches of 4 KB', { bytes: 4096 }),
  withCaches('caches of 16 KB', { bytes: 16_384 }),
  onMachine('caches of 32 KB (I/O cluster)', io),
  withCaches('direct-mapped', { ways: 1 }),
  withCaches('four ways', { ways: 4 }),
  withCaches('fully associative', { ways: 128 }),
  withCaches('first in, first out', { replacement: 'fifo' }),
  withCaches('lines of 32 bytes', { lineBytes: 32 }),
  onMachine('memory of 10 cycles', { costs: { ...compute.costs, miss: 10, uncached: 10 } }),
  onMachine('memory of 40 cycles', { costs: { ...compute.costs, miss: 40, uncached: 40 } }),
  onMachine('1 thread', {}, { threads: 1 }),
  onMachine('8 threads', {}, { threads: 8 }),
  onMachine('13 threads, 4 more asleep', {}, { threads: 13, others: 4 })
]

/** Runs a variant on so many seeds, both layouts with the same chances. Cost: about 6 ms a seed. */
export const uareaCompared = ({ before, after, run }: UareaVariant, seed: Seed, seeds: number): UareaCompared => {
  const root = split(key(seed), 'uarea')
  const pairs = Array.from({ length: seeds }, (_, i) => {
    const stream = split(root, i)
    const on = (layout: (stream: Key) => ProcessLayout): ThreadExperiment =>
      threadExperiment({ ...run, layout: layout(split(stream, 'data')), key: stream })
    return [on(before), on(after)] as const
  })
  const difference = (call: keyof ThreadExperiment, measure: UareaMeasure): UareaDifference => {
    const [first, second] = [0, 1].map((i) => pairs.reduce((sum, pair) => sum + pair[i][call][measure], 0) / seeds)
    const percent = meanInterval(pairs.map(([one, other]) => ((other[call][measure] - one[call][measure]) / first) * 100))
    return { before: first / run.threads, after: second / run.threads, percent }
  }
  const of = (call: keyof ThreadExperiment): UareaCompared['create'] =>
    Object.fromEntries(uareaMeasures.map((measure) => [measure, difference(call, measure)])) as UareaCompared['create']
  return { create: of('create'), join: of('join') }
}

function onMachine(name: string, core: Partial<CoreOptions>, run: Partial<UareaVariant['run']> = {}): UareaVariant {
  return { ...uareaPublished, name, run: { ...uareaPublished.run, core: { ...compute, ...core }, ...run } }
}

function withCaches(name: string, changed: Partial<CoreOptions['data']>): UareaVariant {
  return onMachine(name, { data: { ...compute.data, ...changed }, instructions: { ...compute.instructions, ...changed } })
}
