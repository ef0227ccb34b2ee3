import type { ReproducedTable, ReproduceOptions } from './reproduction'
import type { Calibration, Stated } from './tlmHost'
import { benchmarks, modeName, publishedModes } from './tlmPublished'
import { measured, pipelineOf } from './tlmRuns'

/** What TLM and TLM.1S come to without what is stated of the hosts, and at other places in a benchmark's step: two tables of what the other tables rest on. */
export const sensitivities = async (
  calibration: Calibration,
  { seed, progress }: ReproduceOptions
): Promise<readonly ReproducedTable[]> => {
  const stated: (readonly (string | number)[])[] = []
  for (const name of benchmarks)
    for (const mode of ['TLM', 'TLM.1S'] as const) {
      const live: number[] = []
      for (const { what, of } of variants) {
        await progress(`${name} ${modeName(mode)} ${what}`)
        live.push((await measured({ name, pipeline: pipelineOf(mode), stated: of }, calibration, seed)).live)
      }
      stated.push([name, modeName(mode), publishedModes[name].find(([one]) => one === mode)![1][0], ...live])
    }
  const places: (readonly (string | number)[])[] = []
  for (const name of ['IS', 'SP', 'BT'] as const)
    for (let laterS = 0; laterS < 30; laterS += 6) {
      await progress(`${name} ${laterS} s later`)
      const { live, down } = await measured({ name, pipeline: pipelineOf('TLM'), laterS }, calibration, seed)
      places.push([name, laterS, live, down])
    }
  return [
    {
      title: 'live times without what is stated of the hosts',
      columns: [
        { name: 'benchmark' },
        { name: 'mode' },
        ...['published', ...variants.map(({ what }) => what)].map((name) => ({ name, unit: 's', decimals: 2 }))
      ],
      rows: stated
    },
    {
      title: 'TLM when a benchmark is migrated later in its step',
      columns: [
        { name: 'benchmark' },
        { name: 'later by', unit: 's' },
        { name: 'live', unit: 's', decimals: 2 },
        { name: 'down', unit: 's', decimals: 2 }
      ],
      rows: places
    }
  ]
}

const variants: readonly { readonly what: string; readonly of: Stated }[] = [
  { what: 'as stated', of: {} },
  { what: 'uncrowded', of: { crowding: 0 } },
  { what: 'updates free', of: { updatePageNs: 0 } },
  { what: 'neither', of: { crowding: 0, updatePageNs: 0 } }
]
