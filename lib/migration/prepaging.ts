import type { PageSequence } from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import type { Data } from '../protocol/data'

/**
 * An order in which missing pages are pushed to a guest that already runs at the target: a pure machine that hears faults and is asked for windows.
 *
 * - `start(missing)`: the state before the first fault.
 * - `faulted(state, page)`: the guest has stopped at `page`, which the caller sends by itself, ahead of everything.
 * - `take(state, missing, atMost)`: up to `atMost` distinct members of `missing`, in sending order, and the state after. `missing` is what nobody has
 *   asked for yet; the caller removes from it what was taken. At least one page when `missing` is not empty, so that a pull ends.
 *
 * From the last two follows that every page is sent exactly once, whatever the order prefers. The operations are methods so that orders with different
 * states fit in one list: a machine is only ever given its own state.
 */
export interface Prepaging<S extends Data = Data> {
  readonly name: string
  start(missing: PageSet): S
  faulted(state: S, page: number): S
  take(state: S, missing: PageSet, atMost: number): readonly [PageSequence, S]
}

/** Gives `atMost` back, or throws `RangeError` naming the order when a window of fewer than one page, or of a broken one, is asked for. @internal */
export const checkedWindow = (order: string, atMost: number): number => {
  if (!Number.isInteger(atMost) || atMost < 1) throw new RangeError(`${order}: atMost must be an integer above 0 (got ${atMost})`)
  return atMost
}
