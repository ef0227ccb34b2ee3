import { lastValueFrom } from 'rxjs'
import type { Guest } from '../../lib/guest/guest'
import { npbGuest } from '../../lib/guest/npb'
import { type NpbName, npbFacts } from '../../lib/guest/npbArrays'
import { npbThousands } from '../../lib/guest/npbSeries'
import { run } from '../../lib/loop/run'
import type { Metrics } from '../../lib/metrics/metrics'
import { measure } from '../../lib/metrics/metrics'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Seed } from '../../lib/random/random'
import { folded } from '../../lib/stream/fold'
import { seconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import type { Sender } from '../../lib/world/windows'
import { stopAndCopy } from '../stopAndCopy'
import { tlm } from '../tlm'
import { type Calibration, type Stated, tlmHost } from './tlmHost'
import type { TlmMode } from './tlmPublished'

/** What a run came to, in seconds and Mbit/s of the guest's own network; `ended`: not while the benchmark runs, where that is known. */
export type Ran = { readonly live: number; readonly down: number; readonly megabits: number; readonly ended: boolean }

/** A mode of TLM as a pipeline. */
export const pipelineOf = (mode: TlmMode): Pipeline => {
  if (mode === 'OFFLINE') return stopAndCopy()
  if (mode === 'TLM') return tlm()
  if (mode === 'TLM.1S') return tlm({ intervalNs: null })
  const [after, cores] = mode
  return tlm({ overcommit: [{ after, cores }] })
}

/**
 * What is run: the benchmark and the technique; how many guests of it at once (default 1), each which part of class D (default all); how many seconds later in its
 * series it is migrated (default 0: the published series were taken during migrations, which all began so many seconds after the benchmark's start); on how many cores it is as fast as
 * on more (default `npbUsefulCores`); what is stated of the hosts; and how the source keeps to rates, where the technique counts on that.
 */
export type Measured = Piece & { readonly pipeline: Pipeline; readonly guests?: number; readonly stated?: Stated; readonly sender?: Sender }
type Piece = { readonly name: NpbName; readonly scale?: number; readonly laterS?: number; readonly usefulCores?: number }

/** A benchmark's guest that comes to its place in the series when it is migrated, with a gigabit network of its own. */
export const guestOf = ({ name, scale = 1, laterS = 0, usefulCores }: Piece): Guest => {
  const { length } = npbThousands(name)
  const beginAtS = (length - (npbFacts[name].migratedAfterS % length) + laterS) % length
  return npbGuest(name, { scale, beginAtS, network: { bytesPerSecond: NETWORK }, ...(usefulCores === undefined ? {} : { usefulCores }) })
}

/** What TCP leaves of a gigabit: 941 Mbit/s. */
const NETWORK = 117_625_000

/** Runs it on the paper's hosts, MG no longer than it takes by itself; of several guests the mean, and whether all of them were migrated. */
export const measured = async (of: Measured, calibration: Calibration, seed: Seed): Promise<Ran> => {
  const { name, pipeline, guests = 1, stated, sender } = of
  const guest = guestOf(of)
  // That of IS, 261 s, is its time without a migration: the paper migrated it for 165 s and more, from its 180th second on.
  const untilS = name === 'MG' ? npbFacts.MG.takesS! : 3600
  const world = datacentre({
    guests: Object.fromEntries(Array.from({ length: guests }, (_, i) => [`guest${i + 1}`, guest])),
    ...tlmHost(calibration, guest.pages, stated),
    sender,
    fidelity: 'marks'
  })
  const journal = run(pipeline, world, { seed, startAt: seconds(npbFacts[name].migratedAfterS), until: seconds(untilS) })
  const all = Object.values(await lastValueFrom(journal.pipe(folded(measure()))))
  const mean = (figure: (one: Metrics) => number): number => all.reduce((sum, one) => sum + figure(one), 0) / all.length
  return {
    live: mean(({ preparationTime = 0 }) => preparationTime) / 1e9,
    down: mean(({ downtime }) => downtime) / 1e9,
    megabits: (mean(({ guestThroughput = 0 }) => guestThroughput) * 8) / 1e6,
    ended: all.every(({ outcome }) => outcome?.type === 'completed')
  }
}
