/** A range of memory that has moved: so many bytes that were at `from` are at `to`. */
export type MovedRange = { readonly from: number; readonly to: number; readonly bytes: number }

/**
 * How pointers are found in memory that has moved: every word that looks like one is taken for one (`conservative`, as a scan without the compiler's help must), or those at
 * addresses (old ones) that the program has `registered`, or none (`none`: memory is only copied).
 */
export type PointerFinding = 'conservative' | 'none' | { readonly registered: ReadonlySet<number> }

/**
 * The words of a range after its thread has moved to other addresses, with the pointers that were found pointing to where things are now: the alternative to the same address on every
 * node. `moved` are all ranges of the thread, and `words` those of the range that was at `from`.
 *
 * It cannot be right: of a word alone nobody can tell an address from an integer (Cronk et al., 1997). A conservative scan changes every integer that happens to lie in a moved range; whoever
 * rewrites what is registered alone leaves every pointer that is not (one kept in an integer, one with a mark in its low bits).
 */
export const rewrittenWords = (
  words: BigUint64Array,
  from: number,
  moved: readonly MovedRange[],
  finding: PointerFinding
): BigUint64Array => {
  const out = words.slice()
  if (finding === 'none') return out
  for (let i = 0; i < out.length; i++) {
    if (finding !== 'conservative' && !finding.registered.has(from + 8 * i)) continue
    out[i] = rewrittenPointer(out[i], moved)
  }
  return out
}

/** A word taken for a pointer, after a move: moved along where it lies in one of the ranges, else the same. */
export const rewrittenPointer = (word: bigint, moved: readonly MovedRange[]): bigint => {
  for (const { from, to, bytes } of moved) if (word >= BigInt(from) && word < BigInt(from + bytes)) return word - BigInt(from) + BigInt(to)
  return word
}
