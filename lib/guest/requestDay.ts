import { type Key, split, unit } from '../random/random'

/**
 * Requests per second of web services over a day, made up; all of its statistics are ours. A service's mean is from 0.3 to 3 times `mean` (default 40, median 0.9 times); it follows one curve over the day, from a third of the mean before dawn to 1.7 times in the
 * evening, an hour and a half earlier or later, with a tenth of noise; and crowds come, `crowds` a day on the average (default 1), which in three samples make 2 to 5 times the requests of it, and go, a fifth in each sample. One array for each service, in hundredths, `samples` from midnight to midnight
 * (default 288).
 *
 * The same for the same key, and a service the same among few as among many. Throws `RangeError` naming the option. Cost: O(services x samples).
 *
 *     fleetDay({ ...fleet, services: requestDay({ key: key(1), services: 20 }).map((requests) => ({ requests, instructions: 10, responseBytes: 20e3, promisedSeconds: 0.2 })) })
 */
export const requestDay = ({
  key,
  services,
  samples = 288,
  mean = 40,
  crowds = 1
}: {
  readonly key: Key
  readonly services: number
  readonly samples?: number
  readonly mean?: number
  readonly crowds?: number
}): readonly Float64Array[] => {
  for (const [name, value] of Object.entries({ services, samples }))
    if (!(Number.isInteger(value) && value >= 0)) throw new RangeError(`requestDay: ${name} must be an integer from 0 on (got ${value})`)
  if (!(mean >= 0 && mean < Infinity)) throw new RangeError(`requestDay: mean must be a number from 0 on (got ${mean})`)
  if (!(crowds >= 0 && crowds <= samples))
    throw new RangeError(`requestDay: crowds must be from 0 to one for each sample (got ${crowds} of ${samples})`)
  return Array.from({ length: services }, (_, service) => {
    const stream = split(key, `service ${service}`)
    const own = mean * between(MEANS, unit(stream, 0))
    const shift = (unit(stream, 1) - 0.5) / 8
    const series = new Float64Array(samples)
    let crowd = 0
    let rising = 0
    let height = 0
    for (let i = 0; i < samples; i++) {
      if (rising === 0 && unit(stream, 3 * i + 2) < crowds / samples) {
        rising = RISE
        height = 1 + 3 * unit(stream, 3 * i + 3)
      }
      if (rising > 0) {
        crowd += height / RISE
        rising--
      } else crowd = crowd < 0.01 ? 0 : crowd * STAYS
      const time = i / samples + shift
      const noise = 0.9 + 0.2 * unit(stream, 3 * i + 4)
      series[i] = Math.round(100 * own * between(CURVE, time - Math.floor(time)) * noise * (1 + crowd)) / 100
    }
    return series
  })
}

type Points = readonly (readonly [at: number, value: number])[]

/** Linear between points. */
const between = (points: Points, at: number): number => {
  const above = points.findIndex(([x]) => x >= at)
  if (above <= 0) return points[Math.max(0, above)][1]
  const [[low, from], [high, to]] = [points[above - 1], points[above]]
  return from + ((at - low) / (high - low)) * (to - from)
}

/** Means of services, by the part of services below. */
const MEANS: Points = [
  [0, 0.3],
  [0.25, 0.6],
  [0.5, 0.9],
  [0.75, 1.3],
  [1, 3]
]

/** A day's requests by its mean, from midnight: 1 on the average. */
const CURVE: Points = [
  [0, 0.9],
  [1 / 8, 0.4],
  [1 / 6, 1 / 3],
  [1 / 4, 0.5],
  [3 / 8, 1],
  [1 / 2, 1.1],
  [5 / 8, 1],
  [3 / 4, 1.4],
  [5 / 6, 1.7],
  [11 / 12, 1.5],
  [1, 0.9]
]

/** Samples in which a crowd comes, and the part of it that stays from one to the next. */
const RISE = 3
const STAYS = 0.8
