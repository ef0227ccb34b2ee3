/**
 * A range of addresses that means the same on every node, cut into slots: `slots` of `slotBytes` each, numbered from the top downwards, so that slot i is at
 * `topAddress - (i + 1) * slotBytes`. A thread's stack is a run of `stackSlots`, at a multiple of its own size.
 */
export type IsoArea = {
  readonly topAddress: number
  readonly slotBytes: number
  readonly slots: number
  readonly stackSlots: number
}

/** A run of slots: those from `start` to `start + n - 1`, which is one range of memory, whose lowest address is that of the last of them. */
export type SlotRun = { readonly start: number; readonly n: number }

/**
 * An area; what is not given is as in PM2's isoaddr module on Linux: 131,072 slots (`ISOADDR_PAGES`) of 4 KiB (`_SLOT_SIZE`, a page of its shared memory) below 0x40000000
 * (`ISOADDR_AREA_TOP`), and stacks of 16 slots (`THREAD_SLOT_SIZE`, 64 KiB). (The paper's slots are remembered, unverified, as 64 KiB in an area of about 3.5 GB.)
 *
 * Errors: `RangeError` unless `slotBytes` is a multiple of 8 of at least 256, `slots` and `stackSlots` are positive, there is at least one stack, and the area ends above address 0 and below 2^53.
 */
export const isoArea = (options: Partial<IsoArea> = {}): IsoArea => {
  const area = { topAddress: 0x40000000, slotBytes: 4096, slots: 131_072, stackSlots: 16, ...options }
  const { topAddress, slotBytes, slots, stackSlots } = area
  if (!(Number.isSafeInteger(slotBytes) && slotBytes >= 256 && slotBytes % 8 === 0))
    throw new RangeError(`isoArea: slotBytes must be a multiple of 8, at least 256 (got ${slotBytes})`)
  if (!(Number.isInteger(stackSlots) && stackSlots > 0))
    throw new RangeError(`isoArea: stackSlots must be a positive integer (got ${stackSlots})`)
  if (!(Number.isInteger(slots) && slots >= stackSlots && slots <= 2 ** 30))
    throw new RangeError(`isoArea: slots must be an integer from ${stackSlots} to 2^30 (got ${slots})`)
  if (!(Number.isSafeInteger(topAddress) && topAddress % 8 === 0 && topAddress > slots * slotBytes))
    throw new RangeError(`isoArea: topAddress must be a multiple of 8 above ${slots * slotBytes} (got ${topAddress})`)
  return area
}

/** The lowest address of a run of slots. */
export const addressOfRun = ({ topAddress, slotBytes }: IsoArea, { start, n }: SlotRun): number => topAddress - (start + n) * slotBytes

/** The slot in which an address lies, or -1 where it is not in the area. */
export const slotOfAddress = ({ topAddress, slotBytes, slots }: IsoArea, address: number): number => {
  const slot = Math.ceil((topAddress - address) / slotBytes) - 1
  return slot >= 0 && slot < slots ? slot : -1
}
