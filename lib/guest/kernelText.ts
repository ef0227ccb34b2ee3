import { type Key, split, uniformInt } from '../random/random'
import type { KernelObject, ProcessLayout } from './processLayout'

/** A function of the kernel: bytes of its code without the addresses it names, estimated from the length of its source, and the structures it names. */
type KernelFunction = { readonly bytes: number; readonly names: readonly KernelObject[] }

/** The functions on the paths of thread calls, by what they do (nanvix/microkernel, pm/thread, pm/cond.c, mm/kpool.c; nanvix/hal). Their sizes are estimates. */
export const kernelFunctions = {
  dispatch: { bytes: 720, names: ['systemBoard'] },
  reply: { bytes: 220, names: ['systemBoard'] },
  createThread: { bytes: 980, names: ['threadLock', 'nextThreadId', 'threads', 'userStacks', 'kernelStacks', 'systemThreads'] },
  findFreeThread: { bytes: 220, names: ['threads', 'threadCount'] },
  getPage: { bytes: 200, names: ['kernelPages'] },
  clear: { bytes: 96, names: [] },
  createContext: { bytes: 620, names: [] },
  schedule: { bytes: 160, names: ['scheduling', 'systemThreads'] },
  enqueue: { bytes: 180, names: [] },
  notify: { bytes: 460, names: ['events'] },
  lock: { bytes: 240, names: [] },
  unlock: { bytes: 96, names: [] },
  interruptLevel: { bytes: 200, names: [] },
  currentThread: { bytes: 120, names: ['currentLock', 'currentThreads'] },
  setCurrent: { bytes: 120, names: ['currentLock', 'currentThreads'] },
  yield: { bytes: 620, names: ['threadLock', 'systemThreads'] },
  takeNext: { bytes: 300, names: ['scheduling'] },
  switchContext: { bytes: 420, names: [] },
  prolog: { bytes: 320, names: ['threadLock'] },
  startThread: { bytes: 160, names: [] },
  exitThread: { bytes: 320, names: ['threadLock', 'threads', 'joinConditions'] },
  saveExit: { bytes: 140, names: ['exitValues', 'exitSlot'] },
  broadcast: { bytes: 240, names: [] },
  freeThread: { bytes: 280, names: ['threads', 'userStacks', 'kernelStacks', 'threadCount'] },
  putPage: { bytes: 200, names: ['kernelPages'] },
  joinThread: { bytes: 380, names: ['threadLock', 'nextThreadId', 'joinConditions'] },
  findThread: { bytes: 130, names: ['systemThreads', 'threads'] },
  wait: { bytes: 260, names: [] },
  userCode: { bytes: 320, names: [] }
} as const satisfies Readonly<Record<string, KernelFunction>>

/** A function of the kernel on the paths of thread calls. */
export type KernelFunctionName = keyof typeof kernelFunctions

/** Where code stands: address and bytes of each function. */
export type KernelText = Readonly<Record<KernelFunctionName, { readonly address: number; readonly bytes: number }>>

/**
 * The kernel's code for a layout: a function has its bytes, and 8 for the address of each symbol that it names (an instruction with 32 bits behind it), so that what lies in one
 * region under one symbol makes it shorter. Functions stand in an order drawn from the key, with code of others between them, and begin at the same addresses whatever the layout.
 */
export const kernelText = ({ symbol }: ProcessLayout, key: Key): KernelText => {
  const names = Object.keys(kernelFunctions) as readonly KernelFunctionName[]
  const order = [...names].sort((one, other) => rank(key, one) - rank(key, other))
  let at = 0x8000
  const places = order.map((name) => {
    const { bytes, names } = kernelFunctions[name]
    at += 16 * uniformInt(split(key, `before ${name}`), 0, longestGap / 16)
    const address = at
    at += bytes + addressBytes * names.length
    return [name, { address, bytes: bytes + addressBytes * new Set(names.map(symbol)).size }]
  })
  return Object.fromEntries(places) as KernelText
}

const rank = (key: Key, name: string): number => uniformInt(split(key, `rank ${name}`), 0, 2 ** 31)

const addressBytes = 8

// So that 29 functions spread over most of the 357 KB of code.
const longestGap = 24 * 1024
