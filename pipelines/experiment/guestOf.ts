import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type { BalloonConfig, GuestConfig, PolicyConfig, WorkloadConfig } from '../../lib/codec/guestConfig'
import { asFastAsPossible } from '../../lib/guest/asFastAsPossible'
import type { Dependency, Policy } from '../../lib/guest/dependency'
import { container, type Guest, type GuestOptions, process, thread, vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { idle } from '../../lib/guest/idle'
import type { PageTrace } from '../../lib/guest/pageTrace'
import { phased } from '../../lib/guest/phased'
import { recorded } from '../../lib/guest/recorded'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { zipf } from '../../lib/guest/zipf'
import type { SelfBallooningOptions } from '../../lib/memory/balloon'
import * as pageSet from '../../lib/memory/pageSet'
import { classesOf } from './classesOf'
import { type InputError, isInputError, refusals } from './inputError'
import { openTraceFile } from './shippedTraces'

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
  const guest = refusals(path, () => kinds[config.kind ?? 'process']({ ...optionsOf(config, pageBytes, workload), classes }))
  return isInputError(guest) ? left(guest) : right(guest)
}

const kinds = { thread, process, container, vm } as const

const optionsOf = ({ name, memory, context, dependencies, balloon }: GuestConfig, pageBytes: number, workload: Workload): GuestOptions => ({
  name,
  memoryBytes: memory,
  pageBytes,
  contextBytes: context,
  workload,
  ...(balloon !== undefined && { balloon: balloonOf(balloon) }),
  dependencies: dependencies?.map(({ kind, name, policy }): Dependency => ({ kind, name, policy: policyOf(policy) }))
})

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

/** The traces a workload names, each with its path in the configuration. */
const tracesIn = (config: WorkloadConfig, path: string): readonly (readonly [name: string, path: string])[] => {
  if (config.type === 'recorded') return [[config.trace, `${path}.trace`]]
  return config.type === 'phased' ? config.phases.flatMap(({ workload }, i) => tracesIn(workload, `${path}.phases[${i}].workload`)) : []
}

/** The pages outside of every trace, where traces are all that runs; `undefined` for a synthetic guest, whose memory is taken to be in use. */
const neverTouched = (config: WorkloadConfig, traces: ReadonlyMap<string, PageTrace>, pages: number): pageSet.PageSet | undefined => {
  if (config.type === 'recorded') {
    const { from = 0, trace } = config
    return pageSet.complement(pageSet.range(pages, from, from + traces.get(trace)!.header.pages))
  }
  if (config.type !== 'phased' || tracesIn(config, '').length === 0) return undefined
  const phases = config.phases.filter(({ workload }) => workload.type !== 'idle')
  const each = phases.map(({ workload }) => neverTouched(workload, traces, pages))
  return each.reduce((a, b) => a && b && pageSet.intersection(a, b))
}

const workloadOf = (config: WorkloadConfig, traces: ReadonlyMap<string, PageTrace>, memoryPages: number | undefined): Workload => {
  const sized = <C extends { readonly pages?: number; readonly from?: number }>(of: C): C & { readonly pages: number } => {
    const pages = of.pages ?? (memoryPages === undefined ? undefined : memoryPages - (of.from ?? 0))
    if (pages === undefined) throw new RangeError('pages here or memory in guest (got neither)')
    return { ...of, pages }
  }
  switch (config.type) {
    case 'idle':
      return idle(config)
    case 'sweep':
      return sweep(sized(config))
    case 'uniform':
      return uniform(sized(config))
    case 'hotCold':
      return hotCold(sized(config))
    case 'zipf':
      return zipf(sized(config))
    case 'asFastAsPossible':
      return asFastAsPossible({ ...sized(config), pageNs: config.timePerPage })
    case 'recorded':
      return recorded({ ...config, trace: traces.get(config.trace)! })
    case 'phased':
      return phased(config.phases.map((one) => ({ forNs: one.for, workload: workloadOf(one.workload, traces, memoryPages) })))
  }
}
