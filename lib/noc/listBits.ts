/**
 * Lists the numbers of the bits that are set in the first `count` of some words, lowest first; behind them stand two words more, and in the list there is room for one number more.
 * Answers how many. Cost: bits and words without any; nothing is asked that cannot be foretold but when it ends, for a wrong guess would cost as much as four bits. @internal
 */
export const listBits = (words: Int32Array, count: number, list: Int32Array): number => {
  let listed = 0
  let w = 0
  let rest = words[0]
  let next = words[1]
  while (w < count) {
    list[listed] = w * 32 + 31 - Math.clz32(rest & -rest)
    listed += rest === 0 ? 0 : 1
    const left = rest & (rest - 1)
    w += left === 0 ? 1 : 0
    rest = left === 0 ? next : left
    next = words[w + 1]
  }
  return listed
}
