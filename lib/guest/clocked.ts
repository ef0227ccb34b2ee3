import type { Workload } from './workload'

/** How far behind its times a clocked workload may fall and still catch up; default 20,000,000 ns. */
export type ClockedOptions = { readonly catchUpNs?: number }

/**
 * The same accesses, by the clock: a server that answers so many requests a second, and not a computation. Each access waits for its time; what the host takes from it
 * (first writes under dirty logging, a throttle, pages that are awaited) comes out of the time in which it would have waited. It loses accesses only when it falls
 * behind by more than `catchUpNs`.
 *
 *     due       |    |    |    |    |
 *     busy      |==========|=====|==|    |        the third access is late, the fifth is not
 *
 * The guest of our QEMU measurements gave up what it could not catch up within 20 ms. Throws `RangeError` unless catchUpNs is an integer from 0 on.
 */
export const clocked = ({ catchUpNs = 20_000_000 }: ClockedOptions = {}): ((workload: Workload) => Workload) => {
  if (!Number.isSafeInteger(catchUpNs) || catchUpNs < 0)
    throw new RangeError(`clocked: catchUpNs must be an integer from 0 on (got ${catchUpNs})`)
  return (workload) => ({ ...workload, catchUpNs, description: { ...workload.description, catchUpNs } })
}
