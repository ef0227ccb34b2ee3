import { pipe } from 'fp-ts/lib/function'
import { migrationOfEntry } from '../metrics/perMigration'
import type { Of, Order, Where } from '../protocol/command'
import type { Entry, Journal } from '../protocol/journal'
import type { Signal } from '../protocol/signal'
import type { Time } from '../time/time'
import { outcomeInWords } from './columns'
import { formatNumber } from './numbers'
import { type GuestLives, livesAfter, livesAtFirst } from './spaceTimeLives'
import { isOfOther, mentions, type PageStory, pageStory, storeOf, suspectsOf } from './spaceTimeStory'
import { orderInWords, signalInWords } from './spaceTimeWords'

/**
 * How an entry is drawn. `at`: something at a place. `asks`: a request leaves the source (it may be on its way, queued or lost). `goes`: the last byte of pages
 * or of a context has left the source for the target. `comes`: an answer or a fault of the target has reached the source.
 */
export type SpaceTimeShape = 'at' | 'asks' | 'goes' | 'comes'

/** Who speaks: the pipeline, the world that answers or tells, the oracle that only journals and invariants hear, a failure, or the end. */
export type SpaceTimeTone = 'command' | 'signal' | 'oracle' | 'failure' | 'end'

/** An entry of a migration as it is drawn: `of` is the command it answers, `answeredBy` the entry that answers it, `touches` those of the suspected pages it names. */
export type SpaceTimeRow = {
  readonly entry: number
  readonly at: Time
  readonly shape: SpaceTimeShape
  readonly place: Where | 'link'
  readonly tone: SpaceTimeTone
  readonly words: string
  readonly lane: string
  readonly of?: number
  readonly answeredBy?: number
  /** How the entry that answers it is drawn. */
  readonly ends?: SpaceTimeShape
  /** Who is where after it. */
  readonly lives: GuestLives
  readonly touches: readonly number[]
}

/** One migration of a space-time diagram: its rows in journal order, and what became of the suspected pages. `violated`: the place of the violation's row. */
export type SpaceTimeMigration = {
  readonly name: string
  readonly rows: readonly SpaceTimeRow[]
  readonly stories: readonly PageStory[]
  readonly violated?: number
}

/** What is wrong in a journal: the number of the entry from 0 on, and what was seen there; with the invariant's name and sentence, what was expected. */
export type SpaceTimeViolation = {
  readonly entry: number
  readonly problem: string
  readonly migration?: string
  readonly invariant?: string
  readonly sentence?: string
}

/** A journal as a space-time diagram, the violated migration first: what `spaceTimeText` and `spaceTimeSvg` draw. */
export type SpaceTime = {
  readonly began: readonly { readonly entry: number; readonly at: Time; readonly words: string }[]
  readonly migrations: readonly SpaceTimeMigration[]
  readonly violation?: SpaceTimeViolation
}

/**
 * A journal as a space-time diagram: for each migration three columns (source, link, target) and its entries in journal order.
 *
 *     source ║── commit: the guest is yours ──▶│ target     a request begins where it is given,
 *            ║◀───── committed: it is mine ────│            and ends where its answer is heard
 *
 * A journal says what the source's side gave and heard. When a request reached the target is not in it, so nothing is drawn there; the life lines of both
 * hosts follow the oracle's words. `violation`: what to point at; an entry after the last is the end. `pages`: whose stories are told (default: the pages
 * that the violated entry speaks of, an oracle's comparison, a fault or a small send; at most 4). Cost: O(entries), and a walk of all entries for each of those pages.
 */
export const spaceTime =
  ({ violation, pages }: SpaceTimeOptions = {}) =>
  (journal: Journal): SpaceTime => {
    const store = storeOf(violation && journal[violation.entry])
    const suspects = (pages ?? suspectsOf(violation && journal[violation.entry])).slice(0, suspectsAtMost)
    const parts = new Map<string, Numbered[]>()
    const began: Numbered[] = []
    journal.forEach((entry, number) => {
      const migration = migrationOfEntry(entry)
      const part = migration === undefined ? began : parts.get(migration)
      if (part === undefined) parts.set(migration!, [{ number, entry }])
      else part.push({ number, entry })
    })
    const last = violation?.migration !== undefined && parts.has(violation.migration) ? violation.migration : [...parts.keys()].at(-1)
    const drawn = [...parts].map(([name, entries]): SpaceTimeMigration => {
      const found = entries.findIndex(({ number }) => number === violation?.entry)
      const isAfter = violation !== undefined && violation.entry >= journal.length && name === last
      const violated = found >= 0 ? found : isAfter ? entries.length - 1 : undefined
      const own = violated === undefined ? [] : suspects
      return {
        name,
        rows: rowsOf(entries, own, store),
        stories: own.map((page) => pageStory({ page, until: violation?.entry ?? journal.length, of: store })(entries)),
        ...(violated === undefined ? {} : { violated })
      }
    })
    return {
      began: began.map(({ number, entry }) => ({ entry: number, at: entry.at, words: beganInWords(entry) })),
      migrations: [...drawn.filter(({ violated }) => violated !== undefined), ...drawn.filter(({ violated }) => violated === undefined)],
      ...(violation === undefined ? {} : { violation })
    }
  }

/** See `spaceTime`. */
export type SpaceTimeOptions = { readonly violation?: SpaceTimeViolation; readonly pages?: readonly number[] }

const suspectsAtMost = 4

type Numbered = { readonly number: number; readonly entry: Entry }

const beganInWords = (entry: Entry): string =>
  entry.type !== 'began'
    ? ''
    : `began with seed ${entry.seed}; ${Object.entries(entry.guests)
        .map(
          ([migration, { name, pages, pageBytes }]) =>
            `${migration}: ${name}, ${formatNumber(pages)} pages of ${formatNumber(pageBytes)} bytes`
        )
        .join('; ')}`

const rowsOf = (entries: readonly Numbered[], suspects: readonly number[], store: Of | undefined): readonly SpaceTimeRow[] => {
  const asked = new Map<number, { readonly index: number; readonly order: Order }>()
  const answers = new Map<number, number>()
  let lives = livesAtFirst
  const drawn = entries.map(({ number, entry }, index) => {
    const of = entry.type === 'signalled' && 'to' in entry.signal ? asked.get(entry.signal.to.n) : undefined
    if (entry.type === 'commanded') asked.set(entry.command.to.n, { index, order: entry.command.order })
    if (of !== undefined) answers.set(of.index, index)
    lives = livesAfter(lives, entry, of?.order)
    const touches = isOfOther(entry, store) ? [] : suspects.filter((page) => mentions(entry, page))
    return { ...pictureOf(entry, of?.order, lives), entry: number, at: entry.at, lives, touches, of: of && entries[of.index].number }
  })
  return drawn.map((row, index) => {
    const answer = answers.get(index)
    return answer === undefined ? row : { ...row, answeredBy: entries[answer].number, ends: drawn[answer].shape }
  })
}

type Picture = Pick<SpaceTimeRow, 'shape' | 'place' | 'tone' | 'words' | 'lane'>

const pictureOf = (entry: Entry, asked: Order | undefined, lives: GuestLives): Picture => {
  if (entry.type === 'commanded') {
    const { order, to } = entry.command
    const words = pipe(orderInWords(order), (said) =>
      lives.hop && order.type === 'preselect' ? `${said} (next hop: the source is where it runs now)` : said
    )
    return { shape: staysAtSource(order) ? 'at' : 'asks', place: 'source', tone: 'command', words, lane: to.lane }
  }
  if (entry.type === 'ended') return { shape: 'at', place: 'link', tone: 'end', words: outcomeInWords(entry.outcome), lane: '' }
  if (entry.type === 'began') return { shape: 'at', place: 'link', tone: 'end', words: beganInWords(entry), lane: '' }
  const { signal } = entry
  const lane = 'to' in signal ? signal.to.lane : ''
  const seen = whereSeen(signal, asked, lives)
  // What is heard while the link is known to be broken has not come over it now.
  const shape = seen.shape === 'comes' && !lives.link ? 'at' : seen.shape
  return { ...seen, shape, words: signalInWords(signal, asked), lane }
}

const staysAtSource = (order: Order): boolean =>
  !overLink.has(order.type) || (order.type === 'resume' && order.where === 'source') || (order.type === 'send' && isNothing(order))

const overLink: ReadonlySet<Order['type']> = new Set<Order['type']>([
  'preselect',
  'reserve',
  'send',
  'sendContext',
  'discard',
  'flush',
  'redirect',
  'commit',
  'resume',
  'inquire',
  'abandon'
])

const isNothing = ({ pages }: Pick<Extract<Order, { readonly type: 'send' }>, 'pages'>): boolean =>
  (pages.type === 'PageSet' ? pages.count : pages.length) === 0

const whereSeen = (signal: Signal, asked: Order | undefined, lives: GuestLives): Pick<Picture, 'shape' | 'place' | 'tone'> => {
  switch (signal.type) {
    case 'failed':
    case 'mended':
      return { shape: 'at', place: signal.what, tone: 'failure' }
    case 'refused':
      return { shape: 'at', place: 'source', tone: 'failure' }
    case 'hosts':
    case 'linkUsed':
      return { shape: 'at', place: 'link', tone: 'oracle' }
    case 'compared':
      return { shape: 'at', place: 'target', tone: 'oracle' }
    case 'exited':
      return { shape: 'at', place: lives.target.life === 'runs' ? 'target' : 'source', tone: 'signal' }
    case 'sent':
      return { shape: isNothing(signal) ? 'at' : 'goes', place: 'source', tone: 'signal' }
    case 'activated':
      return { shape: signal.where === 'target' ? 'comes' : 'at', place: 'source', tone: 'signal' }
    case 'preselected':
    case 'reserved':
    case 'redirected':
    case 'committed':
    case 'standing':
    case 'faulted':
      return { shape: 'comes', place: 'source', tone: 'signal' }
    case 'done':
      if (asked?.type === 'sendContext') return { shape: 'goes', place: 'source', tone: 'signal' }
      return { shape: asked !== undefined && overLink.has(asked.type) ? 'comes' : 'at', place: 'source', tone: 'signal' }
    default:
      return { shape: 'at', place: 'source', tone: 'signal' }
  }
}
