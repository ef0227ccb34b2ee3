/** A thread by its process and its number there. */
export type ThreadName = { readonly process: string; readonly thread: number }

/** A thread as a scheduler keeps it: cycles of core time that it has `had`, and at how many it leaves its core by itself (Infinity: never). */
export type ScheduledThread = ThreadName & { readonly had: number; readonly until: number }

/** A thread that has a core since a cycle. */
export type ThreadOnCore = ScheduledThread & { readonly since: number }

/**
 * What a cluster's scheduler goes by, in cycles of the cluster's clock: `cores` for users' threads, `tick`: between two ticks of the clock, `quantum`: ticks that a thread may stay while another waits. A switch takes no
 * time of its own: it is some thousand cycles at most, of a quantum of some million. `perTick`: how many threads may be told to give their cores up at one tick: `one` (default), or one for each that waits there.
 */
export type SchedulerRule = {
  readonly cores: number
  readonly tick: number
  readonly quantum: number
  readonly perTick?: 'one' | 'waiting'
}

/**
 * A cluster's scheduler at a cycle: who has which core, who waits in which order, the number of the last tick that has been seen, and how many more may be told to give their cores up at that tick.
 */
export type ClusterScheduler = {
  readonly rule: SchedulerRule
  readonly at: number
  readonly ticked: number
  readonly left: number
  readonly cores: readonly (ThreadOnCore | undefined)[]
  readonly ready: readonly ScheduledThread[]
}

/** What a scheduler has done: a thread got a core, had to give it to another, or left it because its time has come. */
export type SchedulerDecision = {
  readonly type: 'runs' | 'yields' | 'leaves'
  readonly at: number
  readonly core: number
  readonly thread: ScheduledThread
}

/** A scheduler and what it has done since. */
export type Scheduled = { readonly scheduler: ClusterScheduler; readonly decisions: readonly SchedulerDecision[] }

/**
 * The scheduler of Nanvix for users' threads as a pure machine: all threads of a cluster wait in one queue, an idle core takes the first. At each tick of the clock, if a thread waits, the one that has been on its core for
 * longest is told to give it up, if that is a quantum or more: one core a tick, or as many as wait (`perTick`). It goes to the end of the queue (nanvix/microkernel 04e7633, src/kernel/pm/thread/preemptive.c: `do_thread_schedule`, `thread_yield`). Laws:
 * no core is idle while a thread waits; no thread has two cores; core time is neither lost nor made. Errors: `RangeError`.
 */
export const clusterScheduler = (rule: SchedulerRule): ClusterScheduler => {
  const { cores, tick, quantum, perTick = 'one' } = rule
  if (perTick !== 'one' && perTick !== 'waiting') throw new RangeError(`clusterScheduler: perTick must be one or waiting (got ${perTick})`)
  for (const [what, value] of Object.entries({ cores, tick, quantum }))
    if (!(Number.isSafeInteger(value) && value >= 1))
      throw new RangeError(`clusterScheduler: ${what} must be an integer from 1 on (got ${value})`)
  return { rule, at: 0, ticked: 0, left: 0, cores: Array.from({ length: rule.cores }, () => undefined), ready: [] }
}

/** The cycle of its next decision if nobody comes or goes before: Infinity where there is none. */
export const nextDecision = (scheduler: ClusterScheduler): number => Math.min(nextLeave(scheduler).at, nextYield(scheduler).at)

/** Lets it decide up to and including a cycle. Cost: by what it decides, not by ticks. Throws RangeError for a cycle that has passed. */
export const scheduleUntil = (scheduler: ClusterScheduler, to: number): Scheduled => {
  if (!(to >= scheduler.at)) throw new RangeError(`scheduleUntil: the cycle must not be before ${scheduler.at} (got ${to})`)
  const decisions: SchedulerDecision[] = []
  let now = scheduler
  for (;;) {
    const leave = nextLeave(now)
    const yields = nextYield(now)
    if (Math.min(leave.at, yields.at) > to) break
    const isLeave = leave.at <= yields.at
    const { at, core } = isLeave ? leave : yields
    const thread = stopped(now.cores[core]!, at)
    decisions.push({ type: isLeave ? 'leaves' : 'yields', at, core, thread })
    const ready = isLeave ? now.ready : [...now.ready, thread]
    const ticked = isLeave ? now.ticked : at / now.rule.tick
    const atFirst = now.rule.perTick === 'waiting' ? now.ready.length : 1
    const left = isLeave ? now.left : (ticked === now.ticked ? now.left : atFirst) - 1
    now = { ...now, at, ticked, left, cores: withCore(now.cores, core, undefined), ready }
    now = filled(now, decisions)
  }
  const ticked = Math.floor(to / now.rule.tick)
  return { scheduler: { ...now, at: to, ticked, left: ticked === now.ticked ? now.left : 0 }, decisions }
}

/** Puts a thread at the end of the queue; an idle core takes it at once. */
export const enqueue = (scheduler: ClusterScheduler, thread: ScheduledThread): Scheduled => {
  const decisions: SchedulerDecision[] = []
  return { scheduler: filled({ ...scheduler, ready: [...scheduler.ready, thread] }, decisions), decisions }
}

/** Takes a thread away, from its core or out of the queue: with the core time it has had. Undefined where it is neither. */
export const withdraw = (scheduler: ClusterScheduler, name: ThreadName): (Scheduled & { readonly thread: ScheduledThread }) | undefined => {
  const decisions: SchedulerDecision[] = []
  const core = scheduler.cores.findIndex((one) => one !== undefined && isSame(one, name))
  if (core >= 0) {
    const thread = stopped(scheduler.cores[core]!, scheduler.at)
    return { scheduler: filled({ ...scheduler, cores: withCore(scheduler.cores, core, undefined) }, decisions), decisions, thread }
  }
  const thread = scheduler.ready.find((one) => isSame(one, name))
  if (thread === undefined) return undefined
  return { scheduler: { ...scheduler, ready: scheduler.ready.filter((one) => one !== thread) }, decisions, thread }
}

/** Sets when a thread leaves its core by itself, which must not be less than it has had. */
export const leavingAt = (scheduler: ClusterScheduler, name: ThreadName, until: number): ClusterScheduler => ({
  ...scheduler,
  cores: scheduler.cores.map((one) => (one !== undefined && isSame(one, name) ? { ...one, until } : one)),
  ready: scheduler.ready.map((one) => (isSame(one, name) ? { ...one, until } : one))
})

/** The cycles of core time that a thread of it has had; undefined where it has neither a core nor a place in the queue. */
export const cyclesHad = ({ cores, ready, at }: ClusterScheduler, name: ThreadName): number | undefined => {
  const running = cores.find((one) => one !== undefined && isSame(one, name))
  return running === undefined ? ready.find((one) => isSame(one, name))?.had : stopped(running, at).had
}

const isSame = (one: ThreadName, other: ThreadName): boolean => one.process === other.process && one.thread === other.thread

const stopped = ({ process, thread, had, until, since }: ThreadOnCore, at: number): ScheduledThread => ({
  process,
  thread,
  had: had + at - since,
  until
})

const withCore = (cores: ClusterScheduler['cores'], core: number, one: ThreadOnCore | undefined): ClusterScheduler['cores'] =>
  cores.map((before, i) => (i === core ? one : before))

/** Idle cores take who waits, in order. */
const filled = (scheduler: ClusterScheduler, decisions: SchedulerDecision[]): ClusterScheduler => {
  let { cores, ready } = scheduler
  for (let core = cores.indexOf(undefined); core >= 0 && ready.length > 0; core = cores.indexOf(undefined)) {
    const [thread, ...others] = ready
    decisions.push({ type: 'runs', at: scheduler.at, core, thread })
    cores = withCore(cores, core, { ...thread, since: scheduler.at })
    ready = others
  }
  return { ...scheduler, cores, ready }
}

type Next = { readonly at: number; readonly core: number }

const nextLeave = ({ cores }: ClusterScheduler): Next =>
  cores.reduce<Next>(
    (first, one, core) =>
      one !== undefined && one.since + one.until - one.had < first.at ? { at: one.since + one.until - one.had, core } : first,
    never
  )

/** The tick at which a thread has to give its core up: the oldest at that tick, of equals that of the lower core. */
const nextYield = ({ rule: { tick, quantum }, cores, ready, ticked, left, at }: ClusterScheduler): Next => {
  if (ready.length === 0) return never
  const oldest = cores.reduce<Next>((first, one, core) => {
    const since = one === undefined ? Number.POSITIVE_INFINITY : Math.floor(one.since / tick)
    return since < first.at ? { at: since, core } : first
  }, never)
  const next = left > 0 && at === ticked * tick ? ticked : ticked + 1
  return { at: Math.max(oldest.at + quantum, next) * tick, core: oldest.core }
}

const never: Next = { at: Number.POSITIVE_INFINITY, core: -1 }
