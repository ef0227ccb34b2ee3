import { asFastAsPossible } from '../../lib/guest/asFastAsPossible'
import { clocked } from '../../lib/guest/clocked'
import { type Guest, vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { idle } from '../../lib/guest/idle'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { datacentre } from '../../lib/world/datacentre'
import { xbzrle } from '../../lib/world/xbzrle'
import { type QemuOptions, qemu72 } from '../qemu'
import { qemuHost } from './qemuHost'
import type { QemuInput } from './qemuRuns'

/** A measured migration as a model of it: its pipeline and its world. Made of what the run was started with and of the host's constants, and of nothing that was measured. */
export type QemuExperiment = { readonly pipeline: Pipeline; readonly world: World; readonly startAt: number; readonly until: number }

/** The model of a measured migration (see `qemuHost`). Throws `RangeError` on a pattern of writes that it does not know. */
export const qemuExperiment = (input: QemuInput): QemuExperiment => ({
  pipeline: qemu72(optionsOf(input)),
  world: worldOf(input),
  startAt: qemuHost.leadNs,
  until: qemuHost.leadNs + Math.round(input.timeCap * 1e9)
})

/** The context and the devices' state, as QEMU counts them (`downtime_bytes` of the runs without pages left). */
export const qemuContextBytes = 12_319

const optionsOf = (input: QemuInput): QemuOptions => ({
  downtimeLimitNs: Math.round(input.downtimeLimit * 1e9),
  maxBandwidth: input.maxBandwidth,
  ...(has(input, 'auto-converge') ? { autoConverge: autoConverge(input) } : {}),
  ...(has(input, 'xbzrle') ? { xbzrle: true } : {}),
  ...(has(input, 'multifd') ? { multifd: { channels: channelsOf(input) } } : {}),
  ...(has(input, 'postcopy-ram') ? { postcopy: postcopy(input) } : {})
})

const has = ({ caps = [] }: QemuInput, cap: string): boolean => caps.includes(cap)

const channelsOf = (input: QemuInput): number => (has(input, 'multifd') ? (numberOf(input, 'multifd-channels') ?? 2) : 1)

const numberOf = ({ params = {} }: QemuInput, name: string): number | undefined => {
  const value = params[name]
  return typeof value === 'number' ? value : undefined
}

const autoConverge = (input: QemuInput) => {
  const share = (name: string, otherwise: number): number => (numberOf(input, name) ?? otherwise) / 100
  return {
    initial: share('cpu-throttle-initial', 20),
    increment: share('cpu-throttle-increment', 10),
    max: share('max-cpu-throttle', 99),
    threshold: share('throttle-trigger-threshold', 50),
    tailslow: input.params?.['cpu-throttle-tailslow'] === true
  }
}

const postcopy = (input: QemuInput) => {
  const { postcopyAfterSync: afterSyncs, postcopyAfterS } = input
  // A limit of 0 is none.
  const limit = numberOf(input, 'max-postcopy-bandwidth') ?? 0
  return {
    ...(postcopyAfterS === undefined ? { afterSyncs } : { afterNs: Math.round(postcopyAfterS * 1e9) }),
    reactionNs: qemuHost.reactionNs,
    ...(limit > 0 ? { maxBandwidth: limit } : {}),
    preempt: has(input, 'postcopy-preempt')
  }
}

const PAGE = 4096
/** QEMU's own regions behind the guest's memory: 532,480 bytes, of which firmware and video have filled so many pages. */
const REGIONS = 130
const REGIONS_FILLED = 124

const guestOf = (input: QemuInput): Guest => {
  const pages = input.ram / PAGE + REGIONS
  const zero = pageSet.union(
    pageSet.range(pages, input.fill / PAGE, input.ram / PAGE),
    pageSet.range(pages, pages - (REGIONS - REGIONS_FILLED), pages)
  )
  return vm({ pages, contextBytes: qemuContextBytes, classes: pageClasses({ size: pages, zero }), workload: workloadOf(input) })
}

const workloadOf = ({ pattern, rate, ws, pacing, accel }: QemuInput): Workload => {
  const pages = Math.max(1, ws / PAGE)
  if (pattern === 'idle') return idle()
  if (pattern === 'max') return asFastAsPossible({ pages, pageNs: qemuHost.writeNs[accel] })
  const isClocked = pacing === 0
  const options = { pages, writesPerSecond: isClocked ? rate : rate * qemuHost.busyShare }
  const workload = patterns[pattern]?.(options)
  if (workload === undefined) throw new RangeError(`qemuExperiment: pattern must be idle, seq, rand, hot or max (got ${pattern})`)
  return isClocked ? clocked()(workload) : workload
}

const patterns = { seq: sweep, rand: uniform, hot: hotCold }

const worldOf = (input: QemuInput): World => {
  const { scanPageNs, sendPageNs, receivePageNs, suspendNs, resumeNs, windowNs, sliceNs, lateNs, bufferBytes, faultNs } = qemuHost
  // The threads of more channels than cores take turns.
  const turns = Math.max(1, channelsOf(input) / qemuHost.cores)
  const cachePages = Math.floor((numberOf(input, 'xbzrle-cache-size') ?? 2 ** 26) / PAGE)
  return datacentre({
    guests: { guest: guestOf(input) },
    link: link({
      bytesPerSecond: input.link === undefined ? qemuHost.loopbackBytesPerSecond : input.link * qemuHost.shaped,
      // A packet of multifd has 1,344 bytes before its 128 pages.
      headerBytes: has(input, 'multifd') ? 11 : 8
    }),
    source: {
      firstWriteNs: qemuHost.firstWriteNs[input.accel],
      syncNs: qemuHost.syncNs[input.accel],
      scanPageNs,
      sendPageNs: sendPageNs * turns,
      suspendNs
    },
    target: {
      receivePageNs: receivePageNs * turns,
      firstTouchNs: qemuHost.firstTouchNs[input.pattern === 'idle' ? 'alone' : 'besideGuest'] * turns,
      resumeNs,
      faultNs
    },
    sender: { windowNs, sliceNs, lateNs, bufferBytes },
    ...(has(input, 'xbzrle')
      ? {
          engine: { coding: xbzrle({ cachePages, lifetimeSyncs: 2, writeBytes: input.writeBytes }) }
        }
      : {})
  })
}
