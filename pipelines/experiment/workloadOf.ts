import type { WorkloadConfig } from '../../lib/codec/guestConfig'
import { asFastAsPossible } from '../../lib/guest/asFastAsPossible'
import { hotCold } from '../../lib/guest/hotCold'
import { idle } from '../../lib/guest/idle'
import { type NpbOptions, npb } from '../../lib/guest/npb'
import type { PageTrace } from '../../lib/guest/pageTrace'
import { phased } from '../../lib/guest/phased'
import { recorded } from '../../lib/guest/recorded'
import { regime } from '../../lib/guest/regimes'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import { zipf } from '../../lib/guest/zipf'
import { formatTime } from '../../lib/time/time'

/** The workload that a configuration describes, on a memory (or a disk) of so many pages where that is known. Errors: the bricks' `RangeError`s. */
export const workloadOf = (config: WorkloadConfig, traces: ReadonlyMap<string, PageTrace>, memoryPages: number | undefined): Workload => {
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
    case 'npb':
      return npb(config.benchmark, npbOptionsOf(config))
    case 'regime':
      return regime(config.regime, sized(config))
    case 'phased':
      return phased(config.phases.map((one) => ({ forNs: one.for, workload: workloadOf(one.workload, traces, memoryPages) })))
  }
}

/** The traces a workload names, each with its path in the configuration. */
export const tracesIn = (config: WorkloadConfig, path: string): readonly (readonly [name: string, path: string])[] => {
  if (config.type === 'recorded') return [[config.trace, `${path}.trace`]]
  return config.type === 'phased' ? config.phases.flatMap(({ workload }, i) => tracesIn(workload, `${path}.phases[${i}].workload`)) : []
}

/** What a configuration says of a benchmark. Throws `RangeError` where it begins within a second. */
export const npbOptionsOf = ({ scale, beginAt }: Extract<WorkloadConfig, { readonly type: 'npb' }>): NpbOptions => {
  if (beginAt !== undefined && beginAt % 1e9 !== 0) throw new RangeError(`npb: beginAt must be whole seconds (got ${formatTime(beginAt)})`)
  return { ...(scale !== undefined && { scale }), ...(beginAt !== undefined && { beginAtS: beginAt / 1e9 }) }
}
