import { type HotspotColumns, hotspotColumns } from '../hotspot/hotspotColumns'
import { checkedHotspots, type HotspotOptions } from '../hotspot/hotspotOptions'
import { sandpiperOfFleet } from '../hotspot/sandpiperOptions'
import type { FleetHost, FleetHotspot } from '../protocol/fleet'
import type { FleetRow } from '../world/fleetRow'

/**
 * One definition of a hotspot for all managers, those too that look for none: a host of whose CPU, or of whose network card where that has a limit, more than `threshold` is wanted now and at `k` of the last `n` looks (default: two of three, 75 %), and predicted
 * by an autoregression over the last `window` looks (default 12). Gives the hotspots of each row, which must come in order. A kernel: the state is born with each call. Cost: O(hosts) a row. Throws `RangeError` naming the option.
 */
export const fleetWatch = (
  hosts: readonly FleetHost[],
  options: HotspotOptions = {}
): ((row: Pick<FleetRow, 'cpu' | 'network'>) => readonly FleetHotspot[]) => {
  const rules = checkedHotspots({ ...sandpiperOfFleet, ...options })
  const watched = {
    cpu: hotspotColumns(hosts.length, rules),
    network: hosts.some(({ networkBytesPerSecond = Infinity }) => networkBytesPerSecond < Infinity)
      ? hotspotColumns(hosts.length, rules)
      : undefined
  }
  const found = (row: Float64Array, resource: 'cpu' | 'network', columns: HotspotColumns): readonly FleetHotspot[] => {
    const { series } = columns.push(row)
    const hot = Array.from(series).filter((host) => row[host] > rules.threshold)
    return hot.map((host) => {
      const predicted = columns.forecast(host)
      const above = columns.above(host)
      const why = `${hosts[host].name} was above ${percent(rules.threshold)} of its ${resource === 'cpu' ? 'CPU' : 'network'} at ${above} of the last ${rules.n} looks and is expected at ${percent(predicted)}`
      return { host, resource, above, n: rules.n, predicted, threshold: rules.threshold, why }
    })
  }
  return ({ cpu, network }) => [
    ...found(cpu, 'cpu', watched.cpu),
    ...(watched.network === undefined ? [] : found(network, 'network', watched.network))
  ]
}

const percent = (part: number): string => `${Math.round(part * 1000) / 10} %`
