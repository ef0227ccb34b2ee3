import { type Either, left } from 'fp-ts/lib/Either'
import * as t from 'io-ts'
import type { Seed } from '../random/random'
import type { DatacentreOptions } from '../world/datacentre'
import type { Way } from '../world/stalls'
import { closed } from './closed'
import { decode, type Problem } from './decode'
import { seedCodec } from './entryCodec'
import { type GuestConfig, guestConfig } from './guestConfig'
import { type SenderConfig, senderConfig } from './qemuConfig'
import { nonNegative, positive, positiveInteger } from './quantities'
import { durationText, positiveDurationText, positiveRateText, rateText, sizeText } from './quantityText'
import { refined } from './refined'
import { type TechniqueConfig, techniqueConfig } from './techniqueConfig'
import { oneOf, text } from './text'

/** What a host takes from a guest, in a configuration; times in nanoseconds. See lib/guest/hostCosts. */
export type HostConfig = {
  readonly firstWrite?: number
  readonly hugePageSplit?: number
  readonly hugePagePages?: number
  readonly cores?: number
  readonly senderCores?: number
  readonly compressorCores?: number
  readonly suspend?: number
  readonly resume?: number
  readonly sync?: number
  readonly scanPage?: number
  readonly sendPage?: number
  readonly freshPage?: number
  readonly crowding?: number
  readonly receivePage?: number
  readonly dumpRate?: number
  readonly rebuildRate?: number
}

/** A link in a configuration: bytes per second, nanoseconds, bytes. See lib/network/link. */
export type LinkConfig = {
  readonly bandwidth: number
  readonly latency?: number
  readonly pageHeader?: number
  readonly zeroPage?: number
  readonly applicationTraffic?: number
}

/**
 * A whole experiment as plain data: a guest, a link, two hosts, the techniques to compare, and when. Everything with a dimension is text with its unit in
 * JSON and a number in base units here (nanoseconds, bytes, bytes per second).
 */
export type Config = {
  readonly guest: GuestConfig
  readonly link: LinkConfig
  readonly techniques: readonly TechniqueConfig[]
  readonly source?: HostConfig
  readonly target?: HostConfig
  readonly targetMemory?: number
  readonly targetDisk?: number
  readonly redirect?: number
  readonly fidelity?: DatacentreOptions['fidelity']
  readonly faults?: readonly {
    readonly at: number
    readonly what: 'link' | 'source' | 'target'
    readonly until?: number
    readonly reason?: string
  }[]
  readonly stalls?: readonly { readonly from: number; readonly until: number; readonly lane?: string; readonly way?: Way }[]
  readonly sender?: SenderConfig
  readonly progressEvery?: number
  readonly startAt?: number
  readonly limit?: number
  readonly seed?: Seed
}

const hostConfig = closed(
  {},
  {
    firstWrite: durationText,
    hugePageSplit: durationText,
    hugePagePages: positiveInteger,
    cores: positive,
    senderCores: positive,
    compressorCores: positive,
    suspend: durationText,
    resume: durationText,
    sync: durationText,
    scanPage: durationText,
    sendPage: durationText,
    freshPage: durationText,
    crowding: nonNegative,
    receivePage: durationText,
    dumpRate: positiveRateText,
    rebuildRate: positiveRateText
  }
)

const linkConfig = closed(
  { bandwidth: positiveRateText },
  { latency: durationText, pageHeader: sizeText, zeroPage: sizeText, applicationTraffic: rateText }
)

const some = <A>(codec: t.Type<A, unknown>, name: string): t.Type<readonly A[], unknown> => {
  const all = t.readonlyArray(codec, name)
  const filled = refined(name, (u): u is readonly A[] => all.is(u) && u.length > 0)
  return new t.Type(
    name,
    filled.is,
    (u, context) => (Array.isArray(u) && u.length === 0 ? t.failure(u, context) : all.validate(u, context)),
    all.encode
  )
}

/** An experiment as JSON. A field that is not listed is refused, so that a misspelt option is never silently the default. */
export const configCodec: t.Type<Config, unknown> = closed(
  { guest: guestConfig, link: linkConfig, techniques: some(techniqueConfig, 'a list of at least one technique') },
  {
    source: hostConfig,
    target: hostConfig,
    targetMemory: sizeText,
    targetDisk: sizeText,
    redirect: durationText,
    fidelity: oneOf('marks', 'versions', 'bytes'),
    faults: t.readonlyArray(
      closed({ at: durationText, what: oneOf('link', 'source', 'target') }, { until: durationText, reason: text }),
      'a list of faults'
    ),
    stalls: t.readonlyArray(
      closed({ from: durationText, until: durationText }, { lane: text, way: oneOf('leaving', 'arriving', 'back') }),
      'a list of stalls'
    ),
    sender: senderConfig,
    progressEvery: durationText,
    startAt: durationText,
    limit: positiveDurationText,
    seed: seedCodec
  }
)

/** A configuration file's text as an experiment, or all that is wrong with it, each with its path. */
export const readConfig = (json: string): Either<readonly Problem[], Config> => {
  try {
    return decode(configCodec)(JSON.parse(json))
  } catch (error) {
    return left([{ path: '', expected: 'JSON', got: error instanceof Error ? error.message : String(error) }])
  }
}
