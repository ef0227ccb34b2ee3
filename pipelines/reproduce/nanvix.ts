import { lastValueFrom } from 'rxjs'
import { run } from '../../lib/loop/run'
import { readCycles } from '../../lib/metrics/readCycles'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { folded } from '../../lib/stream/fold'
import { chip } from '../../lib/world/chip'
import { type ChipCosts, nanvixCosts } from '../../lib/world/chipCosts'
import type { ChipOptions } from '../../lib/world/chipOptions'
import { mppaWiring } from '../../lib/world/mppaWiring'
import { allgather } from '../collectives/allgather'
import { broadcast } from '../collectives/broadcast'
import { gather } from '../collectives/gather'
import type { PatternOptions } from '../collectives/pattern'
import { pingPong } from '../collectives/pingPong'
import type { Reproduced, ReproducedColumn, Reproduction, Verdict } from './reproduction'

/** A pattern as it was measured: its program, whose reading was reported, and the cycles over portals (16 clusters; 4 to 64 KB) and over mailboxes (1 to 16 clusters). */
type Measured = {
  readonly name: string
  readonly program: (options: PatternOptions) => Readonly<Record<string, Pipeline>>
  readonly reported: Readonly<Record<'portal' | 'mailbox', (cycles: Readonly<Record<string, number>>) => number>>
  readonly portal: readonly number[]
  readonly mailbox: readonly number[]
  readonly within: number
}

const sizes = [4, 8, 16, 32, 64]
const counts = [1, 2, 4, 8, 16]

const ofCompute = (cycles: Readonly<Record<string, number>>): readonly number[] =>
  Object.entries(cycles).flatMap(([name, of]) => (name.startsWith('cc') ? [of] : []))
const meanOfClusters = (cycles: Readonly<Record<string, number>>): number => {
  const all = ofCompute(cycles)
  return all.reduce((sum, one) => sum + one, 0) / all.length
}
const lastCluster = (cycles: Readonly<Record<string, number>>): number => Math.max(...ofCompute(cycles))
const master = ({ io0 }: Readonly<Record<string, number>>): number => io0

const patterns: readonly Measured[] = [
  {
    name: 'broadcast',
    program: broadcast,
    reported: { portal: lastCluster, mailbox: lastCluster },
    portal: [199_905, 355_206, 667_859, 1_282_121, 2_556_794],
    mailbox: [44_402, 94_133, 192_747, 425_649, 889_635],
    within: 10
  },
  {
    name: 'allgather',
    program: allgather,
    reported: { portal: meanOfClusters, mailbox: meanOfClusters },
    portal: [187_545, 264_090, 431_580, 750_056, 1_358_060],
    mailbox: [27_447, 48_423, 101_689, 198_572, 361_931],
    within: 10
  },
  {
    name: 'gather',
    program: gather,
    reported: { portal: master, mailbox: master },
    portal: [407_535, 684_331, 1_244_365, 2_365_551, 4_606_890],
    mailbox: [63_764, 77_026, 103_524, 156_916, 262_537],
    within: 5
  },
  {
    name: 'ping-pong',
    program: pingPong,
    reported: { portal: master, mailbox: lastCluster },
    portal: [397_374, 667_457, 1_211_637, 2_300_467, 4_474_409],
    mailbox: [75_618, 167_903, 344_434, 698_269, 1_406_523],
    within: 5
  }
]

/** A measured point beside the model. */
type Compared = { readonly pattern: Measured; readonly at: number; readonly measured: number; readonly model: number }

/** Cycles of Nanvix's four patterns of communication on the MPPA-256, over portals and over mailboxes, one set of costs for all. */
export const nanvix: Reproduction = {
  name: 'nanvix',
  sentence: 'broadcast, gather, allgather and ping-pong on the MPPA-256 under Nanvix, over portals of 4 to 64 KB and over mailboxes',
  source: 'J. V. Souto, bachelor thesis, UFSC, 2019: means of 40 runs, at 400 MHz',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const world: ChipOptions = { wiring: mppaWiring() }
    const portal: Compared[] = []
    const mailbox: Compared[] = []
    for (const pattern of patterns) {
      for (const [i, at] of sizes.entries()) {
        await progress(`${pattern.name} over portals, ${at} KB`)
        const model = pattern.reported.portal(await cyclesOf(pattern, { clusters: 16, over: 'portal', bytes: at * 1024 }, world, seed))
        portal.push({ pattern, at, measured: pattern.portal[i], model })
      }
      for (const [i, at] of counts.entries()) {
        await progress(`${pattern.name} over mailboxes, ${at} clusters`)
        const model = pattern.reported.mailbox(await cyclesOf(pattern, { clusters: at, over: 'mailbox' }, world, seed))
        mailbox.push({ pattern, at, measured: pattern.mailbox[i], model })
      }
    }
    return {
      tables: [
        {
          title: 'portals: one I/O cluster and 16 compute clusters, cycles spent in reading',
          columns: columns({ name: 'size', unit: 'KB', decimals: 0 }),
          rows: portal.map(row)
        },
        {
          title: 'mailboxes: one I/O cluster and some compute clusters, cycles spent in reading messages of 128 bytes',
          columns: columns({ name: 'clusters', decimals: 0 }),
          rows: mailbox.map(row)
        },
        {
          title: 'what software takes, by the kind of cluster, in all patterns',
          columns: [
            { name: 'call' },
            { name: 'compute cluster', unit: 'cycles', decimals: 2 },
            { name: 'I/O cluster', unit: 'cycles', decimals: 2 }
          ],
          rows: (Object.keys(nanvixCosts.compute) as readonly (keyof ChipCosts)[]).map((what) => [
            whatCosts[what],
            nanvixCosts.compute[what],
            nanvixCosts.io[what]
          ])
        }
      ],
      verdicts: patterns.map((pattern) => verdict(pattern, portal)),
      notes
    }
  }
}

const cyclesOf = (
  { program }: Measured,
  options: PatternOptions,
  world: ChipOptions,
  seed: Seed
): Promise<Readonly<Record<string, number>>> => lastValueFrom(run(program(options), chip(world), { seed }).pipe(folded(readCycles)))

const off = ({ model, measured }: Compared): number => (model / measured - 1) * 100

const verdict = (pattern: Measured, compared: readonly Compared[]): Verdict => {
  const deviations = compared.filter((one) => one.pattern === pattern).map(off)
  const worst = Math.max(...deviations.map(Math.abs))
  return {
    text: `${pattern.name} over portals within ${pattern.within} % at each of ${deviations.length} sizes (at most ${worst.toFixed(1)} %)`,
    holds: worst <= pattern.within
  }
}

const columns = (at: ReproducedColumn): readonly ReproducedColumn[] => [
  { name: 'pattern' },
  at,
  { name: 'measured', unit: 'cycles', decimals: 0 },
  { name: 'model', unit: 'cycles', decimals: 0 },
  { name: 'deviation', unit: '%', decimals: 1 }
]

const row = (one: Compared) => [one.pattern.name, one.at, one.measured, Math.round(one.model), off(one)]

const whatCosts: Readonly<Record<keyof ChipCosts, string>> = {
  call: 'create, attach, close, allow',
  put: 'begin a put',
  get: 'begin a get',
  copyPerByte: 'copy a byte between program and kernel',
  permit: 'ask for a chunk',
  send: 'send a chunk',
  take: 'take a chunk, without its copy',
  mail: 'send a message',
  receive: 'begin a receive',
  takeMail: 'take a message, and acknowledge it',
  signal: 'signal one node',
  await: 'begin an await'
}

const notes: readonly string[] = [
  'What was measured is what the kernel counts at the end that receives: calls that read, waiting included, and none that write. So the ping-pong of the I/O cluster costs what its gather does: its own writes are not in it. The model counts the same.',
  'Whose count was reported is not said: taken are the last cluster of broadcasts (its wait spans all transfers), the mean of the compute clusters in allgather, and the I/O cluster in gather and in the ping-pong over portals.',
  'What decides, over portals: a chunk is copied at its sender while its reader is still at the one before; the reader asks for the next chunk when it has copied the last. A broadcast goes as the I/O cluster copies and sends, a gather as it asks, takes and copies, an allgather as two compute clusters take turns with each other and one of them waits for the I/O cluster.',
  'The costs are fitted, one set for all patterns; the figures fix their sums for a chunk and for a message, not each of them. Gather and ping-pong differ by 3 % for a chunk in the measurements and not in the model, which lies between them.',
  'Mailboxes are no aim. Gather and allgather come out. A broadcast over one cluster costs less in the measurements than one of many for each of them, 44 to 58 thousand cycles; the model has 51 throughout. The ping-pong is 24 to 28 % too short from one cluster on: some 24 thousand cycles for each message and its answer that are in neither broadcast nor gather, and of which no source says what they are.',
  'The measured allgather scatters by 4 to 10 %, the others by 1 %; the model does not scatter.'
]
