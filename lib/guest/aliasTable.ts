/** Entries of a table: 4096, so that the upper 12 bits of a draw choose one and the lower 20 decide between it and its alias. */
export const aliasEntries = 4096

/**
 * Walker's alias table for sampling one of 4096 entries with one 32-bit draw, made by Vose's method (IEEE Trans. Software Eng. 17(9),
 * 1991).
 *
 * Word i is `threshold << 12 | alias`: a draw whose upper 12 bits are i gives i when its lower 20 bits are below the threshold, and the
 * alias otherwise. Chances are kept to 2^-32 of the whole, in integers. `weights` are 4096 numbers of at least 0, not all 0. Cost: O(4096),
 * once.
 */
export const aliasTable = (weights: Float64Array): Uint32Array => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const scaled = weights.map((weight) => (weight / total) * aliasEntries)
  const small: number[] = []
  const large: number[] = []
  scaled.forEach((weight, i) => {
    if (weight < 1) small.push(i)
    else large.push(i)
  })
  const table = new Uint32Array(aliasEntries)
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop()!
    const rich = large[large.length - 1]
    table[poor] = (Math.min(ONE - 1, Math.round(scaled[poor] * ONE)) << 12) | rich
    scaled[rich] -= 1 - scaled[poor]
    if (scaled[rich] < 1) small.push(large.pop()!)
  }
  // What is left has weight 1 up to rounding: it is its own alias.
  for (const i of [...small, ...large]) table[i] = i
  return table
}

/** The whole of one entry, in the 20 bits of a threshold. */
const ONE = 0x10_0000
