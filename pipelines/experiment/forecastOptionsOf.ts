import type { Config } from '../../lib/codec/config'
import type { PrepagingConfig } from '../../lib/codec/ruleConfig'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import type { TimeBound } from '../../lib/migration/timeBound'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
import { fairShares } from '../../lib/network/fairShares'
import { milliseconds } from '../../lib/time/time'
import { engineOf } from '../engines'
import { pushOf } from './techniqueOf'

/**
 * What is known beforehand of a migration that a configuration describes: its rules, what follows its push, what the link leaves it, and its bound where it has one and the guest is
 * there to compute it from. Of hops, of a container's files, of QEMU's windows, and of an engine that does not push in rounds, no end is foreseen.
 */
export const forecastOptionsOf = (config: Config, technique: TechniqueConfig, bound?: TimeBound): ForecastOptions => {
  const { bandwidth, applicationTraffic = 0 } = config.link
  const [bytesPerSecond] = fairShares({ capacity: bandwidth, demands: [Number.POSITIVE_INFINITY, applicationTraffic] })
  return { bytesPerSecond, ...ofTechnique(technique), ...(bound !== undefined && { boundNs: bound.totalNs }) }
}

const ofTechnique = (technique: TechniqueConfig): ForecastOptions => {
  switch (technique.type) {
    case 'stop-and-copy':
      return {}
    case 'dump-and-restore':
    case 'hops':
    case 'qemu':
      return { foreseen: false }
    case 'pre-copy':
      return { rules: { until: or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), ...pushOf(technique) } }
    case 'engine': {
      const { rules } = engineOf(technique.engine)
      return rules === undefined ? { foreseen: false } : { rules }
    }
    case 'post-copy':
      return { follows: 'pull', pull: pullOf(technique) }
    case 'hybrid':
      return { rules: { until: roundsAtMost(1), ...pushOf(technique) }, follows: 'pull', pull: pullOf(technique) }
    case 'tlm':
      return { timeBounded: { intervalNs: technique.interval === undefined ? usualIntervalNs : technique.interval } }
  }
}

const pullOf = ({ prepaging }: { readonly prepaging?: PrepagingConfig }) => (prepaging?.type === 'demandOnly' ? 'demandOnly' : 'background')
