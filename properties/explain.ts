import type { Counterexample } from './counterexample'
import { worldInWords } from './worldInWords'

/** `again`: a command that shows the same counterexample, in a line of its own. `journal`: whether the journal is printed too, its entry marked (default true). */
export type ExplainOptions = { readonly again?: string; readonly journal?: boolean }

/**
 * A counterexample for people: what broke, what was expected and what was seen, in which world, how to see it again in code and on the command line, and the
 * journal. What goes into `check` beside the seed and the path (worlds, invariants, `wrap`, `maxEntries`) must be as it was.
 */
export const explain = (counterexample: Counterexample, { again, journal = true }: ExplainOptions = {}): string => {
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
    ...(journal ? ['  journal', ...journalLines(counterexample)] : [])
  ].join('\n')
}

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`)

const journalLines = ({ journal, violation }: Counterexample): readonly string[] =>
  journal
    .trimEnd()
    .split('\n')
    .map((line, i) => `  ${i === violation.entry ? '>' : ' '} ${i} ${line}`)
