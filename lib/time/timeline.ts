import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs'
import { ShortList } from './shortList'
import { nanoseconds, type Time, type TimeUnit } from './time'
import { Wheel } from './wheel'

/**
 * Virtual time: a scheduler on which every RxJS time operator works, and which moves only when `run` is called.
 * Actions run in the order of (time, sequence of scheduling). Delays are whole ticks: negative, fractional and NaN delays, and times beyond
 * 2^53 - 1, throw RangeError when scheduled; an infinite delay never fires and is not kept. An action scheduled again before it ran loses its
 * earlier appointment and its place. Unsubscribing removes an action at once, with nothing left behind.
 */
export interface Timeline extends SchedulerLike {
  /** What one tick is. */
  readonly unit: TimeUnit
  /** How many actions wait. */
  readonly pending: number
  /** The current time in ticks; an action reads its own. */
  now(): Time
  /**
   * Runs the actions due up to and including `until` (default: all there will ever be), then sets `now` to `until` if that is finite.
   * An error thrown by an action ends the run and comes out of it; what waited still waits, and the timeline can run on.
   */
  run(until?: Time): void
  /** The time of the next action, or Infinity. */
  nextAt(): Time
  /** Ends the current run after the action under way, with `now` at that action's time. Outside a run it does nothing. */
  stop(): void
}

/**
 * A new timeline at `start` (default 0) counting in `unit` (default nanoseconds). Throws RangeError unless start is an integer from 0 on.
 * Same order of events as RxJS's VirtualTimeScheduler on any program of operators (a property). Cost: see `Wheel`; per event of an
 * `interval`, 33 to 58 ns with 100 pending; with 100,000 pending 90 to 140 ns at equal periods and 700 to 1300 ns at random ones, where each event
 * waits for its objects to come from memory. VirtualTimeScheduler sorts its whole queue per event: about 180 us with 10,000 pending.
 */
export const timeline = ({ unit = nanoseconds, start = 0 }: { readonly unit?: TimeUnit; readonly start?: Time } = {}): Timeline => {
  if (!Number.isSafeInteger(start) || start < 0)
    throw new RangeError(`timeline: start must be an integer from 0 to 2^53 - 1 (got ${start})`)
  return new VirtualTimeline(unit, start)
}

type Work = (this: SchedulerAction<unknown>, state?: unknown) => void

/** Actions that wait in a short list; with one more, all of them move to a wheel, and those to come go there. */
const FEW = 32

class VirtualTimeline implements Timeline {
  readonly unit: TimeUnit
  few: ShortList<Appointment> | undefined = new ShortList()
  wheel: Wheel | undefined = undefined
  readonly actions: (Appointment | undefined)[] = []
  // What `approach` has read: a sink, so that the reads are not optimised away.
  approached = 0
  private time: Time
  private running = false
  private stopped = false

  constructor(unit: TimeUnit, start: Time) {
    this.unit = unit
    this.time = start
  }

  get pending(): number {
    return (this.wheel ?? this.few!).size
  }

  now(): Time {
    return this.time
  }

  nextAt(): Time {
    return (this.wheel ?? this.few!).soonest()
  }

  stop(): void {
    this.stopped = true
  }

  schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    if (delay === Infinity) return Subscription.EMPTY
    return new Appointment(this, work as Work).schedule(state, delay)
  }

  put(action: Appointment, at: Time): void {
    const { few } = this
    if (few !== undefined && few.size < FEW) few.put(action, at)
    else {
      const wheel = this.wheel ?? this.manyFrom(few!)
      if (action.entry < 0) this.actions[(action.entry = wheel.take())] = action
      wheel.put(action.entry, at)
    }
  }

  remove(action: Appointment): void {
    if (this.wheel === undefined) this.few!.remove(action)
    else this.wheel.remove(action.entry)
  }

  /** Moves what waits from the short list to a wheel, in its order. */
  private manyFrom(few: ShortList<Appointment>): Wheel {
    const wheel = new Wheel(this.time, (entry) => this.approach(entry))
    for (let action = few.next(Infinity); action !== undefined; action = few.next(Infinity)) {
      this.actions[(action.entry = wheel.take())] = action
      wheel.put(action.entry, few.at)
    }
    this.few = undefined
    this.wheel = wheel
    return wheel
  }

  // Reads an action shortly before its turn, so that some cache misses overlap: 12 to 15 % less per event with 100,000 pending, measured once.
  approach(entry: number): void {
    if (typeof (this.actions[entry] as Appointment).work === 'function') this.approached = entry
  }

  run(until: Time = Infinity): void {
    if (this.running) throw new RangeError('timeline.run: must not be called by an action of the same timeline (got a run within a run)')
    if (until !== Infinity && (!Number.isSafeInteger(until) || until < this.time)) {
      throw new RangeError(`timeline.run: until must be an integer not before now = ${this.time} (got ${until})`)
    }
    let underWay: Appointment | undefined
    this.running = true
    this.stopped = false
    try {
      while (!this.stopped) {
        underWay = this.take(until)
        if (underWay === undefined) break
        const { entry } = underWay
        underWay.waiting = false
        underWay.work(underWay.state)
        if (!underWay.waiting && underWay.entry === entry) underWay.leave()
      }
      underWay = undefined
      if (!this.stopped && until !== Infinity) this.time = until
    } finally {
      this.running = false
      underWay?.unsubscribe()
    }
  }

  /** The next action that is due by `until`, with `now` at its time. */
  private take(until: Time): Appointment | undefined {
    const { wheel } = this
    if (wheel === undefined) {
      const few = this.few!
      const action = few.next(until)
      if (action !== undefined) this.time = few.at
      return action
    }
    const entry = wheel.next(until)
    if (entry < 0) return undefined
    this.time = wheel.at
    return this.actions[entry]
  }
}

// One scheduled piece of work. In a wheel it keeps its entry while it runs, so that a recurring action (this.schedule) allocates nothing.
class Appointment extends Subscription implements SchedulerAction<unknown> {
  entry = -1
  waiting = false
  state: unknown = undefined
  private readonly line: VirtualTimeline
  work: Work

  constructor(line: VirtualTimeline, work: Work) {
    super()
    this.line = line
    this.work = work
  }

  schedule(state?: unknown, delay = 0): Subscription {
    if (this.closed) return this
    const { line } = this
    const at = delay === Infinity ? Infinity : appointedAt(line.now(), delay)
    if (this.waiting) line.remove(this)
    this.waiting = at !== Infinity
    if (this.waiting) {
      this.state = state
      line.put(this, at)
    } else this.leave()
    return this
  }

  /** Gives the entry back; the action may be scheduled again. */
  leave(): void {
    this.state = undefined
    if (this.entry < 0) return
    this.line.actions[this.entry] = undefined
    this.line.wheel!.release(this.entry)
    this.entry = -1
  }

  override unsubscribe(): void {
    if (this.closed) return
    if (this.waiting) this.line.remove(this)
    this.waiting = false
    this.leave()
    this.work = nothing
    super.unsubscribe()
  }
}

const nothing: Work = () => undefined

const appointedAt = (now: Time, delay: number): Time => {
  const at = now + delay
  if (delay >>> 0 === delay ? at > Number.MAX_SAFE_INTEGER : !Number.isSafeInteger(delay) || delay < 0 || !Number.isSafeInteger(at)) {
    throw new RangeError(
      `timeline: a delay must be a whole number of ticks from 0 on, or Infinity, with its time below 2^53 (got ${delay} at ${now})`
    )
  }
  return at
}
