import type { ThreadOrder, ThreadSignal } from '../../lib/protocol/threadOrder'
import type { IsoStep } from './isoPlan'

/** What a thread has written, kept outside of all nodes: a word by its address. Its cells are a list, each with the address of the one before, an integer that is such an address, and numbers. */
export type IsoThreadMirror = {
  readonly name: string
  /** Where the thread is, by what it was told; -1: it does not run. */
  readonly node: () => number
  readonly isLost: () => boolean
  readonly isIdle: () => boolean
  readonly words: ReadonlyMap<number, bigint>
  readonly stack: () => number
  /** The next order, or `undefined` at the end. */
  readonly next: () => ThreadOrder | undefined
  readonly hear: (signal: Extract<ThreadSignal, { readonly thread: string }>) => void
}

type Cell = { readonly address: number; readonly words: number }

/** A thread that does the steps of a plan, begins on a node and ends at the end. `reach`: an address of somebody else. */
export const isoThreadMirror = (name: string, node: number, steps: readonly IsoStep[], reach: () => number): IsoThreadMirror => {
  let cells: readonly Cell[] = []
  const words = new Map<number, bigint>()
  const pushed: number[] = []
  let here = -1
  let stack = 0
  let lost = false
  let waiting: ThreadOrder | undefined
  let at = 0
  const orders: ThreadOrder[] = [{ type: 'spawn', node }]
  let counter = 0

  const forget = (): void => {
    cells = []
    words.clear()
    pushed.length = 0
    stack = 0
    here = -1
  }
  const ordersOf = (step: IsoStep): readonly ThreadOrder[] => {
    switch (step.type) {
      case 'cell':
        return [{ type: 'allocate', bytes: 8 * step.words }]
      case 'drop': {
        const cell = cells[step.which % Math.max(1, cells.length)]
        return cell === undefined ? [] : [{ type: 'free', address: cell.address }]
      }
      case 'push':
        return cells.length === 0 ? [] : [{ type: 'push', word: BigInt(cells.at(-1)!.address) }]
      case 'move':
        return [{ type: 'migrate', to: step.to }]
      case 'again':
        return [{ type: 'exit' }, { type: 'spawn', node: step.node }]
      case 'reach':
        return [
          { type: 'write', address: reach(), word: 0xdeadn },
          { type: 'open', what: 'file' }
        ]
    }
  }
  const filled = ({ address, words: n }: Cell): readonly ThreadOrder[] => {
    const before = cells.at(-2)
    counter++
    return [
      { type: 'write', address, word: BigInt(before?.address ?? 0) },
      { type: 'write', address: address + 8, word: BigInt(address) },
      { type: 'write', address: address + 8 * (n - 1), word: BigInt.asUintN(64, -BigInt(counter)) }
    ]
  }

  return {
    name,
    node: () => here,
    isLost: () => lost,
    isIdle: () => waiting === undefined,
    words,
    stack: () => stack,
    next: () => {
      while (orders.length === 0 && at < steps.length) orders.push(...ordersOf(steps[at++]))
      if (orders.length === 0 && at++ === steps.length && here >= 0) orders.push({ type: 'exit' })
      waiting = orders.shift()
      return waiting
    },
    hear: (signal) => {
      const order = waiting
      waiting = undefined
      switch (signal.type) {
        case 'spawned':
          here = signal.node
          stack = signal.stack
          return
        case 'allocated': {
          const cell = { address: signal.address, words: (order as { readonly bytes: number }).bytes / 8 }
          cells = [...cells, cell]
          orders.push(...filled(cell))
          return
        }
        case 'freed': {
          const gone = cells.find(({ address }) => address === signal.address)!
          cells = cells.filter((cell) => cell !== gone)
          for (let i = 0; i < gone.words; i++) words.delete(gone.address + 8 * i)
          return
        }
        case 'wrote':
          words.set(signal.address, (order as { readonly word: bigint }).word)
          if (order?.type === 'push') pushed.push(signal.address)
          return
        case 'migrated':
          here = signal.to
          return
        case 'exited':
          forget()
          return
        case 'lost':
          lost = true
          orders.length = 0
          at = steps.length + 1
          forget()
          return
        default:
      }
    }
  }
}
