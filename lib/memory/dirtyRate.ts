import { defer, mergeMap, type OperatorFunction } from 'rxjs'
import type { Time } from '../time/time'
import { type AccessBatch, firstWindow, type WindowOptions, type WindowState, type WriteSample, windowStep } from './accessWindows'

/** How fast pages became dirty in the window that ended `at`. */
export interface DirtyRate {
  readonly at: Time
  readonly pagesPerSecond: number
  readonly distinctPages: number
}

/** One step of `dirtyRate`: the rates of the windows which this input ends. Pure. */
export function dirtyRateStep(
  { windowNs }: WindowOptions,
  state: WindowState,
  input: WriteSample | AccessBatch
): readonly [readonly DirtyRate[], WindowState] {
  const [ended, after] = windowStep(windowNs, state, input)
  return [ended.map(({ at, pages }) => ({ at, pagesPerSecond: (pages.count * 1e9) / windowNs, distinctPages: pages.count })), after]
}

/**
 * Dirty rate of a stream of dirty-log samples or batches of accesses: distinct pages dirtied in each window, per second.
 *
 *     samples    -a(p,q)--b(q)-|-----------|-c(r)--        windows of 1 s
 *     rates                    2           0              pages per second
 *
 * That is QEMU's definition (calc-dirty-rate, migration/dirtyrate.c): a page written twice in a window counts once, so a longer window gives a lower rate. A window
 * is given as soon as an input reaches its end, an empty one as 0, and the unfinished one at completion never. Throws `RangeError` when size, windowNs or startNs
 * make no sense. Cost: a mark per write, and per window one pass over the memory's bitmap at most.
 */
export function dirtyRate(options: WindowOptions): OperatorFunction<WriteSample | AccessBatch, DirtyRate> {
  const first = firstWindow('dirtyRate', options)
  return (inputs) =>
    defer(() => {
      let [rates, state]: readonly [readonly DirtyRate[], WindowState] = [[], first]
      return inputs.pipe(
        mergeMap((input) => {
          ;[rates, state] = dirtyRateStep(options, state, input)
          return rates
        })
      )
    })
}
