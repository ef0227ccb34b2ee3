import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { type Config, configCodec, type HostConfig } from '../../lib/codec/config'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { Guest } from '../../lib/guest/guest'
import type { HostCosts } from '../../lib/guest/hostCosts'
import { regimeText } from '../../lib/guest/regimes'
import { level } from '../../lib/memory/pageClasses'
import { levelOf } from '../../lib/migration/diskRules'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { type TimeBound, timeBound } from '../../lib/migration/timeBound'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
import { type Link, link, wireBytes } from '../../lib/network/link'
import type { Data } from '../../lib/protocol/data'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { key, type Seed, split } from '../../lib/random/random'
import { seconds, type Time } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import type { Sender } from '../../lib/world/windows'
import { engines } from '../engines'
import { diskBoundOf } from './diskBoundOf'
import { forecastOptionsOf } from './forecastOptionsOf'
import { guestOf } from './guestOf'
import { type InputError, isInputError, refusals } from './inputError'
import { qemuSender } from './qemuOf'
import { recentlyUsed } from './recentlyUsed'
import { techniqueOf } from './techniqueOf'
import { nameOf } from './techniques'

/** One technique of an experiment, ready to run; running it again gives the same journal. */
export type Trial = {
  readonly name: string
  readonly technique: TechniqueConfig
  readonly pipeline: Pipeline
  readonly world: World
  readonly seed: Seed
  readonly startAt: Time
  readonly until: Time
  /** What is known beforehand of how long it takes. */
  readonly forecast: ForecastOptions
  /** What it cannot take longer than, computed beforehand, where it is a technique that has such a bound. */
  readonly bound?: TimeBound
  /** Why there is none although its technique is bounded. */
  readonly unbounded?: string
}

/** An experiment made ready: the guest that all techniques move, its regime in words where it writes in one, and a trial for each technique. */
export type Experiment = { readonly config: Config; readonly guest: Guest; readonly regime?: string; readonly trials: readonly Trial[] }

/** How long a migration may take before it is ended as limited, in virtual time, unless the configuration says otherwise: one minute. */
export const defaultLimit: Time = seconds(60)

/** The migration's name in every journal that the command line writes. */
export const migrationName = 'guest'

/**
 * A configuration made into worlds and pipelines: traces are read, names are checked, nothing is run. The whole configuration, with the one technique, is
 * written into the world's description and so into the first entry of each journal, from which `replay` makes it anew.
 */
export const experiment = (config: Config): Either<readonly InputError[], Experiment> => {
  const guest = guestOf(config.guest, 'guest')
  if (isLeft(guest)) return left([guest.left])
  const { seed = 1, startAt = 0, limit = defaultLimit } = config
  const world = worldOf(config, guest.right)
  if (isInputError(world)) return left([world])
  const names = config.techniques.map(nameOf)
  const errors: InputError[] = names.flatMap((name, i) => [
    ...(names.indexOf(name) < i
      ? [{ path: `techniques[${i}].name`, expected: 'a name that no other technique has', got: JSON.stringify(name) }]
      : []),
    ...unknownEngines(config.techniques[i], `techniques[${i}]`),
    ...leftBehind(config.techniques[i], guest.right, `techniques[${i}]`)
  ])
  if (errors.length > 0) return left(errors)
  const known = {
    recentlyUsed: () => recentlyUsed(guest.right.workload, split(key(seed), migrationName), startAt)
  }
  const trials = config.techniques.flatMap((technique, i): readonly Trial[] => {
    const pipeline = refusals(`techniques[${i}]`, () => techniqueOf(technique, known))
    if (isInputError(pipeline)) {
      errors.push(pipeline)
      return []
    }
    const sender = config.sender === undefined ? usualSender(technique) : undefined
    const own = sender === undefined ? world : worldOf(config, guest.right, sender)
    if (isInputError(own)) return []
    const unbounded = technique.type === 'tlm' ? unboundedBy(config, technique, guest.right) : undefined
    const bound = technique.type === 'tlm' && unbounded === undefined ? boundOf(config, technique, guest.right) : undefined
    const experiment = configCodec.encode({ ...config, techniques: [technique] }) as Data
    const described = { ...own, description: { ...(own.description as Readonly<Record<string, Data>>), experiment } }
    return [
      {
        name: names[i],
        technique,
        pipeline,
        world: described,
        seed,
        startAt,
        until: startAt + limit,
        forecast: knownOf(forecastOptionsOf(config, technique, bound, guest.right), technique, guest.right),
        ...(bound !== undefined && { bound }),
        ...(unbounded !== undefined && { unbounded })
      }
    ]
  })
  const regime = regimeOf(config, guest.right)
  return errors.length > 0 ? left(errors) : right({ config, guest: guest.right, ...(regime !== undefined && { regime }), trials })
}

/** What the guest itself tells: its pages without content, and how many pages and blocks move. */
const knownOf = (options: ForecastOptions, technique: TechniqueConfig, { classes, disk }: Guest): ForecastOptions => {
  const usual = technique.type === 'dump-and-restore' ? 'application' : 'hypervisor'
  return {
    ...options,
    zeroPages: classes.zero.count,
    pages: level(classes, ('level' in technique ? technique.level : undefined) ?? usual).count,
    ...(disk !== undefined && { blocks: level(disk.classes, levelOf(options.disk?.blocks ?? 'all')).count })
  }
}

/** What would leave a disk behind that must move. */
const leftBehind = (technique: TechniqueConfig, { disk }: Pick<Guest, 'disk'>, path: string): readonly InputError[] => {
  if (technique.type === 'hops') return technique.hops.flatMap((one, i) => leftBehind(one, { disk }, `${path}.hops[${i}]`))
  if (technique.type !== 'engine' || disk === undefined || disk.storage === 'shared') return []
  if (engines.find(({ name }) => name === technique.engine)?.withoutDisk !== true) return []
  const expected = 'an engine that brings the disk along, or a disk on shared storage'
  return [{ path: `${path}.engine`, expected, got: `${technique.engine}, which moves memory alone` }]
}

/** Engines are known by name beyond the configuration's codec. */
const unknownEngines = (technique: TechniqueConfig, path: string): readonly InputError[] => {
  if (technique.type === 'hops') return technique.hops.flatMap((one, i) => unknownEngines(one, `${path}.hops[${i}]`))
  if (technique.type !== 'engine' || engines.some(({ name }) => name === technique.engine)) return []
  const expected = `one of ${engines.map(({ name }) => name).join(', ')}`
  return [{ path: `${path}.engine`, expected, got: JSON.stringify(technique.engine) }]
}

const worldOf = (config: Config, guest: Guest, sender: Sender | undefined = senderOf(config)): World | InputError => {
  const wire = refusals('link', () => linkOf(config))
  if (isInputError(wire)) return wire
  const world = refusals('hosts', () =>
    datacentre({
      guests: { [migrationName]: guest },
      link: wire,
      source: hostOf(config.source),
      target: hostOf(config.target),
      targetMemoryBytes: config.targetMemory,
      targetDiskBytes: config.targetDisk,
      redirectNs: config.redirect,
      fidelity: config.fidelity,
      faults: config.faults,
      stalls: config.stalls,
      ...(sender !== undefined && { sender }),
      progressNs: config.progressEvery
    })
  )
  return isInputError(world) ? inItsPart(world) : world
}

/** The parts of a configuration that the world calls by the same names. */
const inItsPart = (error: InputError): InputError => {
  const [, part, expected] = /^datacentre: (faults|stalls): (.*)$/s.exec(error.expected) ?? []
  return part === undefined ? error : { ...error, path: part, expected }
}

const linkOf = ({ link: of }: Config): Link => {
  const { bandwidth, latency, pageHeader, zeroPage, applicationTraffic } = of
  return link({
    bytesPerSecond: bandwidth,
    latencyNs: latency,
    headerBytes: pageHeader,
    zeroPageBytes: zeroPage,
    applicationBytesPerSecond: applicationTraffic
  })
}

type Tlm = Extract<TechniqueConfig, { readonly type: 'tlm' }>

/** What is not in the bound of a time-bounded migration: a link that breaks, a lane that stands still, another attempt, and what a disk's rules leave to the guest. */
const unboundedBy = (config: Config, technique: Tlm, guest: Guest): string | undefined => {
  const { faults = [], stalls = [], sender } = config
  if (faults.length > 0) return 'something breaks meanwhile'
  if (stalls.length > 0) return 'a lane stands still meanwhile'
  if ((technique.retries ?? 0) > 0) return 'it may begin anew'
  const moves = guest.disk !== undefined && guest.disk.storage !== 'shared'
  if (moves && sender !== undefined && (technique.disk?.pacing ?? { type: 'unlimited' }).type !== 'unlimited')
    return 'its disk keeps to a rate in windows of the sender'
  return boundOf(config, technique, guest).unbounded
}

const boundOf = (config: Config, { interval: intervalNs = usualIntervalNs, disk }: Tlm, guest: Guest): TimeBound =>
  timeBound({
    disk: diskBoundOf(disk),
    guest,
    link: linkOf(config),
    source: hostOf(config.source),
    target: hostOf(config.target),
    intervalNs,
    redirectNs: config.redirect
  })

/** The regime that the guest writes in, where it is one: beside what dtx of TLM is guaranteed by the link and the hosts. */
const regimeOf = (config: Config, guest: Guest): string | undefined => {
  const { workload } = config.guest
  if (workload.type !== 'regime') return undefined
  const { mtxBytesPerSecond } = boundOf(config, { type: 'tlm' }, guest)
  return regimeText(workload.regime, {
    pages: guest.workload.pages,
    dtxPagesPerSecond: mtxBytesPerSecond / wireBytes(linkOf(config), guest.pageBytes, false)
  })
}

/** How an engine's own source keeps to rates, where it counts on that. */
export const usualSender = (technique: TechniqueConfig): Sender | undefined =>
  technique.type === 'qemu'
    ? qemuSender
    : technique.type === 'engine'
      ? engines.find(({ name }) => name === technique.engine)?.sender
      : undefined

const senderOf = ({ sender }: Config): Sender | undefined =>
  sender && { windowNs: sender.window, sliceNs: sender.slice, ...(sender.buffer !== undefined && { bufferBytes: sender.buffer }) }

const hostOf = (host: HostConfig = {}): Partial<HostCosts> => ({
  ...(host.firstWrite !== undefined && { firstWriteNs: host.firstWrite }),
  ...(host.hugePageSplit !== undefined && { hugePageSplitNs: host.hugePageSplit }),
  ...(host.hugePagePages !== undefined && { hugePagePages: host.hugePagePages }),
  ...(host.cores !== undefined && { cores: host.cores }),
  ...(host.senderCores !== undefined && { senderCores: host.senderCores }),
  ...(host.compressorCores !== undefined && { compressorCores: host.compressorCores }),
  ...(host.suspend !== undefined && { suspendNs: host.suspend }),
  ...(host.resume !== undefined && { resumeNs: host.resume }),
  ...(host.sync !== undefined && { syncNs: host.sync }),
  ...(host.scanPage !== undefined && { scanPageNs: host.scanPage }),
  ...(host.sendPage !== undefined && { sendPageNs: host.sendPage }),
  ...(host.freshPage !== undefined && { freshPageNs: host.freshPage }),
  ...(host.crowding !== undefined && { crowding: host.crowding }),
  ...(host.receivePage !== undefined && { receivePageNs: host.receivePage }),
  ...(host.dumpRate !== undefined && { dumpBytesPerSecond: host.dumpRate }),
  ...(host.rebuildRate !== undefined && { rebuildBytesPerSecond: host.rebuildRate })
})
