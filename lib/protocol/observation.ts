import type { Time } from '../time/time'

/**
 * What a monitor reports of a VM or a host, taken at `at` by the monitor's clock, in ns. Sources differ in what they see, so that all else may be absent; what is absent is not known, never 0.
 *
 * - From outside, without the guest's help (black box; Wood et al., NSDI 2007, monitoring): `cpu`, the part that it uses of the CPU that it has (1: all of it); bytes/s over its network interfaces, apart or, from
 *   a source that does not tell them apart, together (`networkBytesPerSecond`); bytes/s that it reads from and writes to its swap, apart or together, which is what is seen of its memory from outside; the memory that it
 *   is allotted (a host: has), in bytes.
 * - From inside (gray box: OS statistics and application log): memory used, in bytes; requests that come, and those that are dropped, per second; the time that serving one takes, the time until it is answered, and
 *   the time within which it was promised to be, in s; bytes of an answer; variances of the times between requests and of service times, in s².
 */
export type Observation = {
  readonly name: string
  readonly of: 'vm' | 'host'
  readonly at: Time
  readonly cpu?: number
  readonly receivedBytesPerSecond?: number
  readonly sentBytesPerSecond?: number
  readonly networkBytesPerSecond?: number
  readonly swapReadBytesPerSecond?: number
  readonly swapWrittenBytesPerSecond?: number
  readonly swapBytesPerSecond?: number
  readonly allottedBytes?: number
  readonly memoryBytes?: number
  readonly requestsPerSecond?: number
  readonly droppedPerSecond?: number
  readonly serviceSeconds?: number
  readonly responseSeconds?: number
  readonly promisedSeconds?: number
  readonly responseBytes?: number
  readonly interarrivalVariance?: number
  readonly serviceVariance?: number
}

/** A field of an observation that holds a figure. */
export type ObservedField = Exclude<keyof Observation, 'name' | 'of' | 'at'>
