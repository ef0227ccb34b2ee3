import type { ServiceDemand } from './sustainableRate'

/**
 * The least CPU with which a server that has so much keeps its promise at its highest rate of requests, as a G/G/1 queue: service times and how they scatter are the shorter the more CPU there is. The mean wait is bounded as Daley did (1977, recalled):
 * `λ ((2 - ρ) ρ σa² + σb²) / (2 (1 - ρ))`, with ρ the part of the time that it is busy.
 *
 * Ours, in place of `cpuForPeak`, which takes Kleinrock's bound and scales linearly: of few requests, and of a server that is starved, that asks for ten times too much or for ever more (so that nothing fits anywhere). Laws: never less than its requests take, `peakRate x serviceTime x
 * hasCpu`; more for a shorter promise, more requests, or wilder ones. Throws `RangeError` naming what is senseless.
 */
export const cpuToSustain = (
  hasCpu: number,
  { serviceTime, promised, interarrivalVariance, serviceVariance, peakRate }: ServiceDemand
): number => {
  for (const [name, value] of Object.entries({ hasCpu, serviceTime, promised, peakRate }))
    if (!(value > 0 && value < Infinity)) throw new RangeError(`cpuToSustain: ${name} must be above 0 (got ${value})`)
  for (const [name, value] of Object.entries({ interarrivalVariance, serviceVariance }))
    if (!(value >= 0 && value < Infinity)) throw new RangeError(`cpuToSustain: ${name} must be from 0 on (got ${value})`)
  const arrivals = interarrivalVariance * peakRate * peakRate
  const services = serviceVariance / (serviceTime * serviceTime)
  // With s = ρ / λ, `s + wait = promised` is a ρ² + b ρ = c; the root between 0 and 1.
  const [a, b, c] = [services - arrivals - 2, 2 * (1 + arrivals + peakRate * promised), 2 * peakRate * promised]
  const busy = (2 * c) / (b + Math.sqrt(b * b + 4 * a * c))
  return (hasCpu * serviceTime * peakRate) / busy
}
