import { exponentialLifetimes } from '../../lib/guest/lifetimes'
import { type ProcessTimes, wastedNs } from '../../lib/metrics/processTimes'
import { faultTolerance, youngIntervalNs } from '../../lib/motive/faultTolerance'
import { nanvixMoveNs } from '../../lib/motive/moveCost'
import { key, type Seed, split } from '../../lib/random/random'
import type { ChipFault } from '../../lib/world/chipOptions'
import type { ChipProcess } from '../../lib/world/processOptions'
import type { Cell } from '../reproduce/reproduction'
import { type ManagedRun, managedRun } from './managed'
import { done, type Study } from './study'

const WORKING = ['cc0', 'cc1', 'cc2', 'cc3', 'cc4', 'cc5']
const KEEPER = 'io1'
const WANTED_NS = 1_200_000_000
const MEAN_TO_FAILURE_NS = 2_000_000_000

/** Two processes on each of four clusters, two clusters empty: each wants 1.2 s of core time for each of its two threads. */
const processes = (cpuNs: number): Readonly<Record<string, ChipProcess>> =>
  Object.fromEntries(
    WORKING.slice(0, 4).flatMap((cluster, i) => [0, 1].map((j) => [`p${2 * i + j}`, { cluster, user: 'all', threads: 2, pages: 8, cpuNs }]))
  )

/** When each of the four fails, if that is early enough to matter: exponential times. */
const failures = (seed: Seed): readonly ChipFault[] => {
  const times = exponentialLifetimes({ meanNs: MEAN_TO_FAILURE_NS })
  const root = split(key(seed), 'failures')
  return WORKING.slice(0, 4)
    .map((cluster, i) => ({ cluster, at: times.drawn(root, i) }))
    .filter(({ at }) => at < 5e9)
}

/** What a run is made with. `meanToFailureNs`: what the motive believes (none: nobody saves anything). */
export type FailureTrial = { readonly cpuNs: number; readonly fails: boolean; readonly meanToFailureNs?: number }

/** One run of a trial. */
export const withFailures = ({ cpuNs, fails, meanToFailureNs }: FailureTrial, seed: Seed): ManagedRun =>
  managedRun({
    processes: processes(cpuNs),
    clusters: [...WORKING, KEEPER],
    motive: meanToFailureNs === undefined ? undefined : faultTolerance({ keeper: KEEPER, meanToFailureNs }),
    everyNs: 20e6,
    chip: { faults: fails ? failures(seed) : [] },
    over: (view) =>
      view.at > 100e6 &&
      view.clusters.every((one) => one.processes.length === 0) &&
      view.saved.every(({ from }) => !view.failed.includes(from)),
    until: 10e9,
    seed
  })

/** Core time that has come to nothing: all of what never ended, and what had to be done again of the others. */
export const lostWorkNs = (times: readonly ProcessTimes[]): number =>
  times.reduce((sum, one) => sum + (one.endedAt === undefined ? one.coreNs : wastedNs(one)), 0)

/** Saving and restoring, where clusters fail and where they do not. */
export const failureStudy: Study = {
  name: 'failures',
  sentence: 'fault tolerance: processes are saved to an I/O cluster as often as pays, and restored elsewhere when their cluster has failed',
  source: 'J. W. Young, CACM 17(9), 1974, for the interval',
  run: async ({ seed, runs, progress }) => {
    const seeds = Array.from({ length: runs }, (_, i) => `${seed} ${i}`)
    const trials: readonly (FailureTrial & { readonly name: string; readonly world: string })[] = [
      { world: 'clusters fail', name: 'nothing', cpuNs: WANTED_NS, fails: true },
      { world: 'clusters fail', name: 'save, restore', cpuNs: WANTED_NS, fails: true, meanToFailureNs: MEAN_TO_FAILURE_NS },
      { world: 'nothing fails', name: 'nothing', cpuNs: WANTED_NS, fails: false },
      { world: 'nothing fails', name: 'save, as if', cpuNs: WANTED_NS, fails: false, meanToFailureNs: MEAN_TO_FAILURE_NS },
      { world: 'nothing fails', name: 'save, knowing', cpuNs: WANTED_NS, fails: false, meanToFailureNs: Number.POSITIVE_INFINITY },
      { world: 'short lives', name: 'nothing', cpuNs: 200e6, fails: false },
      { world: 'short lives', name: 'save, as if', cpuNs: 200e6, fails: false, meanToFailureNs: MEAN_TO_FAILURE_NS }
    ]
    const figures: {
      readonly ended: number
      readonly of: number
      readonly lostMs: number
      readonly untilMs: number
      readonly saves: number
      readonly restores: number
      readonly stoppedMs: number
      readonly wrong: number
    }[] = []
    for (const trial of trials) {
      const all: ManagedRun[] = []
      for (const [i, one] of (trial.fails ? seeds : seeds.slice(0, 1)).entries()) {
        await progress(`${trial.world}, ${trial.name}: run ${i + 1}`)
        all.push(withFailures(trial, one))
      }
      const times = all.flatMap((one) => Object.values(one.times))
      const ended = times.filter(({ endedAt }) => endedAt !== undefined)
      figures.push({
        ended: ended.length,
        of: times.length,
        lostMs: lostWorkNs(times) / 1e6 / all.length,
        untilMs: ended.reduce((sum, { endedAt = 0 }) => sum + endedAt, 0) / Math.max(1, ended.length) / 1e6,
        saves: all.reduce((sum, { log }) => sum + done(log, 'save').length, 0) / all.length,
        restores: all.reduce((sum, { log }) => sum + done(log, 'restore').length, 0) / all.length,
        stoppedMs: ended.reduce((sum, { stoppedNs }) => sum + stoppedNs, 0) / Math.max(1, ended.length) / 1e6,
        wrong: all.reduce((sum, { wrongPieces }) => sum + wrongPieces, 0)
      })
    }
    const [bare, saving, calm, asIf, knowing, short, shortAsIf] = figures
    const saveNs = nanvixMoveNs({ threads: 2, pages: 8 })
    const share = Math.sqrt((2 * saveNs) / MEAN_TO_FAILURE_NS)
    const overhead = asIf.untilMs / calm.untilMs - 1
    const intervalMs = Math.round(youngIntervalNs({ saveNs, meanToFailureNs: MEAN_TO_FAILURE_NS }) / 1e6)
    return {
      tables: [
        {
          title: `eight processes of 2 threads on four clusters with a mean time to failure of ${MEAN_TO_FAILURE_NS / 1e9} s; means over ${runs} worlds where clusters fail`,
          columns: [
            { name: 'world' },
            { name: 'policy' },
            { name: 'ended', decimals: 0 },
            { name: 'of', decimals: 0 },
            { name: 'lost work', unit: 'ms', decimals: 0 },
            { name: 'end, mean', unit: 'ms', decimals: 0 },
            { name: 'stopped', unit: 'ms', decimals: 1 },
            { name: 'saves', decimals: 1 },
            { name: 'restores', decimals: 1 }
          ],
          rows: figures.map(({ ended, of, lostMs, untilMs, saves, restores, stoppedMs }, i): Cell[] => [
            trials[i].world,
            trials[i].name,
            ended,
            of,
            lostMs,
            untilMs,
            stoppedMs,
            saves,
            restores
          ])
        }
      ],
      verdicts: [
        {
          text: `helps: ${saving.ended} of ${saving.of} processes end instead of ${bare.ended}, and ${saving.lostMs.toFixed(0)} ms of work are lost instead of ${bare.lostMs.toFixed(0)}`,
          holds: saving.ended > bare.ended && saving.lostMs < bare.lostMs && saving.wrong === 0
        },
        {
          text: `costs no more than was stated where nothing fails: ends are ${(overhead * 100).toFixed(1)} % later; a save for each of Young's intervals is ${(share * 100).toFixed(1)} %`,
          holds: overhead <= share * 1.1
        },
        {
          text: `must not act: knowing that nothing fails, it saves nothing (${knowing.saves}) and changes nothing; processes that are over before the interval are not saved (${shortAsIf.saves})`,
          holds: knowing.saves === 0 && knowing.untilMs === calm.untilMs && shortAsIf.saves === 0 && shortAsIf.untilMs === short.untilMs
        }
      ],
      notes: [
        `Young's interval for a process of 2 threads and 8 pages, which stands still for ${(saveNs / 1e6).toFixed(1)} ms when it is saved: ${intervalMs} ms. The manager looks every 20 ms.`,
        'Lost work: core time of processes that never ended, and what had to be done again of the others. Stopped: of a process that ended, while it was frozen, or lost and not restored yet.'
      ]
    }
  }
}
