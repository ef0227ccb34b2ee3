import { addressOfRun, type IsoArea, type SlotRun, slotOfAddress } from './isoArea'

/** What a run of slots holds: its 64-bit words, from the lowest address on. */
export type RunWords = BigUint64Array

/** Where words of 64 bits are read and written, at multiples of 8. Where no memory is mapped, both throw a fault (see `faultAddress`). */
export type Words = { readonly read: (address: number) => bigint; readonly write: (address: number, word: bigint) => void }

/** The address of an access to memory that was not there, of what it has thrown; `undefined` of any other error. */
export const faultAddress = (error: unknown): number | undefined =>
  error instanceof Error && error.name === FAULT ? (error as Error & { readonly address: number }).address : undefined

/** One node's memory within an area: a kernel. Slots are mapped (as zeros, over what was there) and unmapped by runs; what runs hold is copied out and in. */
export type MappedSlots = Words & {
  readonly map: (run: SlotRun) => void
  readonly unmap: (run: SlotRun) => void
  readonly isMapped: (slot: number) => boolean
  readonly copyOut: (run: SlotRun) => RunWords
  readonly copyIn: (run: SlotRun, words: RunWords) => void
}

/** A node's memory with nothing mapped in it. Cost: 4 KiB of words for each slot that is. */
export const mappedSlots = (area: IsoArea): MappedSlots => {
  const mapped = new Map<number, BigUint64Array>()
  const { slotBytes } = area
  const each = (run: SlotRun, work: (slot: number, word: number) => void): void => {
    // The last slot of a run has the lowest address.
    for (let i = 0; i < run.n; i++) work(run.start + run.n - 1 - i, (i * slotBytes) / 8)
  }
  const held = (slot: number, address: number): BigUint64Array => {
    const words = mapped.get(slot)
    if (words === undefined) throw fault(address)
    return words
  }
  const at = (address: number): readonly [BigUint64Array, number] => {
    const slot = address % 8 === 0 ? slotOfAddress(area, address) : -1
    return [held(slot, address), (address - addressOfRun(area, { start: slot, n: 1 })) / 8]
  }
  return {
    read: (address) => {
      const [words, i] = at(address)
      return words[i]
    },
    write: (address, word) => {
      const [words, i] = at(address)
      words[i] = word
    },
    map: (run) => each(run, (slot) => mapped.set(slot, new BigUint64Array(slotBytes / 8))),
    unmap: (run) => each(run, (slot) => mapped.delete(slot)),
    isMapped: (slot) => mapped.has(slot),
    copyOut: (run) => {
      const words = new BigUint64Array((run.n * slotBytes) / 8)
      each(run, (slot, word) => words.set(held(slot, addressOfRun(area, { start: slot, n: 1 })), word))
      return words
    },
    copyIn: (run, words) =>
      each(run, (slot, word) => held(slot, addressOfRun(area, { start: slot, n: 1 })).set(words.subarray(word, word + slotBytes / 8)))
  }
}

const FAULT = 'Fault'

/** The error of an access to memory that is not there, or is not what it must be. @internal */
export const fault = (address: number): Error =>
  Object.assign(new Error(`no memory is mapped at 0x${address.toString(16)}`), { name: FAULT, address })
