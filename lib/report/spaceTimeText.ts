import { convertTime, formatTime, nanoseconds, type TimeUnit } from '../time/time'
import type { SpaceTime, SpaceTimeMigration, SpaceTimeRow, SpaceTimeViolation } from './spaceTime'
import { elided, type Gap } from './spaceTimeElision'
import type { GuestLives } from './spaceTimeLives'
import { fitted, printable, widthOf, wrapped } from './spaceTimeWidth'

/**
 * A space-time diagram for a terminal, an entry a line, without colours: its number, its time, the life lines of both hosts, and between them what crosses
 * the link. Under the violated entry stands what was expected and seen, and at the end what the journal tells of the pages in question.
 *
 *     entry     time   source                                        target
 *        10     8 ns   ║━━ sent page 0 (72 B) ━━━━━━━━━━━━━━━━━━━━━━━━━▶│   ◆ 0
 *        11     8 ns   ║● pause the guest                              │
 *        12     8 ns   ┃          ◇ the guest runs nowhere; ...        │
 *
 * `width`: columns, from 72 to 140 (default 110). `limit`: entries drawn of a migration, at least 5 (default 60), of those without the violation at most 12;
 * the others are left out in the middle with a line that says how many. `unit`: the ticks of the journal. `caption`: lines to stand above as they are,
 * however long, such as the seed and how to see the run again.
 */
export const spaceTimeText = ({
  width = 110,
  limit = 60,
  unit = nanoseconds,
  caption = []
}: SpaceTimeTextOptions = {}): ((diagram: SpaceTime) => string) => {
  if (!Number.isInteger(width) || width < 72 || width > 140)
    throw new RangeError(`spaceTimeText: width must be an integer from 72 to 140 (got ${width})`)
  if (!(limit >= 5)) throw new RangeError(`spaceTimeText: limit must be at least 5 (got ${limit})`)
  const formatted = (at: number): string => formatTime(convertTime(at, { from: unit, to: nanoseconds }))
  return ({ began, migrations, violation }) => {
    const isShown = migrations.some(({ violated }) => violated !== undefined)
    const hasPages = migrations.some(({ stories }) => stories.length > 0)
    const times = [...began, ...migrations.flatMap(({ rows }) => rows)].map(({ at }) => formatted(at).length)
    const time = times.reduce((most, length) => Math.max(most, length), 6)
    const frame = { width, time, link: width - (entryColumns + time + gaps) - (hasPages ? marginColumns : 0), formatted }
    const all = [
      ...caption.map(printable),
      ...(caption.length > 0 ? [''] : []),
      ...began.flatMap(({ entry, at, words }) => underEachOther(prefix(frame, entry, formatted(at)), printable(words), width)),
      ...(violation !== undefined && !isShown ? problem(violation, frame) : []),
      ...migrations.flatMap((one) => [
        '',
        ...drawn(one, frame, isShown && one.violated === undefined ? Math.min(limit, 12) : limit, violation)
      ]),
      '',
      ...legend.flatMap((line) => wrapped(line, width))
    ]
    return all.map((line) => line.trimEnd()).join('\n')
  }
}

/** See `spaceTimeText`. */
export type SpaceTimeTextOptions = {
  readonly width?: number
  readonly limit?: number
  readonly unit?: TimeUnit
  readonly caption?: readonly string[]
}

type Frame = {
  readonly width: number
  /** Columns of the time, and between the life lines. */
  readonly time: number
  readonly link: number
  readonly formatted: (at: number) => string
}

const entryColumns = 5
/** Two spaces around the time's column on either side, and the two life lines. */
const gaps = 6
/** What names the pages in question at the right. */
const marginColumns = 10

const legend: readonly string[] = [
  '║ the guest runs here  ┃ it stands still and this copy counts  │ a copy  ┆ nothing  ✕ failed',
  '● asked here  ○ done or told here  ┄▷ asked of the other side (→ answered in)  ━▶ has left for the target',
  '◀─ heard from the target (← asked in)  ◇ what only an oracle knows  ◆ page in question'
]

const prefix = ({ time }: Frame, entry: number | '', at: string): string =>
  `${String(entry).padStart(entryColumns)}  ${at.padStart(time)}  `

const underEachOther = (first: string, text: string, width: number): readonly string[] =>
  wrapped(text, width - first.length).map((line, i) => (i === 0 ? first : ' '.repeat(first.length)) + line)

const drawn = (
  migration: SpaceTimeMigration,
  frame: Frame,
  limit: number,
  violation: SpaceTimeViolation | undefined
): readonly string[] => {
  const { time, link, width } = frame
  const indent = ' '.repeat(entryColumns + 2)
  return [
    fitted(`migration ${printable(migration.name)}`, width),
    `entry  ${'time'.padStart(time)}  source${' '.repeat(link - 10)}target`,
    ...elided({ limit })(migration).flatMap((shown) => {
      if (shown.type === 'gap') return [`${' '.repeat(entryColumns + time + 4)}${gap(shown, frame)}`]
      const line = row(shown.row, frame)
      return shown.isViolated ? [line, ...problem(violation, frame)] : [line]
    }),
    ...migration.stories.flatMap(({ page, of, events, moral }) => [
      '',
      `${of === 'disk' ? 'Block' : 'Page'} ${page}, as the journal tells it:`,
      ...events.flatMap(({ entry, words }) => underEachOther(`${String(entry).padStart(entryColumns)}  `, words, width)),
      ...(moral === undefined ? [] : wrapped(`=> ${moral}`, width - indent.length).map((line) => indent + line))
    ])
  ]
}

const problem = (violation: SpaceTimeViolation | undefined, { width }: Frame): readonly string[] => {
  if (violation === undefined) return []
  const { problem, invariant, sentence } = violation
  const said: readonly (readonly [string, string])[] = [
    ['broken:   ', invariant ?? ''],
    ['expected: ', sentence ?? ''],
    ['seen:     ', problem]
  ]
  return said.filter(([, words]) => words !== '').flatMap(([name, words]) => underEachOther(`  ▲▲▲  ${name}`, printable(words), width))
}

const row = (one: SpaceTimeRow, frame: Frame): string => {
  const { lives, touches } = one
  const mark = touches.length === 0 ? '' : fitted(` ◆ ${touches.join(' ')}`, marginColumns)
  return `${prefix(frame, one.entry, frame.formatted(one.at))}${lifeLine(lives, 'source', one)}${between(one, frame.link)}${lifeLine(lives, 'target', one)}${mark}`
}

const lifeLine = (lives: GuestLives, where: 'source' | 'target', one?: SpaceTimeRow): string => {
  if (one?.tone === 'failure' && one.shape === 'at' && one.place === where && lives[where].life === 'gone') return '✕'
  const { life, primary } = lives[where]
  return life === 'runs' ? '║' : life === 'still' ? (primary ? '┃' : '│') : life === 'gone' ? '✕' : '┆'
}

const between = (one: SpaceTimeRow, columns: number): string => {
  const words = labelOf(one, columns - 8)
  const rest = columns - widthOf(words)
  if (one.shape === 'asks') return one.lives.link ? `┄┄ ${words} ${'┄'.repeat(rest - 5)}▷` : `┄┄ ${words} ┄┄✕${' '.repeat(rest - 7)}`
  if (one.shape === 'goes') return `━━ ${words} ${'━'.repeat(rest - 5)}▶`
  if (one.shape === 'comes') return `◀${'─'.repeat(rest - 5)} ${words} ──`
  const sign = one.tone === 'oracle' ? '◇' : one.tone === 'failure' ? '✕' : one.tone === 'end' ? '■' : one.tone === 'command' ? '●' : '○'
  if (one.place === 'source') return crossed(`${sign} ${words}`, columns, one.lives.link)
  if (one.place === 'target') return `${' '.repeat(rest - 2)}${words} ${sign}`
  const left = Math.floor((rest - 4) / 2)
  const line = one.tone === 'failure' ? '╌' : one.tone === 'end' ? '═' : ' '
  return `${line.repeat(left)} ${sign} ${words} ${line.repeat(rest - 4 - left)}`
}

/** What stands at the source, with a cross in the middle of a link that is broken. */
const crossed = (text: string, columns: number, isUp: boolean): string => {
  const padded = text + ' '.repeat(columns - widthOf(text))
  const middle = columns >> 1
  return isUp || widthOf(text) >= middle ? padded : `${text}${' '.repeat(middle - widthOf(text))}✕${' '.repeat(columns - middle - 1)}`
}

const labelOf = ({ words, lane, entry, of, answeredBy, tone, shape }: SpaceTimeRow, columns: number): string => {
  const asked = of === undefined || of === entry - 1 ? '' : ` ← ${of}`
  const open = tone === 'command' && answeredBy === undefined ? ' (no answer)' : ''
  const later = shape === 'asks' && answeredBy !== undefined && answeredBy !== entry + 1 ? ` → ${answeredBy}` : ''
  const tail = `${asked}${open}${later}`
  return `${fitted(`${lane === '' ? '' : `[${printable(lane)}] `}${printable(words)}`, columns - tail.length)}${tail}`
}

const gap = ({ count, first, last }: Gap, { link }: Frame): string => {
  const words = `… ${count} entries, ${first.entry} to ${last.entry} …`
  const left = (link - words.length) >> 1
  return `${lifeLine(last.lives, 'source')}${' '.repeat(left)}${words}${' '.repeat(link - left - words.length)}${lifeLine(last.lives, 'target')}`
}
