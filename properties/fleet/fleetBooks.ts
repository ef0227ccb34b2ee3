import { type Amounts, type Resource, resources } from '../../lib/hotspot/placement'
import { volume } from '../../lib/hotspot/volume'
import type { Decided } from './fleetDecisions'

/** Who would be where by what was decided, and what hosts would then be used of, by needs as the manager knew them. It changes its own. @internal */
export type FleetBooks = {
  readonly at: number[]
  readonly use: (host: number, resource: Resource) => number
  readonly volume: (host: number) => number
  /** Whether a resource of a host is used above its threshold. */
  readonly isOver: (host: number) => boolean
}

/** See `FleetBooks`; as things stood when it was decided. */
export const fleetBooks = ({ view, at: begin, needs }: Decided, thresholds: Amounts): FleetBooks => {
  const at = [...begin]
  const capacity = view.hosts.map(
    ({ cores, mipsPerCore, memoryBytes, networkBytesPerSecond = Infinity }): Amounts => ({
      cpu: cores * mipsPerCore,
      network: networkBytesPerSecond,
      memory: memoryBytes
    })
  )
  const use = (host: number, resource: Resource): number =>
    needs.reduce((sum, need, vm) => sum + (at[vm] === host ? need[resource] : 0), 0) / capacity[host][resource]
  return {
    at,
    use,
    volume: (host) => volume({ cpu: use(host, 'cpu'), network: use(host, 'network'), memory: use(host, 'memory') }),
    isOver: (host) => resources.some((resource) => use(host, resource) > thresholds[resource] + ROUNDING)
  }
}

/** What sums of needs may differ by, as parts of a host. */
export const ROUNDING = 1e-6
