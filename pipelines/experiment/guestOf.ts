import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type { DeviceConfig } from '../../lib/codec/deviceConfig'
import type { BalloonConfig, GuestConfig, PolicyConfig, WorkloadConfig } from '../../lib/codec/guestConfig'
import type { Dependency, Policy } from '../../lib/guest/dependency'
import type { DeviceOptions } from '../../lib/guest/device'
import { devicePresets } from '../../lib/guest/devicePresets'
import { container, type Guest, type GuestOptions, process, thread, vm } from '../../lib/guest/guest'
import { npbPages } from '../../lib/guest/npb'
import { npbUsefulCores } from '../../lib/guest/npbArrays'
import type { PageTrace } from '../../lib/guest/pageTrace'
import type { Workload } from '../../lib/guest/workload'
import type { SelfBallooningOptions } from '../../lib/memory/balloon'
import * as pageSet from '../../lib/memory/pageSet'
import { classesOf } from './classesOf'
import { diskOf } from './diskOf'
import { type InputError, isInputError, refusals } from './inputError'
import { openTraceFile } from './shippedTraces'
import { npbOptionsOf, tracesIn, workloadOf } from './workloadOf'

/** The guest that a configuration describes, its traces read from their files; or why there is none. `path` opens the path of an error. */
export const guestOf = (config: GuestConfig, path: string): Either<InputError, Guest> => {
  const traces = new Map<string, PageTrace>()
  for (const [name, at] of tracesIn(config.workload, `${path}.workload`)) {
    const trace = openTraceFile(name)
    if (isLeft(trace)) return left({ ...trace.left, path: `${at}: ${trace.left.path}` })
    traces.set(name, trace.right)
  }
  const pageBytes = config.pageSize ?? [...traces.values()].map(({ header }) => header.pageBytes)[0] ?? 4096
  for (const [name, { header }] of traces)
    if (header.pageBytes !== pageBytes)
      return left({ path: `${path}.pageSize`, expected: `${header.pageBytes} B, the page of the trace ${name}`, got: `${pageBytes} B` })
  const memoryPages = config.memory === undefined ? undefined : Math.floor(config.memory / pageBytes)
  const workload = refusals(`${path}.workload`, () => workloadOf(config.workload, traces, memoryPages))
  if (isInputError(workload)) return left(workload)
  if (memoryPages !== undefined && workload.pages > memoryPages)
    return left({
      path: `${path}.memory`,
      expected: `at least ${workload.pages * pageBytes} B, the ${workload.pages} pages that the workload touches`,
      got: `${config.memory} B: page ${workload.pages - 1} would lie outside the guest`
    })
  const pages = memoryPages ?? workload.pages
  const classes = refusals(path, () =>
    classesOf(config, { pages, pageBytes, untouched: neverTouched(config.workload, traces, pages), path })
  )
  if (isInputError(classes)) return left(classes)
  const disk = config.disk && diskOf(config.disk, `${path}.disk`)
  if (isInputError(disk)) return left(disk)
  const guest = refusals(path, () =>
    kinds[config.kind ?? 'process']({ ...optionsOf(config, pageBytes, workload), classes, ...(disk && { disk }) })
  )
  return isInputError(guest) ? left(guest) : right(guest)
}

const kinds = { thread, process, container, vm } as const

const optionsOf = (
  {
    name,
    memory,
    context,
    dependencies,
    balloon,
    devices,
    hugePages,
    compressionRatio,
    clears,
    usefulCores,
    network,
    workload: config
  }: GuestConfig,
  pageBytes: number,
  workload: Workload
): GuestOptions => ({
  name,
  memoryBytes: memory,
  pageBytes,
  contextBytes: context,
  workload,
  compressionRatio,
  devices: devices?.map(deviceOf),
  ...(hugePages !== undefined && {
    hugePages: { pages: hugePages.size / pageBytes, ...(hugePages.split !== undefined && { splitNs: hugePages.split }) }
  }),
  ...(balloon !== undefined && { balloon: balloonOf(balloon) }),
  ...(clears !== undefined && { clears }),
  usefulCores: usefulCores ?? (config.type === 'npb' ? npbUsefulCores : undefined),
  ...(network !== undefined && { network: { bytesPerSecond: network } }),
  dependencies: dependencies?.map(({ kind, name, policy }): Dependency => ({ kind, name, policy: policyOf(policy) }))
})

const deviceOf = ({ preset, name, state, save, load, unplug, plug, dma, ...others }: DeviceConfig): DeviceOptions => {
  const { interval, ...where } = dma ?? {}
  return {
    ...(preset === undefined ? {} : devicePresets[preset]),
    ...others,
    name: name ?? preset ?? '',
    ...(state !== undefined && { stateBytes: state }),
    ...(save !== undefined && { saveNs: save }),
    ...(load !== undefined && { loadNs: load }),
    ...(unplug !== undefined && { unplugNs: unplug }),
    ...(plug !== undefined && { plugNs: plug }),
    ...(dma !== undefined && interval !== undefined && { dma: { ...where, pages: dma.pages, intervalNs: interval } })
  }
}

const balloonOf = (config: BalloonConfig): SelfBallooningOptions => {
  if (config === true) return {}
  const { interval, ...others } = config
  return { ...others, ...(interval !== undefined && { intervalNs: interval }) }
}

const policyOf = (policy: PolicyConfig): Policy => {
  switch (policy.type) {
    case 'moved':
      return { type: 'moved', bytes: policy.size }
    case 'forwarded':
      return { type: 'forwarded', usesPerSecond: policy.usesPerSecond, nsPerUse: policy.timePerUse ?? 0 }
    case 'rebound':
      return { type: 'rebound', ns: policy.time }
    case 'refused':
      return policy
  }
}

/** The pages outside of every trace, where traces are all that runs, and of a benchmark's arrays; `undefined` for a synthetic guest, whose memory is taken to be in use. */
const neverTouched = (config: WorkloadConfig, traces: ReadonlyMap<string, PageTrace>, pages: number): pageSet.PageSet | undefined => {
  if (config.type === 'recorded') {
    const { from = 0, trace } = config
    return pageSet.complement(pageSet.range(pages, from, from + traces.get(trace)!.header.pages))
  }
  if (config.type === 'npb') {
    const { all, used } = npbPages(config.benchmark, npbOptionsOf(config))
    return pageSet.complement(pageSet.range(pages, all - used, all))
  }
  if (config.type !== 'phased' || tracesIn(config, '').length === 0) return undefined
  const phases = config.phases.filter(({ workload }) => workload.type !== 'idle')
  const each = phases.map(({ workload }) => neverTouched(workload, traces, pages))
  return each.reduce((a, b) => a && b && pageSet.intersection(a, b))
}
