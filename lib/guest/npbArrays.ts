/** Pages of 4 KiB that hold so many eight-byte numbers. */
const pagesOf = (numbers: number): number => Math.ceil((numbers * 8) / 4096)

/** One of the grids of MG with its coarser ones below it, and without (`nr` and `nv` of globals.h at lm = 10: 1024^3 points and a margin). */
const MG_ALL_GRIDS = pagesOf(1_235_546_808)
const MG_FINEST_GRID = pagesOf(1026 ** 3)
/** 2^31 keys, and a count for each of 2^27 values (is.c, class D). */
const IS_KEYS = pagesOf(2 ** 31)
const IS_COUNTS = pagesOf(2 ** 27)
/** One number at each of 408^3 points, two of the three extents padded by one (header.h of SP and BT, class D). */
const FIELD = pagesOf(409 * 409 * 408)

/** An array of a benchmark as its source declares it, in 4 KiB pages of class D. */
export interface NpbArray {
  readonly name: string
  readonly pages: number
}

/** The benchmarks of the NAS Parallel Benchmarks that Chanchio and Thaenkaew migrated (CCGrid 2014). */
export type NpbName = 'MG' | 'IS' | 'SP' | 'BT'

/**
 * The large arrays of MG, IS, SP and BT, class D, in the order in which the programs first write them (NPB 3.3, OpenMP). They come to 26.46, 33.0, 11.19 and 10.68 GiB; the published
 * working sets are 27.3, 34.1, 12.1 and 11.8: about a GiB more each, which is the guest's operating system and the program.
 */
export const npbArrays: { readonly [name in NpbName]: readonly NpbArray[] } = {
  MG: [
    { name: 'u', pages: MG_ALL_GRIDS },
    { name: 'v', pages: MG_FINEST_GRID },
    { name: 'r', pages: MG_ALL_GRIDS }
  ],
  IS: [
    { name: 'key_array', pages: IS_KEYS },
    { name: 'key_buff2', pages: IS_KEYS },
    { name: 'key_buff1', pages: IS_COUNTS }
  ],
  SP: [
    { name: 'forcing', pages: 5 * FIELD },
    { name: 'u', pages: 5 * FIELD },
    { name: 'us, vs, ws, qs, rho_i, speed, square', pages: 7 * FIELD },
    { name: 'rhs', pages: 5 * FIELD }
  ],
  BT: [
    { name: 'u', pages: 5 * FIELD },
    { name: 'forcing', pages: 5 * FIELD },
    { name: 'us, vs, ws, qs, rho_i, square', pages: 6 * FIELD },
    { name: 'rhs', pages: 5 * FIELD }
  ]
}

/** What is known of a benchmark's guest: its memory and its working set in GiB, after how many seconds of the benchmark it was migrated, and how long the benchmark takes. */
export interface NpbFacts {
  readonly memoryGib: number
  readonly workingSetGib: number
  readonly migratedAfterS: number
  /** Undefined where it was not published. */
  readonly takesS: number | undefined
}

/** The guests of Chanchio and Thaenkaew (CCGrid 2014, §4): eight virtual CPUs each. */
export const npbFacts: { readonly [name in NpbName]: NpbFacts } = {
  MG: { memoryGib: 36, workingSetGib: 27.3, migratedAfterS: 120, takesS: 1363 },
  IS: { memoryGib: 36, workingSetGib: 34.1, migratedAfterS: 180, takesS: 261 },
  SP: { memoryGib: 16, workingSetGib: 12.1, migratedAfterS: 90, takesS: undefined },
  BT: { memoryGib: 16, workingSetGib: 11.8, migratedAfterS: 90, takesS: undefined }
}

/**
 * On how many cores of Chanchio and Thaenkaew's hosts a program that streams through memory is as fast as on more: what all of a host's memory carries, over what one core of it draws. Both
 * kinds of host that "Opteron, 2.1 GHz, 12 cores" may be come to 5: one Opteron 6172, whose memory gives about 25 GB/s (AMD's own 50 GB/s for two: tecchannel.de 2023649) and whose core
 * draws 4.958 GB/s (STREAM's triad: gregs1104/stream-scaling, README); or two of the six-core Opterons before it, with a little over 20 GB/s (AMD, the same page) and 4.038 GB/s a core. That all four
 * benchmarks are bound so is assumed; no scaling of class D on such a host was found.
 */
export const npbUsefulCores = 5
