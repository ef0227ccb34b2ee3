import { type Either, left, right } from 'fp-ts/lib/Either'
import { draining } from '../../lib/hotspot/draining'
import type { HotspotOptions } from '../../lib/hotspot/hotspotOptions'
import type { FleetManager } from '../../lib/protocol/fleet'
import type { InputError } from '../experiment/inputError'
import type { ManagedDay } from '../managers/managedDay'
import type { NamedManager } from '../managers/namedManagers'
import type { Wishes } from './manageFlags'
import type { Trialled } from './runManagers'

/** Managers that are compared, and those that are none for such a day, and why. */
export type Chosen = {
  readonly managers: readonly Trialled[]
  readonly leftOut: readonly { readonly name: string; readonly not: string }[]
}

/** The managers of those known that are wished for, each draining the hosts that are to be drained; or what is wrong with the wish. */
export const manageChoice = (
  known: readonly NamedManager[],
  wishes: Wishes,
  { day, hotspots }: { readonly day: ManagedDay; readonly hotspots: HotspotOptions }
): Either<InputError, Chosen> => {
  const { managers: names = known.map(({ name }) => name), drain = [] } = wishes
  const strange = drain.find((name) => day.hosts.every((host) => host.name !== name))
  if (strange !== undefined)
    return left({
      path: '--drain',
      expected: `hosts of ${day.hosts[0].name} to ${day.hosts[day.hosts.length - 1].name}`,
      got: JSON.stringify(strange)
    })
  const unknown = names.find((name, i) => known.every((one) => one.name !== name) || names.indexOf(name) < i)
  if (unknown !== undefined)
    return left({
      path: '--managers',
      expected: `some of ${known.map(({ name }) => name).join(', ')}, each once`,
      got: JSON.stringify(unknown)
    })
  const all = names.map((name) => {
    const { sentence, source, make } = known.find((one) => one.name === name)!
    return { name, sentence: `${sentence} (${source})`, made: make(day, hotspots) }
  })
  return right({
    managers: all.flatMap(({ name, sentence, made }) => ('begin' in made ? [{ name, sentence, manager: drainedBy(made, wishes) }] : [])),
    leftOut: all.flatMap(({ name, made }) => ('begin' in made ? [] : [{ name, not: made.not }]))
  })
}

/** The manager that also empties the hosts that are to be drained. */
const drainedBy = (manager: FleetManager, { drain, drainAt, parallel }: Wishes): FleetManager =>
  drain === undefined ? manager : draining(manager, { hosts: drain, at: drainAt, parallel })
