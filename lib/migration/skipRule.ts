import { empty, intersection, type PageSet, union } from '../memory/pageSet'
import type { Pushed } from './round'

/** What a skip rule sees: what is owed, and the dirty sets of recent rounds, newest first; before the first round there is nothing else. */
export type Owing = Pick<Pushed, 'guest' | 'owed' | 'recent'> & Partial<Pushed>

/**
 * What the next round leaves out, asked before each round, the first too. `hold`: a subset of what is owed, kept back for the final copy (or until a later answer lets it
 * go). `peek`: whether pages already dirtied again when their turn comes are left out of the round. Any function of this type is a skip rule.
 */
export type SkipRule = (owing: Owing) => { readonly hold: PageSet; readonly peek: boolean }

/** Leaves nothing out. The identity of `both`. */
export const none: SkipRule = ({ owed }) => ({ hold: empty(owed.size), peek: false })

/** Leaves out the pages already dirtied again in this round: Clark et al., NSDI 2005, §5.4, look at the current dirty bitmap before they send. */
export const peek: SkipRule = ({ owed }) => ({ hold: empty(owed.size), peek: true })

/**
 * Holds back the pages dirtied in at least `atLeast` of the last `of` rounds: the writable working set, which is sent in vain while the guest runs (Clark et
 * al., NSDI 2005, §4.1). While fewer rounds than `of` have been made, or are remembered, those there are count.
 *
 * Throws `RangeError` unless 1 <= atLeast <= of, both integers. Cost: `of` times `atLeast` set operations.
 */
export const frequentlyDirtied = (options: { readonly atLeast: number; readonly of: number }): SkipRule => {
  const { atLeast, of } = options
  if (!Number.isInteger(atLeast) || atLeast < 1)
    throw new RangeError(`frequentlyDirtied: atLeast must be an integer above 0 (got ${atLeast})`)
  if (!Number.isInteger(of) || of < atLeast)
    throw new RangeError(`frequentlyDirtied: of must be an integer of at least ${atLeast} (got ${of})`)
  return ({ owed, recent }) => ({ hold: inAtLeast(atLeast, recent.slice(0, of), owed), peek: false })
}

/** Leaves out what either rule leaves out. `both(a, both(b, c)) = both(both(a, b), c)`, `both(a, b) = both(b, a)`, `both(none, a) = a`. */
export const both =
  (a: SkipRule, b: SkipRule): SkipRule =>
  (owing) => {
    const [x, y] = [a(owing), b(owing)]
    return { hold: union(x.hold, y.hold), peek: x.peek || y.peek }
  }

/** The members of `within` that are in at least `k` of the sets. `counted[j]` are those seen in at least j sets so far. */
const inAtLeast = (k: number, sets: readonly PageSet[], within: PageSet): PageSet => {
  let counted: readonly PageSet[] = [within, ...Array.from({ length: k }, () => empty(within.size))]
  for (const set of sets) counted = counted.map((seen, j) => (j === 0 ? seen : union(seen, intersection(counted[j - 1], set))))
  return counted[k]
}
