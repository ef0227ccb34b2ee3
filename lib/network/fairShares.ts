/**
 * The max-min fair rates of several flows over one capacity: a flow that wants little gets what it wants, and the others share the rest evenly.
 *
 *     fairShares({ capacity: 10, demands: [2, Infinity, Infinity] })   // [2, 4, 4]
 *
 * - `capacity`: finite and not negative, in any unit of rate; the rates have the same unit.
 * - `demands`: not negative; `Infinity` is a greedy flow, which takes what it is given.
 *
 * Laws, the sums up to the rounding of floating-point addition:
 *
 *     capped           rate[i] <= demand[i]
 *     feasible         sum(rates) <= capacity
 *     work conserving  sum(rates) = min(capacity, sum(demands))
 *     equivariant      fairShares(permuted demands) = permuted rates, exactly
 *     max-min          rate[i] < demand[i]  implies  rate[i] >= rate[j] for every j: who wants more could get it only from somebody smaller or equal
 *
 * The rates are `min(demand, level)` for one water level, found by filling the demands in ascending order (Bertsekas and Gallager, «Data Networks»,
 * 2nd ed. 1992, §6.5.2, for one link). Only additions, multiplications and divisions of doubles: the same on every machine. Rates are not rounded
 * to integers, because whoever got the remainder would depend on the order of the flows.
 *
 * Errors: `RangeError` for a negative or infinite capacity, or a negative or NaN demand. Cost: O(n log n).
 */
export const fairShares = ({
  capacity,
  demands
}: {
  readonly capacity: number
  readonly demands: readonly number[]
}): readonly number[] => {
  if (!(capacity >= 0 && capacity < Infinity))
    throw new RangeError(`fairShares: capacity must be a finite number, not negative (got ${capacity})`)
  for (const demand of demands) if (!(demand >= 0)) throw new RangeError(`fairShares: demands must not be negative (got ${demand})`)
  const level = waterLevel(capacity, demands)
  return demands.map((demand) => Math.min(demand, level))
}

/** The greatest rate anybody gets; `Infinity` when every demand can be met. */
const waterLevel = (capacity: number, demands: readonly number[]): number => {
  // The common case, in which all that want anything want more than their part, needs no order.
  let wanting = 0
  let least = Infinity
  for (let i = 0; i < demands.length; i++) {
    if (demands[i] === 0) continue
    wanting++
    if (demands[i] < least) least = demands[i]
  }
  if (wanting > 0 && least > capacity / wanting) return capacity / wanting
  const ascending = [...demands].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  let left = capacity
  for (let met = 0; met < ascending.length; met++) {
    const share = left / (ascending.length - met)
    if (ascending[met] > share) return share
    left -= ascending[met]
  }
  return Infinity
}
