import type { Key } from '../random/random'

/** Plain JSON: what a workload says about itself, for journals and reports. */
export type Description = null | boolean | number | string | readonly Description[] | { readonly [name: string]: Description }

/**
 * The accesses of one virtual CPU: a kernel with a cursor, owned by whoever opened it.
 *
 * Law `same key and vcpu, same accesses`: the sequence does not depend on the sizes of the fills.
 */
export interface Accesses {
  /**
   * Defined: the accesses are regular, access k (0, 1, ...) happening at guest time `timeOfAccess(accessesPerSecond, k)` (regularTimes.ts),
   * and `times` is left alone. Zero: no access is ever made, and the program does not end. Undefined: the accesses are stamped, and `times`
   * is filled.
   */
  readonly accessesPerSecond: number | undefined
  /**
   * Writes the next accesses (`page << 1 | isWrite`), at most `capacity`, and for stamped ones their guest times (integer nanoseconds since
   * the start, never falling); answers how many. 0 means that the program has ended (or, where accessesPerSecond is 0, that it never makes
   * an access).
   */
  readonly fill: (accesses: Int32Array, times: Float64Array, capacity: number) => number
  /**
   * Makes the next `n` accesses of a regular sequence of writes by setting the bits of their pages in a bitmap; answers how many it set anew. The same accesses
   * as `fill` would give. Absent where there is nothing faster than `fill`.
   */
  readonly mark?: (words: Int32Array, n: number) => number
}

/** What a guest does to its memory: a pure generator of page accesses, one cursor per virtual CPU. */
export interface Workload {
  readonly name: string
  /** One more than the highest page it may touch: the least memory of a guest that runs it. */
  readonly pages: number
  readonly vcpus: number
  /**
   * Defined: it works by the clock. Its accesses wait for their times, a delay is caught up in the time it would have waited, and what lies further behind than so many
   * nanoseconds is given up (see `clocked`). Absent: it is busy all the time, and whatever holds it up delays all that follows.
   */
  readonly catchUpNs?: number
  /** Its name and all its parameters, units in their names. */
  readonly description: { readonly [name: string]: Description }
  /** The accesses of virtual CPU `vcpu` (0 to vcpus - 1) under a key. Throws `RangeError` for another number. */
  readonly open: (key: Key, vcpu: number) => Accesses
}
