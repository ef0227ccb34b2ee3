import { lastValueFrom } from 'rxjs'
import { type Guest, vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { run } from '../../lib/loop/run'
import { type Metrics, metrics } from '../../lib/metrics/metrics'
import { perMigration } from '../../lib/metrics/perMigration'
import { link } from '../../lib/network/link'
import type { Outcome } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { folded } from '../../lib/stream/fold'
import { seconds, type Time } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { engines as all, type Engine } from '../engines'
import type { Cell, Reproduced, ReproducedTable, Reproduction } from './reproduction'

/** Every engine's own policy on the same three guests, so that what tells them apart is seen: rounds, time, downtime, pages, and how it ended. */
export const engines: Reproduction = {
  name: 'engines',
  sentence: "every engine's own policy on the same three guests",
  source: 'the sources of the engines, each named in its row of `pipelines/engines.ts`',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const tables: ReproducedTable[] = []
    const ended: Record<string, Record<string, Metrics>> = {}
    for (const { name, what, workload } of guests) {
      ended[name] = {}
      for (const engine of all) {
        await progress(`${engine.name} moves the ${name} guest`)
        ended[name][engine.name] = await moved(engine, guestOf(workload()), seed)
      }
      tables.push({ title: `the ${name} guest: ${what}`, columns, rows: all.map((engine) => rowOf(engine.name, ended[name][engine.name])) })
    }
    const { calm, busy, wild } = ended
    const completed = (of: Metrics): boolean => of.outcome?.type === 'completed'
    const shortest = (of: Readonly<Record<string, Metrics>>): number => Math.min(...Object.values(of).map(({ totalTime = 0 }) => totalTime))
    return {
      tables,
      verdicts: [
        { text: 'every engine moves the calm guest', holds: Object.values(calm).every(completed) },
        {
          text: 'a cap on rounds, rates or memory ends every migration (Clark, Xen, Hyper-V, p.haul, MPLM); a downtime limit alone does not end that of the wild guest (QEMU 1.2 to 7.2, Cloud Hypervisor)',
          holds: capped.every((name) => completed(wild[name])) && limited.every((name) => !completed(wild[name]))
        },
        {
          text: 'the brake of qemu-1.6 moves the busy guest, which qemu-1.4 does not, and is too weak for the wild one, for which those of qemu-10.2 and vMotion suffice: they have no fixed strength',
          holds:
            !completed(busy['qemu-1.4']) &&
            completed(busy['qemu-1.6']) &&
            !completed(wild['qemu-1.6']) &&
            completed(wild['qemu-10.2']) &&
            completed(wild.vmotion)
        },
        {
          text: `KubeVirt gives the wild guest up: its stall detector after ${inSeconds(wild['kubevirt-stall'].totalTime)} s, its ramp only with the completion time-out, after ${inSeconds(wild['kubevirt-ramp'].totalTime)} s`,
          holds:
            wild['kubevirt-stall'].outcome?.type === 'aborted' &&
            wild['kubevirt-ramp'].outcome?.type === 'aborted' &&
            (wild['kubevirt-stall'].totalTime ?? 0) * 2 < (wild['kubevirt-ramp'].totalTime ?? 0)
        },
        {
          text: `mplm is done with the wild guest in at most three times what its memory takes on the link (${inSeconds(wild.mplm.totalTime)} s)`,
          holds: completed(wild.mplm) && (wild.mplm.totalTime ?? Infinity) <= 3 * memoryNs() + seconds(1)
        },
        {
          text: 'the pauses of xen-today and Hyper-V grow with what the guest dirties: the wild guest stands still longer than the calm one',
          holds: ['xen-today', 'hyper-v-2008-r2', 'hyper-v-2012-r2'].every((name) => wild[name].downtime > calm[name].downtime)
        },
        {
          text: 'the engines differ in total time by more than a factor of two even on the calm guest, because of the rates they grant themselves',
          holds: longest(calm) > 2 * shortest(calm)
        }
      ],
      notes: [
        `Each guest has ${MEMORY / MIB} MiB, the link carries 1 Gbit/s, and a migration that has not ended after ${LIMIT / 1e9} s is called not converging; nothing else costs time.`,
        'clark-2005 and xen-2006 send at most 500 Mbit/s while the guest runs, QEMU 1.2 to 1.6 at most 32 MiB/s (their defaults), the others what the link carries (128 MiB/s, the default of QEMU 7.2 and 10.2, is more).',
        'mplm sends batches, not rounds.',
        ...all.flatMap(({ name, unsure }) => (unsure === undefined ? [] : [`${name}: ${unsure}.`]))
      ]
    }
  }
}

const capped = ['clark-2005', 'xen-2006', 'hyper-v-2008-r2', 'hyper-v-2012-r2', 'p.haul', 'mplm', 'xen-today'] as const
const limited = ['qemu-1.2', 'qemu-1.4', 'qemu-1.6', 'qemu-7.2', 'cloud-hypervisor', 'cloud-hypervisor-ignore'] as const

const MIB = 2 ** 20
const MEMORY = 512 * MIB
const PAGES = MEMORY / 4096
const LIMIT = seconds(200)
const BYTES_PER_SECOND = 125_000_000

/** What memory takes on the link, page headers included. */
const memoryNs = (): Time => Math.ceil((PAGES * 4104 * 1e9) / BYTES_PER_SECOND)

const guests: readonly { readonly name: 'calm' | 'busy' | 'wild'; readonly what: string; readonly workload: () => Workload }[] = [
  {
    name: 'calm',
    what: '500 writes a second to 2 MiB',
    workload: () => uniform({ pages: 512, writesPerSecond: 500 })
  },
  {
    name: 'busy',
    what: '24,000 writes a second to 96 MiB, four fifths of what the link carries and three times what QEMU 1.x sends',
    workload: () => uniform({ pages: 24_576, writesPerSecond: 24_000 })
  },
  {
    name: 'wild',
    what: '60,000 writes a second to 256 MiB, twice what the link carries',
    workload: () => uniform({ pages: 65_536, writesPerSecond: 60_000 })
  }
]

const guestOf = (workload: Workload): Guest => vm({ memoryBytes: MEMORY, workload })

const moved = async ({ pipeline, sender }: Engine, guest: Guest, seed: Seed): Promise<Metrics> => {
  const world = datacentre({ guests: { guest }, link: link({ bytesPerSecond: BYTES_PER_SECOND }), sender, fidelity: 'marks' })
  return (await lastValueFrom(run(pipeline, world, { seed, until: LIMIT }).pipe(folded(perMigration(metrics()))))).guest
}

const columns = [
  { name: 'engine' },
  { name: 'rounds' },
  { name: 'total', unit: 's', decimals: 2 },
  { name: 'downtime', unit: 'ms', decimals: 1 },
  { name: 'pages' },
  { name: 'guest slowed', unit: '%', decimals: 0 },
  { name: 'outcome' }
] as const

const rowOf = (name: string, of: Metrics): readonly Cell[] => {
  const slowed = of.applicationDegradation === undefined ? undefined : of.applicationDegradation * 100
  return [
    name,
    of.rounds === 0 ? undefined : of.rounds,
    (of.totalTime ?? 0) / 1e9,
    of.downtime / 1e6,
    of.pagesTransferred,
    slowed,
    inWords(of.outcome)
  ]
}

const inWords = (outcome: Outcome | undefined): string =>
  outcome === undefined || outcome.type === 'limited' ? 'does not converge' : outcome.type === 'aborted' ? outcome.reason : outcome.type

const longest = (of: Readonly<Record<string, Metrics>>): number => Math.max(...Object.values(of).map(({ totalTime = 0 }) => totalTime))

const inSeconds = (time: Time | undefined): string => ((time ?? 0) / 1e9).toFixed(1)
