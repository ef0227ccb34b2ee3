import { type IsoArea, isoArea } from '../memory/isoArea'
import { pm2Distribution, type SlotDistribution } from '../memory/slotDistribution'
import { type IsoNode, isoNode } from '../protocol/isoNode'
import { type IsoAllocator, type IsoLimits, pm2Limits } from '../protocol/isoNodeState'
import type { Seed } from '../random/random'
import type { Time } from '../time/time'
import { bipMyrinet, type IsoNetwork } from './isoNetwork'

/**
 * Something that breaks: a node (`host`) for good, or its link, until it is back (`until`) or for good. Of what is for good everybody is told after `noticeNs`: the others that the node
 * is lost, and a node that is cut off that all others are.
 */
export type IsoFault =
  | { readonly at: Time; readonly host: number; readonly link?: undefined }
  | { readonly at: Time; readonly link: number; readonly until?: Time; readonly host?: undefined }

/** What nodes take besides the network: `mapNs` to map a run of slots (an mmap; chosen, not measured), `releaseNs` from a message's leaving to the sender's noticing it, and the bytes of a small message. */
export type IsoCosts = { readonly mapNs: Time; readonly releaseNs: Time; readonly messageBytes: number }

/**
 * `nodes`: how many. `area`, `distribution`, `limits`: PM2's unless given. `allocator`: `iso` (default) or `naive`. `network` (default `bipMyrinet`) and `costs` as far as they differ from the defaults
 * (`mapNs` 5,000, `releaseNs` 1,000, `messageBytes` 64). `faults`: what breaks (default nothing); `noticeNs` (default 1 ms). `node`: the machine of every node (default `isoNode`; another to try it). `seed`: of the
 * network's jitter.
 */
export type IsoOptions = {
  readonly nodes: number
  readonly area?: Partial<IsoArea>
  readonly distribution?: SlotDistribution
  readonly limits?: IsoLimits
  readonly allocator?: IsoAllocator
  readonly network?: Partial<IsoNetwork>
  readonly costs?: Partial<IsoCosts>
  readonly faults?: readonly IsoFault[]
  readonly noticeNs?: Time
  readonly node?: IsoNode
  readonly seed?: Seed
}

/** Options with everything in them. @internal */
export type CheckedIso = Required<Omit<IsoOptions, 'area' | 'network' | 'costs'>> & {
  readonly area: IsoArea
  readonly network: IsoNetwork
  readonly costs: IsoCosts
}

/** The defaults, and what must hold. Errors: `RangeError` naming the option. @internal */
export const checkedIso = (options: IsoOptions): CheckedIso => {
  const { nodes, faults = [], noticeNs = 1_000_000 } = options
  const whole = (name: string, value: number): void => {
    if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`isoWorld: ${name} must be an integer from 0 on (got ${value})`)
  }
  if (!(Number.isInteger(nodes) && nodes > 0)) throw new RangeError(`isoWorld: nodes must be a positive integer (got ${nodes})`)
  const network = { ...bipMyrinet, ...options.network }
  const costs = { mapNs: 5_000, releaseNs: 1_000, messageBytes: 64, ...options.costs }
  const limits = options.limits ?? pm2Limits
  const { bytesPerSecond, readNsPerByte, ...times } = network
  if (!(bytesPerSecond > 0 && bytesPerSecond < Infinity))
    throw new RangeError(`isoWorld: network.bytesPerSecond must be positive and finite (got ${bytesPerSecond})`)
  if (!(readNsPerByte >= 0 && readNsPerByte < Infinity))
    throw new RangeError(`isoWorld: network.readNsPerByte must be a finite number from 0 on (got ${readNsPerByte})`)
  for (const [name, value] of Object.entries({ ...times, ...costs, ...limits, noticeNs })) whole(name, value)
  for (const fault of faults) {
    whole('at of a fault', fault.at)
    const rank = fault.host ?? fault.link
    if (!(Number.isInteger(rank) && rank >= 0 && rank < nodes))
      throw new RangeError(`isoWorld: a fault must be of a node from 0 to ${nodes - 1} (got ${rank})`)
    if (fault.link !== undefined && fault.until !== undefined && !(fault.until > fault.at))
      throw new RangeError(`isoWorld: a link must be back after it broke, at ${fault.at} (got ${fault.until})`)
  }
  return {
    nodes,
    area: isoArea(options.area),
    distribution: options.distribution ?? pm2Distribution,
    limits,
    allocator: options.allocator ?? 'iso',
    network,
    costs,
    faults,
    noticeNs,
    node: options.node ?? isoNode,
    seed: options.seed ?? 1
  }
}
