import type { NpbName } from '../../lib/guest/npbArrays'

/** Seconds of migrating while the guest runs, and of standing still. */
export type LiveAndDown = readonly [live: number, down: number]

/** A mode of TLM as the paper writes it: TLM, TLM.1S, OFFLINE, or `x-(y)`: from the fraction x of mtx's way on, all virtual CPUs run on y cores. */
export type TlmMode = 'TLM' | 'TLM.1S' | 'OFFLINE' | readonly [after: number, cores: number]

/** A mode as the paper writes it. */
export const modeName = (mode: TlmMode): string => (typeof mode === 'string' ? mode : `${mode[0].toFixed(1)}-(${mode[1]})`)

/** The benchmarks in the paper's order. */
export const benchmarks: readonly NpbName[] = ['MG', 'IS', 'SP', 'BT']

/** Live and down times of each mode (Chanchio and Thaenkaew, CCGrid 2014, Fig 4; means of ten). */
export const publishedModes: { readonly [name in NpbName]: readonly (readonly [mode: TlmMode, times: LiveAndDown])[] } = {
  MG: [
    [
      [0, 1],
      [58.7, 4.52]
    ],
    [
      [0, 2],
      [51.12, 8.85]
    ],
    [
      [0.2, 1],
      [50.34, 9.41]
    ],
    [
      [0.2, 2],
      [46.21, 11.23]
    ],
    ['TLM', [40.72, 25.27]],
    ['TLM.1S', [68.77, 28.09]],
    ['OFFLINE', [0, 59.6]]
  ],
  IS: [
    [
      [0.2, 1],
      [74.14, 1.26]
    ],
    [
      [0.2, 2],
      [75.28, 1.68]
    ],
    [
      [0.2, 4],
      [72.39, 4.72]
    ],
    [
      [0.5, 2],
      [74.22, 2.0]
    ],
    ['TLM', [82.51, 17.51]],
    ['TLM.1S', [76.67, 25.6]],
    ['OFFLINE', [0, 68.8]]
  ],
  SP: [
    [
      [0.2, 1],
      [30.66, 1.16]
    ],
    [
      [0.2, 2],
      [36.38, 1.96]
    ],
    [
      [0.2, 4],
      [35.29, 3.76]
    ],
    [
      [0.5, 2],
      [35.36, 2.17]
    ],
    ['TLM', [37.07, 11.86]],
    ['TLM.1S', [34.15, 12.24]],
    ['OFFLINE', [0, 28.8]]
  ],
  BT: [
    [
      [0.2, 1],
      [29.7, 0.45]
    ],
    [
      [0.2, 2],
      [31.48, 0.6]
    ],
    [
      [0.2, 4],
      [33.33, 0.51]
    ],
    [
      [0.8, 2],
      [34.6, 0.51]
    ],
    ['TLM', [34.9, 1.33]],
    ['TLM.1S', [31.74, 4.11]],
    ['OFFLINE', [0, 28.2]]
  ]
}

/** Pre-copy of MG by kvm, by tolerable downtime in seconds (Fig 3; single runs). */
export const publishedKvm: readonly { readonly kvm: '1.2' | '1.6'; readonly limitS: number; readonly times: LiveAndDown }[] = [
  { kvm: '1.6', limitS: 6, times: [2290.55, 5.97] },
  { kvm: '1.6', limitS: 8, times: [129.81, 8.29] },
  { kvm: '1.6', limitS: 10, times: [135.24, 10.71] },
  { kvm: '1.6', limitS: 20, times: [61.91, 19.31] },
  { kvm: '1.6', limitS: 30, times: [20.97, 20.93] },
  { kvm: '1.2', limitS: 10, times: [1923.19, 16.21] },
  { kvm: '1.2', limitS: 20, times: [40.99, 37.69] },
  { kvm: '1.2', limitS: 30, times: [19.15, 45.71] }
]

/** Total and down time in seconds, and what the guest's network carried in Mbit/s. */
export type Compared = readonly [total: number, down: number, megabits: number]

/** kvm 1.6 with auto-converge, by tolerable downtime in seconds, beside a mode of TLM that stands still about as long (Fig 11). */
export const publishedAutoConverge: readonly {
  readonly name: NpbName
  readonly limitS: number
  readonly kvm: Compared
  readonly mode?: TlmMode
  readonly tlm?: Compared
}[] = [
  { name: 'MG', limitS: 8, kvm: [138.14, 8.42, 407.01], mode: [0, 2], tlm: [59.97, 8.85, 277.42] },
  { name: 'MG', limitS: 4, kvm: [180.98, 4.07, 374.66], mode: [0, 1], tlm: [63.23, 4.52, 155.26] },
  { name: 'MG', limitS: 1, kvm: [219.17, 1.1, 282.31] },
  { name: 'IS', limitS: 2, kvm: [165.23, 2.14, 517.26], mode: [0.5, 2], tlm: [76.21, 2.0, 495.25] },
  { name: 'IS', limitS: 1, kvm: [168.23, 1.03, 517.9], mode: [0.5, 1], tlm: [78.6, 0.87, 477.2] },
  { name: 'SP', limitS: 2, kvm: [54.29, 1.93, 418.74], mode: [0.5, 2], tlm: [37.53, 2.17, 467.12] },
  { name: 'SP', limitS: 1, kvm: [58.77, 1.05, 392.84], mode: [0.5, 1], tlm: [33.27, 1.21, 418.36] },
  { name: 'BT', limitS: 2, kvm: [28.11, 1.85, 571.44], mode: [0.8, 2], tlm: [34.6, 0.51, 767.86] },
  { name: 'BT', limitS: 1, kvm: [28.88, 1.2, 562.83], mode: [0.8, 1], tlm: [32.1, 0.39, 717.13] }
]

/** Two virtual machines that compute together over MPI, migrated at once over one link; `workingSetGib` of each (Fig 10). */
export const publishedMpi: readonly {
  readonly name: NpbName
  readonly workingSetGib: number
  readonly mode: TlmMode
  readonly times: LiveAndDown
}[] = [
  { name: 'MG', workingSetGib: 14, mode: [0.2, 2], times: [49.38, 8.534] },
  { name: 'MG', workingSetGib: 14, mode: [0.2, 4], times: [47.78, 12.63] },
  { name: 'MG', workingSetGib: 14, mode: 'TLM', times: [48.44, 12.99] },
  { name: 'IS', workingSetGib: 12, mode: [0.2, 2], times: [57.14, 0.74] },
  { name: 'IS', workingSetGib: 12, mode: [0.2, 4], times: [54.54, 2.18] },
  { name: 'IS', workingSetGib: 12, mode: 'TLM', times: [54.66, 3.21] }
]
