import type { KernelCore } from './kernelCore'
import type { KernelProgram } from './kernelRun'
import type { KernelFunctionName, KernelText } from './kernelText'
import { nanvixSystemThreads } from './nanvixProcess'
import type { KernelObject, ProcessLayout } from './processLayout'

/** Where paths of a kernel find code and data. `coherent`: hardware keeps data caches coherent, so that locks need not empty them. @internal */
export type KernelGround = { readonly layout: ProcessLayout; readonly text: KernelText; readonly coherent: boolean }

/** What paths through a kernel are made of, each a walk of its core: calls, fields, entries of the threads' tables, locks. @internal */
export type KernelTouch = {
  readonly call: (core: KernelCore, name: KernelFunctionName, depth?: number) => void
  readonly load: (core: KernelCore, object: KernelObject, entry?: number, offset?: number, bytes?: number) => void
  readonly store: (core: KernelCore, object: KernelObject, entry?: number, offset?: number, bytes?: number) => void
  /** The pointer to a thread's entry or condition, where there is one. */
  readonly point: (core: KernelCore, slot: number, table?: 'threadPointers' | 'joinPointers') => void
  /** One round of a search through a table of threads: the field that is compared, and the two branches of the loop. */
  readonly look: (core: KernelCore, table: 'systemThreads' | 'threads', entry: number, offset: number, bytes: number) => void
  readonly empty: (core: KernelCore) => void
  readonly lock: (core: KernelCore, name: string) => KernelProgram
  readonly unlock: (core: KernelCore, name: string) => KernelProgram
  /** Which thread a core runs: looked up, or changed. */
  readonly current: (core: KernelCore, change: boolean) => KernelProgram
}

/** The walks on a ground. A call fetches the whole function and the line of the stack it comes back to; a lock empties the data cache before and after it is taken, and before it is given. @internal */
export const kernelTouch = ({ layout, text, coherent }: KernelGround): KernelTouch => {
  const call: KernelTouch['call'] = (core, name, depth = 1) => {
    core.branch(2)
    core.run(text[name].address, text[name].bytes)
    core.load(stackOf(core) - depth * stackFrame)
  }
  const load: KernelTouch['load'] = (core, object, entry = 0, offset = 0, bytes = 4) =>
    core.load(layout.address(object, entry) + offset, bytes)
  const store: KernelTouch['store'] = (core, object, entry = 0, offset = 0, bytes = 4) =>
    core.store(layout.address(object, entry) + offset, bytes)
  const point: KernelTouch['point'] = (core, slot, table = 'threadPointers') => {
    if (layout.pointed) load(core, table, systemThreads + slot)
  }
  const empty = (core: KernelCore): void => {
    if (!coherent) core.invalidate()
  }
  function* lock(core: KernelCore, name: string): KernelProgram {
    call(core, 'interruptLevel', 2)
    call(core, 'lock', 2)
    empty(core)
    yield { type: 'lock', lock: name, core }
    empty(core)
  }
  function* unlock(core: KernelCore, name: string): KernelProgram {
    call(core, 'unlock', 2)
    empty(core)
    yield { type: 'unlock', lock: name, core }
    call(core, 'interruptLevel', 2)
  }
  function* current(core: KernelCore, change: boolean): KernelProgram {
    call(core, change ? 'setCurrent' : 'currentThread', 2)
    yield* lock(core, 'current')
    if (change) store(core, 'currentThreads', core.id)
    else load(core, 'currentThreads', core.id)
    yield* unlock(core, 'current')
  }
  return {
    call,
    load,
    store,
    point,
    look: (core, table, entry, offset, bytes) => {
      if (layout.pointed) load(core, 'threadPointers', table === 'threads' ? systemThreads + entry : entry)
      load(core, table, entry, offset, bytes)
      core.branch(2)
    },
    empty,
    lock,
    unlock,
    current
  }
}

/** The top of the stack that a core uses in the kernel (a compute cluster's boot log: a page each from 0x9e000). @internal */
export const stackOf = ({ id }: KernelCore): number => 0x9_e000 + (id + 1) * 4096

const stackFrame = 64
const systemThreads = nanvixSystemThreads.services + nanvixSystemThreads.idle
