/**
 * Lists the numbers of the bits that are set in the first `count` of some words, lowest first; behind them stands one word that is 0, and in the list there is room for one number more.
 * Answers how many. Cost: bits and words, without a branch on what is set: that would be a guess, and a wrong one costs as much as four bits. @internal
 */
export const listBits = (words: Int32Array, count: number, list: Int32Array): number => {
  let listed = 0
  let w = 0
  let rest = words[0]
  while (w < count) {
    const some = (rest | -rest) >>> 31
    list[listed] = w * 32 + 31 - Math.clz32(rest & -rest)
    listed += some
    w += 1 - some
    rest = (rest & (rest - 1) & -some) | (words[w] & (some - 1))
  }
  return listed
}
