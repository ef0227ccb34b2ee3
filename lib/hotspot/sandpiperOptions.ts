import { checkedThresholds } from './fits'
import { checkedHotspots, type HotspotOptions } from './hotspotOptions'
import type { MitigationOptions } from './mitigation'
import type { Amounts } from './placement'

/**
 * How Sandpiper manages a fleet: when a host is a hotspot (`HotspotOptions`, of parts of its CPU and network; `window` looks are kept, default 12), and how hotspots are mitigated. A fleet's looks are five minutes apart where Sandpiper's are ten seconds: two of
 * three above 75 % are ours. All defaults are ours or recalled of Wood et al. (NSDI 2007), unverified.
 *
 * - `box`: what is seen of VMs: from outside (`black`, the default), or from inside too where a VM has a service (`gray`).
 * - `part`: the percentile of what a VM took that it needs (default 0.95).
 * - `stepBytes`: by how much a VM's memory is raised (32 MiB). From outside a VM has too little while it swaps more than `swapThreshold` (0.01) of what a host's disk can do, `diskBytesPerSecond` (100 MB/s); from inside when it uses more than `memoryThreshold` (0.9) of it.
 * - `drops`: a service that drops more than this part of its requests breaks its promise, as one that answers too late does (0.01).
 */
export type SandpiperOptions = Omit<HotspotOptions, 'comesLater'> &
  Omit<MitigationOptions, 'isBarred' | 'excluded'> & {
    readonly box?: 'black' | 'gray'
    readonly part?: number
    readonly stepBytes?: number
    readonly swapThreshold?: number
    readonly diskBytesPerSecond?: number
    readonly memoryThreshold?: number
    readonly drops?: number
  }

/** See `SandpiperOptions`. */
export const sandpiperOfFleet = {
  k: 2,
  n: 3,
  window: 12,
  box: 'black',
  part: 0.95,
  stepBytes: 32 * 2 ** 20,
  swapThreshold: 0.01,
  diskBytesPerSecond: 100e6,
  memoryThreshold: 0.9,
  drops: 0.01
} as const

/** Wood et al.'s own figures, as recalled and unverified: a look every 10 s, 3 of 5, a window of 200. */
export const sandpiperOfTheirs = { k: 3, n: 5, window: 200 } as const

/** Options with their defaults. @internal */
export type SandpiperRules = Required<Omit<SandpiperOptions, 'swapUpTo' | 'thresholds'>> & {
  readonly thresholds: Amounts
  readonly swapUpTo: number | undefined
}

/** Throws `RangeError` naming the option. @internal */
export const checkedSandpiper = (options: SandpiperOptions): SandpiperRules => {
  const all = { ...sandpiperOfFleet, swapUpTo: undefined, ...options }
  const { threshold, k, n, window, range, forecast } = checkedHotspots(all)
  const { box, part, stepBytes, swapThreshold, diskBytesPerSecond, memoryThreshold, drops } = all
  for (const [name, value] of Object.entries({ stepBytes, diskBytesPerSecond }))
    if (!(value > 0 && value < Infinity)) throw new RangeError(`sandpiper: ${name} must be a number of bytes above 0 (got ${value})`)
  for (const [name, value] of Object.entries({ part, swapThreshold, memoryThreshold }))
    if (!(value > 0 && value <= 1)) throw new RangeError(`sandpiper: ${name} must be above 0 and at most 1 (got ${value})`)
  if (!(drops >= 0 && drops <= 1)) throw new RangeError(`sandpiper: drops must be from 0 to 1 (got ${drops})`)
  if (box !== 'black' && box !== 'gray') throw new RangeError(`sandpiper: box must be 'black' or 'gray' (got ${String(box)})`)
  const thresholds = checkedThresholds('mitigation', { cpu: threshold, network: threshold, ...options.thresholds })
  const memory = { stepBytes, swapThreshold, diskBytesPerSecond, memoryThreshold }
  return { threshold, k, n, window, range, forecast, box, part, ...memory, drops, thresholds, swapUpTo: all.swapUpTo }
}
