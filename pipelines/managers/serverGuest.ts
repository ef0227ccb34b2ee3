import { type Guest, vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { uniform } from '../../lib/guest/uniform'
import type { FleetVm } from '../../lib/protocol/fleet'
import type { FleetMoveLoad } from '../../lib/world/fleetOptions'

/**
 * How a VM's memory goes by its CPU. `writesPerSecond`: page writes of a virtual CPU that is fully used (default 6,000), and `readsPerSecond` its page reads (default as many). `hotPages` and `hotAccesses`: see `hotCold` (default 0.9 of them to 0.1 of the pages).
 */
export type ServerGuestOptions = {
  readonly writesPerSecond?: number
  readonly readsPerSecond?: number
  readonly hotPages?: number
  readonly hotAccesses?: number
}

/**
 * A fleet's VM as a guest that can be migrated: its memory in pages of 4 KiB, the last of them perhaps not full, and at least one; a hot and cold workload on its virtual CPUs, in proportion to the part of its CPU that it wants, and idle where it wants none.
 *
 *     writes per second  =  6,000 x virtual CPUs x MIPS wanted / MIPS of the VM
 *
 * That dirtying follows the work that is done is how SimGrid has it (Hirofuchi, Lèbre & Pouilloux, CloudCom 2013; simgrid 020b717e, src/plugins/vm/VmLiveMigration.cpp, get_updated_size). With 6,000 a VM of 512 MiB makes about as many pages dirty in a second (5,000) as Clark
 * et al.'s build of a kernel (NSDI 2005, Fig. 3: 5,035 in the mean, our reading of the curve); class C of the NAS benchmarks BT and SP on 8 virtual CPUs makes 4,400 and 5,900 for each of them (Chanchio, MPLM). As many reads: our recorded programs touch 1.05 to 1.13 times as many pages by reading
 * as by writing. How hot the hot pages of servers are is ours, unverified. Throws `RangeError` naming the option.
 */
export const serverGuest = (options: ServerGuestOptions = {}): ((of: FleetVm, load: FleetMoveLoad) => Guest) => {
  const { writesPerSecond = 6000, readsPerSecond = writesPerSecond, hotPages, hotAccesses } = options
  for (const [name, rate] of Object.entries({ writesPerSecond, readsPerSecond }))
    if (!(rate >= 0 && rate < Number.POSITIVE_INFINITY))
      throw new RangeError(`serverGuest: ${name} must be at least 0 and finite (got ${rate})`)
  return ({ mips, cores: vcpus = 1 }, { mips: wanted, network, memoryBytes }) => {
    const pages = Math.max(1, Math.ceil(memoryBytes / 4096))
    const part = mips > 0 ? Math.min(1, Math.max(0, wanted / mips)) : 0
    const rates = { writesPerSecond: writesPerSecond * vcpus * part, readsPerSecond: readsPerSecond * vcpus * part }
    const isIdle = rates.writesPerSecond + rates.readsPerSecond === 0
    const workload = isIdle
      ? undefined
      : pages > 1
        ? hotCold({ pages, vcpus, hotPages, hotAccesses, ...rates })
        : uniform({ pages, vcpus, ...rates })
    return vm({ pages, workload, ...(network > 0 ? { network: { bytesPerSecond: network } } : {}) })
  }
}
