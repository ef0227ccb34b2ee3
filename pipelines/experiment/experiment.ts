import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { type Config, configCodec, type HostConfig } from '../../lib/codec/config'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { Guest } from '../../lib/guest/guest'
import type { HostCosts } from '../../lib/guest/hostCosts'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { link } from '../../lib/network/link'
import type { Data } from '../../lib/protocol/data'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { World } from '../../lib/protocol/world'
import { key, type Seed, split } from '../../lib/random/random'
import { seconds, type Time } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { forecastOptionsOf } from './forecastOptionsOf'
import { guestOf } from './guestOf'
import { type InputError, isInputError, refusals } from './inputError'
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
}

/** An experiment made ready: the guest that all techniques move, and a trial for each of them. */
export type Experiment = { readonly config: Config; readonly guest: Guest; readonly trials: readonly Trial[] }

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
  const errors: InputError[] = names.flatMap((name, i) =>
    names.indexOf(name) < i
      ? [{ path: `techniques[${i}].name`, expected: 'a name that no other technique has', got: JSON.stringify(name) }]
      : []
  )
  const known = {
    recentlyUsed: () => recentlyUsed(guest.right.workload, split(key(seed), migrationName), startAt)
  }
  const trials = config.techniques.flatMap((technique, i): readonly Trial[] => {
    const pipeline = refusals(`techniques[${i}]`, () => techniqueOf(technique, known))
    if (isInputError(pipeline)) {
      errors.push(pipeline)
      return []
    }
    const experiment = configCodec.encode({ ...config, techniques: [technique] }) as Data
    const described = { ...world, description: { ...(world.description as Readonly<Record<string, Data>>), experiment } }
    return [
      {
        name: names[i],
        technique,
        pipeline,
        world: described,
        seed,
        startAt,
        until: startAt + limit,
        forecast: forecastOptionsOf(config, technique)
      }
    ]
  })
  return errors.length > 0 ? left(errors) : right({ config, guest: guest.right, trials })
}

const worldOf = (config: Config, guest: Guest): World | InputError => {
  const { bandwidth, latency, pageHeader, zeroPage, applicationTraffic } = config.link
  const wire = refusals('link', () =>
    link({
      bytesPerSecond: bandwidth,
      latencyNs: latency,
      headerBytes: pageHeader,
      zeroPageBytes: zeroPage,
      applicationBytesPerSecond: applicationTraffic
    })
  )
  if (isInputError(wire)) return wire
  return refusals('hosts', () =>
    datacentre({
      guests: { [migrationName]: guest },
      link: wire,
      source: hostOf(config.source),
      target: hostOf(config.target),
      targetMemoryBytes: config.targetMemory,
      redirectNs: config.redirect,
      fidelity: config.fidelity,
      faults: config.faults,
      progressNs: config.progressEvery
    })
  )
}

const hostOf = (host: HostConfig = {}): Partial<HostCosts> => ({
  ...(host.firstWrite !== undefined && { firstWriteNs: host.firstWrite }),
  ...(host.hugePageSplit !== undefined && { hugePageSplitNs: host.hugePageSplit }),
  ...(host.hugePagePages !== undefined && { hugePagePages: host.hugePagePages }),
  ...(host.cores !== undefined && { cores: host.cores }),
  ...(host.senderCores !== undefined && { senderCores: host.senderCores }),
  ...(host.suspend !== undefined && { suspendNs: host.suspend }),
  ...(host.resume !== undefined && { resumeNs: host.resume }),
  ...(host.sync !== undefined && { syncNs: host.sync }),
  ...(host.dumpRate !== undefined && { dumpBytesPerSecond: host.dumpRate }),
  ...(host.rebuildRate !== undefined && { rebuildBytesPerSecond: host.rebuildRate })
})
