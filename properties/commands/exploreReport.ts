import { type Either, isLeft } from 'fp-ts/lib/Either'
import { encodeEntry } from '../../lib/codec/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { formatNumber } from '../../lib/report/numbers'
import { type SpaceTimeViolation, spaceTime } from '../../lib/report/spaceTime'
import { spaceTimeSvg } from '../../lib/report/spaceTimeSvg'
import { spaceTimeText } from '../../lib/report/spaceTimeText'
import { runFold } from '../../lib/stream/fold'
import type { Holds, Shortest } from '../explore/explore'
import { pathInWords } from '../explore/pathInWords'
import type { Choosing, Scope } from '../explore/scope'
import { invariants } from '../invariants/invariants'

/** What an exploration came to. `ms`: how long it took. */
export type Exploration = {
  readonly name: string
  readonly of: Pipeline | Choosing
  readonly scope: Scope
  readonly ms: number
  readonly result: Either<Shortest, Holds>
}

/** Scope in words: `3 pages, 4 writes, 1 fault`. */
export const scopeInWords = ({ pages = 3, writes = 4, faults = 0 }: Scope): string =>
  [
    [pages, 'page'],
    [writes, 'write'],
    [faults, 'fault']
  ]
    .map(([n, what]) => `${n} ${what}${n === 1 ? '' : 's'}`)
    .join(', ')

/** An exploration's result for people: what was seen and how fast; or the shortest way to what is wrong, step by step, and as a space-time diagram. */
export const exploreReport = (
  exploration: Exploration,
  { journal, width }: { readonly journal: boolean; readonly width?: number }
): string => {
  const { name, of, scope, ms, result } = exploration
  const { states, transitions, depth } = isLeft(result) ? result.left : result.right
  const seen = `${formatNumber(states)} states, ${formatNumber(transitions)} transitions, depth ${depth}, ${formatNumber(ms / 1000, 1)} s, ${formatNumber((1000 * states) / Math.max(1, ms))} states/s`
  if (!isLeft(result)) {
    const { complete, outcomes } = result.right
    return [
      `${name}: ${complete ? 'holds in every interleaving' : 'nothing wrong so far, and not all was seen,'} of ${scopeInWords(scope)} (${seen})`,
      ...outcomes.map((outcome) => `  may be ${outcome.type}${'reason' in outcome ? `: ${outcome.reason}` : ''}`)
    ].join('\n')
  }
  const { invariant, problem, path } = result.left
  return [
    `${name}: a violation in ${scopeInWords(scope)} (${seen})`,
    `${name} breaks ${invariant} after ${path.length} choices, which are the fewest`,
    `  expected  ${sentenceOf(invariant)}`,
    `  seen      ${problem}`,
    '',
    ...pathInWords(of, path, scope).map((words, i) => `  ${String(i + 1).padStart(3)}  ${words}`),
    '',
    spaceTimeText({ width })(spaceTime({ violation: violationOf(result.left) })(result.left.journal)),
    ...(journal ? ['', '  journal', ...result.left.journal.map((entry, i) => `  ${i} ${encodeEntry(entry)}`)] : [])
  ].join('\n')
}

/** An exploration's result for programs. */
export const exploreData = ({ name, of, scope, ms, result }: Exploration): unknown => {
  const { engine: _, guest: __, ...plain } = scope
  const speed = (states: number) => ({ ms: Math.round(ms), statesPerSecond: Math.round((1000 * states) / Math.max(1, ms)) })
  if (!isLeft(result)) return { explored: name, holds: result.right.complete, scope: plain, ...result.right, ...speed(result.right.states) }
  const { journal, path, ...found } = result.left
  const words = pathInWords(of, path, scope)
  return {
    explored: name,
    holds: false,
    scope: plain,
    ...found,
    ...speed(found.states),
    path: path.map((choice, i) => ({ ...choice, words: words[i] })),
    journal: journal.map((entry) => JSON.parse(encodeEntry(entry)))
  }
}

/** The shortest violation as an SVG. */
export const exploreSvg = (name: string, scope: Scope, found: Shortest): string =>
  spaceTimeSvg({ title: `${name} breaks ${found.invariant}`, caption: [`explored: ${scopeInWords(scope)}`] })(
    spaceTime({ violation: violationOf(found) })(found.journal)
  )

const sentenceOf = (name: string): string => invariants.find((one) => one.name === name)?.sentence ?? name

/** Where the journal of the path breaks the invariant. */
const violationOf = ({ invariant, problem, journal }: Shortest): SpaceTimeViolation => {
  const one = invariants.find(({ name }) => name === invariant)
  const [first] = one === undefined ? [] : runFold(one.fold, journal)
  const { entry, migration } = first ?? { entry: journal.length, migration: 'guest' }
  return { entry, migration, invariant, sentence: sentenceOf(invariant), problem }
}
