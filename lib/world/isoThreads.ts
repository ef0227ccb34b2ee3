import { addressOfRun, type IsoArea, type SlotRun, slotOfAddress } from '../memory/isoArea'
import { addRun, allocateBlock, freeBlock, slotsForBlock } from '../memory/isoHeap'
import { faultAddress, type RunWords, type Words } from '../memory/mappedSlots'
import type { ThreadAnswer, ThreadOrder } from '../protocol/threadOrder'
import type { Time } from '../time/time'

/** A thread as its world keeps it: where it is, its runs (stack first), its stack pointer, what it still has to do, and what it waits for. @internal */
export type IsoThread = {
  readonly name: string
  node: number
  runs: readonly SlotRun[]
  stackPointer: number
  readonly orders: ThreadOrder[]
  waits: { readonly order: ThreadOrder; readonly since: Time } | undefined
  lives: 'unborn' | 'here' | 'moving' | 'gone'
}

/** What of an order is left to the node: nothing, as it is answered; slots that are needed; runs to be given back, after which it is answered; the thread's leaving. @internal */
export type Owed =
  | { readonly type: 'answered'; readonly answer: ThreadAnswer }
  | { readonly type: 'need'; readonly n: number }
  | { readonly type: 'give'; readonly runs: readonly SlotRun[]; readonly answer: ThreadAnswer }
  | { readonly type: 'depart'; readonly to: number }

/** A thread that has not been spawned. @internal */
export const isoThread = (name: string): IsoThread => ({
  name,
  node: -1,
  runs: [],
  stackPointer: 0,
  orders: [],
  waits: undefined,
  lives: 'unborn'
})

/** Where the thread's heap begins: the two uppermost words of its stack's slots. @internal */
export const rootOf = (area: IsoArea, stack: SlotRun): number => addressOfRun(area, stack) + stack.n * area.slotBytes - ROOT_BYTES

/** A new stack: an empty heap, and nothing pushed. @internal */
export const beginStack = (thread: IsoThread, area: IsoArea, words: Words): number => {
  const root = rootOf(area, thread.runs[0])
  words.write(root, 0n)
  words.write(root + 8, 0n)
  thread.stackPointer = root
  return addressOfRun(area, thread.runs[0])
}

/** Bytes of a thread that travel: of its stack what is in use, of its heap all runs. @internal */
export const bytesOnWire = ({ runs, stackPointer }: IsoThread, area: IsoArea): number =>
  rootOf(area, runs[0]) + ROOT_BYTES - stackPointer + runs.slice(1).reduce((sum, { n }) => sum + n * area.slotBytes, 0)

/** What arrives of a stack: the words in use; the others stay what they are. @internal */
export const stackInUse = ({ runs, stackPointer }: IsoThread, area: IsoArea, words: RunWords, there: RunWords): RunWords => {
  const out = there.slice()
  const from = (stackPointer - addressOfRun(area, runs[0])) / 8
  out.set(words.subarray(from), from)
  return out
}

/**
 * One order of a thread on its node, as far as the node's memory alone can do it. `ownerOf` says whose a slot is, for the reason of a refusal. A thread's memory is what it has in its slots: an address
 * elsewhere is refused, be it of another thread, of nobody or outside of the area.
 * @internal
 */
export const perform = (
  thread: IsoThread,
  order: ThreadOrder,
  area: IsoArea,
  words: Words,
  ownerOf: (slot: number) => string | undefined
): Owed => {
  const refused = (reason: string): Owed => answered({ type: 'refused', order: order.type, reason })
  const heap = thread.runs.length === 0 ? undefined : { area, words, root: rootOf(area, thread.runs[0]) }
  if (order.type === 'spawn') return heap === undefined ? { type: 'need', n: area.stackSlots } : refused('the thread runs already')
  if (heap === undefined) return refused('there is no such thread')
  try {
    switch (order.type) {
      case 'open':
        return refused(`a thread that may move holds no ${order.what}: it would stay behind`)
      case 'migrate':
        return { type: 'depart', to: order.to }
      case 'exit':
        return { type: 'give', runs: [...thread.runs].reverse(), answer: { type: 'exited', node: thread.node } }
      case 'allocate': {
        const address = allocateBlock(heap, order.bytes)
        return address === undefined ? { type: 'need', n: slotsForBlock(area, order.bytes) } : answered({ type: 'allocated', address })
      }
      case 'free': {
        const freed = freeBlock(heap, order.address)
        if (freed === undefined) return refused(`no block of the thread's heap is at ${hex(order.address)}`)
        const answer: ThreadAnswer = { type: 'freed', address: order.address }
        const run = thread.runs.find((one) => addressOfRun(area, one) === freed.emptied)
        return run === undefined ? answered(answer) : { type: 'give', runs: [run], answer }
      }
      case 'push': {
        const address = thread.stackPointer - 8
        if (address < addressOfRun(area, thread.runs[0])) return refused('the stack is full')
        words.write(address, order.word)
        thread.stackPointer = address
        return answered({ type: 'wrote', address })
      }
      case 'pop': {
        const address = thread.stackPointer
        if (address === heap.root) return refused('the stack is empty')
        thread.stackPointer = address + 8
        return answered({ type: 'read', address, word: words.read(address) })
      }
      case 'read':
      case 'write': {
        const reason = notOwn(thread, order.address, area, ownerOf)
        if (reason !== undefined) return refused(reason)
        if (order.type === 'read') return answered({ type: 'read', address: order.address, word: words.read(order.address) })
        words.write(order.address, BigInt.asUintN(64, order.word))
        return answered({ type: 'wrote', address: order.address })
      }
    }
  } catch (error) {
    const address = faultAddress(error)
    if (address === undefined) throw error
    return answered({ type: 'faulted', order: order.type, address })
  }
}

/** The slots that a thread needed have come: the answer to what needed them. @internal */
export const supplied = (thread: IsoThread, order: ThreadOrder, run: SlotRun, area: IsoArea, words: Words): ThreadAnswer => {
  thread.runs = [...thread.runs, run]
  if (order.type === 'spawn') return { type: 'spawned', node: thread.node, stack: beginStack(thread, area, words) }
  const heap = { area, words, root: rootOf(area, thread.runs[0]) }
  addRun(heap, run)
  return { type: 'allocated', address: allocateBlock(heap, (order as Extract<ThreadOrder, { readonly type: 'allocate' }>).bytes)! }
}

const ROOT_BYTES = 16

const answered = (answer: ThreadAnswer): Owed => ({ type: 'answered', answer })

const hex = (address: number): string => `0x${address.toString(16)}`

const notOwn = (thread: IsoThread, address: number, area: IsoArea, ownerOf: (slot: number) => string | undefined): string | undefined => {
  if (!Number.isSafeInteger(address) || address % 8 !== 0) return `${hex(address)} is no address of a word`
  const slot = slotOfAddress(area, address)
  if (slot === -1) return `${hex(address)} is outside of the area, in memory that the node's threads share`
  const [stack, ...heap] = thread.runs
  const within = (run: SlotRun): boolean => slot >= run.start && slot < run.start + run.n
  if (heap.some(within)) return undefined
  if (within(stack)) return address >= thread.stackPointer ? undefined : `${hex(address)} is below the stack pointer`
  const owner = ownerOf(slot)
  return owner === undefined ? `${hex(address)} is no thread's` : `${hex(address)} is ${owner}'s`
}
