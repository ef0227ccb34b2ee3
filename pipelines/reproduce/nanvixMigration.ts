import { nanvixEarlier } from '../../lib/world/kernelCosts'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { techniqueNames } from '../manycore/daemonOptions'
import { nanvixMigrationCircle } from './nanvixMigrationCircle'
import { type MeasuredMigration, nanvixMigrationMeasured } from './nanvixMigrationMeasured'
import { nanvixMigrationRun } from './nanvixMigrationRuns'
import { nanvixMigrationVariant, type VariantRun } from './nanvixMigrationVariants'
import type { Reproduced, Reproduction, Verdict } from './reproduction'

type Compared = MeasuredMigration & { readonly model: number }

/** The image of the earlier implementation: 342.8 KB of code and data, 2 of a UArea and 8 of a stack, and the mean of 100 of its migrations. */
const EARLIER = { userBytes: Math.round(342.8 * 1024), measuredMs: 226 }

/** Migrations of processes on the MPPA-256 under Nanvix, by threads and pages, in parallel, in a circle; and what Nanvix does not have, beside it. */
export const nanvixMigration: Reproduction = {
  name: 'nanvix-migration',
  sentence:
    'downtime of process migration on the MPPA-256 under Nanvix by threads and pages, of several at once, and what other techniques would gain',
  source:
    'N. Vanz, bachelor thesis, UFSC, 2023 (means of 20 runs, traces/measured/nanvix-migration.json), and N. Vanz, J. V. Souto and M. Castro, Escola Regional de Alto Desempenho (226 ms)',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const wiring = mppaWiring()
    const { alone, parallel } = nanvixMigrationMeasured()
    const compared: Compared[] = []
    for (const one of alone) {
      await progress(`${one.threads} threads, ${one.pages} pages`)
      compared.push({ ...one, model: await nanvixMigrationRun({ threads: one.threads, pages: one.pages, seed, wiring }) })
    }
    const together: (Compared & { readonly migrations: number })[] = []
    for (const one of parallel) {
      await progress(`${one.migrations} at once`)
      const { threads, pages, migrations } = one
      together.push({ ...one, model: await nanvixMigrationRun({ threads, pages, pairs: migrations, asksNode: 2, seed, wiring }) })
    }
    await progress('the earlier implementation')
    const ofImage = { threads: 1, pages: 0, userBytes: EARLIER.userBytes, seed, wiring }
    const earlier = await nanvixMigrationRun({ ...ofImage, kernel: nanvixEarlier })
    const later = await nanvixMigrationRun(ofImage)
    await progress('a circle through all clusters')
    const circle = await nanvixMigrationCircle(seed, wiring)
    const variants: (readonly [string, VariantRun])[] = []
    for (const technique of techniqueNames) {
      await progress(technique)
      variants.push([technique, await nanvixMigrationVariant(technique, seed)])
    }
    return {
      tables: [
        {
          title:
            'downtime by threads, of processes with 0, 8 and 32 allocated pages; deviation: mean of its size over all seven counts of pages',
          columns: [
            { name: 'threads', decimals: 0 },
            ...[0, 8, 32].flatMap((pages) => [
              { name: `${pages} pages measured`, unit: 'ms', decimals: 2 },
              { name: 'model', unit: 'ms', decimals: 2 }
            ]),
            { name: 'deviation', unit: '%', decimals: 2 }
          ],
          rows: [...new Set(alone.map(({ threads }) => threads))].map((threads) => {
            const row = compared.filter((one) => one.threads === threads)
            const at = (pages: number) => row.filter((one) => one.pages === pages).flatMap(({ meanMs, model }) => [meanMs, model])
            return [threads, ...at(0), ...at(8), ...at(32), mean(row.map(off).map(Math.abs))]
          })
        },
        {
          title: 'migrations at once, each of 17 threads and 32 pages between a pair of clusters of its own',
          columns: [
            { name: 'migrations', decimals: 0 },
            { name: 'measured', unit: 'ms', decimals: 2 },
            { name: 'model', unit: 'ms', decimals: 2 },
            { name: 'deviation', unit: '%', decimals: 2 }
          ],
          rows: together.map((one) => [one.migrations, one.meanMs, one.model, off(one)])
        },
        {
          title: 'an image of 352.8 KB',
          columns: [{ name: 'implementation' }, { name: 'measured', unit: 'ms', decimals: 1 }, { name: 'model', unit: 'ms', decimals: 1 }],
          rows: [
            ['earlier', EARLIER.measuredMs, earlier],
            ['of 2023', undefined, later]
          ]
        },
        {
          title: 'a process of four threads that writes into 64 pages, moved by each technique',
          columns: [
            { name: 'technique' },
            { name: 'downtime', unit: 'ms', decimals: 2 },
            { name: 'total', unit: 'ms', decimals: 2 },
            { name: 'pieces copied', decimals: 0 },
            { name: 'time a thread lost', unit: 'ms', decimals: 2 }
          ],
          rows: variants.map(([name, { downtimeMs, totalMs, pieces, lostMs }]) => [name, downtimeMs, totalMs, pieces, lostMs])
        }
      ],
      verdicts: [...verdicts(compared, together, earlier), circled(circle), ...gains(new Map(variants))],
      notes: notes(circle.stoppedMs)
    }
  }
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length

const off = ({ model, meanMs }: Compared): number => (model / meanMs - 1) * 100

const verdicts = (compared: readonly Compared[], together: readonly Compared[], earlier: number): readonly Verdict[] => {
  const error = mean(compared.map(off).map(Math.abs))
  const worst = Math.max(...compared.map(off).map(Math.abs))
  const jump = (of: (one: Compared) => number): number =>
    mean(
      compared
        .filter(({ threads }) => threads === 16)
        .map((one) => of(one) / of(compared.find(({ threads, pages }) => threads === 15 && pages === one.pages)!))
    )
  const [measured, model] = [jump(({ meanMs }) => meanMs), jump(({ model }) => model)]
  const models = together.map(({ model }) => model)
  const spread = (Math.max(...models) / Math.min(...models) - 1) * 100
  const worstTogether = Math.max(...together.map(off).map(Math.abs))
  return [
    {
      text: `mean error over ${compared.length} pairs of threads and pages at most 2 % (${error.toFixed(2)} %; ${worst.toFixed(1)} % at worst)`,
      holds: error <= 2
    },
    {
      text: `from 15 to 16 threads the downtime jumps as measured, within 5 % (to ${model.toFixed(2)} times on average, measured ${measured.toFixed(2)})`,
      holds: Math.abs(model / measured - 1) <= 0.05
    },
    { text: `1 to 8 migrations at once do not disturb each other: within 1 % of each other (${spread.toFixed(2)} %)`, holds: spread <= 1 },
    { text: `and within 2 % of what was measured (${worstTogether.toFixed(2)} %)`, holds: worstTogether <= 2 },
    {
      text: `352.8 KB by the earlier implementation in 226 ms, within 1 % (${earlier.toFixed(1)} ms)`,
      holds: Math.abs(earlier / EARLIER.measuredMs - 1) <= 0.01
    }
  ]
}

const circled = ({ moves }: { readonly moves: number }): Verdict => ({
  text: `a process has itself moved through all 16 clusters and back (${moves} of 16 moves)`,
  holds: moves === 16
})

const gains = (variants: ReadonlyMap<string, VariantRun>): readonly Verdict[] => {
  const downtime = (name: string): number => variants.get(name)!.downtimeMs
  return [
    {
      text: `pre-copy would leave less than half of the downtime (${downtime('precopy').toFixed(1)} of ${downtime('nanvix').toFixed(1)} ms)`,
      holds: downtime('precopy') < downtime('nanvix') / 2
    },
    {
      text: `so would post-copy (${downtime('postcopy').toFixed(1)} ms)`,
      holds: downtime('postcopy') < downtime('nanvix') / 2
    },
    { text: `a cold migration takes longest (${downtime('cold').toFixed(1)} ms)`, holds: downtime('cold') > downtime('nanvix') }
  ]
}

const notes = (circleMs: number): readonly string[] => [
  'What was measured is not from freezing to going on: an I/O cluster counts from the barrier that ends the setup. Between it and the freezing, as its program reads, the main thread makes five kernel calls that come back (the return from the barrier, the barrier, the number of its node, two mailboxes), one more in the parallel program. The model runs the same calls.',
  "The jump follows from them. Of 16 cores one is the system's. A kernel call is forwarded to it, and its caller gives up its core: with a sixteenth thread that core is taken, and the caller waits for the next tick of the clock, 10 ms. Five calls are 50 ms, six 60: the single runs lie in bands 4.0 million cycles apart, whatever the pages.",
  "With 16 threads, one run in nine measured a tick less than the others: where the sixteenth thread's context was still being saved, its core stayed free. That is not modelled; it is most of what the model is off there.",
  'The tick of that build stands in no stored file (its kernel asks for a timer of 32, with a quantum of 128 ticks): 10 ms is what the runs show, and that as many threads change at a tick as wait, since 17 threads wait no longer than 16.',
  'Two costs are fitted, of a piece and of all that does not depend on the process (see `nanvix2023`); their division over tasks is ours. One figure fixes the set of the earlier implementation: only its piece costs otherwise, 4.5 times as much.',
  'Pre-copy and post-copy pay the fixed part of 11.6 ms in full, since no source says what of it is needed while a process stands still: their gains are what is certain. Cold goes by way of an I/O cluster, whose copies are dearer.',
  `In the circle the process stands still for ${circleMs.toFixed(0)} ms in all.`
]
