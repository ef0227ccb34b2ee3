import type { FleetDayOptions } from '../../lib/world/fleetOptions'
import { fleetDifference } from './fleetDifference'
import { type FleetInvariant, fleetInvariant } from './fleetInvariant'

/**
 * Names decide nothing: when VMs exchange their names among each other, a day is the same but for names in reasons. Hosts keep theirs, since a manager may have been told of one by its name, as one that drains it.
 *
 *     rows(day with the names of its VMs permuted) = rows(day), without `why`, `reason` and `notes`
 */
export const namesDecideNothing: FleetInvariant = fleetInvariant({
  name: 'namesDecideNothing',
  sentence: 'Another order of the names of VMs changes nothing but names.',
  source: 'symmetry (metamorphic: a day beside one with its names exchanged)',
  of: 'manager',
  other: (day, { turn }) => renamed(day, 1 + turn),
  compare: (one, other) => fleetDifference(one, other, withoutWords)
})

const renamed = (day: FleetDayOptions, by: number): FleetDayOptions => {
  const vms = turned(day.vms, by)
  return { ...day, vms, moveCost: (vm, load) => day.moveCost(day.vms[vms.indexOf(vm)] ?? vm, load) }
}

/** Every name goes so many places on, and their order is turned round, so that no two of them stay in the order that they had. */
const turned = <A extends { readonly name: string }>(all: readonly A[], by: number): readonly A[] =>
  all.map((one, i) => ({ ...one, name: all[(2 * all.length - 1 - i + by) % all.length].name }))

const withoutWords = (of: unknown): unknown =>
  Array.isArray(of)
    ? of.map(withoutWords)
    : typeof of === 'object' && of !== null && !ArrayBuffer.isView(of)
      ? Object.fromEntries(Object.entries(of).flatMap(([key, value]) => (WORDS.has(key) ? [] : [[key, withoutWords(value)]])))
      : of

const WORDS: ReadonlySet<string> = new Set(['why', 'reason', 'notes'])
