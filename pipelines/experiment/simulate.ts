import { run } from '../../lib/loop/run'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Time } from '../../lib/time/time'
import { timeline as newTimeline } from '../../lib/time/timeline'
import type { Trial } from './experiment'

/** Who watches a trial: every entry of its journal, how far virtual time has come between two slices of work, and whether to go on (an AbortSignal, or anything that says when it is aborted). */
export type Watcher = {
  readonly entry: (entry: Entry) => void
  readonly progress?: (at: Time) => void
  readonly signal?: { readonly aborted: boolean }
}

/** Milliseconds between two looks at the outside. tsx kills a process that has not heard its Ctrl-C after 60 ms. */
const SLICE_MS = 10

/**
 * Runs a trial to its end, in slices, so that the process hears Ctrl-C and can show progress. Resolves to whether it ended; `false` when the signal
 * aborted it. The journal is that of `run`, whatever the slices.
 */
export const simulate = ({ pipeline, ...trial }: Trial, watcher: Watcher): Promise<boolean> =>
  simulateAll({ ...trial, pipelines: pipeline }, watcher)

/** `simulate` for several guests, each with a pipeline of its own by name (or one pipeline for all). */
export const simulateAll = (
  {
    pipelines,
    world,
    seed,
    startAt,
    until
  }: Pick<Trial, 'world' | 'seed' | 'startAt' | 'until'> & { readonly pipelines: Pipeline | Readonly<Record<string, Pipeline>> },
  { entry: heard, progress, signal }: Watcher
): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const timeline = newTimeline()
    let ended = false
    let sliceBegan = 0
    const subscription = run(pipelines, world, { seed, startAt, until, timeline }).subscribe({
      next: (entry) => {
        heard(entry)
        if (performance.now() - sliceBegan > SLICE_MS) timeline.stop()
      },
      error: reject,
      complete: () => {
        ended = true
        timeline.stop()
      }
    })
    const slice = (): void => {
      try {
        if (signal?.aborted) {
          subscription.unsubscribe()
          resolve(false)
          return
        }
        sliceBegan = performance.now()
        timeline.run(until)
        if (ended) {
          resolve(true)
          return
        }
        progress?.(timeline.now())
        setImmediate(slice)
      } catch (bug) {
        reject(bug)
      }
    }
    slice()
  })
