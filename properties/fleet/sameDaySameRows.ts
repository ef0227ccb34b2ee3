import type { FleetDecider, FleetManager } from '../../lib/protocol/fleet'
import { fleetDifference } from './fleetDifference'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * A day made twice is the same day, to the last figure, though every decider is asked twice the second time: neither the world nor the manager remembers anything outside of its own run, and deciders are pure functions.
 *
 *     rows(day) = rows(day)    decide(view) = decide(view)
 */
export const sameDaySameRows: FleetInvariant = fleetInvariant({
  name: 'sameDaySameRows',
  sentence: 'The same day under the same manager gives the same rows, whoever is asked twice.',
  source: 'determinism; deciders are pure (lib/protocol/fleet.ts)',
  of: 'world',
  other: (day) => ({ ...day, manager: askedTwice(day.manager) }),
  compare: (one, other) => fleetDifference(one, other, (look) => look)
})

const askedTwice = (manager: FleetManager): FleetManager => {
  const twice =
    (decide: FleetDecider): FleetDecider =>
    (view) => {
      decide(view)
      const [commands, next, ...told] = decide(view)
      return [commands, twice(next), ...told]
    }
  return { ...manager, begin: (hosts, vms) => twice(manager.begin(hosts, vms)) }
}
