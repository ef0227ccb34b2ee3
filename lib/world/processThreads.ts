import {
  enqueue,
  leavingAt,
  nextDecision,
  type Scheduled,
  type SchedulerDecision,
  scheduleUntil,
  withdraw
} from '../guest/clusterScheduler'
import { tickAt } from '../time/clock'
import { ticksAt } from './chipSite'
import { work } from './chipWork'
import { absentFor, lacks, leavesAt, WINDOW_NS } from './processAbsent'
import { type Copy, cyclesIn, type ProcessContext, type ProcessThread, type SiteKernel } from './processCopy'
import { dropped } from './processEnd'

/** Lets a cluster's scheduler come up to now, and then do something. @internal */
export const reschedule = (
  world: ProcessContext,
  kernel: SiteKernel,
  change: (scheduler: SiteKernel['scheduler']) => Scheduled | undefined = () => undefined
): void => {
  const { site } = kernel
  const until = scheduleUntil(kernel.scheduler, ticksAt(site, world.context))
  kernel.scheduler = until.scheduler
  const changed = change(kernel.scheduler)
  if (changed !== undefined) kernel.scheduler = changed.scheduler
  const begun: Copy[] = []
  for (const decision of [...until.decisions, ...(changed?.decisions ?? [])]) {
    const copy = kernel.copies.get(decision.thread.process)
    if (copy === undefined) continue
    if (decision.type === 'leaves') left(world, copy, decision)
    else if (decision.type === 'runs') {
      copy.behind.delete(decision.thread.thread)
      if (decision.thread.thread === 0) begun.push(copy)
    }
  }
  tellThreads(world, kernel)
  appoint(world, kernel)
  for (const copy of begun) world.programRuns(copy)
}

/** Whether a process's program can go on: its first thread has a core. @internal */
export const hasFirstCore = ({ process, kernel, state }: Copy): boolean =>
  state === 'running' && kernel.scheduler.cores.some((one) => one !== undefined && one.process === process.name && one.thread === 0)

/** Threads that can go on wait for a core, in order. @internal */
export const goOn = (world: ProcessContext, copy: Copy, threads: readonly ProcessThread[]): void => {
  const { process, kernel } = copy
  reschedule(world, kernel, (before) =>
    threads.reduce<Scheduled>(
      ({ scheduler, decisions }, thread) => {
        thread.waits = undefined
        const next = enqueue(scheduler, {
          process: process.name,
          thread: thread.index,
          had: thread.had,
          until: leavesAt(world, copy, thread)
        })
        return { scheduler: next.scheduler, decisions: [...decisions, ...next.decisions] }
      },
      { scheduler: before, decisions: [] }
    )
  )
}

/** Sees to it that threads leave their cores where they need what has not come, as far as can be seen now; looked at again while there is such a thing. @internal */
export const lookAhead = (world: ProcessContext, copy: Copy): void => {
  const { process, kernel } = copy
  copy.ahead?.unsubscribe()
  copy.ahead = undefined
  if (copy.state !== 'running' || process.spec.workload === undefined) return
  reschedule(world, kernel, (before) => {
    const scheduler = copy.threads.reduce(
      (now, thread) => leavingAt(now, { process: process.name, thread: thread.index }, leavesAt(world, copy, thread)),
      before
    )
    return { scheduler, decisions: [] }
  })
  if (lacks(copy)) copy.ahead = world.context.timeline.schedule(() => lookAhead(world, copy), WINDOW_NS)
}

/** Takes threads from their cores or out of the queue, in order. @internal */
export const halt = (world: ProcessContext, copy: Copy, threads: readonly ProcessThread[]): void => {
  const { process, kernel } = copy
  reschedule(world, kernel, (before) =>
    threads.reduce<Scheduled>(
      ({ scheduler, decisions }, thread) => {
        const next = withdraw(scheduler, { process: process.name, thread: thread.index })
        if (next === undefined) return { scheduler, decisions }
        thread.had = next.thread.had
        return { scheduler: next.scheduler, decisions: [...decisions, ...next.decisions] }
      },
      { scheduler: before, decisions: [] }
    )
  )
}

/** A thread waits for a piece that has not come; whoever must fetch it is told, once. @internal */
export const waitFor = (world: ProcessContext, copy: Copy, thread: ProcessThread, key: string): void => {
  thread.waits = key
  if (copy.wanted.has(key)) return
  copy.wanted.add(key)
  const piece = copy.image.pieces.find(({ section, index }) => `${section} ${index}` === key)!
  const { context, checked } = world
  work(
    context,
    context.owners.get(copy.kernel.site.spec.name)!,
    () => checked.kernel.fault,
    () => {
      if (copy.state !== 'gone' && !copy.present.has(key))
        world.context.tell(copy.kernel.site, { type: 'wanted', process: copy.process.name, piece })
    }
  )
}

/** A thread's time has come: its work is done, or it needs what has not come. */
const left = (world: ProcessContext, copy: Copy, { thread: { thread: index, had } }: SchedulerDecision): void => {
  const thread = copy.threads[index]
  thread.had = had
  if (had >= cyclesIn.upTo(copy.kernel, copy.process.spec.cpuNs)) {
    thread.isOver = true
    if (copy.threads.every(({ isOver }) => isOver)) dropped(world, copy, 'exited')
    return
  }
  const key = absentFor(world, copy, thread)
  if (key !== undefined) waitFor(world, copy, thread, key)
  // What it would have stopped at has come at this very moment.
  else if (copy.state === 'running') goOn(world, copy, [thread])
}

/** Tells of a process's threads, where anything has changed. @internal */
export const tellThreads = ({ context }: ProcessContext, { site, copies, scheduler }: SiteKernel): void => {
  for (const copy of copies.values()) {
    const { process, threads, behind, state } = copy
    if (state === 'arriving' || state === 'gone') continue
    const isOurs = (one: { readonly process: string } | undefined): boolean => one?.process === process.name
    const running = scheduler.cores.filter(isOurs).length
    const ready = scheduler.ready.filter(isOurs).length
    const waiting = threads.filter(({ waits }) => waits !== undefined).length
    const stopped = threads.filter(({ isOver }) => !isOver).length - running - ready - waiting
    const told = `${running} ${ready} ${waiting} ${stopped} ${behind.size}`
    if (told === copy.told) continue
    copy.told = told
    context.tell(site, {
      type: 'threads',
      process: process.name,
      running,
      ready,
      waiting,
      stopped,
      ...(behind.size === 0 ? {} : { behind: behind.size })
    })
  }
}

const appoint = (world: ProcessContext, kernel: SiteKernel): void => {
  const { timeline } = world.context
  const at = nextDecision(kernel.scheduler)
  if (kernel.due?.at === at) return
  kernel.due?.appointment.unsubscribe()
  kernel.due = undefined
  if (at === Number.POSITIVE_INFINITY) return
  const appointment = timeline.schedule(
    () => {
      kernel.due = undefined
      if (!kernel.site.isDown) reschedule(world, kernel)
    },
    Math.max(0, tickAt(kernel.site.spec.clock, at) - timeline.now())
  )
  kernel.due = { at, appointment }
}
