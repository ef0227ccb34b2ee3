import type { TimedObservation } from '../../lib/codec/timedObservation'
import type { Time } from '../../lib/time/time'

/** What mostly lies between two observations of one VM or host, in ns: the median of those differences above 0; `undefined` where nobody is observed twice. At most the first million observations are looked at. */
export const usualInterval = (observations: Iterable<TimedObservation>): Time | undefined => {
  const last = new Map<string, number>()
  const between: number[] = []
  let looked = 0
  for (const { seconds, of, name } of observations) {
    const who = `${of} ${name}`
    const before = last.get(who)
    if (before !== undefined && seconds > before) between.push(seconds - before)
    last.set(who, seconds)
    if (++looked >= MOST) break
  }
  if (between.length === 0) return undefined
  between.sort((a, b) => a - b)
  return Math.max(1, Math.round(between[between.length >> 1] * 1e9))
}

const MOST = 1e6
