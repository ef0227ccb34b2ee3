import { type RunOptions, run } from '../lib/loop/run'
import type { Entry, Journal } from '../lib/protocol/journal'
import type { Pipeline } from '../lib/protocol/pipeline'
import type { World } from '../lib/protocol/world'

/** The journal of one whole run in virtual time, at once. Throws what the run throws: a bug in the world or in the pipeline. */
export const journalOf = (
  pipelines: Pipeline | Readonly<Record<string, Pipeline>>,
  world: World,
  options: Omit<RunOptions, 'timeline'> = {}
): Journal => {
  const journal: Entry[] = []
  let bug: { readonly error: unknown } | undefined
  run(pipelines, world, options).subscribe({
    next: (entry) => journal.push(entry),
    error: (error: unknown) => {
      bug = { error }
    }
  })
  if (bug !== undefined) throw bug.error
  return journal
}
