import { toArray } from '../memory/pageSequence'
import * as pageSet from '../memory/pageSet'
import type { Of, Order, Pages } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import type { Signal } from '../protocol/signal'
import { isAmong } from './spaceTimeWords'

/** What a journal says of one page until an entry: what happened to it, each with its entry's number, and what follows from it. */
export type PageStory = {
  readonly page: number
  /** `disk`: of a block. */
  readonly of?: Of
  readonly events: readonly { readonly entry: number; readonly words: string }[]
  readonly moral?: string
}

type Numbered = { readonly number: number; readonly entry: Entry }

/** The store whose pages an entry accuses. @internal */
export const storeOf = (entry: Entry | undefined): Of | undefined =>
  entry?.type === 'signalled' && 'of' in entry.signal ? entry.signal.of : undefined

/** Whether an entry speaks of pages of the other store: of block 5 where page 5 is followed, or the other way round. @internal */
export const isOfOther = (entry: Entry, store: Of | undefined): boolean => {
  const said = entry.type === 'commanded' ? entry.command.order : entry.type === 'signalled' ? entry.signal : undefined
  if (said === undefined || !pageWords.has(said.type)) return false
  return ('of' in said ? said.of : undefined) !== store
}

const pageWords: ReadonlySet<string> = new Set<Order['type'] | Signal['type']>([
  ...(['select', 'track', 'sync', 'send', 'discard'] as const),
  ...(['selected', 'synced', 'sent', 'compared', 'standing', 'faulted'] as const)
])

/** The pages that an entry accuses: those an oracle's comparison calls lost, regressed or misread, the page of a fault, or the few that were sent. @internal */
export const suspectsOf = (entry: Entry | undefined): readonly number[] => {
  if (entry?.type !== 'signalled') return []
  const { signal } = entry
  if (signal.type === 'faulted') return [signal.page]
  if (signal.type === 'sent') return namedIn(signal.pages)
  if (signal.type !== 'compared') return []
  const { lost, regressed, misread } = signal
  return [...new Set([lost, regressed, misread].flatMap((set) => pageSet.toArray(pageSet.take(set, 4))))].sort((a, b) => a - b)
}

/** The pages where they are few; a whole round names none in particular. */
const namedIn = (pages: Pages): readonly number[] => {
  const named = pages.type === 'PageSet' ? pageSet.toArray(pageSet.take(pages, few + 1)) : toArray(pages)
  return named.length > few ? [] : named
}

const few = 4

/** Whether an entry names a page, by itself or in a set of pages that were asked for, sent, left out, written, dropped, trapped or accused. @internal */
export const mentions = (entry: Entry, page: number): boolean => {
  if (entry.type === 'commanded') {
    const { order } = entry.command
    if (order.type === 'send' || order.type === 'discard') return isAmong(order.pages, page)
    return order.type === 'resume' && order.missing !== undefined && isAmong(order.missing, page)
  }
  if (entry.type !== 'signalled') return false
  const { signal } = entry
  switch (signal.type) {
    case 'faulted':
      return signal.page === page
    case 'sent':
      return isAmong(signal.pages, page) || isAmong(signal.skipped, page)
    case 'synced':
      return isAmong(signal.dirty, page)
    case 'cancelled':
      return isAmong(signal.unsent, page)
    case 'standing':
      return isAmong(signal.missing, page)
    case 'compared':
      return isAmong(signal.lost, page) || isAmong(signal.regressed, page) || isAmong(signal.misread, page)
    default:
      return false
  }
}

/**
 * What the entries of one migration say of a page until (and with) the entry `until`, and, where it was lost there, what follows. Cost: a walk of the entries;
 * the events are those that name the page, of selections each that has not got it. @internal
 */
export const pageStory =
  ({ page, until, of: store }: { readonly page: number; readonly until: number; readonly of?: Of }) =>
  (entries: readonly Numbered[]): PageStory => {
    const asked = new Map<number, { readonly number: number; readonly order: Order; readonly sourceRan: boolean }>()
    const ofStore = store === undefined ? {} : { of: store }
    const events: { readonly entry: number; readonly words: string }[] = []
    const seen: Seen = {
      sourceRuns: true,
      stopped: undefined,
      last: undefined,
      lastSync: undefined,
      finalSync: undefined,
      flushed: undefined,
      absent: undefined
    }
    const say = (entry: number, words: string): unknown => events.push({ entry, words })
    for (const { number, entry } of entries) {
      if (number > until) break
      if (isOfOther(entry, store)) continue
      if (entry.type === 'commanded') {
        const { order, to } = entry.command
        asked.set(to.n, { number, order, sourceRan: seen.sourceRuns })
        if (order.type === 'discard' && isAmong(order.pages, page)) {
          say(number, 'the target is told to drop it')
          seen.last = { type: 'dropped', entry: number }
        }
        if (order.type === 'resume' && order.missing && isAmong(order.missing, page))
          say(number, 'the target is told that it is still missing')
      }
      if (entry.type !== 'signalled') continue
      const { signal } = entry
      const of = 'to' in signal ? asked.get(signal.to.n) : undefined
      switch (signal.type) {
        case 'hosts':
          if (seen.sourceRuns && !signal.running.includes('source')) seen.stopped = number
          seen.sourceRuns = signal.running.includes('source')
          break
        case 'selected':
          if (!isAmong(signal.pages, page)) {
            say(number, 'it is not among the pages there')
            seen.absent = number
          }
          break
        case 'sent': {
          const since = of === undefined ? '' : ` (asked for in ${of.number})`
          if (isAmong(signal.pages, page)) {
            say(number, `it has left for the target${since}`)
            seen.last = { type: 'sent', entry: number, asked: of?.number ?? number, sourceRan: of?.sourceRan ?? seen.sourceRuns }
            seen.flushed = undefined
          } else if (isAmong(signal.skipped, page)) {
            say(number, `it was left out${since}`)
            seen.last ??= { type: 'skipped', entry: number }
          }
          break
        }
        case 'synced':
          seen.lastSync = number
          if (of?.sourceRan === false) seen.finalSync = number
          if (isAmong(signal.dirty, page)) {
            say(number, 'the dirty log says: it has been written')
            seen.last = { type: 'written', entry: number }
          }
          break
        case 'done':
          if (of?.order.type === 'flush' && seen.last?.type === 'sent' && of.number > seen.last.entry) seen.flushed = number
          break
        case 'faulted':
          if (signal.page === page) say(number, 'the guest needs it at the target, where it is missing')
          break
        case 'compared':
          if (isAmong(signal.lost, page)) {
            say(number, 'LOST: it is not at the target as it must be, and nobody owes it')
            return { page, ...ofStore, events, moral: moralOf(seen) }
          }
          if (isAmong(signal.regressed, page)) say(number, 'something older was written over it at the target')
          if (isAmong(signal.misread, page)) say(number, 'the guest used it at the target before it had arrived')
      }
    }
    return { page, ...ofStore, events }
  }

type Last =
  | { readonly type: 'sent'; readonly entry: number; readonly asked: number; readonly sourceRan: boolean }
  | { readonly type: 'written' | 'dropped' | 'skipped'; readonly entry: number }

type Seen = {
  sourceRuns: boolean
  stopped: number | undefined
  last: Last | undefined
  lastSync: number | undefined
  /** The last reading of the log that was asked for when the source had stopped. */
  finalSync: number | undefined
  flushed: number | undefined
  absent: number | undefined
}

/** What follows for a page that is lost: what ought to have happened after the last that did. */
const moralOf = ({ last, lastSync, finalSync, flushed, absent, stopped }: Seen): string => {
  switch (last?.type) {
    case undefined:
      return absent === undefined
        ? 'It never left the source.'
        : `It was not there when the pages were listed in ${absent}; it came into use later, and never left the source.`
    case 'written':
      return `What the log told of in ${last.entry} never left the source.`
    case 'dropped':
      return `The target was told to drop it in ${last.entry}, and it did not leave again.`
    case 'skipped':
      return `It was left out in ${last.entry}, and did not leave later.`
    case 'sent': {
      if (!last.sourceRan)
        return flushed === undefined
          ? `It left in ${last.entry}, and nobody waited to hear that it had arrived.`
          : `It left last in ${last.entry}.`
      if (finalSync !== undefined && finalSync > last.asked)
        return `It left in ${last.entry}, and the log, read in ${finalSync} when the guest had stopped, does not name it: the log missed a store, or what came was not the page.`
      const ran = stopped === undefined ? 'the guest runs on' : `the guest ran on until ${stopped}`
      return lastSync !== undefined && lastSync > last.asked
        ? `It left in ${last.entry}, and the log was read last in ${lastSync}. But ${ran}: what it wrote after that reading nobody asked for.`
        : `It left in ${last.entry}. But ${ran}: what it wrote after ${last.asked} nobody asked for, and nobody read the log again.`
    }
  }
}
