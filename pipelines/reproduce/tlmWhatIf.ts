import { npbUsefulCores } from '../../lib/guest/npbArrays'
import type { Cell, ReproducedTable, ReproduceOptions } from './reproduction'
import type { Calibration } from './tlmHost'
import { kvm16Stated, kvm16Variants, kvmMigration } from './tlmKvm'
import { modeName } from './tlmPublished'
import { measured, pipelineOf } from './tlmRuns'
import { type ComparedRow, type KvmRow, type ModeRow, total } from './tlmVerdicts'

/** What has been run already, as it is stated. */
type Known = { readonly modes: readonly ModeRow[]; readonly kvm: readonly KvmRow[]; readonly compared: readonly ComparedRow[] }

/** What the model says were two things otherwise that no published figure states of these very hosts: what kvm 1.6 changed of their costs, and how the guests' pace falls on fewer cores. */
export const whatIf = async (calibration: Calibration, known: Known, options: ReproduceOptions): Promise<readonly ReproducedTable[]> => [
  await otherKvm(calibration, known, options),
  ...(await otherPaces(calibration, known, options))
]

const otherKvm = async (
  calibration: Calibration,
  { kvm, compared }: Known,
  { seed, progress }: ReproduceOptions
): Promise<ReproducedTable> => {
  const points = [
    ...kvm
      .filter((row) => row.kvm === '1.6')
      .map(({ limitS, times, model }) => ({ name: 'MG' as const, limitS, autoConverge: false, published: times[0] + times[1], model })),
    ...compared.map(({ name, limitS, kvm: [published], modelKvm: model }) => ({ name, limitS, autoConverge: true, published, model }))
  ]
  const rows: (readonly Cell[])[] = []
  for (const { name, limitS, autoConverge, published, model } of points) {
    const totals: Cell[] = []
    for (const { what, stated } of kvm16Variants) {
      await progress(`${name} under kvm 1.6 with ${limitS} s, ${what}`)
      const migration = kvmMigration({ kvm: '1.6', limitS, autoConverge })
      const ran = stated === kvm16Stated ? model : await measured({ name, ...migration, stated }, calibration, seed)
      totals.push(ran.ended ? total(ran) : 'none')
    }
    rows.push([`${name}${autoConverge ? ' with auto-converge' : ''}`, limitS, published, ...totals])
  }
  return {
    title: 'total times of kvm 1.6 by what it changed of the costs of kvm 1.0',
    columns: [
      { name: 'benchmark' },
      { name: 'tolerable', unit: 's' },
      ...['published', ...kvm16Variants.map(({ what }) => what)].map((name) => ({ name, unit: 's', decimals: 2 }))
    ],
    rows
  }
}

const otherPaces = async (
  calibration: Calibration,
  { modes }: Known,
  { seed, progress }: ReproduceOptions
): Promise<readonly ReproducedTable[]> => {
  const rows: { readonly live: Cell[]; readonly down: Cell[] }[] = []
  for (const { name, mode, published, model } of modes) {
    if (typeof mode === 'string') continue
    const row = { live: [name, modeName(mode), published[0]] as Cell[], down: [name, modeName(mode), published[1]] as Cell[] }
    for (const usefulCores of PACES) {
      await progress(`${name} ${modeName(mode)} where ${usefulCores} cores are useful`)
      const ran =
        usefulCores === npbUsefulCores ? model : await measured({ name, pipeline: pipelineOf(mode), usefulCores }, calibration, seed)
      row.live.push(ran.live)
      row.down.push(ran.down)
    }
    rows.push(row)
  }
  return (['live', 'down'] as const).map((which) => ({
    title: `${which} times under over-commitment by the cores from which memory bounds the guest`,
    columns: [
      { name: 'benchmark' },
      { name: 'mode' },
      ...['published', ...PACES.map((cores) => (cores === VCPUS ? 'none: in proportion' : `${cores}`))].map((name) => ({
        name,
        unit: 's',
        decimals: 2
      }))
    ],
    rows: rows.map((row) => row[which])
  }))
}

const VCPUS = 8
const PACES = [VCPUS, npbUsefulCores, 3]
