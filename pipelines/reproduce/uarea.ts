import { formatNumber } from '../../lib/report/numbers'
import type { Reproduced, ReproducedColumn, Reproduction, Verdict } from './reproduction'
import { type UareaCompared, type UareaMeasure, uareaCompared, uareaMeasures, uareaPublished, uareaVariants } from './uareaRuns'

/** What was published of creation with a UArea, in per cent of without. */
export const uareaEffects = { branches: -7.8, data: -5.8, instructions: -6.45 } as const

/** Thread creation and joining in Nanvix, a process's state in a UArea or scattered over the kernel. */
export const uarea: Reproduction = {
  name: 'uarea',
  sentence:
    'thread creation and joining in Nanvix on an MPPA-256 cluster, a process’s state in one UArea against scattered over the kernel',
  source: 'Vanz, Souto, Castro, ERAD 2021, fig. 3; Vanz, TCC (UFSC 2023), ch. 5; logs in nicolasvanz/TCC-experiments',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    await progress(`${uareaSeeds} seeds of 17 threads`)
    const compared = uareaCompared(uareaPublished, seed, uareaSeeds)
    const varied: { readonly name: string; readonly compared: UareaCompared }[] = []
    for (const variant of uareaVariants) {
      await progress(variant.name)
      varied.push({ name: variant.name, compared: variant === uareaPublished ? compared : uareaCompared(variant, seed, variedSeeds) })
    }
    return {
      tables: [
        {
          title: `means for a thread of 17, and the difference with its 95 % interval over ${uareaSeeds} seeds`,
          columns: meanColumns,
          rows: (['create', 'join'] as const).flatMap((call) =>
            uareaMeasures.map((measure) => {
              const { before, after, percent } = compared[call][measure]
              return [
                call === 'create' ? 'creation' : 'joining',
                words[measure],
                before,
                after,
                percent.mean,
                percent.half,
                call === 'create' ? publishedOf(measure) : measure === 'cycles' ? 'no change' : undefined
              ]
            })
          )
        },
        {
          title: `the differences in per cent where something else is compared, or on another machine (${variedSeeds} seeds each but the first)`,
          columns: variedColumns,
          rows: varied.map(({ name, compared: { create, join } }) => [
            name,
            ...variedMeasures.flatMap((measure) => [create[measure].percent.mean, create[measure].percent.half]),
            join.cycles.percent.mean,
            join.cycles.percent.half
          ])
        }
      ],
      verdicts: uareaVerdicts(compared, varied.find(({ name }) => name === 'a UArea against itself')!.compared),
      notes
    }
  }
}

/** What is aimed at: signs, order of magnitude and rank of the published effects, none on joining, and none where both layouts are the same. */
export const uareaVerdicts = ({ create, join }: UareaCompared, control: UareaCompared): readonly Verdict[] => {
  const said = (measure: UareaMeasure, of = create): string =>
    `${words[measure]} ${formatNumber(of[measure].percent.mean, 2)} ± ${formatNumber(of[measure].percent.half, 2)} %`
  const falls = (measure: UareaMeasure): boolean => create[measure].percent.mean + create[measure].percent.half < 0
  const near = (measure: UareaMeasure, published: number): boolean => {
    const ratio = create[measure].percent.mean / published
    return ratio > 1 / 3 && ratio < 3
  }
  const counts = ['branches', 'dataMisses', 'instructionMisses'] as const
  const stalls = ['branchStalls', 'dataStalls', 'instructionStalls'] as const
  const effects = [uareaEffects.branches, uareaEffects.data, uareaEffects.instructions]
  const rank = (values: readonly number[]): string =>
    ['branches', 'data', 'instructions']
      .map((name, i) => ({ name, value: values[i] }))
      .sort((one, other) => one.value - other.value)
      .map(({ name }) => name)
      .join(', ')
  const stalled = stalls.map((measure) => create[measure].percent.mean)
  return [
    {
      text: `creation: fewer with a UArea, beyond chance (${counts.map((measure) => said(measure)).join('; ')})`,
      holds: counts.every(falls)
    },
    {
      text: `creation: cycles lost, which is what the counters count, fall within a factor of three of -7.8, -5.8 and -6.45 % (${stalls.map((measure) => said(measure)).join('; ')})`,
      holds: stalls.every((measure, i) => falls(measure) && near(measure, effects[i]))
    },
    { text: 'creation: so do the numbers of branches and misses', holds: counts.every((measure, i) => near(measure, effects[i])) },
    {
      text: `creation: the largest effect first as published: ${rank(effects)} (here ${rank(stalled)})`,
      holds: rank(effects) === rank(stalled)
    },
    { text: `creation: a little faster (${said('cycles')})`, holds: falls('cycles') && create.cycles.percent.mean > -5 },
    { text: `joining: time does not change by 1 % (${said('cycles', join)})`, holds: Math.abs(join.cycles.percent.mean) < 1 },
    {
      text: 'nothing is left where both layouts are the same',
      holds: [control.create, control.join].every((call) =>
        uareaMeasures.every((measure) => call[measure].before === call[measure].after && call[measure].percent.half === 0)
      )
    }
  ]
}

const uareaSeeds = 100
const variedSeeds = 40

const words: Readonly<Record<UareaMeasure, string>> = {
  cycles: 'time in cycles of 2.5 ns',
  branches: 'branches',
  dataMisses: 'data misses',
  instructionMisses: 'instruction misses',
  branchStalls: 'cycles lost to branches',
  dataStalls: 'cycles lost to data',
  instructionStalls: 'cycles lost to instructions'
}

const publishedOf = (measure: UareaMeasure): number | string =>
  measure === 'cycles'
    ? 'slightly less'
    : measure === 'branches' || measure === 'branchStalls'
      ? uareaEffects.branches
      : measure === 'dataMisses' || measure === 'dataStalls'
        ? uareaEffects.data
        : uareaEffects.instructions

const variedMeasures = ['cycles', 'branchStalls', 'dataStalls', 'instructionStalls', 'dataMisses', 'instructionMisses'] as const

const meanColumns: readonly ReproducedColumn[] = [
  { name: 'call' },
  { name: 'measure' },
  { name: 'scattered', decimals: 1 },
  { name: 'UArea', decimals: 1 },
  { name: 'difference', unit: '%', decimals: 2 },
  { name: '±', unit: '%', decimals: 2 },
  { name: 'published', unit: '%', decimals: 2 }
]

const variedColumns: readonly ReproducedColumn[] = [
  { name: 'changed' },
  ...['creation time', 'lost to branches', 'to data', 'to instr.', 'data misses', 'instr. misses', 'joining time'].flatMap((name) => [
    { name, unit: '%', decimals: 1 },
    { name: '±', unit: '%', decimals: 1 }
  ])
]

const notes: readonly string[] = [
  'No effect is put in. Both layouts have the same chances: where code and the kernel’s own structures stand, which pages are taken, how long calls take to arrive, what the master did between. They differ in where the process’s fields stand, under how many symbols, and in whether its threads have a table of their own.',
  'Fewer branches come from the search for a free thread: without a UArea the process’s threads are found behind the system’s 18 in one table. Fewer data misses come from the lines of that table and of the fields that stand singly, since every lock empties the data cache of a chip without coherence. Joining walks all threads either way, as nanvix/microkernel does. Without that search nothing of the effect on branches is left beyond chance, and 1.6 % of that on data.',
  'The published counters are the core’s PERF_BRANCH_STALLS, PERF_DCACHE_STALLS and PERF_ICACHE_STALLS (nanvix/benchmarks, fork-join): cycles lost, though the text calls them numbers. Instruction misses themselves hardly change: code that names fewer symbols is a little shorter, and that is all the layout does to them; the cycles lost to instructions fall because a branch refills the fetch buffer.',
  'Rank and size of the effects depend on what else a call does, which is estimated: sizes of functions, a branch every six instructions, and clearing two pages at 30 cycles a byte in a loop that hardware counts. The last decides: with a branch a byte, which the 31,000 cycles lost to branches in the baseline’s logs would fit, the effect on branches and on cycles lost to instructions is below 1 %.',
  'Recalled and not found in a source: two ways, least recent use, 20 cycles for a line. The signs of branches and data hold without them; see the second table.',
  'The authors’ logs say more than the paper: with one thread alone the UArea lost more cycles than the baseline (about 3 % to branches, 4 % to data, 6 % to instructions; 14 rounds of the one and 37 of the other were read), and gained only with many. Their kernel finds its search from the process’s threads in either version and reaches the UArea through pointers: the line «both».'
]
