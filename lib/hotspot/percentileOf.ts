/**
 * The least that a part of the first `count` numbers are at most, by nearest rank: `profile(numbers).percentile(part)` without sorting. NaN of none. Cost: O(count) for high parts, O(count²) at worst. Of numbers only: leave out what is lost before.
 */
export const percentileOf = (numbers: Float64Array, count: number, part: number): number => {
  if (!(part >= 0 && part <= 1)) throw new RangeError(`percentileOf: part must be from 0 to 1 (got ${part})`)
  if (count === 0) return Number.NaN
  /** So many are at least what is looked for; the highest of them all, descending. */
  const most = count - Math.max(0, Math.ceil(part * count) - 1)
  const highest = new Float64Array(most).fill(-Infinity)
  for (let i = 0; i < count; i++) {
    const value = numbers[i]
    if (value <= highest[most - 1]) continue
    let at = most - 1
    for (; at > 0 && highest[at - 1] < value; at--) highest[at] = highest[at - 1]
    highest[at] = value
  }
  return highest[most - 1]
}
