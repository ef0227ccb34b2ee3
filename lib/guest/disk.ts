import { type PageClasses, pageClasses } from '../memory/pageClasses'
import { idle } from './idle'
import type { Workload } from './workload'

/**
 * A guest's disk: a second memory, of blocks in place of pages. What pages are to the classes and to a workload, blocks are here: `hypervisor` are all blocks of the image,
 * `guestOs` those that a file system uses, `application` those with an application's data, `zero` those never written.
 *
 * - `storage`: `shared` by both hosts (nothing of it moves), or `local` to the source (it must be at the target when the guest is).
 * - `needed`: the blocks that must be equal at the target; absent: as for the guest's memory, those its OS uses for a virtual machine and an application's for the others.
 * - `readBytesPerSecond` of the source's device and `writeBytesPerSecond` of the target's bound each lane that carries blocks; absent: the link decides.
 */
export interface Disk {
  readonly blocks: number
  readonly blockBytes: number
  readonly classes: PageClasses
  readonly workload: Workload
  readonly storage: 'shared' | 'local'
  readonly needed?: 'guestOs' | 'application'
  readonly readBytesPerSecond?: number
  readonly writeBytesPerSecond?: number
}

/** A disk as its user describes it: `blocks` or `bytes` or neither, and whatever differs from the defaults. */
export interface DiskOptions {
  /** By default those of its workload. */
  readonly blocks?: number
  /** In place of `blocks`: a multiple of blockBytes. */
  readonly bytes?: number
  /** A power of two; 1 MiB by default, the most that QEMU's mirror copies at a time (MAX_IO_BYTES, block/mirror.c; «recalled, unverified»). */
  readonly blockBytes?: number
  /** By default every block is used by an application and none is zero. */
  readonly classes?: PageClasses
  /** Reads and writes of blocks, in guest time, by I/O threads of its own as many as it has virtual CPUs; idle by default. */
  readonly workload?: Workload
  /** `local` by default. */
  readonly storage?: 'shared' | 'local'
  readonly needed?: 'guestOs' | 'application'
  readonly readBytesPerSecond?: number
  readonly writeBytesPerSecond?: number
}

/** A disk. Errors: `RangeError` naming the option. */
export const disk = (options: DiskOptions): Disk => {
  const { blockBytes = 2 ** 20, workload = idle(), storage = 'local', needed } = options
  if (!(blockBytes >= 1 && blockBytes <= 2 ** 30 && (blockBytes & -blockBytes) === blockBytes))
    throw new RangeError(`disk: blockBytes must be a power of two from 1 to 2^30 (got ${blockBytes})`)
  const blocks = checkedBlocks(options, blockBytes, workload)
  const classes = options.classes ?? pageClasses({ size: blocks })
  if (classes.size !== blocks) throw new RangeError(`disk: classes must be of the disk's ${blocks} blocks (got ${classes.size})`)
  if (classes.nonPageable.count > 0) throw new RangeError(`disk: classes must have no nonPageable block (got ${classes.nonPageable.count})`)
  const rates = {
    ...(options.readBytesPerSecond === undefined ? {} : { readBytesPerSecond: options.readBytesPerSecond }),
    ...(options.writeBytesPerSecond === undefined ? {} : { writeBytesPerSecond: options.writeBytesPerSecond })
  }
  for (const [name, rate] of Object.entries(rates))
    if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) throw new RangeError(`disk: ${name} must be positive and finite (got ${rate})`)
  return { blocks, blockBytes, classes, workload, storage, ...(needed === undefined ? {} : { needed }), ...rates }
}

const checkedBlocks = ({ blocks, bytes }: DiskOptions, blockBytes: number, workload: Workload): number => {
  if (blocks !== undefined && bytes !== undefined)
    throw new RangeError(`disk: blocks and bytes must not both be given (got ${blocks} and ${bytes})`)
  if (bytes !== undefined && bytes % blockBytes !== 0)
    throw new RangeError(`disk: bytes must be a multiple of blockBytes ${blockBytes} (got ${bytes})`)
  const all = blocks ?? (bytes === undefined ? workload.pages : bytes / blockBytes)
  if (!Number.isInteger(all) || all < 1 || all > 2 ** 30)
    throw new RangeError(`disk: blocks must be an integer from 1 to 2^30 (got ${all})`)
  if (workload.pages > all) throw new RangeError(`disk: blocks must be at least the ${workload.pages} of its workload (got ${all})`)
  return all
}
