import { type NpbName, npbFacts } from './npbArrays'
import { passes } from './passes'
import type { Workload } from './workload'

/** The four regimes of Chanchio's slides. */
export type RegimeName = 'veryHighUpdateLowLocality' | 'highUpdateLowLocality' | 'highUpdateHighLocality' | 'mediumUpdateLowLocality'

/**
 * A regime: what a guest writes and how fast a sender of dirty pages is beside it.
 *
 * `updateShare`: the part of its memory written in a second. `locality`: the part of a second's pages that were written in the second before, too. `workingSetShare`: the
 * part of its memory that is ever written. `benchmark`: whose guest it is in the slides; `claimed`: what they say of the ratio of dtx's rate to the dirty rate.
 */
export interface Regime {
  readonly sentence: string
  readonly benchmark: NpbName
  readonly updateShare: number
  readonly locality: number
  readonly workingSetShare: number
  readonly claimed: string
}

const GIB = 262_144

/** A benchmark's mean dirty rate (Fig 5, pages per second) as a part of its guest's memory. */
const updateShare = (benchmark: NpbName, pagesPerSecond: number): number => pagesPerSecond / (npbFacts[benchmark].memoryGib * GIB)

/**
 * The regimes as values. Update rates are the benchmarks' means (Chanchio and Thaenkaew, CCGrid 2014, Fig 5) over their memories; the slides give localities as «low» and
 * «high» only, for which 0 and 0.9 are ours. The ratios computed from the published rates (about 100,000 pages a second of dtx) are 0.41, 0.75, 0.45 and 1.96: those of the
 * second and the fourth contradict what the slides claim.
 */
export const regimes: { readonly [name in RegimeName]: Regime } = {
  veryHighUpdateLowLocality: {
    sentence: 'very high memory update, low locality',
    benchmark: 'MG',
    updateShare: updateShare('MG', 241_000),
    locality: 0,
    workingSetShare: 0.51,
    claimed: 'far below 1'
  },
  highUpdateLowLocality: {
    sentence: 'high memory update, low locality',
    benchmark: 'IS',
    updateShare: updateShare('IS', 134_000),
    locality: 0,
    workingSetShare: 0.47,
    claimed: '2'
  },
  highUpdateHighLocality: {
    sentence: 'high memory update, high locality',
    benchmark: 'SP',
    updateShare: updateShare('SP', 224_000),
    locality: 0.9,
    workingSetShare: 0.54,
    claimed: 'far below 1'
  },
  mediumUpdateLowLocality: {
    sentence: 'medium memory update, low locality',
    benchmark: 'BT',
    updateShare: updateShare('BT', 51_000),
    locality: 0,
    workingSetShare: 0.51,
    claimed: '1'
  }
}

/** A regime's options: the memory it is chosen for, in pages, and virtual CPUs (8 by default). */
export interface RegimeOptions {
  readonly pages: number
  readonly vcpus?: number
}

/** The pages that a regime dirties in a second in a memory of so many pages. */
export const dirtyPagesPerSecond = ({ updateShare }: Pick<Regime, 'updateShare'>, pages: number): number =>
  Math.max(1, Math.round(updateShare * pages))

/**
 * A regime as a workload for a memory of any size: in each second the pages that return (`locality` of them) and then others, which sweep the rest of the working set.
 * The working set is the first pages of memory. Laws `a second of a regime dirties its pages` and `its locality of them return in the next`. Errors: `RangeError` for a memory too
 * small to have pages for every virtual CPU.
 */
export const regime = (name: RegimeName, options: RegimeOptions): Workload => {
  const of = regimes[name]
  if (of === undefined) throw new RangeError(`regime: name must be one of ${Object.keys(regimes).join(', ')} (got ${name})`)
  const { pages, vcpus = 8 } = options
  const dirty = dirtyPagesPerSecond(of, pages)
  const returning = Math.round(of.locality * dirty)
  const set = Math.floor(of.workingSetShare * pages)
  if (!(dirty - returning >= vcpus && set - returning >= vcpus && (returning === 0 || returning >= vcpus)))
    throw new RangeError(`regime: pages must be enough for ${vcpus} vcpus to write a page each (got ${pages})`)
  const sweeping = [{ from: returning, pages: set - returning }]
  const workload =
    returning === 0
      ? passes({ paths: [sweeping], strokes: [{ forNs: 1e9, pages: dirty }], writesPerSecond: dirty * vcpus, vcpus })
      : passes({
          paths: [[{ from: 0, pages: returning }], sweeping],
          strokes: [
            { forNs: 5e8, pages: returning },
            { forNs: 5e8, pages: dirty - returning, path: 1 }
          ],
          writesPerSecond: 2 * dirty * vcpus,
          vcpus
        })
  return { ...workload, name: 'regime', description: { name: 'regime', regime: name, pages, vcpus } }
}

/** What a sender of dirty pages can do against what a guest dirties; below 1 it falls behind. */
export const dtxRatio = (rates: { readonly dtxPagesPerSecond: number; readonly dirtyPagesPerSecond: number }): number =>
  rates.dtxPagesPerSecond / rates.dirtyPagesPerSecond

/** A regime in words, for a memory and a sender of dirty pages: its rate, its locality, and the ratio of the two rates beside what the slides claim. */
export const regimeText = (
  name: RegimeName,
  { pages, dtxPagesPerSecond }: { readonly pages: number; readonly dtxPagesPerSecond: number }
): string => {
  const of = regimes[name]
  const dirty = dirtyPagesPerSecond(of, pages)
  const ratio = dtxRatio({ dtxPagesPerSecond, dirtyPagesPerSecond: dirty })
  return `${of.sentence}: ${dirty} pages/s dirtied, ${Math.round(of.locality * 100)} % of them again in the next second; dtx : dirty = ${ratio.toFixed(2)} (slides: ${of.claimed})`
}
