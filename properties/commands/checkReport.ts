import { type Either, isLeft } from 'fp-ts/lib/Either'
import { formatNumber } from '../../lib/report/numbers'
import type { Passed } from '../checkOptions'
import type { Counterexample } from '../counterexample'
import { explain } from '../explain'
import { sometimes } from '../sometimes'

/** What a check came to. `ms`: how long it took. `again`: the command that shows its counterexample. `expects`: what must happen in some of many runs. */
export type Checkup = {
  readonly name: string
  readonly result: Either<Counterexample, Passed>
  readonly ms: number
  readonly again: string
  readonly expects: readonly string[]
}

/** A check's result for people: what held in how many runs and what happened in them; or the counterexample, explained. */
export const checkReport = (checkup: Checkup, { journal }: { readonly journal: boolean }): string => {
  const { name, result, ms, again } = checkup
  if (isLeft(result))
    return [`${name}: a violation (seed ${result.left.seed}, ${inSeconds(ms)})`, explain(result.left, { again, journal })].join('\n')
  const { runs, seed, interrupted } = result.right
  const speed = `seed ${seed}, ${inSeconds(ms)}, ${formatNumber((1000 * runs) / Math.max(1, ms))} runs/s`
  const stopped = interrupted ? ', interrupted' : ''
  return [
    `${name}: ${formatNumber(runs)} ${runs === 1 ? 'run' : 'runs'} without a violation${stopped} (${speed})`,
    ...happened(result.right),
    ...vacuous(checkup).map((warning) => `  warning: ${warning}`)
  ].join('\n')
}

/** A check's result for programs: `sometimes` counts runs, times are milliseconds, a journal is a list of entries. */
export const checkData = (checkup: Checkup): unknown => {
  const { name, result, ms, again } = checkup
  const speed = (runs: number) => ({ ms: Math.round(ms), runsPerSecond: Math.round((1000 * runs) / Math.max(1, ms)) })
  if (isLeft(result)) {
    const { entries: _, journal, ...found } = result.left
    const lines = journal.trimEnd().split('\n')
    return {
      check: name,
      holds: false,
      ...found,
      again,
      ms: Math.round(ms),
      journal: lines.every(isJson) ? lines.map((line) => JSON.parse(line)) : lines
    }
  }
  const { runs, ...passed } = result.right
  return { check: name, holds: true, runs, ...passed, ...speed(runs), warnings: vacuous(checkup) }
}

const isJson = (line: string): boolean => line.startsWith('{')

const inSeconds = (ms: number): string => `${formatNumber(ms / 1000, 1)} s`

const sentences = new Map(sometimes.map(({ name, sentence }) => [name, sentence]))

const happened = ({ sometimes: counts }: Passed): readonly string[] => {
  const rows = Object.entries(counts).map(([name, n]) => ({
    name,
    n: n === 0 ? 'never' : formatNumber(n),
    sentence: sentences.get(name) ?? ''
  }))
  const [names, counted] = [rows.map(({ name }) => name.length), rows.map(({ n }) => n.length)].map((widths) => Math.max(0, ...widths))
  return rows.map(({ name, n, sentence }) => `  ${name.padEnd(names)}  ${n.padStart(counted)}  ${sentence}`.trimEnd())
}

/** So many runs are enough for what happens in one of a hundred to be missed once in seven times. */
const ENOUGH = 200

/** What must happen in some of many runs and did in none: then the worlds look past what they are there for. */
const vacuous = ({ result, expects }: Checkup): readonly string[] => {
  if (isLeft(result) || result.right.runs < ENOUGH) return []
  const { runs, sometimes: counts } = result.right
  return expects
    .filter((name) => counts[name] === 0)
    .map((name) => `in none of ${formatNumber(runs)} runs ${sentences.get(name)} (${name}): these worlds are empty in that respect`)
}
