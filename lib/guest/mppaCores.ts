import type { CoreOptions } from './kernelCore'

const core = (bytes: number): CoreOptions => ({
  data: { bytes, lineBytes: 64, ways: 2 },
  instructions: { bytes, lineBytes: 64, ways: 2 },
  costs: { instruction: 1, branch: 4, miss: 20, uncached: 20, refill: 2, branchEvery: 6, storesFill: true }
})

/**
 * Cores of a Kalray MPPA-256: caches of 8 KB in compute clusters and of 32 KB in I/O clusters, for data and for instructions, in lines of 64 bytes (nanvix/hal, k1b cache.h). Two
 * ways and least recent use are recalled, not found in a source, as are 20 cycles for a line and for an access past the caches. That a branch loses 4 cycles and the fetch buffer
 * 2, and that stores wait for their lines, is read out of the logs of nicolasvanz/TCC-experiments (53e3ff8-baseline): one creation, which clears 8192 bytes, loses 31,000 cycles
 * to branches, 18,000 to instructions and 5,600 to data. A branch in six instructions is usual.
 */
export const mppaCores: { readonly compute: CoreOptions; readonly io: CoreOptions } = { compute: core(8192), io: core(32_768) }
