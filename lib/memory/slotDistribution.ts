import { fromPages, type PageSet } from './pageSet'

/**
 * Who owns which slot before anything has happened: all of them one node (`centralized`), nodes in turn `chunk` slots each (`cyclic`), each node one block of them (`block`, the first
 * ones a slot more where they do not come out even), or slot by slot as a list says (`custom`).
 */
export type SlotDistribution =
  | { readonly type: 'centralized'; readonly node: number }
  | { readonly type: 'cyclic'; readonly chunk: number }
  | { readonly type: 'block' }
  | { readonly type: 'custom'; readonly owners: readonly number[] }

/** What PM2 does unless told otherwise: nodes in turn, 16 slots each, which is one stack (isoaddr.c, `_page_distrib_mode`, `_page_distrib_arg`). */
export const pm2Distribution: SlotDistribution = { type: 'cyclic', chunk: 16 }

/**
 * The slots of each node under a distribution: `nodes` sets over `slots` that are disjoint and together all.
 *
 *     slotsOwned({ type: 'cyclic', chunk: 2 }, 8, 2).map(show)   // 0-1 4-5 and 2-3 6-7
 *
 * As PM2's table of owners has it; its bitmaps leave what does not come out even of `block` to nobody, and it has no bitmaps for `custom`.
 * Errors: `RangeError` where the distribution names no node, a chunk is not positive, or a list has not one owner for each slot.
 */
export const slotsOwned = (distribution: SlotDistribution, slots: number, nodes: number): readonly PageSet[] => {
  if (!(Number.isInteger(nodes) && nodes > 0)) throw new RangeError(`slotsOwned: nodes must be a positive integer (got ${nodes})`)
  const ownerOf = ownerIn(distribution, slots, nodes)
  const owned: number[][] = Array.from({ length: nodes }, () => [])
  for (let slot = 0; slot < slots; slot++) {
    const owner = ownerOf(slot)
    if (owned[owner] === undefined) throw new RangeError(`slotsOwned: an owner must be a node from 0 to ${nodes - 1} (got ${owner})`)
    owned[owner].push(slot)
  }
  return owned.map((own) => fromPages(slots, own))
}

const ownerIn = (distribution: SlotDistribution, slots: number, nodes: number): ((slot: number) => number) => {
  switch (distribution.type) {
    case 'centralized':
      return () => distribution.node
    case 'cyclic': {
      const { chunk } = distribution
      if (!(Number.isInteger(chunk) && chunk > 0)) throw new RangeError(`slotsOwned: chunk must be a positive integer (got ${chunk})`)
      return (slot) => Math.floor(slot / chunk) % nodes
    }
    case 'block': {
      const [least, more] = [Math.floor(slots / nodes), slots % nodes]
      const ofLarger = more * (least + 1)
      return (slot) => (slot < ofLarger ? Math.floor(slot / (least + 1)) : more + Math.floor((slot - ofLarger) / least))
    }
    case 'custom':
      if (distribution.owners.length !== slots)
        throw new RangeError(`slotsOwned: there must be an owner for each of ${slots} slots (got ${distribution.owners.length})`)
      return (slot) => distribution.owners[slot]
  }
}
