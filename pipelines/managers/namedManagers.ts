import { consolidation } from '../../lib/hotspot/consolidation'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import { localRegression, threshold } from '../../lib/hotspot/overloadRule'
import { sandpiper } from '../../lib/hotspot/sandpiper'
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
    name: 'thr-mmt',
    sentence: 'VMs of least memory leave hosts above 80 %; hosts that can be emptied are; placed where power rises least',
    source: 'CloudSim 4.0, THR-MMT 0.8',
    make: () => consolidation({ overloaded: threshold(0.8) })
  },
  {
    name: 'lr-mmt',
    sentence: 'the same, overloaded by a line through the last ten looks, drawn on',
    source: 'CloudSim 4.0, LR-MMT 1.2; Beloglazov & Buyya, CCPE 24, 2012',
    make: () => consolidation({ overloaded: localRegression() })
  }
]
