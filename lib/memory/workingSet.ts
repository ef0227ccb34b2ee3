import { defer, mergeMap, type OperatorFunction } from 'rxjs'
import type { Time } from '../time/time'
import { type AccessBatch, firstWindow, type WindowOptions, type WindowState, type WriteSample, windowStep } from './accessWindows'
import { empty, full, intersection, type PageSet, union } from './pageSet'

/** How often is often: in at least `atLeast` of the last `windows` windows. */
export interface WorkingSetOptions extends WindowOptions {
  /** Windows looked back on; 5 by default (ours: QEMU and Clark et al. name no figure). */
  readonly windows?: number
  /** 2 by default: a page written in one window only could have been sent after it once and for all; from the second on, sending it early was vain. */
  readonly atLeast?: number
}

/** The writable working set at the end of a window. */
export interface WorkingSet {
  readonly at: Time
  readonly pages: PageSet
}

/** The window under way, and the sets of the last windows, oldest first. */
export interface WorkingSetState {
  readonly window: WindowState
  readonly recent: readonly PageSet[]
}

/** One step of `workingSet`: the working sets at the ends of the windows which this input ends. Pure. */
export function workingSetStep(
  { windowNs, windows = windowsByDefault, atLeast = atLeastByDefault }: WorkingSetOptions,
  state: WorkingSetState,
  input: WriteSample | AccessBatch
): readonly [readonly WorkingSet[], WorkingSetState] {
  const [ended, window] = windowStep(windowNs, state.window, input)
  let { recent } = state
  const sets = ended.map(({ at, pages }) => {
    recent = [...recent, pages].slice(-windows)
    return { at, pages: inAtLeast(atLeast, recent, pages.size) }
  })
  return [sets, { window, recent }]
}

/**
 * Writable working set of a stream of dirty-log samples or batches of accesses, at the end of each window: the pages written so often that a pre-copy
 * sends them in vain (Clark et al., NSDI 2005 §3 and §4).
 *
 *     samples        -a(p,q)--|--b(q)---|---c(q)--|---------|
 *     working sets            {}        {q}       {q}       {q}       windows: 3, atLeast: 2
 *
 * Throws `RangeError` unless `1 <= atLeast <= windows`, and as `dirtyRate` does. Cost: `windows * atLeast` set operations per window.
 */
export function workingSet(options: WorkingSetOptions): OperatorFunction<WriteSample | AccessBatch, WorkingSet> {
  const first: WorkingSetState = { window: firstWindow('workingSet', options), recent: [] }
  const { windows = windowsByDefault, atLeast = atLeastByDefault } = options
  if (!Number.isInteger(windows) || !Number.isInteger(atLeast) || atLeast < 1 || atLeast > windows)
    throw new RangeError(`workingSet: 1 <= atLeast <= windows must hold for integers (got ${atLeast}, ${windows})`)
  return (inputs) =>
    defer(() => {
      let [sets, state]: readonly [readonly WorkingSet[], WorkingSetState] = [[], first]
      return inputs.pipe(
        mergeMap((input) => {
          ;[sets, state] = workingSetStep(options, state, input)
          return sets
        })
      )
    })
}

const windowsByDefault = 5
const atLeastByDefault = 2

/** Pages in at least `k` of the sets: after each set, `often[j]` has the pages in at least j of those seen. */
function inAtLeast(k: number, sets: readonly PageSet[], size: number): PageSet {
  const often: PageSet[] = [full(size), ...new Array<PageSet>(k).fill(empty(size))]
  for (const set of sets) for (let j = k; j >= 1; j--) often[j] = union(often[j], intersection(often[j - 1], set))
  return often[k]
}
