/** Number of 32-bit words that hold one bit for each of `size` pages. @internal */
export function wordsFor(size: number): number {
  return Math.ceil(size / 32)
}

/** Number of the lowest bit set in a word that is not zero. @internal */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}

/** The bits of a bitmap's last word that belong to pages below `size`; all of them when size is a multiple of 32. @internal */
export function tailMask(size: number): number {
  return (size & 31) === 0 ? -1 : ~(-1 << size)
}

/** Number of bits set in one word (the SWAR count of Warren, Hacker's Delight §5-1). @internal */
export function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Number of bits set in words[from, to). @internal */
export function bitsInWords(words: Int32Array, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i++) total += bitsIn(words[i])
  return total
}
