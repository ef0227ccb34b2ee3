import type { Config } from '../../lib/codec/config'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import { fairShares } from '../../lib/network/fairShares'
import { milliseconds } from '../../lib/time/time'
import { pushOf } from './techniqueOf'

/** What is known beforehand of a migration that a configuration describes: its rules, what follows its push, and what the link leaves it. */
export const forecastOptionsOf = (config: Config, technique: TechniqueConfig): ForecastOptions => {
  const { bandwidth, applicationTraffic = 0 } = config.link
  const [bytesPerSecond] = fairShares({ capacity: bandwidth, demands: [Number.POSITIVE_INFINITY, applicationTraffic] })
  return { bytesPerSecond, ...ofTechnique(technique) }
}

const ofTechnique = (technique: TechniqueConfig): ForecastOptions => {
  switch (technique.type) {
    case 'stop-and-copy':
      return {}
    case 'dump-and-restore':
      return technique.preDump === undefined ? {} : { rules: { until: roundsAtMost(1), ...pushOf({ until: technique.preDump }) } }
    case 'pre-copy':
      return { rules: { until: or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), ...pushOf(technique) } }
    case 'post-copy':
      return { follows: 'pull', pull: technique.prepaging?.type === 'demandOnly' ? 'demandOnly' : 'background' }
    case 'hybrid':
      return {
        rules: { until: roundsAtMost(1), ...pushOf(technique) },
        follows: 'pull',
        pull: technique.prepaging?.type === 'demandOnly' ? 'demandOnly' : 'background'
      }
  }
}
