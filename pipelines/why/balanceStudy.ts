import { exponentialLifetimes, type Lifetimes, paretoLifetimes } from '../../lib/guest/lifetimes'
import { type MeanInterval, meanInterval } from '../../lib/metrics/meanInterval'
import { slowdown } from '../../lib/metrics/processTimes'
import type { Motive } from '../../lib/motive/chipDecision'
import { loadBalancing } from '../../lib/motive/loadBalancing'
import { key, type Seed, split, unit } from '../../lib/random/random'
import type { ChipProcess } from '../../lib/world/processOptions'
import type { Reproduced } from '../reproduce/reproduction'
import { type ManagedRun, managedRun } from './managed'
import { done, type Study } from './study'

/** Clusters that take part; the first `BUSY` of them get all processes that are born. */
const CLUSTERS = ['cc0', 'cc1', 'cc2', 'cc3', 'cc4', 'cc5']
const BUSY = 2
const PROCESSES = 150
/** Core time that a process wants on the mean, and time from one birth to the next: the busy clusters are asked for a third of what they have. */
const MEAN_NS = 10e6
const APART_NS = 14e6
const PAGES = 72

const pareto = paretoLifetimes({ leastNs: 1.27e6, mostNs: 3e9 })
const exponential = exponentialLifetimes({ meanNs: MEAN_NS })

/** Processes that come in at exponential intervals, each to one of the busy clusters. */
export const crowd = (lifetimes: Lifetimes, seed: Seed, processes: number = PROCESSES): Readonly<Record<string, ChipProcess>> => {
  const root = split(key(seed), 'crowd')
  const gaps = exponentialLifetimes({ meanNs: APART_NS })
  let at = 0
  return Object.fromEntries(
    Array.from({ length: processes }, (_, i): [string, ChipProcess] => {
      at += gaps.drawn(split(root, 'births'), i)
      const cluster = CLUSTERS[Math.floor(unit(split(root, 'places'), i) * BUSY)]
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
    chip: { tick: 200_000, room: { compute: { userCores: 1, kernelPages: 4096, frames: 4096, structureBytes: 2 ** 20 } } },
    until: 60e9,
    seed
  })

const meanSlowdown = ({ times }: ManagedRun): number => {
  const all = Object.values(times).map((one) => slowdown(one) ?? Number.NaN)
  return all.reduce((sum, one) => sum + one, 0) / all.length
}

/** What each process that moved has gained by it, in ms, now that its life is known: the core time it still had times what the crowd was larger by, less what the move was to cost. */
const gained = ({ times, log }: ManagedRun): readonly number[] =>
  done(log, 'migrate').map(({ process, figures: { ageNs, costNs, threadsPerCore, there } }) => {
    const leftNs = times[process].wantedNs - ageNs
    return ((threadsPerCore - there) * leftNs - costNs) / 1e6
  })

const meanOf = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length

/** The study with so many processes in a world. */
export const balanceStudyOf = (processes: number): Study => ({
  name: 'load',
  sentence: 'load balancing: a process moves when its age is more than its move costs over what the crowd is larger by',
  source: 'Harchol-Balter and Downey, SIGMETRICS 1996; ACM TOCS 15(3), 1997',
  run: async ({ seed, runs, progress }): Promise<Reproduced> => {
    const seeds = Array.from({ length: Math.max(4, runs) }, (_, i) => `${seed} ${i}`)
    const figures: {
      readonly trial: Trial
      readonly slowdowns: readonly number[]
      readonly moves: number
      readonly gains: readonly number[]
    }[] = []
    for (const trial of trials) {
      const all: ManagedRun[] = []
      for (const [i, one] of seeds.entries()) {
        await progress(`${trial.lifetimes} lifetimes, ${trial.name}: run ${i + 1} of ${seeds.length}`)
        all.push(balanced(trial, one, processes))
      }
      const gains = all.flatMap(gained)
      figures.push({ trial, slowdowns: all.map(meanSlowdown), moves: gains.length / seeds.length, gains })
    }
    /** Of the delay of the same worlds without moves, which share is saved, in percent. */
    const savedOf = (i: number): MeanInterval => {
      const base = figures.find(({ trial }) => trial.lifetimes === figures[i].trial.lifetimes)!
      return meanInterval(figures[i].slowdowns.map((value, run) => 100 * (1 - (value - 1) / (base.slowdowns[run] - 1))))
    }
    const rows = figures.map(({ trial, slowdowns, moves, gains }, i) => {
      const { mean, half } = meanInterval(slowdowns)
      const saved = trial.motive === undefined ? undefined : savedOf(i)
      const won = gains.length === 0 ? undefined : (100 * gains.filter((one) => one > 0).length) / gains.length
      return [
        trial.lifetimes,
        trial.name,
        mean,
        half,
        saved?.mean,
        saved?.half,
        saved && moves,
        won,
        gains.length === 0 ? undefined : meanOf(gains)
      ]
    })
    const [helps, byAge] = [savedOf(1), savedOf(3)]
    const [, old, calm, young, knowing] = figures
    const isCalm = knowing.slowdowns.every((one, run) => one === calm.slowdowns[run])
    const ms = (gains: readonly number[]): string => (gains.length === 0 ? 'nothing' : `${meanOf(gains).toFixed(0)} ms`)
    return {
      tables: [
        {
          title: `${processes} processes of ${MEAN_NS / 1e6} ms of core time on the mean, in ${seeds.length} worlds; intervals of 95 %`,
          columns: [
            { name: 'lifetimes' },
            { name: 'moves' },
            { name: 'slowdown', decimals: 3 },
            { name: '+-', decimals: 3 },
            { name: 'delay saved', unit: '%', decimals: 1 },
            { name: '+-', unit: '%', decimals: 1 },
            { name: 'moves a run', decimals: 1 },
            { name: 'worth it', unit: '%', decimals: 0 },
            { name: 'gain of who moved', unit: 'ms', decimals: 0 }
          ],
          rows
        }
      ],
      verdicts: [
        {
          text: `helps: with Pareto lifetimes ${pm(helps)} % of the delay are saved, and who moved has gained ${ms(old.gains)} on the mean`,
          holds: helps.mean - helps.half > 0 && meanOf(old.gains) > 0
        },
        {
          text: `must not act: with exponential lifetimes whoever knows them makes no move (${knowing.moves.toFixed(1)} a run) and changes nothing`,
          holds: knowing.moves === 0 && isCalm
        },
        {
          text: `must not act by age: there, who moved by age has gained ${ms(young.gains)} on the mean, and ${pm(byAge)} % of the delay are saved`,
          holds: young.gains.length === 0 || meanOf(young.gains) <= 0
        }
      ],
      notes: [
        `Six clusters; all processes are born on ${BUSY} of them. A cluster has one core for users here, as the paper's workstations had, and room for all: Nanvix's own 36 kernel pages hold 18 threads on 15 cores, and leave nothing to balance.`,
        'Slowdown: from birth to end over the core time that was wanted; delay: slowdown less 1. Worth it, gain: of processes that moved, by the core time that they turned out to have left. Those who stay behind gain by any move, whatever the lifetimes.'
      ]
    }
  }
})

/** Load balancing by age, with lifetimes that make age a forecast and with lifetimes that do not. */
export const balanceStudy: Study = balanceStudyOf(PROCESSES)

const pm = ({ mean, half }: MeanInterval): string => `${mean.toFixed(1)} +- ${half.toFixed(1)}`
