import type { Config } from '../../lib/codec/config'
import type { DiskRulesConfig } from '../../lib/codec/diskConfig'
import type { PrepagingConfig } from '../../lib/codec/ruleConfig'
import type { TechniqueConfig } from '../../lib/codec/techniqueConfig'
import type { Guest } from '../../lib/guest/guest'
import type { DiskRules } from '../../lib/migration/diskRules'
import { usualBatches } from '../../lib/migration/engines/alternatingPush'
import type { ForecastOptions, WindowsAhead } from '../../lib/migration/forecast'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import type { TimeBound } from '../../lib/migration/timeBound'
import { usualIntervalNs } from '../../lib/migration/timeBounded'
import { fairShares } from '../../lib/network/fairShares'
import { milliseconds } from '../../lib/time/time'
import { usualFileSystem } from '../dumpAndRestore'
import { engineOf } from '../engines'
import { qemuDisk } from '../qemu'
import { qemuWindowsOf } from './qemuOf'
import { diskRulesOf, pushOf, stopRuleOf } from './techniqueOf'

/**
 * What is known beforehand of a migration that a configuration describes: its rules, what follows its push, what the link leaves it, and its bound where it has one and the guest is
 * there to compute it from. Of the guest, where it is there, it is known how many virtual CPUs a dirty limit counts by, and how many of its pages have no content.
 */
export const forecastOptionsOf = (config: Config, technique: TechniqueConfig, bound?: TimeBound, guest?: KnownGuest): ForecastOptions => {
  const { bandwidth, applicationTraffic = 0 } = config.link
  const [bytesPerSecond] = fairShares({ capacity: bandwidth, demands: [Number.POSITIVE_INFINITY, applicationTraffic] })
  return {
    bytesPerSecond,
    ...ofTechnique(technique, guest),
    ...(bound !== undefined && { boundNs: bound.totalNs }),
    ...(guest !== undefined && { zeroPages: guest.classes.zero.count })
  }
}

type KnownGuest = Pick<Guest, 'workload' | 'classes'>

const ofTechnique = (technique: TechniqueConfig, guest?: KnownGuest): ForecastOptions => {
  switch (technique.type) {
    case 'stop-and-copy':
      return { pushes: false, ...diskOf(technique) }
    case 'dump-and-restore':
      return {
        files: {},
        disk: { ...usualFileSystem, ...diskOf(technique).disk },
        ...(technique.preDump === undefined ? { pushes: false } : { rules: { until: stopRuleOf(technique.preDump) } })
      }
    case 'hops':
      return { hops: technique.hops.flatMap((one) => hopsOf(one, guest)) }
    case 'qemu':
      return { windows: counting(qemuWindowsOf(technique), guest), disk: { ...qemuDisk, ...diskOf(technique).disk } }
    case 'pre-copy':
      return { rules: { until: or(downtimeWithin(milliseconds(300)), roundsAtMost(30)), ...pushOf(technique) }, ...diskOf(technique) }
    case 'engine': {
      const { rules, windows } = engineOf(technique.engine)
      if (rules !== undefined) return { rules }
      if (windows !== undefined) return { windows: counting(windows, guest), disk: qemuDisk }
      return technique.engine === 'mplm' ? { batches: usualBatches } : { unforeseen: `what ${technique.engine} does next is not foreseen` }
    }
    case 'post-copy':
      return { pushes: false, follows: 'pull', pull: pullOf(technique), ...diskOf(technique) }
    case 'hybrid':
      return { rules: { until: roundsAtMost(1), ...pushOf(technique) }, follows: 'pull', pull: pullOf(technique), ...diskOf(technique) }
    case 'tlm':
      return { timeBounded: { intervalNs: technique.interval === undefined ? usualIntervalNs : technique.interval }, ...diskOf(technique) }
  }
}

const diskOf = ({ disk }: { readonly disk?: DiskRulesConfig }): { readonly disk?: DiskRules } =>
  disk === undefined ? {} : { disk: diskRulesOf(disk) }

/** A dirty limit is each virtual CPU's. */
const counting = (windows: WindowsAhead, guest?: KnownGuest): WindowsAhead =>
  guest === undefined ? windows : { ...windows, vcpus: guest.workload.vcpus }

/** A hop that is a journey is so many hops. */
const hopsOf = (technique: TechniqueConfig, guest?: KnownGuest): readonly ForecastOptions[] => {
  const { hops, ...one } = ofTechnique(technique, guest)
  return hops ?? [one]
}

const pullOf = ({ prepaging }: { readonly prepaging?: PrepagingConfig }) => (prepaging?.type === 'demandOnly' ? 'demandOnly' : 'background')
