/**
 * What a server is asked and what it must keep, from inside (gray box): mean service time and the response time promised, in seconds; the variances of times between requests and of service times, in s²; the highest rate of requests, per second.
 */
export type ServiceDemand = {
  readonly serviceTime: number
  readonly promised: number
  readonly interarrivalVariance: number
  readonly serviceVariance: number
  readonly peakRate: number
}

/**
 * The rate of requests per second that a server can take and keep its promise, as a G/G/1 queue: `1 / (s + (σa² + σb²) / (2 (d - s)))` (Wood et al., NSDI 2007, gray-box provisioning; Kleinrock's bound, recalled). 0 where the promise is not longer than the service. Throws `RangeError` naming
 * what is senseless.
 */
export const sustainableRate = ({
  serviceTime,
  promised,
  interarrivalVariance,
  serviceVariance
}: Omit<ServiceDemand, 'peakRate'>): number => {
  for (const [name, value] of Object.entries({ serviceTime, promised }))
    if (!(value > 0)) throw new RangeError(`sustainableRate: ${name} must be above 0 (got ${value})`)
  for (const [name, value] of Object.entries({ interarrivalVariance, serviceVariance }))
    if (!(value >= 0)) throw new RangeError(`sustainableRate: ${name} must be from 0 on (got ${value})`)
  return promised > serviceTime ? 1 / (serviceTime + (interarrivalVariance + serviceVariance) / (2 * (promised - serviceTime))) : 0
}

/** The CPU that a VM needs to keep its promise at its peak: what it has, by the ratio of its peak rate to what it can sustain with that. Infinity where it can sustain nothing. */
export const cpuForPeak = (hasCpu: number, demand: ServiceDemand): number => (hasCpu * demand.peakRate) / sustainableRate(demand)

/** The network that it needs at its peak, in bytes per second: its peak rate by the mean size of a response. */
export const networkForPeak = (peakRate: number, meanResponseBytes: number): number => peakRate * meanResponseBytes
