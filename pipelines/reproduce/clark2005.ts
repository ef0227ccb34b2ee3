import { lastValueFrom } from 'rxjs'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { run } from '../../lib/loop/run'
import { perMigration } from '../../lib/metrics/perMigration'
import { xen2006 } from '../../lib/migration/engines/xen2006'
import { clarkDynamic } from '../../lib/migration/pacing'
import { peek } from '../../lib/migration/skipRule'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import type { Seed } from '../../lib/random/random'
import { type Fold, fold, folded } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../precopy'
import { stopAndCopy } from '../stopAndCopy'
import type { Reproduced, Reproduction } from './reproduction'

/** Figures of Clark et al., NSDI 2005: what a stop-and-copy of 512 MB takes (§4.1), and the passes over a guest that writes as fast as it can (Figure 12). */
export const clark2005: Reproduction = {
  name: 'clark-2005',
  sentence: 'stop-and-copy at three bandwidths, and the passes of a pre-copy over a diabolical writer',
  source: 'Clark et al., NSDI 2005, §4.1 and Figure 12',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const rows: (readonly [megabits: number, published: number, model: number])[] = []
    for (const [megabits, published] of stopAndCopies) {
      await progress(`stop-and-copy at ${megabits} Mbit/s`)
      const { total } = await passesOf(stopAndCopy(), idle(megabits), seed)
      rows.push([megabits, published, total])
    }
    await progress('the passes of Figure 12')
    const { passes, total } = await passesOf(diabolical.pipeline, diabolical.world(), seed)
    const megabytes = passes.map((bytes) => bytes / MIB)
    const all = sum(megabytes)
    const figure12 = [
      ...publishedPasses.map((published, i) => [i < 3 ? `round ${i + 1}` : 'final copy', published, megabytes[i] ?? 0] as const),
      ['all passes', 638, all] as const
    ]
    return {
      tables: [
        {
          title: 'stop-and-copy of 512 MB',
          columns: [{ name: 'link', unit: 'Mbit/s' }, { name: 'published', unit: 's' }, { name: 'model', unit: 's' }, deviation],
          rows: rows.map(([megabits, published, model]) => [megabits, published, model, percent(model, published)])
        },
        {
          title: 'pre-copy of 512 MB, of which 256 MB are written over constantly, at 100 to 500 Mbit/s',
          columns: [{ name: 'pass' }, { name: 'published', unit: 'MiB' }, { name: 'model', unit: 'MiB', decimals: 1 }, deviation],
          rows: figure12.map(([pass, published, model]) => [pass, published, model, percent(model, published)])
        },
        {
          title: 'the same, from the first page to the last',
          columns: [{ name: 'published', unit: 's' }, { name: 'model', unit: 's' }, deviation],
          rows: [[28.1, total, percent(total, 28.1)]]
        }
      ],
      verdicts: [
        verdict(rows, 1, 'every stop-and-copy within 1 % of the published time'),
        { text: `four passes, as published (${passes.length})`, holds: passes.length === 4 },
        verdict(figure12, 20, 'every pass within 20 % of the published size'),
        verdict([['', 28.1, total]], 10, 'the whole within 10 % of the published time')
      ],
      notes: [
        'Nothing is fitted. What a pass leaves out depends on where in its region the writer stands when the pass begins, which the paper does not say: from 875 to 985 Mbit/s of writes round 3 comes out between 96 and 136 MiB, the final copy between 194 and 256 MiB.',
        'The writer writes 984 Mbit/s of pages, the rate that the figure gives for round 3. Page headers are counted (8 bytes a page).'
      ]
    }
  }
}

const MIB = 2 ** 20

const stopAndCopies = [
  [128, 32],
  [256, 16],
  [512, 8]
] as const

const publishedPasses = [255.4, 44.0, 116.0, 222.5] as const

const deviation = { name: 'deviation', unit: '%', decimals: 1 } as const

const idle = (megabits: number): World =>
  datacentre({ guests: { guest: vm({ pages: 125_000 }) }, link: link({ bytesPerSecond: megabits * 125_000 }), fidelity: 'marks' })

const pacing = clarkDynamic()

const diabolical = {
  pipeline: precopy({ until: xen2006(), pacing, skip: peek }),
  world: (): World => {
    const workload = sweep({ pages: 65_536, from: 65_536, writesPerSecond: Math.round(984e6 / 8 / 4096) })
    return datacentre({ guests: { guest: vm({ memoryBytes: 512 * MIB, workload }) }, link: link({ bytesPerSecond: 62_500_000 }) })
  }
}

type Passes = { readonly passes: readonly number[]; readonly total: number }

/** The bytes of each pass over memory, and the seconds from the first command until the last of them had left. */
const passes: Fold<Entry, Passes> = fold<Entry, Passes, { passes: number[]; began: number | undefined; last: number }>({
  init: () => ({ passes: [], began: undefined, last: 0 }),
  step: (state, entry) => {
    if (entry.type === 'commanded') state.began ??= entry.at
    if (entry.type !== 'signalled' || entry.signal.type !== 'sent') return state
    state.passes.push(entry.signal.bytes)
    state.last = entry.at
    return state
  },
  done: ({ passes: found, began = 0, last }) => ({ passes: found, total: (last - began) / 1e9 })
})

const passesOf = async (pipeline: Pipeline, world: World, seed: Seed): Promise<Passes> =>
  (await lastValueFrom(run(pipeline, world, { seed }).pipe(folded(perMigration(passes))))).guest

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const percent = (model: number, published: number): number => (model / published - 1) * 100

const verdict = (rows: readonly (readonly [name: string | number, published: number, model: number])[], limit: number, text: string) => {
  const worst = rows.map(([, published, model]) => Math.abs(percent(model, published))).reduce((a, b) => Math.max(a, b), 0)
  return { text: `${text} (at most ${worst.toFixed(1)} %)`, holds: worst <= limit }
}
