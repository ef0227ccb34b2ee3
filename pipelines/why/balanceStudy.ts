import { exponentialLifetimes, type Lifetimes, paretoLifetimes } from '../../lib/guest/lifetimes'
import { meanInterval } from '../../lib/metrics/meanInterval'
import { slowdown } from '../../lib/metrics/processTimes'
import type { Motive } from '../../lib/motive/decision'
import { loadBalancing } from '../../lib/motive/loadBalancing'
import { key, type Seed, split, unit } from '../../lib/random/random'
import type { ChipProcess } from '../../lib/world/processOptions'
import type { Reproduced, Verdict } from '../reproduce/reproduction'
import { type ManagedRun, managedRun } from './managed'
import { done, type Study } from './study'

/** Clusters that take part; the first `CROWDED` of them get all processes that are born. */
const CLUSTERS = ['cc0', 'cc1', 'cc2', 'cc3', 'cc4', 'cc5']
const CROWDED = Number(process.env.CROWDED ?? 4)
const PROCESSES = Number(process.env.N ?? 60)
/** Core time that a process wants on the mean, and from one birth to the next: the crowded clusters are asked for 1.1 times what they have, all together for 0.37. */
const MEAN_NS = 10e6
const APART_NS = Number(process.env.APART ?? 8) * 1e6
const PAGES = Number(process.env.PAGES ?? 96)

const pareto = paretoLifetimes({ leastNs: 1.27e6, mostNs: 3e9 })
const exponential = exponentialLifetimes({ meanNs: MEAN_NS })

/** Processes that come in at exponential intervals, each to one of the crowded clusters. */
export const crowd = (lifetimes: Lifetimes, seed: Seed, processes: number = PROCESSES): Readonly<Record<string, ChipProcess>> => {
  const root = split(key(seed), 'crowd')
  const gaps = exponentialLifetimes({ meanNs: APART_NS })
  let at = 0
  return Object.fromEntries(
    Array.from({ length: processes }, (_, i): [string, ChipProcess] => {
      at += gaps.drawn(split(root, 'births'), i)
      const cluster = CLUSTERS[Math.floor(unit(split(root, 'places'), i) * CROWDED)]
      return [`p${i}`, { cluster, user: 'all', pages: PAGES, at, cpuNs: lifetimes.drawn(split(root, 'lives'), i) }]
    })
  )
}

type Trial = { readonly name: string; readonly lifetimes: string; readonly of: Lifetimes; readonly motive?: Motive }

const trials: readonly Trial[] = [
  { lifetimes: 'Pareto', of: pareto, name: 'nothing' },
  { lifetimes: 'Pareto', of: pareto, name: 'by age', motive: loadBalancing() },
  { lifetimes: 'exponential', of: exponential, name: 'nothing' },
  { lifetimes: 'exponential', of: exponential, name: 'by age', motive: loadBalancing() },
  {
    lifetimes: 'exponential',
    of: exponential,
    name: 'by the distribution',
    motive: loadBalancing({ remainingNs: exponential.remainingNs })
  }
]

/** One run of a trial. */
export const balanced = ({ of, motive }: Pick<Trial, 'of' | 'motive'>, seed: Seed, processes: number = PROCESSES): ManagedRun =>
  managedRun({
    processes: crowd(of, seed, processes),
    clusters: CLUSTERS,
    motive,
    everyNs: 10e6,
    chip: {
      kernel: { describe: 6e6, extract: 90e3, install: 90e3 },
      tick: Number(process.env.TICK ?? 200_000),
      room: { compute: { userCores: 1, kernelPages: 4096, frames: 4096, structureBytes: 2 ** 20 } }
    },
    until: 60e9,
    seed,
    daemon: { follow: false }
  })

const meanSlowdown = ({ times }: ManagedRun): number => {
  const all = Object.values(times).map((one) => slowdown(one) ?? Number.NaN)
  return all.reduce((sum, one) => sum + one, 0) / all.length
}

/** Load balancing by age, with lifetimes that make age a forecast and with lifetimes that do not. */
export const balanceStudy: Study = {
  name: 'load',
  sentence: 'load balancing: a process moves when its age is more than its move costs over what the crowd is larger by',
  source: 'Harchol-Balter and Downey, SIGMETRICS 1996; ACM TOCS 15(3), 1997',
  run: async ({ seed, runs, progress }): Promise<Reproduced> => {
    const seeds = Array.from({ length: Math.max(4, runs) }, (_, i) => `${seed} ${i}`)
    const figures: { readonly trial: Trial; readonly slowdowns: readonly number[]; readonly moves: number; readonly stopped: number }[] = []
    for (const trial of trials) {
      const all: ManagedRun[] = []
      for (const [i, one] of seeds.entries()) {
        await progress(`${trial.lifetimes} lifetimes, ${trial.name}: run ${i + 1} of ${seeds.length}`)
        all.push(balanced(trial, one))
      }
      const stops = all.flatMap(({ times }) => Object.values(times).map(({ stoppedNs }) => stoppedNs)).filter((ns) => ns > 0)
      figures.push({
        trial,
        slowdowns: all.map(meanSlowdown),
        moves: all.reduce((sum, { log }) => sum + done(log, 'migrate').length, 0) / seeds.length,
        stopped: stops.length === 0 ? 0 : stops.reduce((sum, ns) => sum + ns, 0) / stops.length / 1e6
      })
    }
    const gainOf = (i: number): { readonly mean: number; readonly half: number } => {
      const base = figures[figures.findIndex(({ trial }) => trial.lifetimes === figures[i].trial.lifetimes)]
      return meanInterval(figures[i].slowdowns.map((value, run) => base.slowdowns[run] - value))
    }
    const rows = figures.map(({ trial, slowdowns, moves, stopped }, i) => {
      const { mean, half } = meanInterval(slowdowns)
      const gain = gainOf(i)
      const isManaged = trial.motive !== undefined
      return [
        trial.lifetimes,
        trial.name,
        mean,
        half,
        isManaged ? gain.mean : undefined,
        isManaged ? gain.half : undefined,
        isManaged ? moves : undefined,
        moves > 0 ? stopped : undefined
      ]
    })
    const [helps, byAge, knowing] = [gainOf(1), gainOf(3), gainOf(4)]
    const verdicts: readonly Verdict[] = [
      { text: `helps: with Pareto lifetimes the mean slowdown falls by ${pm(helps)}`, holds: helps.mean - helps.half > 0 },
      {
        text: `must not act: with exponential lifetimes, moving by age gains nothing that can be told from none or worse (${pm(byAge)})`,
        holds: byAge.mean - byAge.half <= 0
      },
      {
        text: `must not act: knowing the lifetimes, it makes ${figures[4].moves} moves, and gains ${pm(knowing)}`,
        holds: figures[4].moves === 0
      }
    ]
    return {
      tables: [
        {
          title: `mean slowdown of ${PROCESSES} processes of ${MEAN_NS / 1e6} ms of core time on the mean, over ${seeds.length} worlds; intervals of 95 %`,
          columns: [
            { name: 'lifetimes' },
            { name: 'moves' },
            { name: 'slowdown', decimals: 2 },
            { name: '+-', decimals: 2 },
            { name: 'gain', decimals: 2 },
            { name: '+-', decimals: 2 },
            { name: 'moves a run', decimals: 1 },
            { name: 'stopped', unit: 'ms', decimals: 1 }
          ],
          rows
        }
      ],
      verdicts,
      notes: [
        `Six clusters; all processes are born on ${CROWDED} of them. A cluster has one core for users here, as the paper's workstations, and room for all: Nanvix's own 36 kernel pages hold 18 threads on 15 cores, and there is nothing to balance.`,
        'Slowdown: from birth to end over the core time that was wanted. Gain: of the same worlds without moves, world by world.'
      ]
    }
  }
}

const pm = ({ mean, half }: { readonly mean: number; readonly half: number }): string => `${mean.toFixed(2)} +- ${half.toFixed(2)}`
