import { slowdown } from '../../lib/metrics/processTimes'
import { heatSpreading } from '../../lib/motive/heatSpreading'
import type { Seed } from '../../lib/random/random'
import type { ChipProcess } from '../../lib/world/processOptions'
import type { Cell } from '../reproduce/reproduction'
import { computeClusters, type ManagedRun, managedRun } from './managed'
import { done, type Study } from './study'

const CPU_NS = 900_000_000

/** So many CPU-bound processes of 7 threads on each of such clusters. */
const bound = (clusters: readonly string[], each: number): Readonly<Record<string, ChipProcess>> =>
  Object.fromEntries(
    clusters.flatMap((cluster) =>
      Array.from({ length: each }, (_, i): [string, ChipProcess] => [
        `${cluster} ${'ab'[i]}`,
        { cluster, user: 'all', threads: 7, pages: 4, cpuNs: CPU_NS }
      ])
    )
  )

/** One run of the trial, managed or not. */
export const heated = (
  { clusters, each, managed }: { readonly clusters: readonly string[]; readonly each: number; readonly managed: boolean },
  seed: Seed
): ManagedRun =>
  managedRun({
    processes: bound(clusters, each),
    clusters: computeClusters,
    motive: managed ? heatSpreading({ clusters: computeClusters }) : undefined,
    everyNs: 40e6,
    heat: true,
    until: 1.1e9,
    seed
  })

/** Spreading CPU-bound processes, where the heat of four clusters is in one corner and where it is everywhere. */
export const heatStudy: Study = {
  name: 'heat',
  sentence: 'power and heat: CPU-bound processes move apart, so that the hottest place stays cooler',
  source: 'a thermal node for each cluster, after HotSpot (Skadron et al., ISCA 2003); figures of the chip partly assumed (see mppaHeat)',
  run: async ({ seed, progress }) => {
    const corner = ['cc0', 'cc1', 'cc4', 'cc5']
    const trials = [
      { world: 'one corner', name: 'nothing', clusters: corner, each: 2, managed: false },
      { world: 'one corner', name: 'spread', clusters: corner, each: 2, managed: true },
      { world: 'everywhere', name: 'nothing', clusters: computeClusters, each: 1, managed: false },
      { world: 'everywhere', name: 'spread', clusters: computeClusters, each: 1, managed: true }
    ]
    const all: ManagedRun[] = []
    for (const trial of trials) {
      await progress(`${trial.world}, ${trial.name}`)
      all.push(heated(trial, seed))
    }
    const figures = all.map(({ temperatures, log, times }) => {
      const lives = Object.values(times)
      return {
        peak: temperatures!.peakCelsius,
        moves: done(log, 'migrate').length,
        slowdown: lives.reduce((sum, one) => sum + (slowdown(one) ?? Number.NaN), 0) / lives.length,
        end: Math.max(...lives.map(({ endedAt = 0 }) => endedAt)) / 1e6
      }
    })
    const settled = all.map(({ temperatures }) => temperatures!.meanPeakCelsius)
    const [packed, spread, even, left] = figures
    return {
      tables: [
        {
          title: 'CPU-bound processes of 7 threads: two on each cluster of a corner, or one on each of all',
          columns: [
            { name: 'work' },
            { name: 'policy' },
            { name: 'peak', unit: 'C', decimals: 2 },
            { name: 'hottest, mean', unit: 'C', decimals: 2 },
            { name: 'moves', decimals: 0 },
            { name: 'slowdown', decimals: 3 },
            { name: 'end', unit: 'ms', decimals: 0 }
          ],
          rows: figures.map(({ peak, moves, slowdown: slow, end }, i): Cell[] => [
            trials[i].world,
            trials[i].name,
            peak,
            settled[i],
            moves,
            slow,
            end
          ])
        }
      ],
      verdicts: [
        {
          text: `helps: the peak is ${(packed.peak - spread.peak).toFixed(2)} K lower, for ${spread.moves} moves`,
          holds: packed.peak - spread.peak > 0.5
        },
        {
          text: `must not act: where all clusters are alike nothing moves (${left.moves}), and the peak is the same`,
          holds: left.moves === 0 && Math.abs(left.peak - even.peak) < 0.01
        }
      ],
      notes: [
        'The thermal model knows which is hotter, not how hot to the degree. Hottest, mean: of the hottest cluster, over the time of the run.'
      ]
    }
  }
}
