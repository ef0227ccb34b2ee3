import { lastValueFrom } from 'rxjs'
import { vm } from '../../lib/guest/guest'
import { npbFacts } from '../../lib/guest/npbArrays'
import { dirtyPagesPerSecond, dtxRatio, type RegimeName, regime, regimes } from '../../lib/guest/regimes'
import { run } from '../../lib/loop/run'
import { measure } from '../../lib/metrics/metrics'
import { wireBytes } from '../../lib/network/link'
import { folded } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { tlm } from '../tlm'
import type { Cell, ReproducedTable, ReproduceOptions } from './reproduction'
import { type Calibration, tlmHost } from './tlmHost'

/** The published rate of dtx: about 100,000 pages a second (Fig 5). */
const PUBLISHED_DTX = 100_000

/** The four regimes of the slides: rate, locality, and the ratio of dtx's rate to the dirty rate as the slides claim it, as published rates have it and as the model has it; and TLM of each. */
export const regimesTable = async (calibration: Calibration, { seed, progress }: ReproduceOptions): Promise<ReproducedTable> => {
  const rows: (readonly Cell[])[] = []
  for (const name of Object.keys(regimes) as readonly RegimeName[]) {
    const { sentence, benchmark, locality, claimed } = regimes[name]
    await progress(sentence)
    const pages = npbFacts[benchmark].memoryGib * 262_144
    const host = tlmHost(calibration, pages)
    const dirty = dirtyPagesPerSecond(regimes[name], pages)
    const dtx = host.link.bytesPerSecond / 2 / wireBytes(host.link, 4096, false)
    const guest = vm({ pages, workload: regime(name, { pages }) })
    const world = datacentre({ guests: { guest }, ...host, fidelity: 'marks' })
    const { preparationTime = 0, downtime } = (await lastValueFrom(run(tlm(), world, { seed }).pipe(folded(measure())))).guest
    const ratio = (dtxPagesPerSecond: number): number => dtxRatio({ dtxPagesPerSecond, dirtyPagesPerSecond: dirty })
    rows.push([
      sentence,
      benchmark,
      dirty,
      locality * 100,
      claimed,
      ratio(PUBLISHED_DTX),
      ratio(dtx),
      preparationTime / 1e9,
      downtime / 1e9
    ])
  }
  return {
    title: 'the four regimes of the slides as guests of their own, at their mean rates, without zero pages',
    columns: [
      { name: 'regime' },
      { name: 'as' },
      { name: 'dirtied', unit: 'pages/s', decimals: 0 },
      { name: 'returning', unit: '%', decimals: 0 },
      { name: 'dtx : dirty, slides' },
      { name: 'published', decimals: 2 },
      { name: 'model', decimals: 2 },
      { name: 'live', unit: 's', decimals: 2 },
      { name: 'down', unit: 's', decimals: 2 }
    ],
    rows
  }
}
