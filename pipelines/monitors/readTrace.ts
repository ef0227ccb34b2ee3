import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { observed } from '../../lib/hotspot/seriesOf'
import type { Time } from '../../lib/time/time'
import { readUtilisations } from '../managers/readUtilisations'
import { bitbrainsRows, bitbrainsVms } from './bitbrainsObservations'
import { csvRows } from './csvObservations'
import { type SlotSeries, slotSeries } from './slotSeries'
import { isSourceFault } from './sourceFault'
import { type TraceFormat, traceFormat } from './traceFormat'
import { usualInterval } from './usualInterval'

/**
 * Recorded utilisations as a fleet's day: of each VM a sample every `everyNs`, all series of one length, NaN where nothing was recorded of it in a slot. `cpu`: parts of 1 of what it has; `network`: bytes/s both ways; `workingSets`: bytes of memory in use. Before its first
 * sample and after its last a VM is not there, and wants nothing (0). `vms`: what they have, where the trace tells it: MIPS of all virtual CPUs (its MHz: an instruction a cycle), how many these are, bytes provisioned. `fromSeconds`: when the first slot
 * begins, since 1970, where the trace tells that.
 */
export type FleetTrace = {
  readonly format: TraceFormat
  readonly names: readonly string[]
  readonly everyNs: Time
  readonly fromSeconds?: number
  readonly cpu: readonly Float64Array[]
  readonly network?: readonly Float64Array[]
  readonly workingSets?: readonly Float64Array[]
  readonly vms?: readonly { readonly mips: number; readonly cores: number; readonly memoryBytes: number }[]
}

/** `everyNs`: how long a slot is (default 300 s; of a CSV file of observations: what mostly lies between two of one VM). `slots`: how many at most, from the first (default: all). */
export type TraceOptions = { readonly everyNs?: Time; readonly slots?: number }

/**
 * A fleet's day from a path, of whichever format `traceFormat` finds there. PlanetLab's files have no times: a line is a slot of 300 s, and `everyNs` only says how long that is. In the other formats a slot's value is what was taken last in it. What is
 * above all of a CPU (Bitbrains: up to 112.5 %) counts as all of it. Only VMs are read.
 *
 * What is wrong is said with the file and line; what the file system refuses is thrown. Cost: one pass, and memory for all series.
 */
export const readTrace = (path: string, options: TraceOptions = {}): E.Either<string, FleetTrace> => {
  const { everyNs, slots } = options
  if (everyNs !== undefined && !(Number.isSafeInteger(everyNs) && everyNs > 0))
    throw new RangeError(`readTrace: everyNs must be a whole number of ns above 0 (got ${everyNs})`)
  if (slots !== undefined && !(Number.isInteger(slots) && slots > 0))
    throw new RangeError(`readTrace: slots must be a number of slots above 0 (got ${slots})`)
  try {
    return pipe(
      traceFormat(path),
      E.chain((format) => readers[format](path, options))
    )
  } catch (error) {
    if (!isSourceFault(error)) throw error
    return E.left(`${error.input.path}: ${error.input.expected} (got ${error.input.got})`)
  }
}

const planetLab = (path: string, { everyNs = USUAL, slots }: TraceOptions): E.Either<string, FleetTrace> =>
  pipe(
    readUtilisations(path),
    E.map(({ names, series }) => ({ format: 'planetlab', names, everyNs, cpu: series.map((samples) => samples.slice(0, slots)) }))
  )

const bitbrains = (path: string, { everyNs = USUAL, slots }: TraceOptions): E.Either<string, FleetTrace> => {
  const read = bitbrainsVms(path).map((vm) => {
    const kept = slotSeries(['mhz', 'network', 'memory'], everyNs / 1e9)
    const has = { mips: 0, cores: 1, memoryBytes: 0 }
    for (const {
      seconds,
      cores,
      capacityMhz,
      usedMhz,
      receivedBytesPerSecond,
      sentBytesPerSecond,
      allottedBytes,
      memoryBytes
    } of bitbrainsRows(vm)) {
      kept.add(seconds, { mhz: usedMhz, network: receivedBytesPerSecond + sentBytesPerSecond, memory: memoryBytes ?? Number.NaN })
      has.mips = Math.max(has.mips, capacityMhz)
      has.cores = Math.max(has.cores, cores)
      has.memoryBytes = Math.max(has.memoryBytes, allottedBytes ?? 0)
    }
    return { name: vm.name, kept, has }
  })
  return pipe(
    spanOf(path, read, slots),
    E.map(({ from, slots }) => ({
      format: 'bitbrains',
      names: read.map(({ name }) => name),
      everyNs,
      fromSeconds: (from * everyNs) / 1e9,
      cpu: read.map(({ kept, has }) =>
        kept.series('mhz', from, slots, 0).map((mhz) => (has.mips > 0 ? Math.min(1, mhz / has.mips) : 0 * mhz))
      ),
      network: read.map(({ kept }) => kept.series('network', from, slots, 0)),
      workingSets: read.map(({ kept }) => kept.series('memory', from, slots, 0)),
      vms: read.map(({ has }) => has)
    }))
  )
}

const observations = (path: string, { everyNs, slots }: TraceOptions): E.Either<string, FleetTrace> => {
  const every = everyNs ?? usualInterval(csvRows(path)) ?? USUAL
  const vms = new Map<string, SlotSeries<'cpu' | 'network' | 'memory'>>()
  const known = { network: false, memory: false }
  for (const row of csvRows(path)) {
    if (row.of !== 'vm') continue
    const observation = { ...row, at: 0 }
    const network = observed.network(observation)
    known.network ||= network !== undefined
    known.memory ||= row.memoryBytes !== undefined
    let kept = vms.get(row.name)
    if (kept === undefined) {
      kept = slotSeries(['cpu', 'network', 'memory'], every / 1e9)
      vms.set(row.name, kept)
    }
    kept.add(row.seconds, {
      cpu: Math.min(1, row.cpu ?? Number.NaN),
      network: network ?? Number.NaN,
      memory: row.memoryBytes ?? Number.NaN
    })
  }
  const read = [...vms].map(([name, kept]) => ({ name, kept }))
  return pipe(
    spanOf(path, read, slots),
    E.map(({ from, slots }) => {
      const all = (figure: 'cpu' | 'network' | 'memory'): readonly Float64Array[] =>
        read.map(({ kept }) => kept.series(figure, from, slots, 0))
      return {
        format: 'observations',
        names: read.map(({ name }) => name),
        everyNs: every,
        fromSeconds: (from * every) / 1e9,
        cpu: all('cpu'),
        ...(known.network ? { network: all('network') } : {}),
        ...(known.memory ? { workingSets: all('memory') } : {})
      }
    })
  )
}

const readers: Readonly<Record<TraceFormat, (path: string, options: TraceOptions) => E.Either<string, FleetTrace>>> = {
  planetlab: planetLab,
  bitbrains,
  observations
}

/** What lies between two samples of PlanetLab and of Bitbrains. */
const USUAL: Time = 300e9

/** Five minutes each, these are ten years. */
const MOST_SLOTS = 1 << 20

const spanOf = (
  path: string,
  read: readonly { readonly kept: Pick<SlotSeries<string>, 'ends'> }[],
  most: number | undefined
): E.Either<string, { readonly from: number; readonly slots: number }> => {
  let [from, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { kept } of read) {
    const ends = kept.ends()
    if (ends.first < from) from = ends.first
    if (ends.last > last) last = ends.last
  }
  if (from > last) return E.left(`${path}: there must be samples of a VM (got none)`)
  const slots = Math.min(last - from + 1, most ?? Number.POSITIVE_INFINITY)
  if (slots > MOST_SLOTS) return E.left(`${path}: all samples must lie within ${MOST_SLOTS} slots (got ${slots})`)
  return E.right({ from, slots })
}
