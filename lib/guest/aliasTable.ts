/** Entries of a table: 4096, so that the upper 12 bits of a draw choose one and the lower 20 decide between it and its alias. */
export const aliasEntries = 4096

/**
 * Walker's alias table for sampling one of 4096 entries with one 32-bit draw, made by Vose's method (IEEE Trans. Software Eng. 17(9),
 * 1991).
 *
 * Word i is `threshold << 12 | alias`: a draw whose upper 12 bits are i gives i when its lower 20 bits are below the threshold, and the
 * alias otherwise. Chances are kept to 2^-32 of the whole, in integers. `weights` are at most 4096 numbers of at least 0, not all 0;
 * those that it lacks are 0. Cost: O(4096), once.
 */
export const aliasTable = (weights: Float64Array): Uint32Array => {
  let total = 0
  for (let i = 0; i < weights.length; i++) total += weights[i]
  const scaled = new Float64Array(aliasEntries)
  // Two stacks in one array: those of little weight from its start, those of much from its end.
  const stacks = new Int32Array(aliasEntries)
  let small = 0
  let large = aliasEntries
  for (let i = 0; i < aliasEntries; i++) {
    scaled[i] = i < weights.length ? (weights[i] / total) * aliasEntries : 0
    if (scaled[i] < 1) stacks[small++] = i
    else stacks[--large] = i
  }
  const table = new Uint32Array(aliasEntries)
  while (small > 0 && large < aliasEntries) {
    const poor = stacks[--small]
    const rich = stacks[large]
    table[poor] = (Math.min(ONE - 1, Math.round(scaled[poor] * ONE)) << 12) | rich
    scaled[rich] -= 1 - scaled[poor]
    if (scaled[rich] < 1) {
      large++
      stacks[small++] = rich
    }
  }
  // What is left has weight 1 up to rounding: it is its own alias.
  for (let i = 0; i < small; i++) table[stacks[i]] = stacks[i]
  for (let i = large; i < aliasEntries; i++) table[stacks[i]] = stacks[i]
  return table
}

/** The whole of one entry, in the 20 bits of a threshold. */
const ONE = 0x10_0000
