import { writeFileSync } from 'node:fs'
import { isLeft } from 'fp-ts/lib/Either'
import { spaceTime } from '../../lib/report/spaceTime'
import { spaceTimeSvg } from '../../lib/report/spaceTimeSvg'
import { type Ending, ended, refused } from '../../pipelines/commands/action'
import { checkInSlices } from '../checkInSlices'
import type { CheckSettings } from './checkFlags'
import { checkProgress } from './checkProgress'
import { type Checkup, checkData, checkReport } from './checkReport'
import type { Subject } from './loadPipelines'

/** Something to check. `again`: the words of a command line that check it alone. `expects`: what must happen in some of many runs. */
export type Asked = Subject & { readonly again: readonly string[]; readonly expects: readonly string[] }

/**
 * Checks one thing after the other and prints each result as it comes (as JSON all of them at the end). Ends as failed when one has a counterexample; when
 * the signal stops it, what was done until then is printed.
 */
export const runChecks = async (subjects: readonly Asked[], settings: CheckSettings, signal: AbortSignal): Promise<Ending> => {
  const { options, again, json, journal, svg, quiet } = settings
  if (options.path !== undefined && subjects.length !== 1)
    return refused({ path: '--path', expected: 'the one check that it belongs to', got: `${subjects.length} of them` })
  const progress = checkProgress({ quiet })
  const checkups: Checkup[] = []
  for (const [i, { name, of, again: words, expects }] of subjects.entries()) {
    if (signal.aborted) break
    const began = performance.now()
    const label = subjects.length === 1 ? name : `${name} (${i + 1} of ${subjects.length})`
    const result = await checkInSlices(of, { ...options, signal, progress: (at) => progress.at(label, at) }).catch(wrongPath)
    progress.clear()
    if (result === undefined)
      return refused({
        path: '--path',
        expected: 'a path of this check',
        got: options.path ?? '',
        hint: 'the same flags, and the same release, lead to it'
      })
    const flags = isLeft(result) ? [...again, '--seed', String(result.left.seed), '--path', result.left.path] : []
    const checkup = { name, result, ms: performance.now() - began, again: [...words, ...flags].map(quoted).join(' '), expects }
    checkups.push(checkup)
    if (!json) process.stdout.write(`${checkReport(checkup, { journal })}\n`)
  }
  const drawn = svg === undefined ? undefined : checkups.find(({ result }) => isLeft(result))
  if (svg !== undefined && drawn !== undefined) {
    writeFileSync(svg, diagramOf(drawn))
    process.stderr.write(`the diagram of ${drawn.name}: ${svg}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(checkups.map(checkData), null, 2)}\n`)
  if (signal.aborted) return { type: 'interrupted' }
  return checkups.some(({ result }) => isLeft(result)) ? { type: 'failed' } : ended
}

/** The counterexample of a check as an SVG. */
const diagramOf = ({ name, result, again }: Checkup): string => {
  if (!isLeft(result)) return ''
  const { entries, violation, invariant, sentence, world } = result.left
  const diagram = spaceTime({ violation: { ...violation, invariant, sentence } })(entries)
  return spaceTimeSvg({ title: `${name} breaks ${invariant}`, caption: [`world: ${world}`, `again: ${again}`] })(diagram)
}

/** A path that leads nowhere is bad input; any other error is a bug and comes through. */
const wrongPath = (error: unknown): undefined => {
  if (error instanceof RangeError && error.message.startsWith('check: path ')) return undefined
  throw error
}

/** A word as a shell takes it for one. */
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
