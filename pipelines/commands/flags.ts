import type { Command } from 'commander'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type * as t from 'io-ts'
import type { Config } from '../../lib/codec/config'
import { decode } from '../../lib/codec/decode'
import type { WorkloadConfig } from '../../lib/codec/guestConfig'
import { numberText } from '../../lib/codec/numberText'
import { nonNegative, positive, positiveInteger } from '../../lib/codec/quantities'
import { durationText, positiveDurationText, positiveRateText, rateText, sizeText } from '../../lib/codec/quantityText'
import { oneOf, text } from '../../lib/codec/text'
import type { InputError } from '../experiment/inputError'

/** The synthetic workloads that read and write at rates of their own. */
export const ratedWorkloads = ['sweep', 'uniform', 'hotCold', 'zipf'] as const

const workloads = ['idle', ...ratedWorkloads, 'asFastAsPossible'] as const

/** What a flag takes, how it is read, and what `--help` says of it, with its unit, default and source. */
type Flag = { readonly usage: string; readonly codec: t.Decoder<unknown, unknown>; readonly help: string }

const flags = {
  trace: {
    usage: '--trace <name or file>',
    codec: text,
    help: 'recorded program that runs in the guest, again and again: a shipped trace or a file (default: zstd)'
  },
  instructionsPerSecond: {
    usage: '--instructions-per-second <n>',
    codec: numberText(positive),
    help: 'its speed (default 1e9, so that an instruction is a nanosecond; a round figure, no measurement)'
  },
  workload: {
    usage: '--workload <kind>',
    codec: oneOf(...workloads),
    help: `synthetic workload instead of a trace: ${workloads.join(', ')}; needs --memory`
  },
  memory: {
    usage: '--memory <size>',
    codec: sizeText,
    help: 'memory of the guest, such as 512MiB (default: what the recorded program touches; its memory beyond that is free pages of zeros)'
  },
  writesPerSecond: {
    usage: '--writes-per-second <n>',
    codec: numberText(nonNegative),
    help: 'page writes per second of a synthetic workload (default 10000: 41 MB/s if no page is written twice)'
  },
  readsPerSecond: {
    usage: '--reads-per-second <n>',
    codec: numberText(nonNegative),
    help: 'page reads per second of a synthetic workload (default 0)'
  },
  vcpus: { usage: '--vcpus <n>', codec: numberText(positiveInteger), help: 'virtual CPUs of a synthetic workload (default 1)' },
  guest: {
    usage: '--guest <kind>',
    codec: oneOf('thread', 'process', 'container', 'vm'),
    help: 'what moves, which decides the size of its execution context: thread, process, container, vm (default: process)'
  },
  bandwidth: {
    usage: '--bandwidth <rate>',
    codec: positiveRateText,
    help: 'of the link, decimal bits or bytes of payload, such as 10Gbit/s (default 1Gbit/s, the link of Clark et al., NSDI 2005, §6)'
  },
  latency: {
    usage: '--latency <time>',
    codec: durationText,
    help: 'of the link, one way (default 28us: half of the shortest measured round trip of a page)'
  },
  applicationTraffic: {
    usage: '--application-traffic <rate>',
    codec: rateText,
    help: 'what applications want of the link besides (default 0bit/s; npm start alone: 400Mbit/s)'
  },
  downtimeLimit: {
    usage: '--downtime-limit <time>',
    codec: durationText,
    help: 'expected downtime at which the named pre-copies stop (default 20ms; QEMU has 300ms, more than it takes to send all of a shipped trace)'
  },
  startAt: {
    usage: '--start-at <time>',
    codec: durationText,
    help: 'virtual time at which the migration begins, the guest running since 0 (default 100ms)'
  },
  limit: {
    usage: '--limit <time>',
    codec: positiveDurationText,
    help: 'virtual time after which a migration is ended as limited (default 1min)'
  },
  progressEvery: {
    usage: '--progress-every <time>',
    codec: durationText,
    help: 'virtual time between progress facts in the journal, from which charts are drawn (default 2ms; 0s: none)'
  }
} as const satisfies Readonly<Record<string, Flag>>

/** What the command line says of an experiment, as text. */
export type ExperimentFlags = { readonly [K in keyof typeof flags]?: string } & { readonly seed?: string }

/** What a seed may be, for `--help`. */
export const seeds = 'any integer or text (default 1); the report and the journal say which it was'

/** Adds the flags of an experiment to a command. */
export const addExperimentFlags = (command: Command): Command =>
  Object.values(flags)
    .reduce((to, { usage, help }) => to.option(usage, help), command)
    .option('--seed <seed>', `of the workload, the only chance there is: equal seeds, equal journals; ${seeds}`)

/** An experiment with what the command line says put in; every flag that cannot be read is an error. */
export const withFlags = (config: Config, given: ExperimentFlags): Either<readonly InputError[], Config> => {
  const errors: InputError[] = []
  const read = <K extends keyof typeof flags>(name: K): ReadAs<K> | undefined => {
    const value = given[name]
    if (value === undefined) return undefined
    const result = decode<unknown>(flags[name].codec)(value)
    if (!isLeft(result)) return result.right as ReadAs<K>
    const [path] = flags[name].usage.split(' ')
    errors.push(...result.left.map((problem) => ({ ...problem, path })))
    return undefined
  }
  const workload = workloadFrom(config, {
    trace: read('trace'),
    instructionsPerSecond: read('instructionsPerSecond'),
    workload: read('workload'),
    writesPerSecond: read('writesPerSecond'),
    readsPerSecond: read('readsPerSecond'),
    vcpus: read('vcpus')
  })
  const made: Config = {
    ...config,
    guest: { ...config.guest, ...set({ kind: read('guest'), memory: read('memory') }), workload },
    link: {
      ...config.link,
      ...set({ bandwidth: read('bandwidth'), latency: read('latency'), applicationTraffic: read('applicationTraffic') })
    },
    ...set({ startAt: read('startAt'), limit: read('limit'), progressEvery: read('progressEvery'), seed: seedFrom(given.seed) })
  }
  read('downtimeLimit')
  return errors.length > 0 ? left(errors) : right(made)
}

/** The limit of the downtime that the command line asks for, in nanoseconds; `undefined` where it does not, or not readably. */
export const downtimeLimitFrom = ({ downtimeLimit }: ExperimentFlags): number | undefined => {
  const result = decode(durationText)(downtimeLimit)
  return isLeft(result) ? undefined : result.right
}

type ReadAs<K extends keyof typeof flags> = t.TypeOf<(typeof flags)[K]['codec']>

type WorkloadFlags = {
  readonly trace?: string
  readonly instructionsPerSecond?: number
  readonly workload?: (typeof workloads)[number]
  readonly writesPerSecond?: number
  readonly readsPerSecond?: number
  readonly vcpus?: number
}

const workloadFrom = ({ guest: { workload } }: Config, given: WorkloadFlags): WorkloadConfig => {
  const { trace, instructionsPerSecond, workload: type, vcpus, writesPerSecond, readsPerSecond } = given
  if (type === 'idle') return { type, ...set({ vcpus }) }
  if (type === 'asFastAsPossible') return { type, ...set({ vcpus }) }
  if (type !== undefined) return { type, writesPerSecond: writesPerSecond ?? 10_000, ...set({ readsPerSecond, vcpus }) }
  const recorded: WorkloadConfig = trace === undefined ? workload : { type: 'recorded', trace, atEnd: 'repeat' }
  // Only those of them are given that this workload has (contradictions.ts).
  return { ...recorded, ...set({ instructionsPerSecond, readsPerSecond, vcpus, writesPerSecond }) }
}

/** The fields that have a value. */
const set = <A extends object>(fields: A): Partial<A> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<A>

/** A seed as the command line gives it: digits are an integer, all else is text. */
export const seedFrom = (seed: string | undefined): number | string | undefined =>
  seed !== undefined && /^-?[0-9]+$/.test(seed) && Number.isSafeInteger(Number(seed)) ? Number(seed) : seed
