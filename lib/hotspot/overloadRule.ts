/**
 * When a host is overloaded, by what its VMs want of its capacity, 0 to 1 and more; `seen` are its utilisations at the looks so far, the last one now. A pure function, and all that `threshold` and the like differ in.
 */
export type OverloadRule = {
  readonly name: string
  readonly isOverloaded: (wanted: number, seen: readonly number[]) => boolean
  readonly looks?: number
}

/** THR of CloudSim 4.0: more than that part of the capacity is wanted. */
export const threshold = (part: number): OverloadRule => {
  if (!(part > 0)) throw new RangeError(`threshold: part must be above 0 (got ${part})`)
  return { name: `threshold ${part}`, isOverloaded: (wanted) => wanted > part }
}

/**
 * LR of CloudSim 4.0 (PowerVmAllocationPolicyMigrationLocalRegression; Beloglazov and Buyya, CCPE 24, 2012): a line through the last ten looks, the later the more they weigh (Cleveland's tricube), is drawn on by one look; overloaded is what would be
 * at `safety` (default 1.2) times that in full use. With fewer looks, what is above 0.7 (its fallback). What is wanted now counts as the last look.
 */
export const localRegression = ({ looks = 10, safety = 1.2, fallback = 0.7 } = {}): OverloadRule => {
  if (!(Number.isInteger(looks) && looks >= 3)) throw new RangeError(`localRegression: looks must be an integer from 3 on (got ${looks})`)
  if (!(safety > 0)) throw new RangeError(`localRegression: safety must be above 0 (got ${safety})`)
  return {
    name: `local regression ${safety}`,
    looks,
    isOverloaded: (wanted, seen) => (seen.length < looks ? wanted > fallback : safety * lineAt([...seen.slice(-looks, -1), wanted]) >= 1)
  }
}

/** Where a line through values at 1, 2, .. n, weighed by the tricube of their distance from the last, is at n + 1. */
const lineAt = (values: readonly number[]): number => {
  const n = values.length
  let [weights, xs, ys, xx, xy] = [0, 0, 0, 0, 0]
  values.forEach((y, i) => {
    const weight = (1 - ((n - 1 - i) / n) ** 3) ** 3
    const x = i + 1
    weights += weight
    xs += weight * x
    ys += weight * y
    xx += weight * x * x
    xy += weight * x * y
  })
  const slope = (weights * xy - xs * ys) / (weights * xx - xs * xs)
  return (ys - slope * xs) / weights + slope * (n + 1)
}
