import * as fc from 'fast-check'
import type * as E from 'fp-ts/lib/Either'
import type { CheckOptions, Passed } from './checkOptions'
import type { Counterexample } from './counterexample'
import { type Checked, ofPath, search } from './search'

/** Milliseconds of work between two looks at the outside. */
const SLICE_MS = 10

/** What says that it is enough: an `AbortSignal`, whose type the shipped ones do not need. */
export type Stopping = { readonly aborted: boolean }

/**
 * `check` in slices of 10 ms, so that the process hears Ctrl-C, timers and others in between. `signal`: ends the search when it is aborted, while shrinking
 * too; the result holds what was done until then (`AbortSignal.timeout(ms)` is a limit of time). Law: without an abort, the result is that of `check`.
 */
export const checkInSlices = async (
  of: Checked,
  { signal, ...options }: CheckOptions & { readonly signal?: Stopping } = {}
): Promise<E.Either<Counterexample, Passed>> => {
  const stop = (): boolean => signal?.aborted === true || options.stop?.() === true
  const { pipelines, worlds, parameters, holds, result } = search(of, { ...options, stop })
  let began = performance.now()
  const property = fc.asyncProperty(pipelines, worlds, async (named, plan) => {
    if (performance.now() - began > SLICE_MS) {
      await new Promise((turn) => setImmediate(turn))
      began = performance.now()
    }
    return holds(named, plan)
  })
  try {
    return result(await fc.check(property, parameters))
  } catch (error) {
    throw ofPath(error, options.path)
  }
}
