import { convertTime, formatTime, nanoseconds, type TimeUnit } from '../time/time'
import type { SpaceTime, SpaceTimeMigration, SpaceTimeRow, SpaceTimeViolation } from './spaceTime'
import { elided, type Shown } from './spaceTimeElision'
import type { GuestLives } from './spaceTimeLives'
import { arrow, box, cross, escaped, label, line, type Point } from './spaceTimeSvgShapes'
import { fitted, printable, wrapped } from './spaceTimeWidth'

/**
 * A space-time diagram as a self-contained SVG: time runs down, and between the life lines of both hosts (thick where the guest runs, shaded where the copy
 * counts, dotted where there is nothing) messages are slanted arrows, a colour a lane. The violated entry stands in red with what was expected and seen.
 *
 * Time is not to scale, as a migration's first microseconds and last seconds would not fit one picture: each entry has a row, and its time is printed. A
 * request's arrow turns round at the target half way between the rows of its two ends, which alone the journal knows; pages are drawn from when they were
 * asked for until their last byte has left.
 *
 * `limit`: entries drawn of a migration, at least 5 (default 200), of those without the violation at most 12. `unit`: the ticks of the journal. `title`: what
 * it shows. `caption`: lines to stand under the title, such as the seed and how to see the run again. Cost: about 400 characters an entry.
 */
export const spaceTimeSvg = ({
  limit = 200,
  unit = nanoseconds,
  title = 'Space-time diagram of a live migration',
  caption = []
}: SpaceTimeSvgOptions = {}): ((diagram: SpaceTime) => string) => {
  if (!(limit >= 5)) throw new RangeError(`spaceTimeSvg: limit must be at least 5 (got ${limit})`)
  const formatted = (at: number): string => formatTime(convertTime(at, { from: unit, to: nanoseconds }))
  return ({ began, migrations, violation }) => {
    const isShown = migrations.some(({ violated }) => violated !== undefined)
    const page: string[] = []
    let y = margin + 18
    const written = (text: string, look: Parameters<typeof label>[2] = {}): void => {
      for (const part of wrapped(printable(text), textColumns)) {
        page.push(label({ x: margin, y }, part, look))
        y += 16
      }
    }
    written(title, { weight: 'bold' })
    for (const text of caption) written(text)
    for (const { entry, at, words } of began) written(`entry ${entry} at ${formatted(at)}: ${words}`, { fill: colours.quiet })
    if (violation !== undefined && !isShown)
      for (const [name, words] of saidOf(violation)) written(`${name} ${words}`, { fill: colours.wrong })
    for (const migration of migrations) {
      const shown = elided({ limit: isShown && migration.violated === undefined ? Math.min(limit, 12) : limit })(migration)
      y += 14
      written(`migration ${migration.name}`, { weight: 'bold' })
      page.push(...lanesOf(migration).map((lane, i) => laneKey(lane, i, y)))
      const rows = placed(shown, y + 34, violation)
      page.push(...heads(y + 14), ...drawn(migration, rows, formatted, violation))
      y = rows.bottom + 22
      for (const { page: number, of, events, moral } of migration.stories) {
        written(`${of === 'disk' ? 'Block' : 'Page'} ${number}, as the journal tells it:`, { weight: 'bold' })
        for (const { entry, words } of events) written(`${entry}: ${words}`)
        if (moral !== undefined) written(`=> ${moral}`, { weight: 'bold' })
      }
    }
    y += 8
    for (const text of legend) written(text, { fill: colours.quiet })
    return document(
      title,
      [...caption, ...(violation === undefined ? [] : saidOf(violation).map(([name, words]) => `${name} ${words}`))],
      y + margin,
      page
    )
  }
}

/** See `spaceTimeSvg`. */
export type SpaceTimeSvgOptions = {
  readonly limit?: number
  readonly unit?: TimeUnit
  readonly title?: string
  readonly caption?: readonly string[]
}

const [margin, width, rowHeight, lineHeight] = [20, 1000, 32, 15]
const [sourceX, targetX, numberX, timeX] = [184, 888, 60, 150]
const xOf = { source: sourceX, link: (sourceX + targetX) / 2, target: targetX } as const
/** Characters of the font that fit between the margins, and between the life lines. */
const [textColumns, linkColumns] = [140, 98]

const colours = {
  paper: '#ffffff',
  ink: '#1f2328',
  quiet: '#59636e',
  host: '#24292f',
  counts: '#dbeafe',
  broken: '#fde2e1',
  wrong: '#b42318',
  oracle: '#6b4fa0'
} as const

/** Of lanes in order of appearance; dark enough on white (contrast over 4.5), and the lane's name stands by each label too. */
const laneColours = ['#24527a', '#9a4d00', '#1a6b3c', '#7a3e9d', '#8a1c5b', '#4d5b00'] as const

const legend: readonly string[] = [
  'Life lines: thick where the guest runs, thin for a copy that stands still, dotted where there is nothing; shaded where the copy counts; a cross is a failure.',
  'Dashed arrows ask, thin arrows answer, heavy arrows are pages or the context that have left. One row an entry, time printed and not to scale.',
  'When something reached the target is not in a journal: an arrow turns there half way between its two ends.'
]

const document = (title: string, description: readonly string[], height: number, content: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" class="space-time" width="${width}" height="${Math.ceil(height)}" viewBox="0 0 ${width} ${Math.ceil(height)}">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(description.join(' · '))}</desc>`,
    '<style>.space-time text{paint-order:stroke;stroke:#ffffff;stroke-width:3px;stroke-linejoin:round;white-space:pre}</style>',
    box({ x: 0, y: 0 }, { width, height: Math.ceil(height) }, colours.paper),
    `<g font-family="monospace" font-size="11.3" fill="${colours.ink}">`,
    ...content,
    '</g>',
    '</svg>',
    ''
  ].join('\n')

const saidOf = ({ invariant, sentence, problem }: SpaceTimeViolation): readonly (readonly [string, string])[] =>
  [['broken:', invariant ?? ''] as const, ['expected:', sentence ?? ''] as const, ['seen:', problem] as const].filter(
    ([, words]) => words !== ''
  )

const problemLines = (violation: SpaceTimeViolation | undefined): readonly string[] =>
  violation === undefined ? [] : saidOf(violation).flatMap(([name, words]) => wrapped(`${name} ${printable(words)}`, linkColumns))

type Row = { readonly shown: Shown; readonly y: number; readonly end: number }
type Rows = { readonly rows: readonly Row[]; readonly bottom: number; readonly yOf: ReadonlyMap<number, number> }

/** Where each row stands: a row's height apart, and below the violated one its lines. */
const placed = (shown: readonly Shown[], top: number, violation: SpaceTimeViolation | undefined): Rows => {
  const rows: Row[] = []
  let y = top
  for (const one of shown) {
    const extra = one.type === 'row' && one.isViolated ? problemLines(violation).length * lineHeight + 10 : 0
    const height = (rows.length === shown.length - 1 ? rowHeight / 2 : rowHeight) + extra
    rows.push({ shown: one, y, end: y + height })
    y += height
  }
  const yOf = new Map(rows.flatMap(({ shown: one, y: at }) => (one.type === 'row' ? [[one.row.entry, at] as const] : [])))
  return { rows, bottom: y, yOf }
}

const heads = (y: number): readonly string[] => [
  label({ x: numberX, y }, 'entry', { anchor: 'end', fill: colours.quiet }),
  label({ x: timeX, y }, 'time', { anchor: 'end', fill: colours.quiet }),
  label({ x: sourceX, y }, 'source', { anchor: 'middle', weight: 'bold' }),
  label({ x: xOf.link, y }, 'link', { anchor: 'middle', weight: 'bold' }),
  label({ x: targetX, y }, 'target', { anchor: 'middle', weight: 'bold' })
]

const lanesOf = ({ rows }: SpaceTimeMigration): readonly string[] =>
  [...new Set(rows.map(({ lane }) => lane))].filter((lane) => lane !== '')

const laneKey = (lane: string, i: number, y: number): string =>
  i > 4
    ? ''
    : label({ x: sourceX + 60 + 130 * i, y: y - 16 }, `lane ${fitted(printable(lane), 12)}`, {
        fill: laneColours[(i + 1) % laneColours.length]
      })

const drawn = (
  migration: SpaceTimeMigration,
  placement: Rows,
  formatted: (at: number) => string,
  violation: SpaceTimeViolation | undefined
): readonly string[] => {
  const lanes = ['', ...lanesOf(migration)]
  const { rows } = placement
  return [
    ...rows.flatMap(({ shown, y, end }) =>
      shown.type === 'row' && shown.isViolated
        ? [box({ x: margin / 2, y: y - 15 }, { width: width - margin, height: end - y }, colours.broken)]
        : []
    ),
    ...rows.flatMap(({ shown, y, end }) => behind(livesOf(shown), y, end)),
    ...rows.flatMap(({ shown, y, end }) => (['source', 'target'] as const).map((where) => lifeLine(livesOf(shown), where, y, end))),
    // All lines come ahead of all words, so that a line is never drawn over a word.
    ...rows.flatMap(({ shown, y }) => (shown.type === 'row' ? [picture(shown.row, y, colourOf(shown.row, lanes), placement)] : [])),
    ...rows.map(({ shown, y }) => {
      if (shown.type === 'gap')
        return label({ x: xOf.link, y: y + 4 }, `… ${shown.count} entries, ${shown.first.entry} to ${shown.last.entry} …`, {
          anchor: 'middle',
          fill: colours.quiet
        })
      const { row } = shown
      return [
        `<g><title>${escaped(`entry ${row.entry} at ${formatted(row.at)}: ${row.words}`)}</title>`,
        label({ x: numberX, y: y + 4 }, String(row.entry), { anchor: 'end', fill: shown.isViolated ? colours.wrong : colours.quiet }),
        label({ x: timeX, y: y + 4 }, formatted(row.at), { anchor: 'end' }),
        said(row, y, colourOf(row, lanes)),
        ...(row.touches.length === 0
          ? []
          : [label({ x: targetX + 16, y: y + 4 }, `◆ ${fitted(row.touches.join(' '), 10)}`, { fill: colours.wrong })]),
        ...(shown.isViolated
          ? problemLines(violation).map((text, n) =>
              label({ x: sourceX + 20, y: y + 26 + lineHeight * n }, text, { fill: colours.wrong, weight: 'bold' })
            )
          : []),
        '</g>'
      ].join('')
    })
  ]
}

const colourOf = ({ tone, lane }: SpaceTimeRow, lanes: readonly string[]): string =>
  tone === 'failure' ? colours.wrong : tone === 'oracle' ? colours.oracle : laneColours[lanes.indexOf(lane) % laneColours.length]

const livesOf = (shown: Shown): GuestLives => (shown.type === 'row' ? shown.row.lives : shown.last.lives)

const behind = (lives: GuestLives, y: number, end: number): readonly string[] => [
  ...(lives.link ? [] : [box({ x: sourceX + 14, y }, { width: targetX - sourceX - 28, height: end - y }, colours.broken)]),
  ...(['source', 'target'] as const).flatMap((where) =>
    lives[where].primary ? [box({ x: xOf[where] - 11, y }, { width: 22, height: end - y }, colours.counts)] : []
  )
]

const lifeLine = (lives: GuestLives, where: 'source' | 'target', y: number, end: number): string => {
  const { life } = lives[where]
  const [from, to] = [
    { x: xOf[where], y },
    { x: xOf[where], y: end }
  ]
  if (life === 'runs') return line(from, to, { colour: colours.host, width: 7 })
  if (life === 'still') return line(from, to, { colour: colours.host, width: 2 })
  return line(from, to, { colour: life === 'gone' ? colours.wrong : colours.quiet, width: 1, dashes: '2 5' })
}

/** An entry's mark. Its own end is on its row, the other end at the row of the entry that asked or answers, or less than a row off where that is not drawn. */
const picture = (row: SpaceTimeRow, y: number, colour: string, { yOf }: Rows): string => {
  const [source, target] = [
    { x: sourceX, y },
    { x: targetX, y }
  ]
  const asked = row.of === undefined ? undefined : yOf.get(row.of)
  if (row.shape === 'goes') return arrow({ x: sourceX, y: asked ?? y - 12 }, target, { colour, width: 2.6 })
  if (row.shape === 'comes') return arrow({ x: targetX, y: asked === undefined ? y - 12 : (asked + y) / 2 }, source, { colour })
  if (row.shape === 'asks') return asking(row, y, colour, yOf)
  if (row.place === 'link')
    return row.tone === 'oracle' ? '' : line({ x: sourceX + 14, y }, { x: targetX - 14, y }, { colour, width: 1, dashes: '1 5' })
  const at = row.place === 'source' ? source : target
  return row.tone === 'failure' ? cross(at, { colour, width: 2.5 }) : dot(at, 5, colour)
}

const dot = ({ x, y }: Point, radius: number, fill: string): string => `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`

/** An entry's words: above an arrow that leaves its row downwards, below one that arrives from above. */
const said = (row: SpaceTimeRow, y: number, fill: string): string => {
  const sign = row.tone === 'oracle' ? '◇ ' : row.tone === 'failure' && row.place === 'link' ? '✕ ' : row.tone === 'end' ? '■ ' : ''
  const open = row.tone === 'command' && row.answeredBy === undefined ? ' (no answer)' : ''
  const words =
    fitted(`${row.lane === '' ? '' : `[${printable(row.lane)}] `}${sign}${printable(row.words)}`, linkColumns - open.length) + open
  const below = row.shape === 'goes' || row.shape === 'comes'
  const baseline = row.shape === 'asks' ? y - 5 : below ? y + 14 : y + 4
  if (row.shape === 'goes' || (row.shape === 'at' && row.place === 'target'))
    return label({ x: targetX - 18, y: baseline }, words, { anchor: 'end', fill })
  if (row.shape === 'at' && row.place === 'link') return label({ x: xOf.link, y: baseline }, words, { anchor: 'middle', fill })
  return label({ x: sourceX + 18, y: baseline }, words, { fill })
}

/** The way of a request to the target. What is sent has its arrow at the entry that says so; what nobody answers ends on the link. */
const asking = (row: SpaceTimeRow, y: number, colour: string, yOf: ReadonlyMap<number, number>): string => {
  const from = { x: sourceX, y }
  const stroke = { colour, dashes: '6 4' }
  if (row.ends === 'goes') return dot(from, 3, colour)
  if (row.ends !== 'comes') {
    const end = { x: xOf.link, y: y + rowHeight / 2 - 4 }
    return line(from, end, stroke) + cross(end, { colour, width: 2 })
  }
  const answered = row.answeredBy === undefined ? undefined : yOf.get(row.answeredBy)
  return arrow(from, { x: targetX, y: answered === undefined ? y + 12 : (answered + y) / 2 }, stroke)
}
