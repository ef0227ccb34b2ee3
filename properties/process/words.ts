import type { Address } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import type { Signal } from '../../lib/protocol/signal'
import type { Orders } from '../invariants/invariant'

/** A word that a process has stored, from its order (`from`) to its answer (`until`; absent: not answered), as numbers of entries. */
type Store = { readonly word: number; readonly n: number; readonly from: number; until: number | undefined }

/** What every process has stored in its pages, as orders and answers tell of it. It changes its own. */
export type Words = {
  now: number
  /** By process and page: the stores that a load may still find. */
  readonly stores: Map<string, Store[]>
  /** By process and number of the order: what a load that is under way may find. */
  readonly loads: Map<string, { readonly page: string; readonly expected: Set<number> }>
  /** Who has stored a word, anywhere. */
  readonly writers: Map<number, Set<string>>
  /** Processes that were lost: what is restored of them may be older. */
  readonly restored: Set<string>
}

/** A load that gave what it must not: `foreign`: only others have stored that word; `wrong`: the process itself has, but not last, or nobody. */
export type WrongLoad = {
  readonly process: string
  readonly page: number
  readonly word: number
  readonly is: 'foreign' | 'wrong'
  readonly last: readonly number[]
}

/** Nothing has been stored: every page is full of zeros. */
export const noWords = (): Words => ({ now: 0, stores: new Map(), loads: new Map(), writers: new Map(), restored: new Set() })

/**
 * An entry into the account: a load that gave a wrong word, if it did. A load may give the word of any store that has not been overwritten by one which was ordered after its answer, and answered before
 * the load was ordered; before the first store 0.
 */
export const wrongLoad = (words: Words, entry: Entry, { answered }: Orders): WrongLoad | undefined => {
  words.now++
  if (entry.type === 'commanded') {
    const { order, to } = entry.command
    if (order.type !== 'poke' && order.type !== 'peek') return undefined
    const page = `${to.migration} ${order.page}`
    if (order.type === 'peek')
      words.loads.set(`${to.migration} ${to.n}`, { page, expected: new Set(storesOf(words, page).map(({ word }) => word)) })
    else {
      storesOf(words, page).push({ word: order.word, n: to.n, from: words.now, until: undefined })
      words.writers.set(order.word, (words.writers.get(order.word) ?? new Set()).add(to.migration))
      for (const load of words.loads.values()) if (load.page === page) load.expected.add(order.word)
    }
    return undefined
  }
  if (entry.type !== 'signalled') return undefined
  const { signal } = entry
  if (signal.type === 'placed' && signal.state === 'lost') words.restored.add(signal.process)
  if (!('to' in signal) || answered === undefined) return undefined
  const { order, to } = answered.command
  if (order.type === 'poke' && signal.type !== 'refused') overwritten(words, `${to.migration} ${order.page}`, to.n)
  return order.type === 'peek' ? loaded(words, to, order.page, signal) : undefined
}

const storesOf = ({ stores }: Words, page: string): Store[] => {
  const known = stores.get(page)
  if (known !== undefined) return known
  const made: Store[] = [{ word: 0, n: -1, from: -1, until: -1 }]
  stores.set(page, made)
  return made
}

/** A store is answered: what had been answered before it was ordered is gone. */
const overwritten = (words: Words, page: string, n: number): void => {
  const all = storesOf(words, page)
  const one = all.find((store) => store.n === n)
  if (one === undefined) return
  one.until = words.now
  words.stores.set(
    page,
    all.filter(({ until }) => until === undefined || until >= one.from)
  )
}

const loaded = (words: Words, { migration: process, n }: Address, page: number, signal: Signal): WrongLoad | undefined => {
  const expected = words.loads.get(`${process} ${n}`)?.expected
  words.loads.delete(`${process} ${n}`)
  if (signal.type !== 'peeked' || expected === undefined || expected.has(signal.word)) return undefined
  const { word } = signal
  const writers = words.writers.get(word)
  const isOwn = word === 0 || writers?.has(process) === true
  if (isOwn && words.restored.has(process)) return undefined
  return { process, page, word, is: !isOwn && writers !== undefined ? 'foreign' : 'wrong', last: [...expected] }
}
