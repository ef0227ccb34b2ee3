import { timeOfAccess } from './regularTimes'
import type { Accesses } from './workload'

/**
 * Any accesses as a cursor of single accesses with times, whether regular or stamped: `at` and `access` are those of the next one, and `at`
 * is Infinity when there is none. `advance` goes on to the one after it.
 *
 * Times end at 2^53 nanoseconds (104 days of guest time), beyond which no integer tells two apart: what comes later never comes.
 *
 * A kernel: it reads ahead by at most 1024 accesses, by few at first, and is owned by whoever made it. Cost: some nanoseconds an access.
 */
export interface Stamped {
  at: number
  access: number
  readonly advance: () => void
}

/** A cursor before the first of these accesses. */
export const stamped = (of: Accesses): Stamped => {
  let accesses = new Int32Array(AHEAD_AT_FIRST)
  let times = new Float64Array(AHEAD_AT_FIRST)
  const rate = of.accessesPerSecond
  let filled = 0
  let next = 0
  let passed = 0
  const cursor = {
    at: 0,
    access: 0,
    advance: () => {
      if (next === filled) {
        if (filled > 0 && accesses.length < AHEAD) {
          accesses = new Int32Array(4 * accesses.length)
          times = new Float64Array(accesses.length)
        }
        passed += filled
        filled = of.fill(accesses, times, accesses.length)
        next = 0
      }
      if (filled === 0) {
        cursor.at = Number.POSITIVE_INFINITY
        return
      }
      const at = rate === undefined ? times[next] : timeOfAccess(rate, passed + next)
      cursor.at = at <= Number.MAX_SAFE_INTEGER ? at : Number.POSITIVE_INFINITY
      cursor.access = accesses[next++]
    }
  }
  cursor.advance()
  return cursor
}

const AHEAD_AT_FIRST = 16
const AHEAD = 1024
