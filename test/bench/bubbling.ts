import { outwardInto } from '../../lib/memory/outward'
import { orderOf } from '../../lib/memory/pageSequence'
import { fromBitmap, type PageSet, removeAll } from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import type { Prepaging } from '../../lib/migration/prepaging'
import type { Data } from '../../lib/protocol/data'
import { best } from './cpu'

/** What a bench prints: figures with their units in their names, and a hash of the result, the same on every machine. */
export type BubblingFigures = { readonly name: string; readonly figures: Readonly<Record<string, number | string>>; readonly hash: string }

/**
 * The outward search of bubbling against a plain word-wise walk over the same bitmap, per page, at several densities of missing pages; and a whole pull
 * (windows of 256, every page taken out of the debt, a fault every 32 windows) per page. The canonical size is a guest of 36 GiB; the ratio is to stay
 * below 3.
 */
export const benchBubbling = ({ smoke }: { readonly smoke: boolean }): BubblingFigures => {
  const size = smoke ? 1 << 18 : 9_437_184
  const runs = smoke ? 2 : 9
  const figures: Record<string, number | string> = { pages: size }
  let hash = 0x811c9dc5
  let worst = 0
  for (const [name, nth] of [
    ['all', 1],
    ['1 in 2', 2],
    ['1 in 10', 10],
    ['1 in 100', 100]
  ] as const) {
    const words = marked(size, nth)
    const set = fromBitmap(size, words.slice())
    const out = new Int32Array(set.count + 1)
    const [plain, search] = best(runs, [() => plainWalk(words, out), () => outwardInto(set, size >>> 1, 0, out, set.count)])
    hash = hashed(hash, out.subarray(0, set.count))
    figures[`plain walk, ${name} missing, ns per page`] = rounded(plain / set.count)
    figures[`outward search, ${name} missing, ns per page`] = rounded(search / set.count)
    figures[`ratio, ${name} missing`] = rounded(search / plain)
    worst = Math.max(worst, search / plain)
  }
  figures['worst ratio (target at most 3)'] = rounded(worst)
  const all = fromBitmap(size, marked(size, 1))
  const pulls: readonly Prepaging[] = [activePush, bubbling(), bubbling({ edges: 'forward' }), bubbling({ pivots: 7 })]
  for (const order of pulls) {
    const [ns] = best(smoke ? 1 : 3, [
      () => {
        hash = hashed(hash, Int32Array.of(pull(order, all)))
      }
    ])
    figures[`pull by ${order.name}, ns per page`] = rounded(ns / size)
  }
  return { name: 'bubbling', figures, hash: (hash >>> 0).toString(16) }
}

/** A bitmap with one page in about `nth` marked, by a hash in which a branch predictor finds no pattern (the finalizer of MurmurHash3). */
const marked = (size: number, nth: number): Int32Array => {
  const words = new Int32Array(Math.ceil(size / 32))
  for (let page = 0; page < size; page++) if (scrambled(page) % nth === 0) words[page >>> 5] |= 1 << page
  return words
}

const scrambled = (n: number): number => {
  let h = n
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The plain loop: all marked pages in order, word by word. */
const plainWalk = (words: Int32Array, out: Int32Array): number => {
  let n = 0
  for (let w = 0; w < words.length; w++)
    for (let word = words[w]; word !== 0; word &= word - 1) out[n++] = (w << 5) + 31 - Math.clz32(word & -word)
  return n
}

/** Pulls everything; a number that depends on the order. */
const pull = <S extends Data>(order: Prepaging<S>, missing: PageSet): number => {
  let [left, state, sum] = [missing, order.start(missing), 0]
  for (let n = 1; left.count > 0; n++) {
    if (n % 32 === 0) state = order.faulted(state, scrambled(n) % left.size)
    const [window, next] = order.take(state, left, 256)
    left = removeAll(left, window)
    state = next
    sum = (Math.imul(sum, 31) + orderOf(window)[0]) | 0
  }
  return sum
}

const hashed = (hash: number, values: Int32Array): number => {
  let h = hash
  for (let i = 0; i < values.length; i++) h = Math.imul(h ^ values[i], 0x01000193)
  return h
}

const rounded = (n: number): number => Math.round(n * 100) / 100
