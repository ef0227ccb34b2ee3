import type { NpbName } from '../../lib/guest/npbArrays'
import { npbFacts } from '../../lib/guest/npbArrays'
import { timeBound } from '../../lib/migration/timeBound'
import type { Cell, Reproduced, ReproducedTable, Reproduction } from './reproduction'
import { type Calibration, calibrated, offlineSeconds, tlmHost } from './tlmHost'
import { kvmMigration } from './tlmKvm'
import { tlmNotes } from './tlmNotes'
import { benchmarks, modeName, publishedAutoConverge, publishedKvm, publishedModes, publishedMpi } from './tlmPublished'
import { regimesTable } from './tlmRegimes'
import { guestOf, measured, pipelineOf, type Ran } from './tlmRuns'
import { sensitivities } from './tlmSensitivity'
import { type ComparedRow, comparedVerdicts, type KvmRow, kvmVerdicts, type ModeRow, modeVerdicts, percent, total } from './tlmVerdicts'
import { whatIf } from './tlmWhatIf'

/** The tables of Chanchio and Thaenkaew's time-bounded live migration beside the model: MG, IS, SP and BT of class D in every mode, kvm's pre-copy and auto-converge, and MPI. */
export const tlm: Reproduction = {
  name: 'tlm',
  sentence: 'live and down times of MG, IS, SP and BT, class D, under TLM in every mode, and under kvm 1.2 and 1.6',
  source: 'Chanchio & Thaenkaew, CCGrid 2014, Figures 3, 4, 10 and 11; two parameters from the OFFLINE row',
  run: async ({ seed, progress }): Promise<Reproduced> => {
    const calibration = calibrated()
    const modes: ModeRow[] = []
    for (const name of benchmarks)
      for (const [mode, published] of publishedModes[name]) {
        await progress(`${name} ${modeName(mode)}`)
        modes.push({ name, mode, published, model: await measured({ name, pipeline: pipelineOf(mode) }, calibration, seed) })
      }
    const kvm: KvmRow[] = []
    for (const point of publishedKvm) {
      await progress(`MG under kvm ${point.kvm} with ${point.limitS} s`)
      kvm.push({
        ...point,
        model: await measured({ name: 'MG', ...kvmMigration(point) }, calibration, seed)
      })
    }
    const compared: ComparedRow[] = []
    for (const row of publishedAutoConverge) {
      const { name, limitS, mode } = row
      await progress(`${name} under kvm 1.6 with auto-converge and ${limitS} s`)
      const under = await measured({ name, ...kvmMigration({ kvm: '1.6', limitS, autoConverge: true }) }, calibration, seed)
      const own = mode === undefined ? undefined : await measured({ name, pipeline: pipelineOf(mode) }, calibration, seed)
      compared.push({ ...row, modelKvm: under, modelTlm: own })
    }
    const ofRegimes = await regimesTable(calibration, { seed, progress })
    const sensitivity = [
      ...(await whatIf(calibration, { modes, kvm, compared }, { seed, progress })),
      ...(await sensitivities(calibration, { seed, progress }))
    ]
    const mpi: (readonly Cell[])[] = []
    for (const { name, workingSetGib, mode, times } of publishedMpi) {
      await progress(`two guests of ${name} ${modeName(mode)}`)
      const scale = workingSetGib / npbFacts[name].workingSetGib
      const { live, down } = await measured({ name, pipeline: pipelineOf(mode), guests: 2, scale }, calibration, seed)
      mpi.push([name, modeName(mode), ...beside(times[0], live), ...beside(times[1], down)])
    }
    return {
      tables: [
        calibrationTable(calibration),
        modesTable(modes),
        boundsTable(calibration, modes),
        kvmTable(kvm),
        comparedTable(compared),
        { title: 'two machines of half a benchmark each, migrated at once over one link (Fig 10)', columns: timesColumns, rows: mpi },
        ofRegimes,
        ...sensitivity
      ],
      verdicts: [...modeVerdicts(modes), ...kvmVerdicts(kvm), ...comparedVerdicts(compared)],
      notes: tlmNotes(calibration)
    }
  }
}

const beside = (published: number, model: number): readonly Cell[] => [published, model, percent(model, published)]
const inSeconds = (name: string) => ({ name, unit: 's', decimals: 2 }) as const
const deviation = { name: 'deviation', unit: '%', decimals: 1 } as const
const timesColumns = [
  { name: 'benchmark' },
  { name: 'mode' },
  inSeconds('live, published'),
  inSeconds('model'),
  deviation,
  inSeconds('down, published'),
  inSeconds('model'),
  deviation
] as const

const calibrationTable = (calibration: Calibration): ReproducedTable => ({
  title: `OFFLINE = ${calibration.scan.toFixed(3)} s a GiB looked at + ${calibration.send.toFixed(3)} s a GiB sent`,
  columns: [
    { name: 'benchmark' },
    { name: 'memory', unit: 'GiB' },
    { name: 'working set', unit: 'GiB' },
    inSeconds('published'),
    inSeconds('fitted'),
    deviation
  ],
  rows: benchmarks.map((name) => {
    const { memoryGib: memory, workingSetGib: workingSet } = npbFacts[name]
    const published = publishedModes[name].find(([mode]) => mode === 'OFFLINE')![1][1]
    return [name, memory, workingSet, ...beside(published, offlineSeconds(calibration, { memory, workingSet }))]
  })
})

const modesTable = (rows: readonly ModeRow[]): ReproducedTable => ({
  title: "live and down times by mode (Fig 4), and what the guest's network carries meanwhile of 941 Mbit/s in the model",
  columns: [...timesColumns, { name: 'network', unit: 'Mbit/s', decimals: 0 }],
  rows: rows.map(({ name, mode, published, model }) => [
    name,
    modeName(mode),
    ...beside(published[0], model.live),
    ...beside(published[1], model.down),
    model.megabits
  ])
})

/** What the model says beforehand, whatever the guest writes. */
const boundOf = (calibration: Calibration, name: NpbName, intervalNs?: null) => {
  const guest = guestOf({ name })
  return timeBound({ guest, ...tlmHost(calibration, guest.pages), ...(intervalNs === null ? { intervalNs } : {}) })
}

const boundsTable = (calibration: Calibration, rows: readonly ModeRow[]): ReproducedTable => ({
  title: 'the bound, known before the migration begins',
  columns: [
    { name: 'benchmark' },
    { name: 'mode' },
    inSeconds('live, bound'),
    inSeconds('published'),
    inSeconds('model'),
    inSeconds('total, bound'),
    inSeconds('published'),
    inSeconds('model')
  ],
  rows: rows
    .filter(({ mode }) => mode === 'TLM' || mode === 'TLM.1S')
    .map(({ name, mode, published: [live, down], model }) => {
      const bound = boundOf(calibration, name, mode === 'TLM' ? undefined : null)
      return [name, modeName(mode), bound.liveNs / 1e9, live, model.live, bound.totalNs / 1e9, live + down, model.live + model.down]
    })
})

const NEVER = 'does not converge while MG runs'

const kvmTable = (rows: readonly KvmRow[]): ReproducedTable => ({
  title: 'pre-copy of MG by kvm, by tolerable downtime (Fig 3)',
  columns: [{ name: 'kvm' }, { name: 'tolerable', unit: 's' }, ...timesColumns.slice(2), { name: 'model' }],
  rows: rows.map(({ kvm, limitS, times, model }) =>
    model.ended
      ? [kvm, limitS, ...beside(times[0], model.live), ...beside(times[1], model.down), 'converges']
      : [kvm, limitS, times[0], undefined, undefined, times[1], undefined, undefined, NEVER]
  )
})

const comparedTable = (rows: readonly ComparedRow[]): ReproducedTable => ({
  title: 'kvm 1.6 with auto-converge beside TLM: total and down time, and what the guest exchanged over its network (Fig 11)',
  columns: [
    { name: 'run' },
    inSeconds('total, published'),
    inSeconds('model'),
    inSeconds('down, published'),
    inSeconds('model'),
    { name: 'network, published', unit: 'Mbit/s', decimals: 0 },
    { name: 'model', unit: 'Mbit/s', decimals: 0 },
    { name: 'TLM : kvm, published', decimals: 2 },
    { name: 'model', decimals: 2 }
  ],
  rows: rows.flatMap(({ name, limitS, kvm, mode, tlm: own, modelKvm, modelTlm }) => [
    rowOf(`${name} kvm 1.6, ${limitS} s`, kvm, modelKvm, [undefined, undefined]),
    ...(mode === undefined || own === undefined || modelTlm === undefined
      ? []
      : [
          rowOf(`${name} ${modeName(mode)}`, own, modelTlm, [
            own[0] / kvm[0],
            modelKvm.ended ? total(modelTlm) / total(modelKvm) : undefined
          ])
        ])
  ])
})

const rowOf = (name: string, published: readonly [number, number, number], model: Ran, ratios: readonly Cell[]): readonly Cell[] => [
  name,
  published[0],
  model.ended ? total(model) : 'none',
  published[1],
  model.ended ? model.down : 'none',
  published[2],
  model.megabits,
  ...ratios
]
