import { type IsoArea, isoArea } from '../memory/isoArea'
import { pm2Distribution, type SlotDistribution } from '../memory/slotDistribution'
import { type IsoNode, isoNode } from '../protocol/isoNode'
import { type IsoAllocator, type IsoLimits, pm2Limits } from '../protocol/isoNodeState'
import type { Seed } from '../random/random'
import type { Time } from '../time/time'
import { type CheckedChip, type ChipOptions, checkedChip } from './chipOptions'
import { bipMyrinet, type IsoNetwork } from './isoNetwork'
import { nanvixUserBytes } from './onChip'

/**
 * Something that breaks: a node (`host`) for good, or its link, until it is back (`until`) or for good. Of what is for good everybody is told after `noticeNs`: the others that the node
 * is lost, and a node that is cut off that all others are.
 */
export type IsoFault =
  | { readonly at: Time; readonly host: number; readonly link?: undefined }
  | { readonly at: Time; readonly link: number; readonly until?: Time; readonly host?: undefined }

/** What nodes take besides the network: `mapNs` to map a run of slots (an mmap; chosen, not measured), `releaseNs` from a message's leaving to the sender's noticing it, and the bytes of a small message. */
export type IsoCosts = { readonly mapNs: Time; readonly releaseNs: Time; readonly messageBytes: number }

/** The chip whose compute clusters are the nodes, `cc0` on. What breaks is told by `faults` of the nodes. */
export type IsoOnChip = { readonly chip: Omit<ChipOptions, 'faults' | 'noticeNs'> }

/**
 * `nodes`: how many. `area`, `distribution`, `limits`: PM2's unless given. `memoryBytes`: of each node, for slots that are mapped there: `limits.mapped` in bytes (default: no bound; on a chip 512 KiB, see `onChip`). `allocator`:
 * `iso` (default) or `naive`. `network` (default `bipMyrinet`) and `costs` as far as they differ from the defaults (`mapNs` 5,000, `releaseNs` 1,000, `messageBytes` 64); or the clusters of a chip and its network. `faults`:
 * what breaks (default nothing); `noticeNs` (default 1 ms). `node`: the machine of every node (default `isoNode`; another to try it). `seed`: of the network's jitter.
 */
export type IsoOptions = {
  readonly nodes: number
  readonly area?: Partial<IsoArea>
  readonly distribution?: SlotDistribution
  readonly limits?: IsoLimits
  readonly memoryBytes?: number
  readonly allocator?: IsoAllocator
  readonly network?: Partial<IsoNetwork> | IsoOnChip
  readonly costs?: Partial<IsoCosts>
  readonly faults?: readonly IsoFault[]
  readonly noticeNs?: Time
  readonly node?: IsoNode
  readonly seed?: Seed
}

/** Options with everything in them. @internal */
export type CheckedIso = Required<Omit<IsoOptions, 'area' | 'memoryBytes' | 'network' | 'costs'>> & {
  readonly area: IsoArea
  readonly network: IsoNetwork | { readonly chip: CheckedChip }
  readonly costs: IsoCosts
}

/** The defaults, and what must hold. Errors: `RangeError` naming the option. @internal */
export const checkedIso = (options: IsoOptions): CheckedIso => {
  const { nodes, faults = [], noticeNs = 1_000_000 } = options
  if (!(Number.isInteger(nodes) && nodes > 0)) throw new RangeError(`isoWorld: nodes must be a positive integer (got ${nodes})`)
  const network = isOnChip(options.network) ? { chip: checkedChip(options.network.chip) } : checkedNetwork(options.network)
  const costs = { mapNs: 5_000, releaseNs: 1_000, messageBytes: 64, ...options.costs }
  const area = isoArea(options.area)
  const limits = withinMemory(options, area)
  for (const [name, value] of Object.entries({ ...costs, ...limits, noticeNs })) whole(name, value)
  for (const fault of faults) {
    whole('at of a fault', fault.at)
    const rank = fault.host ?? fault.link
    if (!(Number.isInteger(rank) && rank >= 0 && rank < nodes))
      throw new RangeError(`isoWorld: a fault must be of a node from 0 to ${nodes - 1} (got ${rank})`)
    if (fault.link !== undefined && fault.until !== undefined && !(fault.until > fault.at))
      throw new RangeError(`isoWorld: a link must be back after it broke, at ${fault.at} (got ${fault.until})`)
    if ('chip' in network && fault.link !== undefined && fault.until !== undefined)
      throw new RangeError(`isoWorld: until must not be given on a chip, whose links stay broken (got ${fault.until})`)
  }
  if ('chip' in network && nodes > CLUSTERS)
    throw new RangeError(`isoWorld: nodes must be at most the ${CLUSTERS} compute clusters of a chip (got ${nodes})`)
  return {
    nodes,
    area,
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

/** Whether nodes are the clusters of a chip. @internal */
export const isOnChip = (network: IsoOptions['network']): network is IsoOnChip => network !== undefined && 'chip' in network

const CLUSTERS = 16

/** Bytes of a compute cluster's memory. */
const SRAM = 2 * 2 ** 20

const whole = (name: string, value: number): void => {
  if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`isoWorld: ${name} must be an integer from 0 on (got ${value})`)
}

const checkedNetwork = (given: Partial<IsoNetwork> | undefined): IsoNetwork => {
  const network = { ...bipMyrinet, ...given }
  const { bytesPerSecond, readNsPerByte, ...times } = network
  if (!(bytesPerSecond > 0 && bytesPerSecond < Infinity))
    throw new RangeError(`isoWorld: network.bytesPerSecond must be positive and finite (got ${bytesPerSecond})`)
  if (!(readNsPerByte >= 0 && readNsPerByte < Infinity))
    throw new RangeError(`isoWorld: network.readNsPerByte must be a finite number from 0 on (got ${readNsPerByte})`)
  for (const [name, value] of Object.entries(times)) whole(name, value)
  return network
}

/** Limits with what memory there is. */
const withinMemory = (options: IsoOptions, { slotBytes }: IsoArea): IsoLimits => {
  const limits = options.limits ?? pm2Limits
  const memoryBytes = options.memoryBytes ?? (isOnChip(options.network) && limits.mapped === undefined ? nanvixUserBytes : undefined)
  if (memoryBytes === undefined) return limits
  if (limits.mapped !== undefined) throw new RangeError(`isoWorld: memoryBytes must not be given beside limits.mapped (got ${memoryBytes})`)
  if (!(memoryBytes >= slotBytes && memoryBytes < Infinity))
    throw new RangeError(`isoWorld: memoryBytes must be at least a slot, ${slotBytes} bytes, and finite (got ${memoryBytes})`)
  if (isOnChip(options.network) && memoryBytes > SRAM)
    throw new RangeError(`isoWorld: memoryBytes must be at most the ${SRAM} bytes of a cluster (got ${memoryBytes})`)
  return { ...limits, mapped: Math.floor(memoryBytes / slotBytes) }
}
