import { type Key, split, uniformInt } from '../random/random'
import type { KernelCore } from './kernelCore'
import { type Clearing, contextAddress, kernelPages } from './kernelPages'
import type { KernelProgram, KernelRun } from './kernelRun'
import { type KernelGround, kernelTouch, stackOf } from './kernelTouch'
import { nanvixContextBytes, nanvixKernelPages, nanvixState, nanvixSystemThreads, nanvixThread } from './nanvixProcess'

/** What the calls of a kernel work on: `others` are threads of the process that sleep. @internal */
export type KernelSite = KernelGround & {
  readonly cores: readonly KernelCore[]
  readonly run: KernelRun
  readonly key: Key
  readonly others: number
  readonly clearing: Clearing
}

/** The thread calls of a kernel with one process. `create` answers the identifier of a thread, `join` waits for its end; both are to be run by `yield*`. @internal */
export type KernelCalls = {
  readonly create: (core: KernelCore) => Generator<Step, number>
  readonly join: (core: KernelCore, id: number) => KernelProgram
  readonly tick: (at: number) => boolean
}

type Step = KernelProgram extends Generator<infer S, void> ? S : never

type State = 'free' | 'ready' | 'running' | 'terminated' | 'zombie'

/**
 * Creation, start, end and joining of threads as walks over a kernel's structures, in the order of nanvix/microkernel (pm/thread/preemptive.c, common.c; pm/cond.c; mm/kpool.c).
 * Every lock, and every page taken or given back, empties the data cache of its core, as caches are not coherent. What is walked follows from what is there: slots that are
 * free, pages that are taken, threads that wait. @internal
 */
export const kernelCalls = ({ layout, text, cores, run, key, others, clearing, coherent }: KernelSite): KernelCalls => {
  const touch = kernelTouch({ layout, text, coherent })
  const slots = nanvixState.threads.count
  const states: State[] = Array.from({ length: slots }, () => 'free')
  const ids = new Array<number>(slots).fill(-1)
  const stacks: (readonly [number, number])[] = Array.from({ length: slots }, () => [-1, -1])
  const queue: number[] = []
  const idle = cores.map((core) => core.id > mainCore)
  const waiting = new Set<number>()
  let nextId = nanvixSystemThreads.services + nanvixSystemThreads.idle
  let draws = 0
  const drawn = (bound: number): number => uniformInt(key, draws++, bound)

  const { call, load, store, point, look, empty, lock, unlock, current } = touch
  const pages = kernelPages(touch, clearing, nanvixKernelPages.ofSystem + 2 + 2 * others, split(key, 'pages'))
  const schedule = (core: KernelCore, slot: number): void => {
    call(core, 'schedule', 2)
    core.branch(2)
    store(core, 'threads', slot, nanvixThread.age, 8)
    store(core, 'threads', slot, nanvixThread.state, 2)
    call(core, 'enqueue', 3)
    load(core, 'scheduling', 0, 0, nanvixState.scheduling.bytes)
    core.branch()
    if (queue.length > 0) store(core, 'threads', queue[queue.length - 1], nanvixThread.link)
    store(core, 'scheduling', 0, 0, nanvixState.scheduling.bytes)
    queue.push(slot)
  }
  const notify = (core: KernelCore, target: number): void => {
    call(core, 'notify', 2)
    load(core, 'events', target, 0, 16)
    store(core, 'events', target, 0, 16)
    wakeCore(target, core.now())
  }
  const wakeCore = (target: number, at: number): void => {
    if (!idle[target]) return
    idle[target] = false
    const awake = cores[target]
    awake.idleUntil(at + notifyCycles + drawn(notifyCycles))
    run.start(yielding(awake, -1))
  }
  function* create(core: KernelCore): Generator<Step, number> {
    call(core, 'dispatch')
    load(core, 'systemBoard', mainCore, 0, 64)
    call(core, 'createThread')
    yield* lock(core, 'threads')
    call(core, 'findFreeThread', 2)
    const slot = states.indexOf('free')
    if (layout.mixed) for (let i = 0; i < systemThreads; i++) look(core, 'systemThreads', i, nanvixThread.state, 2)
    for (let i = 0; i <= slot; i++) look(core, 'threads', i, nanvixThread.state, 2)
    load(core, 'threadCount')
    store(core, 'threadCount')
    store(core, 'threads', slot, nanvixThread.state, 2)
    store(core, 'threads', slot, nanvixThread.link)
    states[slot] = 'ready'
    const kernelStack = pages.take(core)
    const userStack = pages.take(core)
    load(core, 'nextThreadId')
    store(core, 'nextThreadId')
    const id = nextId++
    ids[slot] = id
    stacks[slot] = [userStack, kernelStack]
    point(core, slot)
    store(core, 'threads', slot, nanvixThread.id, 40)
    load(core, 'threads', slot, nanvixThread.core, 2)
    store(core, 'userStacks', slot)
    store(core, 'kernelStacks', slot)
    call(core, 'createContext', 2)
    core.store(contextAddress(kernelStack, nanvixContextBytes), nanvixContextBytes)
    load(core, 'userStacks', slot)
    load(core, 'kernelStacks', slot)
    store(core, 'threads', slot, nanvixThread.context)
    schedule(core, slot)
    const target = coreOf(slot)
    load(core, 'systemThreads', nanvixSystemThreads.services + target, nanvixThread.state, 2)
    core.branch()
    if (idle[target]) notify(core, target)
    yield* unlock(core, 'threads')
    call(core, 'reply')
    store(core, 'systemBoard', mainCore, 64, 8)
    empty(core)
    return id
  }

  function* yielding(core: KernelCore, leaving: number): KernelProgram {
    call(core, 'yield')
    yield* lock(core, 'threads')
    yield* current(core, false)
    call(core, 'takeNext', 2)
    load(core, 'scheduling', 0, 0, nanvixState.scheduling.bytes)
    core.branch()
    const next = queue.shift()
    if (next !== undefined) {
      load(core, 'threads', next, nanvixThread.link)
      load(core, 'threads', next, nanvixThread.affinity)
      core.branch()
      store(core, 'scheduling', 0, 0, nanvixState.scheduling.bytes)
      load(core, 'threads', next, nanvixThread.context)
      store(core, 'threads', next, nanvixThread.state, 2)
      states[next] = 'running'
    } else load(core, 'systemThreads', nanvixSystemThreads.services + core.id, nanvixThread.context)
    if (leaving >= 0) {
      load(core, 'threads', leaving, nanvixThread.state, 2)
      store(core, 'threads', leaving, nanvixThread.state, 2)
      states[leaving] = 'zombie'
    }
    core.branch(4)
    yield* current(core, true)
    yield* unlock(core, 'threads')
    call(core, 'switchContext')
    if (next !== undefined) core.load(contextAddress(stacks[next][1], nanvixContextBytes), nanvixContextBytes)
    core.store(stackOf(core) - nanvixContextBytes, nanvixContextBytes)
    yield* prolog(core, next, leaving)
    if (next === undefined) {
      idle[core.id] = true
      return
    }
    yield* thread(core, next)
  }

  function* prolog(core: KernelCore, slot: number | undefined, leaving: number): KernelProgram {
    call(core, 'prolog')
    yield* lock(core, 'threads')
    if (slot === undefined) load(core, 'systemThreads', nanvixSystemThreads.services + core.id, nanvixThread.link)
    else load(core, 'threads', slot, nanvixThread.link)
    core.branch(3)
    if (leaving >= 0) {
      load(core, 'threads', leaving, nanvixThread.state, 2)
      call(core, 'freeThread', 2)
      load(core, 'userStacks', leaving)
      pages.give(core, stacks[leaving][0])
      load(core, 'kernelStacks', leaving)
      pages.give(core, stacks[leaving][1])
      store(core, 'userStacks', leaving)
      store(core, 'kernelStacks', leaving)
      load(core, 'threadCount')
      store(core, 'threadCount')
      store(core, 'threads', leaving, nanvixThread.id, 8)
      states[leaving] = 'free'
      ids[leaving] = -1
    }
    yield* unlock(core, 'threads')
  }

  function* thread(core: KernelCore, slot: number): KernelProgram {
    call(core, 'startThread')
    yield* current(core, false)
    load(core, 'threads', slot, nanvixThread.argument, 8)
    call(core, 'userCode')
    call(core, 'exitThread')
    yield* current(core, false)
    yield* lock(core, 'threads')
    call(core, 'saveExit', 2)
    core.branch()
    store(core, 'threads', slot, nanvixThread.state, 2)
    states[slot] = 'terminated'
    call(core, 'broadcast', 2)
    yield* lock(core, `condition ${slot}`)
    point(core, slot, 'joinPointers')
    load(core, 'joinConditions', slot, 8, 12)
    core.branch()
    if (waiting.delete(slot)) {
      store(core, 'joinConditions', slot, 8, 12)
      notify(core, mainCore)
      run.wake(`join ${slot}`, core.now() + notifyCycles + drawn(notifyCycles))
    }
    yield* unlock(core, `condition ${slot}`)
    yield* unlock(core, 'threads')
    yield* yielding(core, slot)
  }

  function* join(core: KernelCore, id: number): KernelProgram {
    call(core, 'joinThread')
    yield* current(core, false)
    yield* lock(core, 'threads')
    call(core, 'findThread', 2)
    const slot = ids.indexOf(id)
    for (let i = 0; i < systemThreads; i++) look(core, 'systemThreads', i, nanvixThread.id, 4)
    for (let i = 0; i < (slot < 0 ? slots : slot + 1); i++) look(core, 'threads', i, nanvixThread.id, 4)
    if (slot >= 0) {
      load(core, 'threads', slot, nanvixThread.state, 2)
      core.branch(3)
      if (states[slot] === 'ready' || states[slot] === 'running') {
        call(core, 'wait', 2)
        yield* current(core, false)
        yield* lock(core, `condition ${slot}`)
        point(core, slot, 'joinPointers')
        load(core, 'joinConditions', slot, 8, 12)
        store(core, 'joinConditions', slot, 8, 12)
        yield* unlock(core, `condition ${slot}`)
        waiting.add(slot)
        yield* unlock(core, 'threads')
        yield { type: 'sleep', name: `join ${slot}`, core }
        yield* lock(core, 'threads')
      }
    }
    load(core, 'nextThreadId')
    core.branch(2)
    yield* unlock(core, 'threads')
  }

  const occupy = (): void => {
    states[0] = 'running'
    ids[0] = nextId++
    const which = split(key, 'slots')
    for (let taken = 0, tries = 0; taken < others; tries++) {
      const slot = 1 + uniformInt(which, tries, slots - 1)
      if (states[slot] === 'free') {
        states[slot] = 'running'
        ids[slot] = nextId++
        taken++
      }
    }
  }
  occupy()

  return {
    create,
    join,
    tick: (at) => {
      const target = idle.indexOf(true)
      if (queue.length === 0 || target < 0) return false
      wakeCore(target, at + tickCycles)
      return true
    }
  }
}

const mainCore = 1
const systemThreads = nanvixSystemThreads.services + nanvixSystemThreads.idle
// Assumed, the same for every layout: how long an interrupt to another core takes, up to twice that, and how long until the clock's looks for threads that no core took.
const notifyCycles = 500
const tickCycles = 100_000

const coreOf = (slot: number): number => (slot % 15) + 1
