import { spaceTime } from '../lib/report/spaceTime'
import { spaceTimeText } from '../lib/report/spaceTimeText'
import type { Counterexample } from './counterexample'
import { worldInWords } from './worldInWords'

/**
 * `again`: a command that shows the same counterexample, in a line of its own. `diagram`: whether its space-time diagram is drawn (default true); `width`: in so
 * many columns, 72 to 140 (default 110). `journal`: whether the whole journal is printed, its entry marked (default false).
 */
export type ExplainOptions = { readonly again?: string; readonly diagram?: boolean; readonly width?: number; readonly journal?: boolean }

/**
 * A counterexample for people: what broke, what was expected and what was seen, in which world, how to see it again in code and on the command line, and the
 * run as a space-time diagram. What goes into `check` beside the seed and the path (worlds, invariants, `wrap`, `maxEntries`) must be as it was.
 */
export const explain = (counterexample: Counterexample, { again, diagram = true, width, journal = false }: ExplainOptions = {}): string => {
  const { seed, path, runs, shrinks, interrupted, pipeline, plan, world, invariant, sentence, violation } = counterexample
  const shrunk = shrinks === 0 ? '' : `, made smaller ${times(shrinks)}`
  const [first, ...problem] = violation.problem.split('\n')
  return [
    `${pipeline} breaks ${invariant} after ${runs} ${runs === 1 ? 'run' : 'runs'}${shrunk}${interrupted ? ' (stopped before the smallest was found)' : ''}`,
    `  expected  ${sentence}`,
    `  seen      ${first}`,
    ...problem.map((line) => `            ${line}`),
    `            at entry ${violation.entry} of the journal, ${violation.at} ns${violation.migration === '' ? '' : `, migration ${violation.migration}`}`,
    ...worldInWords(plan).map((line, i) => `${i === 0 ? '  world     ' : '            '}${line}`),
    `  plan      ${world}`,
    `  again     check(pipeline, { seed: ${seed}, path: '${path}' })`,
    ...(again === undefined ? [] : [`            ${again}`]),
    ...(diagram && counterexample.entries.length > 0 ? ['', diagramOf(counterexample, width)] : []),
    ...(journal ? ['', '  journal', ...journalLines(counterexample)] : [])
  ].join('\n')
}

/** The run as a space-time diagram for a terminal of so many columns, the violation marked. */
const diagramOf = ({ entries, invariant, sentence, violation }: Counterexample, width: number | undefined): string =>
  spaceTimeText({ width })(spaceTime({ violation: { ...violation, invariant, sentence } })(entries))

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`)

const journalLines = ({ journal, violation }: Counterexample): readonly string[] =>
  journal
    .trimEnd()
    .split('\n')
    .map((line, i) => `  ${i === violation.entry ? '>' : ' '} ${i} ${line}`)
