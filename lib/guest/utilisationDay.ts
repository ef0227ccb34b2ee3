import { type Key, split, unit } from '../random/random'

/**
 * CPU utilisations of VMs over a day, made up so that their statistics are like those of the PlanetLab VMs of 3 March 2011 that CloudSim ships (1,052 VMs, 288 samples of whole percents; figures measured there): means of VMs from 1 to 90 %,
 * median 6.8, mean 12.3; the smaller the mean the wilder around it; one sample tells little of the next (correlation 0.05); some bursts of many times the mean. One array of parts of 1 for each VM, in whole hundredths.
 *
 * The same for the same key, and a VM the same among few as among many. Throws `RangeError` naming the option. Cost: O(vms x samples).
 */
export const utilisationDay = ({
  key,
  vms,
  samples = 288
}: {
  readonly key: Key
  readonly vms: number
  readonly samples?: number
}): readonly Float64Array[] => {
  for (const [name, value] of Object.entries({ vms, samples }))
    if (!(Number.isInteger(value) && value >= 0))
      throw new RangeError(`utilisationDay: ${name} must be an integer from 0 on (got ${value})`)
  return Array.from({ length: vms }, (_, vm) => {
    const stream = split(key, `vm ${vm}`)
    const mean = quantile(MEANS, unit(stream, 0))
    const wildness = quantile(WILDNESS, Math.min(1, mean / 64))
    const series = new Float64Array(samples)
    for (let i = 0; i < samples; i++) {
      if (i > 0 && unit(stream, 2 * i + 1) < REPEATED) series[i] = series[i - 1]
      else {
        const ratio = 1 + (quantile(RATIOS, unit(stream, 2 * i + 2)) - CENTER) * wildness
        series[i] = Math.round(Math.min(100, Math.max(0, mean * ratio))) / 100
      }
    }
    return series
  })
}

/** A quantile function as points, linear between: the value below which each part lies. */
type Quantiles = readonly (readonly [part: number, value: number])[]

const quantile = (points: Quantiles, part: number): number => {
  const above = points.findIndex(([at]) => at >= part)
  if (above <= 0) return points[Math.max(0, above)][1]
  const [[low, from], [high, to]] = [points[above - 1], points[above]]
  return from + ((part - low) / (high - low)) * (to - from)
}

/** Means of VMs, in percent. */
const MEANS: Quantiles = [
  [0, 1],
  [0.05, 1.4],
  [0.1, 1.6],
  [0.25, 2.8],
  [0.5, 6.8],
  [0.75, 14.4],
  [0.9, 33.7],
  [0.95, 41.2],
  [0.99, 74.4],
  [1, 90]
]

/** A sample by its VM's mean, of VMs above 3 %. */
const RATIOS: Quantiles = [
  [0, 0],
  [0.05, 0],
  [0.1, 0.23],
  [0.25, 0.56],
  [0.5, 0.91],
  [0.75, 1.19],
  [0.9, 1.65],
  [0.95, 2.11],
  [0.99, 4.19],
  [0.999, 14.7],
  [1, 20]
]
/** The mean of those. */
const CENTER = 1

/** How much wilder a VM is than those ratios, by its mean in 64ths of a percent. */
const WILDNESS: Quantiles = [
  [0, 2.2],
  [0.05, 2],
  [0.12, 1],
  [0.25, 0.7],
  [0.5, 0.5],
  [1, 0.15]
]

/** The part of samples that repeat the one before. */
const REPEATED = 0.05
