import type { Entry } from '../../lib/protocol/journal'
import type { ThreadActed, ThreadOrder } from '../../lib/protocol/threadOrder'

/** What must hold of every journal of threads with iso-address memory. */
export type ThreadInvariant = 'wordsKept' | 'blocksDisjoint' | 'ownMemoryOnly' | 'nothingFaults' | 'whereItSays' | 'aloneUnlessNegotiated'

/** A breach: which invariant, and what is wrong. */
export type ThreadProblem = { readonly invariant: ThreadInvariant; readonly problem: string }

/** A thread as orders and answers tell of it: where it is, its blocks by address with their bytes, words that it has written there or pushed, and what has come for it since its order. */
type Known = {
  node: number | undefined
  readonly orders: { readonly n: number; readonly action: ThreadOrder }[]
  readonly blocks: Map<number, number>
  readonly words: Map<number, bigint>
  readonly pushed: number[]
  locks: number
  negotiated: boolean
}

/** All that an account of a journal remembers; it changes its own. */
export type ThreadLedger = ReadonlyMap<string, Known>

/** An account at the beginning of a journal. */
export const threadLedger = (began: Extract<Entry, { readonly type: 'began' }> | undefined): ThreadLedger =>
  new Map(
    Object.keys(began?.guests ?? {}).map((name) => [
      name,
      { node: undefined, orders: [], blocks: new Map(), words: new Map(), pushed: [], locks: 0, negotiated: false }
    ])
  )

/** An entry into the account: what it breaks. */
export const threadEntered = (ledger: ThreadLedger, entry: Entry): readonly ThreadProblem[] => {
  const problems: ThreadProblem[] = []
  if (entry.type === 'commanded') {
    const { order, to } = entry.command
    if (order.type === 'act') ledger.get(to.migration)?.orders.push({ n: to.n, action: order.action })
    return problems
  }
  if (entry.type !== 'signalled') return problems
  const { signal } = entry
  const name = 'to' in signal ? signal.to.migration : signal.migration
  const thread = ledger.get(name)
  if (thread === undefined) return problems
  if (signal.type === 'negotiated') thread.negotiated = true
  else if (signal.type === 'carried' && (signal.what === 'request' || signal.what === 'lock')) thread.locks++
  else if (signal.type === 'threadLost') forget(thread)
  else if ((signal.type === 'acted' || signal.type === 'refused') && 'to' in signal) {
    const at = thread.orders.findIndex(({ n }) => n === signal.to.n)
    if (at === -1) return problems
    const [{ action }] = thread.orders.splice(at, 1)
    if (signal.type === 'acted')
      acted(ledger, name, action, signal.result, (invariant, problem) => void problems.push({ invariant, problem }))
    thread.locks = 0
    thread.negotiated = false
  }
  return problems
}

type Say = (invariant: ThreadInvariant, problem: string) => void

const acted = (ledger: ThreadLedger, name: string, action: ThreadOrder, result: ThreadActed['result'], say: Say): void => {
  const thread = ledger.get(name)!
  switch (result.type) {
    case 'spawned':
      thread.node = result.node
      alone(thread, name, say)
      return
    case 'allocated':
      alone(thread, name, say)
      if (action.type === 'allocate') taken(ledger, name, result.address, 8 * Math.ceil(action.bytes / 8), say)
      return
    case 'freed':
      for (let at = result.address; at < result.address + (thread.blocks.get(result.address) ?? 0); at += 8) thread.words.delete(at)
      thread.blocks.delete(result.address)
      return
    case 'wrote':
      foreign(ledger, name, result.address, say)
      if (action.type === 'push') thread.pushed.push(result.address)
      if (action.type === 'push' || (action.type === 'write' && blockAt(thread, result.address) !== undefined))
        thread.words.set(result.address, BigInt.asUintN(64, action.word))
      return
    case 'read': {
      foreign(ledger, name, result.address, say)
      const written = thread.words.get(result.address)
      if (written !== undefined && written !== result.word)
        say('wordsKept', `${name} wrote ${hex(written)} at ${hex(result.address)}, and reads ${hex(result.word)}`)
      if (action.type !== 'pop') return
      const top = thread.pushed.pop()
      thread.words.delete(result.address)
      if (top !== result.address)
        say('wordsKept', `${name} pops at ${hex(result.address)}, and has pushed at ${top === undefined ? 'none' : hex(top)}`)
      return
    }
    case 'migrated':
      if (result.from !== thread.node || action.type !== 'migrate' || action.to !== result.to)
        say('whereItSays', `${name} was on node ${thread.node}, and has moved from node ${result.from} to node ${result.to}`)
      thread.node = result.to
      return
    case 'exited':
      if (result.node !== thread.node) say('whereItSays', `${name} was on node ${thread.node}, and ends on node ${result.node}`)
      forget(thread)
      return
    case 'faulted':
      say('nothingFaults', `${name} finds no memory at ${hex(result.address)}`)
  }
}

const alone = ({ locks, negotiated }: Known, name: string, say: Say): void => {
  if (locks > 0 && !negotiated) say('aloneUnlessNegotiated', `${name} was given slots that its node had, and other nodes were asked`)
}

const taken = (ledger: ThreadLedger, name: string, address: number, bytes: number, say: Say): void => {
  for (const [other, { blocks }] of ledger)
    for (const [start, size] of blocks)
      if (start < address + bytes && address < start + size)
        say('blocksDisjoint', `${name} is given ${hex(address)}, where ${other} has ${size} bytes at ${hex(start)}`)
  const thread = ledger.get(name)!
  for (let at = address; at < address + bytes; at += 8) thread.words.delete(at)
  thread.blocks.set(address, bytes)
}

const foreign = (ledger: ThreadLedger, name: string, address: number, say: Say): void => {
  for (const [other, thread] of ledger)
    if (other !== name && blockAt(thread, address) !== undefined)
      say('ownMemoryOnly', `${name} reaches ${hex(address)}, which is ${other}'s`)
}

const blockAt = ({ blocks }: Known, address: number): number | undefined =>
  [...blocks].find(([start, bytes]) => address >= start && address < start + bytes)?.[0]

const forget = (thread: Known): void => {
  thread.node = undefined
  thread.blocks.clear()
  thread.words.clear()
  thread.pushed.length = 0
}

const hex = (n: number | bigint): string => `0x${n.toString(16)}`
