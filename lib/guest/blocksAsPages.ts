import type { Disk } from './disk'
import { type Guest, needed, process, vm } from './guest'
import type { HostCosts } from './hostCosts'
import { idealHost } from './hostCosts'

/**
 * The disk that must move with a guest, as a memory of its own: what keeps, logs, sends and compares pages does the same for blocks. `undefined` where the guest has no
 * disk, or one on storage that both hosts share.
 */
export const blocksAsPages = ({ disk, kind, name }: Pick<Guest, 'disk' | 'kind' | 'name'>): Guest | undefined => {
  if (disk === undefined || disk.storage === 'shared') return undefined
  const as = (disk.needed ?? needed({ kind })) === 'guestOs' ? vm : process
  const { blocks, blockBytes, classes, workload } = disk
  return as({ name, pages: blocks, pageBytes: blockBytes, contextBytes: 0, classes, workload })
}

/** What its two devices cost a lane that carries blocks. A disk's dirty log is the host's own: writing to it costs the guest nothing, and reading it neither. */
export const costsOfBlocks = (disk: Disk): { readonly source: HostCosts; readonly target: HostCosts } => {
  const { blockBytes, readBytesPerSecond: read, writeBytesPerSecond: write } = disk
  return {
    source: read === undefined ? idealHost : { ...idealHost, sendPageNs: (blockBytes * 1e9) / read },
    target: write === undefined ? idealHost : { ...idealHost, receivePageNs: (blockBytes * 1e9) / write }
  }
}
