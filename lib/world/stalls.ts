import type { Time } from '../time/time'

/**
 * A lane that stands still for a while and then goes on, as a TCP connection does that has lost a segment: nothing is lost and nothing overtakes on the lane itself, but
 * other lanes go on. `leaving`: nothing leaves the source. `arriving`: what comes to the target in that time arrives when it is over. `back`: the same of answers and
 * notices to the source. What is not given is every migration, every lane and every way. Notices of faults come on the lane `faults`; the channels of a send
 * on lane `x` are the lanes `x`, `x#1`, `x#2`, ...
 */
export type Stall = {
  readonly migration?: string
  readonly lane?: string
  readonly way?: Way
  readonly from: Time
  readonly until: Time
}

/** The ways over a link on which a lane can stand still. */
export type Way = 'leaving' | 'arriving' | 'back'

/** When what would happen on a lane at a time happens. @internal */
export type Held = (migration: string, lane: string, way: Way, at: Time) => Time

/** See `Held`. Cost: O(stalls) where there are any. @internal */
export const held = (stalls: readonly Stall[]): Held => {
  if (stalls.length === 0) return (_migration, _lane, _way, at) => at
  const ordered = [...stalls].sort((a, b) => a.from - b.from)
  return (migration, lane, way, at) => {
    let when = at
    for (const stall of ordered) if (when >= stall.from && when < stall.until && isOf(stall, migration, lane, way)) when = stall.until
    return when
  }
}

/** When a message that would leave on a lane at a time arrives at the target. @internal */
export const arrivalOf = (held: Held, latencyNs: Time, migration: string, lane: string, at: Time): Time =>
  held(migration, lane, 'arriving', held(migration, lane, 'leaving', at) + latencyNs)

/** Whether a stall is of this lane and way. @internal */
export const isOf = (stall: Stall, migration: string, lane: string, way: Way): boolean =>
  (stall.migration ?? migration) === migration && (stall.lane ?? lane) === lane && (stall.way ?? way) === way

/** Throws `RangeError` for a stall that ends before it begins, or whose times are not whole. @internal */
export const checkedStalls = (stalls: readonly Stall[]): readonly Stall[] => {
  for (const { from, until } of stalls) {
    if (!(Number.isSafeInteger(from) && from >= 0))
      throw new RangeError(`datacentre: stalls: from must be an integer from 0 on (got ${from})`)
    if (!(Number.isSafeInteger(until) && until >= from))
      throw new RangeError(`datacentre: stalls: until must be an integer not before from ${from} (got ${until})`)
  }
  return stalls
}
