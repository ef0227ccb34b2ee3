import { basename } from 'node:path'
import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import type { FleetDecider, FleetManager, FleetView } from '../../lib/protocol/fleet'
import type { InputError } from '../experiment/inputError'
import { type NamedManager, namedManagers } from '../managers/namedManagers'
import { sourceFault } from '../monitors/sourceFault'
import { loadModule } from './loadModule'

/** The managers of fleets that a file of the user's exports, under any names or by default, by the names that they have themselves; or what is wrong with it. */
export const managersIn = async (file: string): Promise<Either<readonly InputError[], readonly NamedManager[]>> => {
  const module = await loadModule(file, 'a manager of a fleet')
  if (isLeft(module)) return module
  const found = Object.values(module.right).filter(isManager)
  if (found.length === 0)
    return left([
      {
        path: file,
        expected: 'an export that is a manager of a fleet: { name, begin: (hosts, vms) => (view) => [commands, next] }',
        got: Object.keys(module.right).join(', ') || 'no exports'
      }
    ])
  const names = found.map(({ name }) => name)
  const taken = names.find((name, i) => names.indexOf(name) < i || namedManagers.some((one) => one.name === name))
  if (taken !== undefined) return left([{ path: file, expected: 'managers with names that no other has', got: JSON.stringify(taken) }])
  return right(
    found.map((manager) => ({
      name: manager.name,
      sentence: 'a manager of yours',
      source: basename(file),
      make: () => guarded(file, manager)
    }))
  )
}

/** Whether something that a module exports is a manager of fleets with a name. */
export const isManager = (value: unknown): value is FleetManager =>
  typeof value === 'object' &&
  value !== null &&
  'begin' in value &&
  typeof value.begin === 'function' &&
  'name' in value &&
  typeof value.name === 'string' &&
  value.name !== ''

/** A manager whose exceptions, and whose answers that are none, are faults of the file that it comes from. */
const guarded = (file: string, { name, begin }: FleetManager): FleetManager => {
  const attempted = <A>(doing: string, act: () => A): A => {
    try {
      return act()
    } catch (error) {
      throw sourceFault(file, `${name} must ${doing} (got ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)})`)
    }
  }
  const looking =
    (decide: FleetDecider) =>
    (view: FleetView): ReturnType<FleetDecider> => {
      const answer: unknown = attempted('decide when it looks', () => decide(view))
      if (!(Array.isArray(answer) && Array.isArray(answer[0]) && typeof answer[1] === 'function'))
        throw sourceFault(file, `${name} must answer [commands, next] when it looks (got ${described(answer)})`)
      const [commands, next, found, notes] = answer as unknown as ReturnType<FleetDecider>
      const wrong = commands.find(({ type }) => type !== 'startMigration' && type !== 'allotMemory')
      if (wrong !== undefined) throw sourceFault(file, `${name} must command startMigration or allotMemory (got ${described(wrong)})`)
      return [commands, looking(next), found, notes]
    }
  return { name, begin: (hosts, vms) => looking(attempted('begin', () => begin(hosts, vms))) }
}

const described = (value: unknown): string => (value === undefined ? 'undefined' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value))
