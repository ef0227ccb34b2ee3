import { type Amounts, type Books, type Resource, resources } from './placement'

/** 0.75 of CPU and network as `sandpiperHotspots`; memory can be full, but is never given twice: 1. */
export const sandpiperThresholds: Amounts = { cpu: 0.75, network: 0.75, memory: 1 }

/** Thresholds with their defaults. Throws `RangeError` naming who has them and the one that is senseless. @internal */
export const checkedThresholds = (who: string, thresholds: Partial<Amounts> | undefined): Amounts => {
  const limits = { ...sandpiperThresholds, ...thresholds }
  for (const resource of resources)
    if (!(limits[resource] > 0)) throw new RangeError(`${who}: thresholds.${resource} must be above 0 (got ${limits[resource]})`)
  return limits
}

/** Whether a host is at most at its thresholds with VMs that join and without those that leave, and has as many CPUs as each of those that join. @internal */
export const fits = (books: Books, thresholds: Amounts, host: number, joining: readonly number[], leaving: readonly number[]): boolean => {
  for (const vm of joining) if (!hasCpus(books, host, vm)) return false
  for (const resource of resources) if (!(useWith(books, host, resource, joining, leaving) <= thresholds[resource] + ROUNDING)) return false
  return true
}

/** Whether a host has as many CPUs as are allotted to a VM. @internal */
export const hasCpus = ({ placement: { hosts, vms } }: Books, host: number, vm: number): boolean =>
  (vms[vm].cpus ?? 1) <= (hosts[host].cpus ?? Infinity)

/** The part of a host's resource that is used with VMs that join and without those that leave. @internal */
export const useWith = (books: Books, host: number, resource: Resource, joining: readonly number[], leaving: readonly number[]): number =>
  (books.used[resource][host] + needed(books, joining, resource) - needed(books, leaving, resource)) /
  books.placement.hosts[host].capacity[resource]

const needed = ({ placement: { vms } }: Books, of: readonly number[], resource: Resource): number => {
  let sum = 0
  for (const vm of of) sum += vms[vm].needs[resource]
  return sum
}

/** What sums of needs may differ by, as parts of a host. @internal */
export const ROUNDING = 1e-9
