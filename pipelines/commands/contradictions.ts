import type { Config } from '../../lib/codec/config'
import type { WorkloadConfig } from '../../lib/codec/guestConfig'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { InputError } from '../experiment/inputError'
import { type ExperimentFlags, ratedWorkloads } from './flags'

/** A command line to be looked at: its flags, the experiment they are put into, and the techniques they name, if any. */
export type Said = {
  readonly flags: ExperimentFlags
  readonly config: Config
  readonly file: string | undefined
  readonly named: readonly TechniqueConfig[] | undefined
}

/** Flags that exclude each other, or that nothing in the experiment would listen to: an error rather than a surprise. */
export const contradictions = ({ flags, config, file, named }: Said): readonly InputError[] => [
  ...ofTheWorkload(flags, config.guest.workload),
  ...(flags.workload !== undefined && flags.memory === undefined && config.guest.memory === undefined
    ? [
        {
          path: '--memory',
          expected: `a size for the workload ${flags.workload} to work on`,
          got: 'none',
          hint: 'add --memory 512MiB, or any other size'
        }
      ]
    : []),
  ...(flags.downtimeLimit !== undefined && !(named ?? (file === undefined ? config.techniques : [])).some(stopsByDowntime)
    ? [
        {
          path: '--downtime-limit',
          expected: 'a pre-copy named by --technique that stops by it',
          got: named?.map(({ name }) => name).join(', ') ?? (file === undefined ? 'none' : 'the techniques of the configuration file')
        }
      ]
    : [])
]

const ofTheWorkload = (flags: ExperimentFlags, own: WorkloadConfig): readonly InputError[] => {
  if (flags.trace !== undefined && flags.workload !== undefined)
    return [{ path: '--trace, --workload', expected: 'one of the two', got: 'both' }]
  const type = flags.workload ?? (flags.trace === undefined ? own.type : 'recorded')
  const trace = flags.trace ?? (own.type === 'recorded' ? own.trace : '')
  const got = type === 'recorded' ? `the recorded program ${trace}` : `the workload ${type}`
  const unheard = (path: string, given: string | undefined, heard: boolean, expected: string): readonly InputError[] =>
    given === undefined || heard ? [] : [{ path, expected, got }]
  const rated = ratedWorkloads.some((one) => one === type)
  const rates = `a workload of ${ratedWorkloads.join(', ')}`
  return [
    ...unheard('--instructions-per-second', flags.instructionsPerSecond, type === 'recorded', 'a recorded program, whose speed it is'),
    ...unheard('--writes-per-second', flags.writesPerSecond, rated, rates),
    ...unheard('--reads-per-second', flags.readsPerSecond, rated, rates),
    ...unheard('--vcpus', flags.vcpus, type !== 'recorded' && type !== 'phased', 'a synthetic workload')
  ]
}

const stopsByDowntime = (technique: TechniqueConfig): boolean =>
  technique.type === 'qemu' || ('until' in technique && JSON.stringify(technique.until ?? '').includes('"downtimeWithin"'))
