import type { SlotRun } from '../../lib/memory/isoArea'
import { forEach, has } from '../../lib/memory/pageSet'
import type { IsoNodeState } from '../../lib/protocol/isoNodeState'

/** What holds of nodes with iso-address threads at every moment: broken by what, in words. */
export type IsoInvariant =
  | 'disjointOwnership'
  | 'ownershipConserved'
  | 'pointersValid'
  | 'mappedWhereHeld'
  | 'releasedWhereThreadIs'
  | 'allocationAlone'
  | 'withinMemory'
  | 'ordersAnswered'

/** The invariants as sentences. */
export const isoInvariants: Readonly<Record<IsoInvariant, string>> = {
  disjointOwnership: 'A slot belongs to one node that has it free, or to one thread, and never to two of them.',
  ownershipConserved:
    'While no node is lost, a slot that belongs to nobody is being taken in a negotiation; at the end every slot belongs to somebody.',
  pointersValid: 'Whatever a thread has written is at the same address after any sequence of migrations, pointers and integers alike.',
  mappedWhereHeld:
    'The slots of a thread are mapped on its node, and no node keeps memory mapped that it neither holds, caches nor is sending.',
  releasedWhereThreadIs: 'When a thread ends, its slots belong to the node where it is.',
  allocationAlone: 'A run that a node has in its map or in a cache it gives to a thread without a message.',
  withinMemory: 'A node never has more slots mapped than its memory holds.',
  ordersAnswered: 'Every order of a thread that is not lost is answered.'
}

/** Whose every slot is: the names of its holders, by slot. Threads on their way hold what they had. */
export const holdersOf = (states: readonly IsoNodeState[], moving: readonly SlotRun[], slots: number): readonly (readonly string[])[] => {
  const holders: string[][] = Array.from({ length: slots }, () => [])
  const runOf = (name: string, { start, n }: SlotRun): void => {
    for (let slot = start; slot < start + n; slot++) holders[slot].push(name)
  }
  for (const { rank, map, slotCache, stackCache, held, area } of states) {
    forEach(map, (slot) => holders[slot].push(`node ${rank}`))
    for (const slot of slotCache) runOf(`the slot cache of node ${rank}`, { start: slot, n: 1 })
    for (const start of stackCache) runOf(`the stack cache of node ${rank}`, { start, n: area.stackSlots })
    for (const [thread, runs] of Object.entries(held)) for (const run of runs) runOf(`${thread} on node ${rank}`, run)
  }
  for (const run of moving) runOf('a thread on its way', run)
  return holders
}

/** Slots that two hold. */
export const heldTwice = (holders: readonly (readonly string[])[]): string | undefined => {
  const slot = holders.findIndex((names) => names.length > 1)
  return slot === -1 ? undefined : `slot ${slot} belongs to ${holders[slot].join(' and to ')}`
}

/** Slots that nobody holds and nobody is taking. */
export const heldByNobody = (holders: readonly (readonly string[])[], states: readonly IsoNodeState[]): string | undefined => {
  const beingTaken = (slot: number): boolean =>
    states.some(({ part }) => part !== undefined && Object.values(part.parts).some((part) => has(part, slot)))
  const slot = holders.findIndex((names, i) => names.length === 0 && !beingTaken(i))
  return slot === -1 ? undefined : `slot ${slot} belongs to nobody`
}
