/**
 * The guest time of access k (0, 1, ...) of a regular sequence: floor((k + 1) * 1e9 / accessesPerSecond) nanoseconds; Infinity at rate 0.
 *
 * Never falls as k grows. Exact while (k + 1) * 1e9 is below 2^53 (nine million accesses); beyond, the product and the quotient are rounded
 * as IEEE 754 says, which moves a time by less than a millionth of a nanosecond per second of guest time and is the same on every machine.
 */
export const timeOfAccess = (accessesPerSecond: number, k: number): number => Math.floor(((k + 1) * 1e9) / accessesPerSecond)

/**
 * How many accesses of a regular sequence happen at or before guest time `ns`: the n with `timeOfAccess(r, n - 1) <= ns < timeOfAccess(r,
 * n)`.
 *
 * `ns` is at least 0 and finite. From 2^53 accesses on the answer is the estimate ns * rate / 1e9. Cost: O(1), no logarithm and no search
 * beyond a step or two of rounding.
 */
export const accessesUntil = (accessesPerSecond: number, ns: number): number => {
  if (accessesPerSecond === 0) return 0
  // Several accesses may share one nanosecond, so the estimate looks at the end of it.
  let n = Math.floor(((ns + 1) * accessesPerSecond) / 1e9)
  if (n >= Number.MAX_SAFE_INTEGER) return n
  while (n > 0 && timeOfAccess(accessesPerSecond, n - 1) > ns) n--
  while (timeOfAccess(accessesPerSecond, n) <= ns) n++
  return n
}
