import type { Motive } from '../../lib/motive/chipDecision'
import { evacuation } from '../../lib/motive/evacuation'
import type { Seed } from '../../lib/random/random'
import type { ChipProcess } from '../../lib/world/processOptions'
import type { Cell } from '../reproduce/reproduction'
import { type ManagedRun, managedRun } from './managed'
import { decisionText, done, type Study } from './study'

const CLUSTERS = ['cc0', 'cc1', 'cc2', 'cc3']
const OFF_NS = 400_000_000

/** Five processes on the cluster that is to be switched off, and as many threads elsewhere as leave room for them, or do not. */
const processes = (others: number): Readonly<Record<string, ChipProcess>> => ({
  large: { cluster: 'cc0', user: 'all', threads: 6, pages: 30, cpuNs: 700e6 },
  wide: { cluster: 'cc0', user: 'all', threads: 4, pages: 6, cpuNs: 700e6 },
  small: { cluster: 'cc0', user: 'all', threads: 1, pages: 2, cpuNs: 700e6 },
  bare: { cluster: 'cc0', user: 'all', threads: 2, cpuNs: 700e6 },
  late: { cluster: 'cc0', user: 'all', threads: 1, pages: 10, cpuNs: 700e6 },
  ...Object.fromEntries(
    CLUSTERS.slice(1).map((cluster, i) => [`other${i + 1}`, { cluster, user: 'all', threads: others, pages: 4, cpuNs: 600e6 }])
  )
})

/** One run: the cluster goes off at 400 ms, whatever is on it. `others`: threads on each of the other clusters. */
export const evacuated = ({ others, motive }: { readonly others: number; readonly motive?: Motive }, seed: Seed): ManagedRun =>
  managedRun({
    processes: processes(others),
    clusters: CLUSTERS,
    motive,
    everyNs: 10e6,
    chip: { faults: [{ cluster: 'cc0', at: OFF_NS }] },
    over: (view) => view.at > OFF_NS,
    until: 5e9,
    seed
  })

/** Emptying a cluster before it is switched off, with room elsewhere and without. */
export const evacuationStudy: Study = {
  name: 'evacuation',
  sentence: 'system administration: a cluster is emptied before it is switched off, or left as it is where the others have no room',
  source: 'Milojicic et al., ACM Computing Surveys 32(3), 2000, name the motive; the order, largest first, is ours',
  run: async ({ seed, progress }) => {
    const trials: readonly { readonly name: string; readonly world: string; readonly others: number; readonly motive?: Motive }[] = [
      { world: 'room', name: 'nothing', others: 5 },
      { world: 'room', name: 'one by one', others: 5, motive: evacuation({ clusters: ['cc0'], together: 1 }) },
      { world: 'room', name: 'five together', others: 5, motive: evacuation({ clusters: ['cc0'], together: 5 }) },
      { world: 'no room', name: 'nothing', others: 16 },
      { world: 'no room', name: 'refuses', others: 16, motive: evacuation({ clusters: ['cc0'], together: 5 }) }
    ]
    const all: ManagedRun[] = []
    for (const trial of trials) {
      await progress(`${trial.world}, ${trial.name}`)
      all.push(evacuated(trial, seed))
    }
    const figures = all.map(({ times, log, wrongPieces }) => {
      const lives = Object.values(times)
      const moves = done(log, 'migrate')
      const stops = lives.filter(({ stays }) => stays.length > 1).map(({ stoppedNs }) => stoppedNs / 1e6)
      return {
        ended: lives.filter(({ endedAt }) => endedAt !== undefined).length,
        lost: lives.filter(({ endedAt }) => endedAt === undefined).length,
        moves: moves.length,
        emptiedMs:
          moves.length === 0
            ? undefined
            : (Math.max(...moves.map(({ answeredAt = 0 }) => answeredAt)) - Math.min(...log.map(({ at }) => at))) / 1e6,
        longestStopMs: stops.length === 0 ? undefined : Math.max(...stops),
        wrongPieces
      }
    })
    const [, one, five, full, refused] = figures
    const reasons = all[4].log.filter(({ type }) => type === 'stay')
    return {
      tables: [
        {
          title: `five processes on cc0, which is switched off at ${OFF_NS / 1e6} ms`,
          columns: [
            { name: 'elsewhere' },
            { name: 'policy' },
            { name: 'ended', decimals: 0 },
            { name: 'lost', decimals: 0 },
            { name: 'moves', decimals: 0 },
            { name: 'empty after', unit: 'ms', decimals: 1 },
            { name: 'longest stop', unit: 'ms', decimals: 1 }
          ],
          rows: figures.map(({ ended, lost, moves, emptiedMs, longestStopMs }, i): Cell[] => [
            trials[i].world,
            trials[i].name,
            ended,
            lost,
            moves,
            emptiedMs,
            longestStopMs
          ])
        }
      ],
      verdicts: [
        {
          text: `helps: of eight processes ${five.lost} are lost instead of ${figures[0].lost}, cc0 is empty after ${five.emptiedMs?.toFixed(1)} ms (one by one: ${one.emptiedMs?.toFixed(1)} ms), and no page is wrong`,
          holds: five.lost === 0 && one.lost === 0 && figures[0].lost > 0 && five.wrongPieces + one.wrongPieces === 0
        },
        {
          text: `must not act: without room for all of them nothing moves (${refused.moves}), and what ran elsewhere ends as it would have`,
          holds: refused.moves === 0 && refused.ended === full.ended && reasons.length > 0
        }
      ],
      notes: reasons.slice(0, 1).map((decision) => `Said: ${decisionText(decision)}.`)
    }
  }
}
