import { addressOfRun, type IsoArea, type SlotRun } from './isoArea'
import { fault, type Words } from './mappedSlots'

/**
 * A thread's heap, kept whole in the thread's own slots, so that it moves with them and is found again by pointers alone. At `root` stand the addresses of its first and last run. A run
 * begins with four words (its bytes, the run before, the run after, a mark), and is then blocks without gaps: a word of header (bytes of the block, header included; lowest bit set: in use) and
 * what is in it. PM2's block allocator is of this kind (block_alloc.c: slots chained by their headers, blocks by first fit).
 */
export type IsoHeap = { readonly area: IsoArea; readonly words: Words; readonly root: number }

/** Slots that a block of so many bytes needs where no run of the heap has room: more than one for all that does not fit into a slot with its headers. */
export const slotsForBlock = ({ slotBytes }: IsoArea, bytes: number): number => Math.ceil((RUN_HEADER + blockBytes(bytes)) / slotBytes)

/** Takes the first free block that is large enough: its address, or `undefined` where the heap needs another run for it. Cost: the blocks before it. */
export const allocateBlock = ({ words, root }: IsoHeap, bytes: number): number | undefined => {
  const wanted = blockBytes(bytes)
  for (let run = pointer(words, root); run !== 0; run = pointer(words, run + NEXT)) {
    const end = run + pointer(words, run)
    for (let block = run + RUN_HEADER; block < end; block += sizeAt(words, block)) {
      const size = sizeAt(words, block)
      if (inUseAt(words, block) || size < wanted) continue
      const rest = size - wanted
      const taken = rest >= LEAST_BLOCK ? wanted : size
      if (taken < size) words.write(block + taken, BigInt(rest))
      words.write(block, BigInt(taken) | 1n)
      return block + BLOCK_HEADER
    }
  }
  return undefined
}

/** Makes a run of slots, which must be mapped, the last one of the heap: one free block. */
export const addRun = ({ area, words, root }: IsoHeap, run: SlotRun): void => {
  const [base, bytes] = [addressOfRun(area, run), run.n * area.slotBytes]
  const last = pointer(words, root + 8)
  words.write(base, BigInt(bytes))
  words.write(base + PREVIOUS, BigInt(last))
  words.write(base + NEXT, 0n)
  words.write(base + MARK, RUN_MARK)
  words.write(base + RUN_HEADER, BigInt(bytes - RUN_HEADER))
  words.write(last === 0 ? root : last + NEXT, BigInt(base))
  words.write(root + 8, BigInt(base))
}

/**
 * Gives a block back, joined with free ones beside it. The answer is the lowest address of the run where all of it is free now: the run has then left the heap, and its slots may go. `undefined` where
 * there is no block in use at the address. Cost: the runs, and the blocks of one.
 */
export const freeBlock = (heap: IsoHeap, address: number): { readonly emptied: number | undefined } | undefined => {
  const { words, root } = heap
  for (let run = pointer(words, root); run !== 0; run = pointer(words, run + NEXT)) {
    const end = run + pointer(words, run)
    if (address < run || address >= end) continue
    let before = 0
    for (let block = run + RUN_HEADER; block < end; before = block, block += sizeAt(words, block)) {
      if (block + BLOCK_HEADER !== address) continue
      if (!inUseAt(words, block)) return undefined
      const after = block + sizeAt(words, block)
      const joinsBefore = before !== 0 && !inUseAt(words, before)
      const joinsAfter = after < end && !inUseAt(words, after)
      const first = joinsBefore ? before : block
      const last = joinsAfter ? after + sizeAt(words, after) : after
      words.write(first, BigInt(last - first))
      if (first !== run + RUN_HEADER || last !== end) return { emptied: undefined }
      unchain(heap, run)
      return { emptied: run }
    }
    return undefined
  }
  return undefined
}

/** The lowest addresses of the heap's runs, in order. Throws `RangeError` where a pointer among them does not lead to a run. */
export const runsOfHeap = ({ words, root }: Pick<IsoHeap, 'words' | 'root'>): readonly number[] => {
  const runs: number[] = []
  for (let run = pointer(words, root), before = 0; run !== 0; before = run, run = pointer(words, run + NEXT)) {
    if (words.read(run + MARK) !== RUN_MARK || pointer(words, run + PREVIOUS) !== before)
      throw new RangeError(`runsOfHeap: a pointer must lead to a run of the heap (got 0x${run.toString(16)})`)
    runs.push(run)
  }
  return runs
}

const RUN_HEADER = 32
const PREVIOUS = 8
const NEXT = 16
const MARK = 24
const BLOCK_HEADER = 8
const LEAST_BLOCK = 16
/** "isorun" and a version, as text in a word. */
const RUN_MARK = 0x69736f72756e01n

const blockBytes = (bytes: number): number => {
  if (!(Number.isSafeInteger(bytes) && bytes > 0)) throw new RangeError(`allocateBlock: bytes must be a positive integer (got ${bytes})`)
  return BLOCK_HEADER + Math.ceil(bytes / 8) * 8
}

const pointer = (words: Words, at: number): number => Number(words.read(at))

/** A block's size; a fault where there is none, as in memory that has been written over. */
const sizeAt = (words: Words, block: number): number => {
  const size = Number(words.read(block) & ~1n)
  if (size < LEAST_BLOCK || size % 8 !== 0) throw fault(block)
  return size
}

const inUseAt = (words: Words, block: number): boolean => (words.read(block) & 1n) === 1n

const unchain = ({ words, root }: IsoHeap, run: number): void => {
  const [before, after] = [pointer(words, run + PREVIOUS), pointer(words, run + NEXT)]
  words.write(before === 0 ? root : before + NEXT, BigInt(after))
  words.write(after === 0 ? root + 8 : after + PREVIOUS, BigInt(before))
}
