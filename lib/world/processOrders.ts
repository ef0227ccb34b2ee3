import type { Order } from '../protocol/command'
import { isKernelOrder, type KernelOrder, type MemoryOrder } from '../protocol/process'
import type { Copy, ProcessContext } from './processCopy'
import { describe, extract, install } from './processExtract'
import { forget, kill } from './processForget'
import { type Errand, freeze, unfreeze } from './processFreeze'
import { collect, watch } from './processObserve'

/** Orders about processes that the kernels of clusters know; `depend`, `hold` and `repoint` are of ends. @internal */
export type OwnKernelOrder = Exclude<KernelOrder, { readonly type: OfOthers }>

/** Whether an order is one of those. @internal */
export const isOwnKernelOrder = (order: Order): order is OwnKernelOrder => isKernelOrder(order) && !ofOthers.has(order.type)

type OfOthers = 'depend' | 'hold' | 'repoint'

// Orders of ends, and those that a process gives to its own memory.
const ofOthers: ReadonlySet<string> = new Set<OfOthers | MemoryOrder['type']>(['depend', 'hold', 'repoint', 'peek', 'poke'])

/** Orders about a process that is there. @internal */
type OfOne = Exclude<OwnKernelOrder, { readonly type: 'observe' | 'admit' }>

/** Has a kernel do what an order asks of a copy. @internal */
export const orderedOf = (world: ProcessContext, copy: Copy, order: OfOne, task: Errand): void => {
  if (order.type === 'freeze') freeze(world, copy, task)
  else if (order.type === 'unfreeze') unfreeze(world, copy, order.absent === true, task)
  else if (order.type === 'describe') describe(world, copy, task)
  else if (order.type === 'extract') extract(world, copy, order.piece, task)
  else if (order.type === 'install') install(world, copy, order.piece, order.content, task)
  else if (order.type === 'forget') forget(world, copy, task)
  else if (order.type === 'kill') kill(world, copy, task)
  else if (order.type === 'watch') watch(world, copy, order.on, task)
  else collect(world, copy, task)
}
