import { type Either, isLeft, left, right } from 'fp-ts/lib/Either'
import { utilisationDay } from '../../lib/guest/utilisationDay'
import { key, type Seed } from '../../lib/random/random'
import { spanText } from '../../lib/report/fleetWords'
import { formatNumber } from '../../lib/report/numbers'
import { type InputError, isInputError, refusals } from '../experiment/inputError'
import { hostsFor, type ManagedDay, managedDay } from '../managers/managedDay'
import { readTrace } from '../monitors/readTrace'
import type { Wishes } from './manageFlags'

/** A day to be managed, what it is in words, and where its series come from. */
export type SourcedDay = { readonly day: ManagedDay; readonly sentence: string; readonly source: string }

/** The day that the command line asks for. */
export const managedDayOf = (wishes: Wishes, seed: Seed): Either<readonly InputError[], SourcedDay> => {
  const series = wishes.trace === undefined ? right(madeUp(wishes, seed)) : recorded(wishes.trace, wishes)
  if (isLeft(series)) return series
  const { source, ...options } = series.right
  const { utilisations, everyNs = 300e9 } = options
  const looks = utilisations[0].length
  if (looks < 2)
    return left([{ path: '--looks', expected: 'at least 2 samples of each VM, as managers look from the second on', got: String(looks) }])
  const { hosts = hostsFor(utilisations.length), network, services } = wishes
  const { cores, memoryBytes } = sizeOf(wishes, options.sizes, hosts)
  if (services > utilisations.length)
    return left([{ path: '--services', expected: `at most the ${utilisations.length} VMs`, got: String(services) }])
  const day = refusals('--hosts', () =>
    managedDay({ ...options, hosts, cores, memoryBytes, services, ...(network !== undefined && { networkBytesPerSecond: network }) })
  )
  if (isInputError(day)) return left([day])
  const serving = services === 0 ? '' : `, ${services} of them with a service,`
  return right({
    day,
    sentence: `${utilisations.length} VMs${serving} on ${hosts} hosts of ${cores} cores and ${formatNumber(memoryBytes / 2 ** 30)} GiB for ${spanHours((looks - 1) * everyNs)}, a look every ${spanText(everyNs)}`,
    source
  })
}

/** What each host has: for VMs whose sizes are told, so much that the largest fits twice, and all of them. */
const sizeOf = (
  { cores: wishedCores, hostMemory }: Wishes,
  sizes: Series['sizes'],
  hosts: number
): { readonly cores: number; readonly memoryBytes: number } => {
  const GIB = 2 ** 30
  const most = (sizes ?? []).reduce((max, one) => Math.max(max, one.memoryBytes), 0)
  const all = (sizes ?? []).reduce((sum, one) => sum + one.memoryBytes, 0)
  const needed = Math.ceil(Math.max(2 * most, (1.5 * all) / hosts) / GIB) * GIB
  return {
    cores: wishedCores ?? Math.max(2, 2 * (sizes ?? []).reduce((max, { cores = 1 }) => Math.max(max, cores), 0)),
    memoryBytes: hostMemory ?? Math.max(16 * GIB, needed)
  }
}

type Series = Omit<Parameters<typeof managedDay>[0], 'hosts'> & { readonly source: string }

const madeUp = ({ vms = 200, looks = 288 }: Wishes, seed: Seed): Series => ({
  utilisations: utilisationDay({ key: key(seed), vms, samples: looks }),
  source: 'simulated; the day is made up, with statistics like those of PlanetLab’s VMs of 3 March 2011'
})

const recorded = (path: string, { vms, looks }: Wishes): Either<readonly InputError[], Series> => {
  const read = readTrace(path, { ...(looks !== undefined && { slots: looks }) })
  if (isLeft(read)) return left([{ path: '--trace', expected: 'utilisations of VMs', got: read.left }])
  const { names, everyNs, cpu, network, workingSets, vms: sizes, format } = read.right
  if (vms !== undefined && vms > names.length)
    return left([{ path: '--vms', expected: `at most the ${names.length} VMs of ${path}`, got: String(vms) }])
  const first = <A>(all: readonly A[]): readonly A[] => all.slice(0, vms)
  return right({
    utilisations: first(cpu),
    names: first(names),
    everyNs,
    ...(network && { networks: first(network) }),
    ...(workingSets && { workingSets: first(workingSets) }),
    ...(sizes && { sizes: first(sizes) }),
    source: `simulated; the day is ${path} (${format})`
  })
}

const spanHours = (ns: number): string => `${Math.round(ns / 3.6e11) / 10} h`
