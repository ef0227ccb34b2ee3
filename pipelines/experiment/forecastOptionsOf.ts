import type { Config } from '../../lib/codec/config'
import type { PrepagingConfig } from '../../lib/codec/ruleConfig'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import { usualBatches } from '../../lib/migration/engines/alternatingPush'
import type { ForecastOptions } from '../../lib/migration/forecast'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import type { TimeBound } from '../../lib/migration/timeBound'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
import { fairShares } from '../../lib/network/fairShares'
import { milliseconds } from '../../lib/time/time'
import { engineOf } from '../engines'
import { qemuWindowsOf } from './qemuOf'
import { pushOf } from './techniqueOf'

/**
 * What is known beforehand of a migration that a configuration describes: its rules, what follows its push, what the link leaves it, and its bound where it has one and the guest is
 * there to compute it from. Of a container's files no end is foreseen.
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
      return { windows: qemuWindowsOf(technique) }
    case 'pre-copy':
      return { rules: { until: or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), ...pushOf(technique) } }
    case 'engine': {
      const { rules, windows } = engineOf(technique.engine)
      if (rules !== undefined) return { rules }
      if (windows?.looks !== undefined) return { unforeseen: 'whoever watches it may set another limit, ask for post-copy or give it up' }
      if (windows !== undefined) return { windows }
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

const pullOf = ({ prepaging }: { readonly prepaging?: PrepagingConfig }) => (prepaging?.type === 'demandOnly' ? 'demandOnly' : 'background')
