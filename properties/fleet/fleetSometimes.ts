import type { FleetHistory, LookOfDay } from './fleetHistory'

/** Something that must happen in some days of a swarm: where it never does, the swarm looks past what it is there for. */
export type FleetSometimes =
  | 'overloads'
  | 'findsHotspots'
  | 'moves'
  | 'swaps'
  | 'waits'
  | 'fails'
  | 'movesLong'
  | 'refuses'
  | 'allots'
  | 'loses'
  | 'swapsMemory'
  | 'serves'
  | 'hasNothing'
  | 'hasOneHost'

type Happening = { readonly sentence: string; readonly happens: (history: FleetHistory) => boolean }

const atSomeLook = (sentence: string, at: (look: LookOfDay) => boolean): Happening => ({
  sentence,
  happens: ({ looks }) => looks.some(at)
})

/** What a check of managers counts, by name. */
export const fleetSometimes: Readonly<Record<FleetSometimes, Happening>> = {
  overloads: atSomeLook('more is wanted of a host than it has', ({ row }) => row.overloaded.length > 0),
  findsHotspots: atSomeLook('the manager finds a hotspot', ({ found }) => found.length > 0),
  moves: atSomeLook('a VM moves', ({ row }) => row.moves.length > 0),
  swaps: {
    sentence: 'VMs change places',
    happens: ({ looks }) => {
      const moves = looks.flatMap(({ row }) => row.moves)
      return moves.some((a) => moves.some((b) => a.why !== undefined && a.why === b.why && a.from === b.to && a.to === b.from))
    }
  },
  waits: atSomeLook('a move waits for its turn', ({ row }) => row.waiting > 0),
  fails: atSomeLook('a move fails', ({ row }) => row.failed.length > 0),
  movesLong: {
    sentence: 'a move takes longer than a look',
    happens: ({ day: { everyNs = 300e9 }, looks }) => looks.some(({ row }) => row.moves.some(({ ns }) => ns > everyNs))
  },
  refuses: atSomeLook('a command is refused', ({ row }) => row.refused.length > 0),
  allots: atSomeLook('memory is allotted', ({ row }) => row.allotted.length > 0),
  loses: atSomeLook('a sample is lost', ({ view }) => view.lost.some((one) => one === 1)),
  swapsMemory: atSomeLook('a VM uses more memory than it has', ({ view }) => view.swap.some((one) => one > 0)),
  serves: atSomeLook('a VM is seen from inside', ({ view }) => view.inside.some((one) => one !== undefined)),
  hasNothing: { sentence: 'a fleet has no VMs', happens: ({ day }) => day.vms.length === 0 },
  hasOneHost: { sentence: 'a fleet has one host', happens: ({ day }) => day.hosts.length === 1 }
}
