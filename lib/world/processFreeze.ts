import type { KernelAnswer } from '../protocol/process'
import type { Site } from './chipSite'
import { cursorOf } from './processAbsent'
import { check } from './processCheck'
import { type Copy, cyclesIn, type ProcessContext, type ProcessThread, stampIn, wrote } from './processCopy'
import { place } from './processEnd'
import { look } from './processLook'
import { holdsState, isPage, pieceKey } from './processPieces'
import { CALL } from './processProgram'
import { goOn, halt, lookAhead, reschedule, tellThreads } from './processThreads'

/** How an order of a daemon goes on: work of the system's core, and what comes of it. @internal */
export type Errand = {
  readonly site: Site
  readonly after: (cycles: number, then: () => void) => void
  readonly done: () => void
  readonly answer: (said: KernelAnswer) => void
  readonly refuse: (reason: string) => void
}

/**
 * Stops a process's threads: those that wait for a core never get one, those that have one are signalled one after the other and come to the scheduler. Then nothing of it is half done, and its state is written down.
 * @internal
 */
export const freeze = (world: ProcessContext, copy: Copy, { after, done, refuse }: Errand): void => {
  const { process, kernel } = copy
  const { freeze: first, stop } = world.checked.kernel
  if (copy.state !== 'running') {
    refuse(`${process.name} is ${words[copy.state]}`)
    return
  }
  copy.state = 'freezing'
  after(first, () => {
    if (copy.state !== 'freezing') return refuse(GONE)
    reschedule(world, kernel)
    const { ready, cores } = kernel.scheduler
    const ours = [...ready, ...cores].flatMap((one) => (one !== undefined && one.process === process.name ? [one.thread] : []))
    copy.queue = ours
    halt(
      world,
      copy,
      ready.flatMap((one) => (one.process === process.name ? [copy.threads[one.thread]] : []))
    )
    const isOn = (index: number): boolean => kernel.scheduler.cores.some((one) => one?.process === process.name && one.thread === index)
    const next = (): void => {
      const index = copy.queue.find(isOn)
      if (index === undefined) {
        world.calls.stop(process.name, () => after(0, () => (copy.state === 'freezing' ? frozen(world, copy, done) : refuse(GONE))))
        return
      }
      after(stop, () => {
        if (copy.state !== 'freezing') return refuse(GONE)
        halt(world, copy, [copy.threads[index]])
        next()
      })
    }
    next()
  })
}

const frozen = (world: ProcessContext, copy: Copy, done: () => void): void => {
  look(world, copy)
  copy.state = 'frozen'
  copy.ahead?.unsubscribe()
  copy.kernel.spent += copy.threads.reduce((sum, { had }, i) => sum + had - copy.base[i], 0)
  copy.base = copy.threads.map(({ had }) => had)
  writeDown(copy)
  place(world, copy, 'frozen')
  tellThreads(world, copy.kernel)
  done()
}

/** The kernel's structures of a process as they are now. @internal */
export const writeDown = (copy: Copy): void => {
  for (const piece of copy.image.pieces)
    if (!isPage(piece)) wrote(copy, piece, holdsState(piece) ? { had: copy.threads.map(({ had }) => had), queue: copy.queue } : {})
}

/** Puts a frozen or an arrived process's threads back into the queue; from then on it is this copy that counts. @internal */
export const unfreeze = (world: ProcessContext, copy: Copy, absent: boolean, { site, after, done, refuse }: Errand): void => {
  const { process, threads } = copy
  const { unfreeze: first, start } = world.checked.kernel
  const before = copy.state
  const reason = notReady(copy, absent)
  if (reason !== undefined) {
    refuse(reason)
    return
  }
  copy.state = 'thawing'
  after(first + start * threads.length, () => {
    if (copy.state !== 'thawing') return refuse(GONE)
    const noRoom = world.calls.goOn(process.name, site)
    if (noRoom !== undefined) {
      copy.state = before as 'frozen' | 'arriving'
      return refuse(noRoom)
    }
    process.home = copy
    process.over = undefined
    if (before === 'arriving') restore(world, copy)
    copy.state = 'running'
    check(world, copy, 'unfrozen')
    place(world, copy, 'running')
    run(world, copy)
    done()
  })
}

/** Puts all threads that can go on into the queue, in their order. @internal */
export const run = (world: ProcessContext, copy: Copy): void => {
  const { process, threads, queue } = copy
  const inOrder = [...new Set([...queue, ...threads.map(({ index }) => index)])].flatMap((i) => threads[i] ?? [])
  const going = inOrder.filter((thread) => !thread.isOver && !waits(copy, thread))
  for (const { index } of going) copy.behind.add(index)
  goOn(world, copy, going)
  if (process.answers.length > 0 && threads[0].waits === CALL) goOn(world, copy, [threads[0]])
  lookAhead(world, copy)
}

/** Whether a thread waits still: its program's calls are open, or what it needs has not come. */
const waits = ({ process, present }: Copy, thread: ProcessThread): boolean => {
  if (thread.index === 0 && process.open.size > 0) thread.waits = CALL
  else if (thread.waits === CALL || (thread.waits !== undefined && present.has(thread.waits))) thread.waits = undefined
  return thread.waits !== undefined
}

/** Why a copy cannot go on. */
const notReady = ({ process, state, image, present }: Copy, absent: boolean): string | undefined => {
  if (state !== 'frozen' && state !== 'arriving') return `${process.name} is ${words[state]}`
  const missing = image.pieces.filter((piece) => !present.has(pieceKey(piece)))
  const first = missing.find((piece) => !absent || !isPage(piece))
  if (first === undefined) return undefined
  return `${first.section} ${first.index} of ${process.name} has not come, nor have ${missing.length - 1} others`
}

/** Threads go on from the state that has come. */
const restore = (world: ProcessContext, copy: Copy): void => {
  const { process, kernel, threads, image } = copy
  const state = stampIn(copy, pieceKey(image.pieces.find(holdsState)!))
  const needed = cyclesIn.upTo(kernel, process.spec.cpuNs)
  copy.queue = state?.queue ?? []
  for (const thread of threads) {
    thread.had = state?.had?.[thread.index] ?? 0
    thread.isOver = thread.had >= needed
    cursorOf(world, process, thread.index)?.seek(cyclesIn.ns(kernel, thread.had))
  }
  copy.looked = threads.map(({ had }) => had)
  copy.base = copy.looked
}

const words = {
  running: 'running',
  freezing: 'being frozen',
  frozen: 'frozen',
  thawing: 'going on',
  arriving: 'arriving',
  gone: 'gone'
} as const

const GONE = 'the process has gone meanwhile'
