import type { Seed } from '../../lib/random/random'
import type { Reproduced } from '../reproduce/reproduction'
import type { LoggedDecision } from './managerState'

/** `runs`: worlds that a figure is the mean over, where chance decides. `progress`: says what is worked on, and throws when that was stopped. */
export type StudyOptions = { readonly seed: Seed; readonly runs: number; readonly progress: (what: string) => Promise<void> }

/**
 * A motive on trial: its name on the command line, what it is, and where it comes from. `run` makes a scenario in which it should help and one in which it must not act, each beside doing nothing, and says by its verdicts whether that
 * came out.
 */
export type Study = {
  readonly name: string
  readonly sentence: string
  readonly source: string
  readonly run: (options: StudyOptions) => Promise<Reproduced>
}

/** Decisions that came to something, of such kinds. */
export const done = (log: readonly LoggedDecision[], ...kinds: readonly LoggedDecision['type'][]): readonly LoggedDecision[] =>
  log.filter(
    ({ type, outcome }) => kinds.includes(type) && outcome !== undefined && !['failed', 'undecided', 'lost', 'unanswered'].includes(outcome)
  )

/** Something that was decided, as a line of a report. */
export const decisionText = (decision: LoggedDecision): string => {
  const { type, process, from, reason, at, outcome, why, figures } = decision
  const where = 'to' in decision ? `from ${from} to ${decision.to}` : `on ${from}`
  const said = Object.entries(figures).map(([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toFixed(2)}`)
  return `${(at / 1e6).toFixed(1)} ms: ${type} ${process} ${where}: ${reason} (${said.join(', ')})${outcome === undefined ? '' : `: ${outcome}`}${why === undefined ? '' : `: ${why}`}`
}
