import { consolidation } from '../../lib/hotspot/consolidation'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import { mostPacked } from '../../lib/hotspot/optimalPacking'
import { localRegression, threshold } from '../../lib/hotspot/overloadRule'
import { repacking } from '../../lib/hotspot/repacking'
import { sandpiper } from '../../lib/hotspot/sandpiper'
import { underloaded } from '../../lib/hotspot/underloaded'
import type { FleetDecider, FleetManager } from '../../lib/protocol/fleet'
import type { ManagedDay } from './managedDay'

/**
 * A manager that has a name on the command line: what it does in a sentence, where it comes from, and itself, for a day and by what is a hotspot; or why it is none for such a day.
 */
export type NamedManager = {
  readonly name: string
  readonly sentence: string
  readonly source: string
  readonly make: (day: ManagedDay, hotspots: HotspotOptions) => FleetManager | { readonly not: string }
}

/** The manager that does nothing: what all others are to be better than. */
export const nobody: FleetManager = { name: 'nobody', begin: () => idle }

const idle: FleetDecider = () => [[], idle]

/** Managers of fleets by name, in the order in which they are compared. */
export const namedManagers: readonly NamedManager[] = [
  { name: 'nobody', sentence: 'moves nothing', source: 'ours', make: () => nobody },
  {
    name: 'sandpiper',
    sentence:
      'hotspots by k of n looks and a prediction; the VM of the most volume for its size to the host of the least volume; swaps where no move helps',
    source: 'Wood et al., NSDI 2007, black box',
    make: (_, hotspots) => sandpiper(hotspots)
  },
  {
    name: 'sandpiper-gray',
    sentence: 'the same, which sees services from inside: what they need to keep their promises',
    source: 'Wood et al., NSDI 2007, gray box',
    make: ({ services }, hotspots) =>
      services === undefined
        ? { not: 'no VM has a service that could be seen from inside (--services)' }
        : sandpiper({ ...hotspots, box: 'gray' })
  },
  {
    name: 'sandpiper-underload',
    sentence: 'Sandpiper that also empties hosts that were below 30 % at 5 of the last 6 looks, where all of their VMs fit elsewhere',
    source: 'the rule is ours',
    make: (_, hotspots) => underloaded(sandpiper(hotspots))
  },
  {
    name: 'thr-mmt',
    sentence: 'VMs of least memory leave hosts above 80 %; hosts that can be emptied are; placed where power rises least, and memory is',
    source: 'CloudSim 4.0, THR-MMT 0.8, but for memory, which it does not look at',
    make: () => consolidation({ overloaded: threshold(0.8) })
  },
  {
    name: 'lr-mmt',
    sentence: 'the same, overloaded by a line through the last ten looks, drawn on',
    source: 'CloudSim 4.0, LR-MMT 1.2; Beloglazov & Buyya, CCPE 24, 2012',
    make: () => consolidation({ overloaded: localRegression() })
  },
  {
    name: 'greedy',
    sentence: 'at a hotspot places all VMs anew on few hosts, the heaviest first, each where it fits best',
    source: 'after Panigrahy et al., 2011',
    make: (_, hotspots) => repacking({ ...hotspots, packer: 'greedy' })
  },
  {
    name: 'optimal',
    sentence: 'at a hotspot places all VMs anew on the fewest hosts there can be, by branch and bound',
    source: 'ours',
    make: (day, hotspots) => exact(day) ?? repacking({ ...hotspots, packer: 'optimal' })
  },
  {
    name: 'least-bytes',
    sentence: 'at a hotspot moves the fewest bytes that relieve all of them, by branch and bound',
    source: 'ours',
    make: (day, hotspots) => exact(day) ?? repacking({ ...hotspots, packer: 'least bytes' })
  }
]

/** Why exact packers cannot be asked about a day. */
const exact = ({ vms, hosts }: ManagedDay): { readonly not: string } | undefined =>
  vms.length > mostPacked.vms || hosts.length > mostPacked.hosts
    ? { not: `it looks at all placements there can be, for at most ${mostPacked.vms} VMs on ${mostPacked.hosts} hosts` }
    : undefined
