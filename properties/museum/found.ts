/** The counterexample of a wrong version as it was found: the seed of the worlds, in which run, the path to the smallest, and how many entries its journal has. */
export type Found = { readonly seed: number; readonly runs: number; readonly path: string; readonly entries: number }

/** What was found of each piece, by its number. Law: the same is found again, and the path leads to it. */
export const found: Readonly<Record<string, Found>> = {
  B1: {
    seed: 5,
    runs: 2,
    path: '1:0:0:0:4:4:7:7:8',
    entries: 55
  },
  B2: {
    seed: 5,
    runs: 2,
    path: '1:0:1:1:3:1:1:2:3:1:1:2:2:2',
    entries: 55
  },
  B3: {
    seed: 5,
    runs: 5,
    path: '4:0:1:1:1:3:0:1:1:0:0:0:0:0:0:1',
    entries: 48
  },
  B4a: {
    seed: 1,
    runs: 2,
    path: '1:0:2:0:0:0:0:0:2',
    entries: 48
  },
  B4b: {
    seed: 2,
    runs: 7,
    path: '6:0:0:0:1:1:1:2',
    entries: 48
  },
  B5: {
    seed: 1,
    runs: 1,
    path: '0:0:0:1:0:0:0:0:1:1:1:1:3:2:3',
    entries: 48
  },
  B6: {
    seed: 3,
    runs: 1,
    path: '0:0:1:1:1:1:1:2:1:4:3:3:1:1:1:2:1:2',
    entries: 48
  },
  B7: {
    seed: 3,
    runs: 17,
    path: '16:0:1:1:1:3:3:4:2:2:1:1:1:1:2:2:2',
    entries: 50
  },
  B8a: {
    seed: 1,
    runs: 1,
    path: '0:0:2:1:1:1:1:1:4:4:4:8',
    entries: 34
  },
  B8b: {
    seed: 6,
    runs: 3,
    path: '2:0:0:0:0:0:0:1:2:2:2',
    entries: 45
  },
  B9: {
    seed: 1,
    runs: 1,
    path: '0:0:2:0:0:0:0:0:0:1:1:1:1:2:2',
    entries: 52
  },
  B10: {
    seed: 1,
    runs: 1,
    path: '0:0:0:1:0:0:1:1:0:0:2:2:3:2:2:2:3',
    entries: 95
  },
  B11: {
    seed: 1,
    runs: 2,
    path: '1:0:0:0:0:0:0:0:2',
    entries: 48
  },
  B12: {
    seed: 4,
    runs: 14,
    path: '13:0:1:1:1:1:0:2:1:1:0:1:1:1',
    entries: 48
  },
  B13: {
    seed: 4,
    runs: 2,
    path: '1:0:1:1:1:1:1:2:3:1:1:1:2:1:1:1:1',
    entries: 48
  },
  B14: {
    seed: 1,
    runs: 1,
    path: '0:0:0:1:0:0:0:0:1:1:1:1:3:2:3',
    entries: 48
  },
  B15: {
    seed: 2,
    runs: 2,
    path: '1:0:6:6',
    entries: 48
  },
  B16a: {
    seed: 2,
    runs: 2,
    path: '1:0:1:1:1:1:1:2:2:2:2',
    entries: 30
  },
  B16b: {
    seed: 5,
    runs: 5,
    path: '4:0:0:0:0:0:2:1:1:0:0:0:0:0:0:0',
    entries: 43
  },
  B17: {
    seed: 2,
    runs: 6,
    path: '5:1:2:2:1:2:2:3:1:1:2:2',
    entries: 48
  },
  B18: {
    seed: 5,
    runs: 15,
    path: '14:0:1:1:2:4:3:3:4:3:4:3:4:3:5:5:5:5:5:5:4:4:4:4:7:6:6:6:6:6',
    entries: 35
  },
  B20: {
    seed: 6,
    runs: 10,
    path: '9:2:1:2:2:1:3:3:3:4:5:4:5:5:3:4:3:3:5',
    entries: 44
  },
  B21: {
    seed: 2,
    runs: 7,
    path: '6:0:1:2:2:1:1',
    entries: 48
  },
  B22: {
    seed: 3,
    runs: 1,
    path: '0:0:1:1:1:1:1:2:1:4:3:3:0:0:0:1:1:1',
    entries: 48
  },
  B23: {
    seed: 4,
    runs: 6,
    path: '5:0:2:1:2:1:2:2:2:2:1:1:1',
    entries: 35
  },
  B23a: {
    seed: 6,
    runs: 26,
    path: '25:6:8:8:9',
    entries: 42
  },
  B23b: {
    seed: 4,
    runs: 6,
    path: '5:0:2:1:2:1:2:2:2:2:1:1:1',
    entries: 35
  },
  B24: {
    seed: 2,
    runs: 6,
    path: '5:3:1:1:1:1:1:1:1:2:2:3:2:1:2:3',
    entries: 48
  },
  B25: {
    seed: 3,
    runs: 1,
    path: '0:0:2:1:1:1:1:2:1:5:5',
    entries: 48
  },
  B26: {
    seed: 1,
    runs: 1,
    path: '0:0:0:0:0:0:0:0:0:0:0',
    entries: 48
  },
  B27: {
    seed: 5,
    runs: 5,
    path: '4:0:1:1:1:3:0:1:1:0:0:0:0:0:0:0',
    entries: 34
  },
  B28: {
    seed: 4,
    runs: 14,
    path: '13:0:0:1:1:0:1:4:3:4:3',
    entries: 44
  },
  B29: {
    seed: 3,
    runs: 1,
    path: '0:0:2:5:5:11:11',
    entries: 38
  }
}
