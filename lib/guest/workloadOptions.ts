import { pagesAtMost } from '../memory/pageNumber'

/** What the synthetic workloads have in common: a stretch of memory, rates and virtual CPUs. */
export interface WorkloadOptions {
  /** How many pages it touches: 1 to 2^30. */
  readonly pages: number
  /** The first of them; 0 by default. */
  readonly from?: number
  /** Page writes per second of guest time, of all virtual CPUs together; each makes an equal share. */
  readonly writesPerSecond: number
  /** Page reads per second of guest time, of all virtual CPUs together; 0 by default. Reads and writes are evenly interleaved. */
  readonly readsPerSecond?: number
  /** Virtual CPUs; 1 by default. */
  readonly vcpus?: number
}

/** The options with their defaults. */
export type CheckedOptions = Required<WorkloadOptions>

/** Options with defaults put in, or `RangeError` naming the caller, the rule and the value. */
export const checkedOptions = (caller: string, options: WorkloadOptions): CheckedOptions => {
  const { pages, from = 0, writesPerSecond, readsPerSecond = 0, vcpus = 1 } = options
  checkedRegion(caller, pages, from)
  checkedRate(caller, 'writesPerSecond', writesPerSecond)
  checkedRate(caller, 'readsPerSecond', readsPerSecond)
  if (writesPerSecond + readsPerSecond === 0)
    throw new RangeError(`${caller}: writesPerSecond + readsPerSecond must be positive (got 0); see idle`)
  checkedVcpus(caller, vcpus)
  return { pages, from, writesPerSecond, readsPerSecond, vcpus }
}

/** Refuses a stretch of memory that is empty or leaves the 2^30 pages there may be. */
export const checkedRegion = (caller: string, pages: number, from: number): void => {
  if (!Number.isInteger(pages) || pages < 1) throw new RangeError(`${caller}: pages must be an integer of at least 1 (got ${pages})`)
  if (!Number.isInteger(from) || from < 0) throw new RangeError(`${caller}: from must be an integer of at least 0 (got ${from})`)
  if (from + pages > pagesAtMost) throw new RangeError(`${caller}: from + pages must be at most 2^30 (got ${from + pages})`)
}

/** Refuses a number of virtual CPUs that is no integer of at least 1. */
export const checkedVcpus = (caller: string, vcpus: number): void => {
  if (!Number.isInteger(vcpus) || vcpus < 1) throw new RangeError(`${caller}: vcpus must be an integer of at least 1 (got ${vcpus})`)
}

/** Refuses to open a virtual CPU that is not there. */
export const checkedVcpu = (caller: string, vcpu: number, vcpus: number): void => {
  if (!Number.isInteger(vcpu) || vcpu < 0 || vcpu >= vcpus)
    throw new RangeError(`${caller}: vcpu must be an integer from 0 to ${vcpus - 1} (got ${vcpu})`)
}

const checkedRate = (caller: string, name: string, rate: number): void => {
  if (!(rate >= 0 && rate <= 1e12)) throw new RangeError(`${caller}: ${name} must be from 0 to 1e12 (got ${rate})`)
}
