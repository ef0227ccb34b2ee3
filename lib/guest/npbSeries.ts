import type { NpbName } from './npbArrays'

/** So many seconds in each of which so many thousand pages are written, all in one or several arrays in turn (`path`, an index into the benchmark's paths). */
export interface NpbPhase {
  readonly seconds: number
  readonly thousands: number
  readonly path: number
}

/** What a benchmark writes: the paths along which it goes (arrays, in the order of their passes; `streams`: at how many places at once), and at what pace. */
export interface NpbSeries {
  readonly paths: readonly (readonly { readonly array: string; readonly streams?: number }[])[]
  readonly phases: readonly NpbPhase[]
}

/** Chanchio and Thaenkaew, CCGrid 2014, Fig 5, read off the plot (±2 %): thousands of pages dirtied in each second of a migration. */
const MG = [
  180, 240, 182, 134, 42, 32, 38, 348, 594, 146, 122, 252, 146, 342, 282, 288, 406, 534, 528, 532, 304, 130, 204, 214, 18, 210, 212, 224,
  240, 236, 220, 50, 28, 28, 110, 514, 538, 244, 288
]

/**
 * How many pages each benchmark dirties second by second, and which. Figure 5 of the paper gives MG's 39 values; of the others we know length, mean and peak: 76 s, 134 and 242
 * thousand (IS), 35 s, 224 and about 650 (SP), 33 s, 51 and 84 (BT). Their shapes are derived from what the programs do, so as to meet all three, and are ours; so is the
 * place in its step at which each begins, which every run of the paper had in common (so many seconds after the benchmark's start) and which was not published:
 *
 * - MG: sweeps over r and u in turn (resid writes r, interp and psinv write u; v is read only) at the published pace; the lows 27 s apart are the coarse grids of two
 *   V-cycles (50 take 1363 s), and what is written ahead of the first of them is r.
 * - IS: an iteration of 33 s counts the keys of each bucket (7 s, nearly nothing is written), sorts the 16 GiB of keys into key_buff2, every thread through 1024 buckets at
 *   once (18 s at 224 to 242 thousand pages), and counts each bucket in its part of the 1 GiB histogram (8 s). The series begins near the end of a sorting.
 * - SP: the solves in x, y and z sweep rhs once each (6, 6 and 7 s), add writes u (2 s), compute_rhs writes seven fields once (3 s) and then rhs over and over (6 s, up to 650
 *   thousand, nearly all of its 666,510 pages in every second: the high locality of the slides). The series begins with the solve in x: had u or the seven fields been
 *   written at its beginning, mtx would have left them out, and the published live time says that it left out little.
 * - BT: the solves in x, y and z sweep rhs once each at the pace of their arithmetic, with a burst at the beginning; then come u, the fields of compute_rhs, and rhs
 *   again. The peak of 84 says that no sweep without arithmetic was in the published window, so it lies within the solves of one step; where the paper has nothing, the pace
 *   repeats.
 */
export const npbSeries: { readonly [name in NpbName]: NpbSeries } = {
  MG: { paths: [[{ array: 'r' }, { array: 'u' }]], phases: MG.map((thousands) => ({ seconds: 1, thousands, path: 0 })) },
  IS: {
    paths: [[{ array: 'key_buff2', streams: 1024 }], [{ array: 'key_buff1' }]],
    phases: [
      { seconds: 4, thousands: 242, path: 0 },
      { seconds: 8, thousands: 33, path: 1 },
      { seconds: 7, thousands: 5, path: 1 },
      { seconds: 9, thousands: 224, path: 0 },
      { seconds: 9, thousands: 242, path: 0 },
      { seconds: 8, thousands: 33, path: 1 },
      { seconds: 7, thousands: 5, path: 1 },
      { seconds: 9, thousands: 224, path: 0 },
      { seconds: 9, thousands: 242, path: 0 },
      { seconds: 6, thousands: 33, path: 1 }
    ]
  },
  SP: {
    paths: [[{ array: 'rhs' }], [{ array: 'us, vs, ws, qs, rho_i, speed, square' }], [{ array: 'u' }], [{ array: 'rhs', streams: 51 }]],
    phases: [
      { seconds: 6, thousands: 112, path: 0 },
      { seconds: 6, thousands: 112, path: 0 },
      { seconds: 7, thousands: 96, path: 3 },
      { seconds: 2, thousands: 333, path: 2 },
      { seconds: 3, thousands: 312, path: 1 },
      { seconds: 5, thousands: 650, path: 0 },
      { seconds: 1, thousands: 412, path: 0 },
      { seconds: 5, thousands: 112, path: 0 }
    ]
  },
  BT: {
    paths: [
      [{ array: 'rhs' }, { array: 'rhs' }, { array: 'rhs' }, { array: 'u' }, { array: 'us, vs, ws, qs, rho_i, square' }, { array: 'rhs' }]
    ],
    phases: [
      { seconds: 1, thousands: 84, path: 0 },
      { seconds: 12, thousands: 48, path: 0 },
      { seconds: 1, thousands: 84, path: 0 },
      { seconds: 12, thousands: 48, path: 0 },
      { seconds: 1, thousands: 84, path: 0 },
      { seconds: 6, thousands: 48, path: 0 }
    ]
  }
}

/** The pages that a benchmark of class D dirties in each second of its series, in thousands. */
export const npbThousands = (name: NpbName): readonly number[] =>
  npbSeries[name].phases.flatMap(({ seconds, thousands }) => new Array<number>(seconds).fill(thousands))
