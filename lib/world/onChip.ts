import type { IsoOnChip, IsoOptions } from './isoOptions'

/** Bytes of a compute cluster's memory that Nanvix leaves to users (`UMEM_SIZE` of its HAL for the MPPA-256, 512 KB of 2 MB); the rest is the kernel's, its pool, and the program's code and data. */
export const nanvixUserBytes = 512 * 1024

/**
 * Iso-address threads on the 16 compute clusters of an MPPA-256: options for `isoWorld`, any of which may be replaced.
 *
 *     isoWorld({ ...onChip({ fidelity: 'flit' }), threads: ['a'] })
 *
 * Slots are of 4 KiB, a page of Nanvix, because memory for larger ones would run out by what they leave unused: 128 of them are what a cluster can have mapped. Stacks have two of them (8 KiB, as the process that Vanz et al.
 * (ERAD-RS 2022) migrate). 32,768 slots, 16 times as many as all clusters can map at once, so that runs are found where memory is; not more, because their map is 4 KiB, one chunk of a portal, and one chunk more would
 * lengthen each negotiation. They are dealt 16 at a time, as PM2 has it.
 */
export const onChip = (chip: IsoOnChip['chip'] = {}): IsoOptions & { readonly network: IsoOnChip } => ({
  nodes: 16,
  area: { slotBytes: 4096, slots: 32_768, stackSlots: 2 },
  memoryBytes: nanvixUserBytes,
  network: { chip }
})
