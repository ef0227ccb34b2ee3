import { existsSync, writeFileSync } from 'node:fs'
import { type Either, isLeft, isRight, left, right } from 'fp-ts/lib/Either'
import { decode } from '../../lib/codec/decode'
import { durationText } from '../../lib/codec/quantityText'
import type { Entry, Journal } from '../../lib/protocol/journal'
import type { ChipActivity } from '../../lib/report/chipActivity'
import { chipSvg } from '../../lib/report/chipSvg'
import { chipWorld } from '../../lib/report/chipWorld'
import { spaceTime } from '../../lib/report/spaceTime'
import { spaceTimeSvg } from '../../lib/report/spaceTimeSvg'
import type { Time } from '../../lib/time/time'
import type { InputError } from '../experiment/inputError'

/** What is wrong with a wish for a picture of these journals. */
export const wrongPicture = (files: readonly string[], svg: string | undefined, force: boolean): readonly InputError[] => {
  if (svg === undefined) return force ? [{ path: '--force', expected: 'a file to replace', got: 'none', hint: 'name it with --svg' }] : []
  if (files.length > 1) return [{ path: '--svg', expected: 'the one journal to draw', got: `${files.length} of them` }]
  if (existsSync(svg) && !force)
    return [{ path: '--svg', expected: 'a file that does not exist yet', got: svg, hint: 'name another, or add --force to replace it' }]
  return []
}

/** From when until when, in text and in ns. */
export type SpanFlags = { readonly from?: string; readonly until?: string }
/** See `SpanFlags`. */
export type Span = { readonly from?: Time; readonly until?: Time }

/** The span of time that flags ask for, or what is wrong with it. */
export const spanOf = ({ from, until }: SpanFlags): Either<readonly InputError[], Span> => {
  const read = (path: string, text: string | undefined) => {
    const time = text === undefined ? right(undefined) : decode(durationText)(text)
    return isLeft(time) ? { problems: time.left.map((problem) => ({ ...problem, path })), at: undefined } : { problems: [], at: time.right }
  }
  const [first, last] = [read('--from', from), read('--until', until)]
  const problems = [...first.problems, ...last.problems]
  if (problems.length > 0) return left(problems)
  if (last.at !== undefined && last.at <= (first.at ?? 0))
    return left([
      { path: '--until', expected: from === undefined ? 'a time after the beginning' : `a time after ${from}`, got: until ?? '' }
    ])
  return right({ ...(first.at === undefined ? {} : { from: first.at }), ...(last.at === undefined ? {} : { until: last.at }) })
}

/** Writes the picture of a journal: of a chip its grid, links, migrations and threads, of any other its space-time diagram. Says so on standard error. */
export const drawPicture = (svg: string, { file, entries, chip }: Drawn): void => {
  const caption = [file]
  writeFileSync(svg, chip === undefined ? spaceTimeSvg({ caption })(spaceTime()(entries)) : chipSvg({ caption })(chip.activity))
  process.stderr.write(`the picture of ${file}: ${svg}\n`)
}

type Drawn = {
  readonly file: string
  readonly entries: Journal
  readonly chip: { readonly activity: ChipActivity | undefined } | undefined
}

/** Whether a journal is of a chip, by its first entry, or of threads on one; what is wrong with it, if it says so and is none. */
export const chipOf = (began: Entry): string => {
  const told = chipWorld(began)
  if (isRight(told)) return 'chip'
  return isOf('chip', began) ? told.left : 'other'
}

/** Whether a journal's first entry tells of a world of that name. */
export const isOf = (name: string, began: Entry): boolean =>
  began.type === 'began' && typeof began.world === 'object' && began.world !== null && 'world' in began.world && began.world.world === name
