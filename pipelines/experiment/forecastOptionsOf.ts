import type { Config } from '../../lib/codec/config'
import type { QemuConfig } from '../../lib/codec/qemuConfig'
import type { PrepagingConfig } from '../../lib/codec/ruleConfig'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import { usualBatches } from '../../lib/migration/engines/alternatingPush'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { fixed } from '../../lib/migration/pacing'
import { downtimeWithin, never, or, roundsAtMost } from '../../lib/migration/stopRule'
import type { TimeBound } from '../../lib/migration/timeBound'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
import { fairShares } from '../../lib/network/fairShares'
import { milliseconds } from '../../lib/time/time'
import { engineOf } from '../engines'
import { pushOf } from './techniqueOf'

/**
 * What is known beforehand of a migration that a configuration describes: its rules, what follows its push, what the link leaves it, and its bound where it has one and the guest is
 * there to compute it from. Of a container's files, and of what slows the guest down or asks for post-copy in QEMU's windows, no end is foreseen.
 */
export const forecastOptionsOf = (config: Config, technique: TechniqueConfig, bound?: TimeBound): ForecastOptions => {
  const { bandwidth, applicationTraffic = 0 } = config.link
  const [bytesPerSecond] = fairShares({ capacity: bandwidth, demands: [Number.POSITIVE_INFINITY, applicationTraffic] })
  return { bytesPerSecond, ...ofTechnique(technique), ...(bound !== undefined && { boundNs: bound.totalNs }) }
}

const ofTechnique = (technique: TechniqueConfig): ForecastOptions => {
  switch (technique.type) {
    case 'stop-and-copy':
      return { pushes: false }
    case 'dump-and-restore':
      return { unforeseen: 'the state goes through files, and how fast hosts write and read them is not heard' }
    case 'hops':
      return { hops: technique.hops.flatMap(hopsOf) }
    case 'qemu':
      return ofQemu(technique)
    case 'pre-copy':
      return { rules: { until: or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), ...pushOf(technique) } }
    case 'engine': {
      const { rules } = engineOf(technique.engine)
      if (rules !== undefined) return { rules }
      if (technique.engine === 'qemu-7.2') return ofQemu({ version: '7.2' })
      return technique.engine === 'mplm' ? { batches: usualBatches } : { unforeseen: `what ${technique.engine} does next is not foreseen` }
    }
    case 'post-copy':
      return { pushes: false, follows: 'pull', pull: pullOf(technique) }
    case 'hybrid':
      return { rules: { until: roundsAtMost(1), ...pushOf(technique) }, follows: 'pull', pull: pullOf(technique) }
    case 'tlm':
      return { timeBounded: { intervalNs: technique.interval === undefined ? usualIntervalNs : technique.interval } }
  }
}

/** A hop that is a journey is so many hops. */
const hopsOf = (technique: TechniqueConfig): readonly ForecastOptions[] => {
  const { hops, ...one } = ofTechnique(technique)
  return hops ?? [one]
}

/** What throttles the guest at syncs or asks for post-copy changes when it ends, and is not reckoned with. */
const ofQemu = ({ downtimeLimit = milliseconds(300), maxBandwidth = 2 ** 27, ...more }: QemuConfig): ForecastOptions =>
  more.autoConverge !== undefined || more.dirtyLimit !== undefined || more.vcpuDirtyLimit !== undefined
    ? { unforeseen: 'the guest is slowed down at syncs until what it writes can be sent' }
    : more.postcopy !== undefined
      ? { unforeseen: 'post-copy will be asked for' }
      : { windows: { downtimeLimitNs: downtimeLimit }, rules: { until: never, pacing: fixed(maxBandwidth) } }

const pullOf = ({ prepaging }: { readonly prepaging?: PrepagingConfig }) => (prepaging?.type === 'demandOnly' ? 'demandOnly' : 'background')
