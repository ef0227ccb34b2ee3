import type { Amounts } from './placement'

/**
 * When a host has so little to do that it is to be emptied, by the parts of its resources that it used at the last looks, oldest first, NaN where that is lost. A pure function, so that another can stand in its place; `looks`: how many it wants to see.
 */
export type UnderloadRule = {
  readonly name: string
  readonly looks: number
  readonly isUnderloaded: (seen: readonly Amounts[]) => boolean
}

/**
 * A host is underloaded when its CPU and its network were below `part` at k of the last n looks, and at the last one: sustained, as hotspots are, and not for a moment. Memory does not count: it is allotted, whatever a VM does. The figures are
 * ours. A sample that is lost counts as not below. Throws `RangeError` naming the option.
 */
export const sustainedBelow = (part = 0.3, { k = 5, n = 6 }: { readonly k?: number; readonly n?: number } = {}): UnderloadRule => {
  if (!(part > 0 && part <= 1)) throw new RangeError(`sustainedBelow: part must be above 0 and at most 1 (got ${part})`)
  if (!(Number.isInteger(n) && n >= 1)) throw new RangeError(`sustainedBelow: n must be an integer from 1 on (got ${n})`)
  if (!(Number.isInteger(k) && k >= 1 && k <= n)) throw new RangeError(`sustainedBelow: k must be an integer from 1 to n = ${n} (got ${k})`)
  const isBelow = ({ cpu, network }: Amounts): boolean => cpu < part && network < part
  return {
    name: `below ${Math.round(part * 100)} % at ${k} of ${n} looks`,
    looks: n,
    isUnderloaded: (seen) => seen.length > 0 && isBelow(seen[seen.length - 1]) && seen.slice(-n).filter(isBelow).length >= k
  }
}
