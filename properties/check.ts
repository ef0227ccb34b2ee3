import * as fc from 'fast-check'
import type * as E from 'fp-ts/lib/Either'
import type { CheckOptions, Passed } from './checkOptions'
import type { Counterexample } from './counterexample'
import { type Checked, ofPath, search } from './search'

/**
 * Runs a pipeline, or pipelines drawn from an arbitrary, in worlds drawn by swarm, and looks for a run that breaks an invariant; shrinks the first it finds.
 * An exception out of a run breaks the invariant `runs`.
 *
 * Laws: equal options with a seed give equal results; a counterexample `c` is `check(pipeline, { ...options, seed: c.seed, path: c.path })` again. Throws
 * `RangeError` unless `runs` and `maxEntries` are integers from 1 on, on a `repeat` that is no number of runs, and on a path that leads nowhere. Cost: a run, a pass over its journal for each
 * invariant and each `sometimes`, and some 60 µs of drawing.
 */
export const check = (of: Checked, options: CheckOptions = {}): E.Either<Counterexample, Passed> => {
  const { pipelines, worlds, parameters, holds, result } = search(of, options)
  try {
    return result(fc.check(fc.property(pipelines, worlds, holds), parameters))
  } catch (error) {
    throw ofPath(error, options.path)
  }
}
