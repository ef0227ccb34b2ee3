import { accessesUntil, timeOfAccess } from '../guest/regularTimes'
import type { Accesses, Workload } from '../guest/workload'
import type { Bitmap } from '../memory/bitmap'
import type { WaitedFor } from '../protocol/signal'
import type { Key } from '../random/random'
import type { Time } from '../time/time'

/** Where the accesses of a running guest go. @internal */
export type AccessPort = {
  /** Makes the first `n` accesses, in bulk: nobody asks what each of them costs and none is trapped. */
  readonly apply: (accesses: Int32Array, n: number) => void
  /** Where it is enough to mark the pages that are written; `undefined` where accesses count one by one. */
  readonly marks: () => Bitmap | undefined
  /** Makes one access of a virtual CPU; answers the nanoseconds of its own time that it costs besides. */
  readonly touch: (access: number, vcpu: number) => number
  /** How long the virtual CPU of the last `touch` sleeps behind it, in host nanoseconds. */
  readonly asleep?: () => number
  /** Whether the first access to this page must stop the guest. */
  readonly isTrapped: (page: number) => boolean
  /** A virtual CPU has stopped at a trapped page. */
  readonly onFault: (page: number, vcpu: number, at: Time) => void
}

/** What a guest's virtual CPUs run, from which random key, and where their accesses go. @internal */
export type ExecutionOptions = {
  readonly workload: Workload
  readonly key: Key
  /** Accesses generated at a time; any number gives the same run (a property). */
  readonly batchAccesses: number
  readonly port: AccessPort
  /** How far each virtual CPU has come before it is started, as `progress` gave it; absent: nowhere. */
  readonly from?: readonly Progress[]
}

/** How far a virtual CPU has come: accesses made, guest nanoseconds, and what it still has to pay of an access that cost extra. @internal */
export type Progress = { readonly made: number; readonly guestAt: number; readonly owedNs: number }

/**
 * The virtual CPUs of one guest: a kernel that turns host time into guest time, and guest time into page accesses, made lazily up to the moment somebody
 * looks. Guest time passes at `speed` (1 is full); a fault stops one virtual CPU at exactly its access, and an access that costs extra delays what follows.
 * @internal
 */
export type Execution = {
  /** Makes every access due at or before host time `now`. */
  readonly advance: (now: Time) => void
  readonly start: (now: Time) => void
  readonly stop: (now: Time) => void
  readonly setSpeed: (now: Time, speed: number) => void
  /** All virtual CPUs stand still for `ns` from `now` on. */
  readonly hold: (now: Time, ns: Time) => void
  /** One access at a time, traps and costs looked at (`true`), or in bulk. */
  readonly setCareful: (now: Time, careful: boolean) => void
  /** A missing page is there: virtual CPUs that stopped at it go on. */
  readonly arrived: (now: Time, page: number) => void
  /** When an access may trap next, as far as is known: at that time, `advance`. Infinity while none can. */
  readonly nextTrapAt: () => Time
  /** Mean running time of the virtual CPUs so far, in whole guest nanoseconds. */
  readonly guestNs: (now: Time) => number
  /** How far each virtual CPU has come; only while they stand still. */
  readonly progress: () => readonly Progress[]
  /** Whether the program has ended, as far as has been looked. */
  readonly hasExited: () => boolean
  /** How long virtual CPUs have waited for missing pages, until each arrived; `undefined` when none has. */
  readonly waited: () => WaitedFor | undefined
}

type Vcpu = {
  readonly index: number
  readonly stream: Accesses
  accesses: Int32Array
  times: Float64Array
  /** Buffered accesses `position` to `length - 1` are still to be made; those before `scanned` are known not to trap. */
  position: number
  length: number
  scanned: number
  /** Accesses made so far. */
  made: number
  /** At host time `hostAt` the guest time was `guestAt`; a `hostAt` in the future is an extra cost being paid. */
  hostAt: number
  guestAt: number
  stalledAt: number
  /** Since when it waits there, and how long it has waited in all. */
  stalledSince: Time
  waited: Time
  /** When it has paid what its accesses so far cost; only of a workload that works by the clock. */
  freeAt: number
  ended: boolean
}

/** Accesses that are generated first; four times as many each time they were used up, because most small worlds need few of a batch. */
const FIRST = 32

const enlarge = (v: Vcpu, most: number): void => {
  const size = Math.min(most, Math.max(FIRST, 4 * v.accesses.length))
  v.accesses = new Int32Array(size)
  if (v.stream.accessesPerSecond === undefined) v.times = new Float64Array(size)
}

const none = new Int32Array(0)
const noTimes = new Float64Array(0)

/** See `Execution`. Cost: in bulk, that of the workload's fill and of the port's `apply`; carefully, about 10 ns an access more. @internal */
export const execution = ({ workload, key, batchAccesses, port, from }: ExecutionOptions): Execution => {
  const vcpus = Array.from({ length: workload.vcpus }, (_, index): Vcpu => {
    const stream = workload.open(key, index)
    return {
      index,
      stream,
      accesses: none,
      times: noTimes,
      position: 0,
      length: 0,
      scanned: 0,
      made: 0,
      hostAt: 0,
      guestAt: 0,
      stalledAt: -1,
      stalledSince: 0,
      waited: 0,
      freeAt: 0,
      ended: stream.accessesPerSecond === 0
    }
  })
  let running = false
  let speed = 1
  let careful = false
  /** Virtual CPUs that wait now; since when all do, and how long all have. */
  let stalled = 0
  let allSince = 0
  let allWaited = 0
  const { catchUpNs } = workload
  const isClocked = catchUpNs !== undefined
  /** Guest time per host time: a clock does not go slower because a virtual CPU does. */
  const pace = (): number => (isClocked ? 1 : speed)

  const guestTimeAt = (v: Vcpu, now: Time): number =>
    !running || v.stalledAt >= 0 || now <= v.hostAt ? v.guestAt : v.guestAt + Math.floor((now - v.hostAt) * pace())
  const hostTimeOf = (v: Vcpu, guest: number): Time => (guest <= v.guestAt ? v.hostAt : v.hostAt + Math.ceil((guest - v.guestAt) / pace()))
  const guestTimeOf = (v: Vcpu, place: number): number =>
    v.stream.accessesPerSecond === undefined ? v.times[place] : timeOfAccess(v.stream.accessesPerSecond, v.made + place - v.position)

  /** Makes sure that an access is buffered; false when there is none any more. */
  const buffered = (v: Vcpu): boolean => {
    if (v.position < v.length) return true
    if (v.ended) return false
    if (v.accesses.length < batchAccesses) enlarge(v, batchAccesses)
    v.length = v.stream.fill(v.accesses, v.times, v.accesses.length)
    v.position = 0
    v.scanned = 0
    v.ended = v.length === 0
    return !v.ended
  }

  /** Passes over what a virtual CPU has done before. */
  const passOver = (v: Vcpu, { made, guestAt, owedNs }: Progress): void => {
    v.guestAt = guestAt
    v.hostAt = owedNs
    while (v.made < made && buffered(v)) {
      const n = Math.min(made - v.made, v.length - v.position)
      v.position += n
      v.made += n
    }
  }
  if (from !== undefined) for (const v of vcpus) passOver(v, from[v.index])

  const make = (v: Vcpu, n: number): void => {
    port.apply(v.position === 0 ? v.accesses : v.accesses.subarray(v.position, v.position + n), n)
    v.position += n
    v.made += n
  }

  const advanceInBulk = (v: Vcpu, guest: number): void => {
    const rate = v.stream.accessesPerSecond
    if (rate !== undefined) {
      let due = accessesUntil(rate, guest) - v.made
      const marks = due > 0 && v.position === v.length && v.stream.mark !== undefined ? port.marks() : undefined
      if (marks !== undefined) {
        marks.count += v.stream.mark!(marks.words, due)
        v.made += due
        return
      }
      while (due > 0 && buffered(v)) {
        const n = Math.min(due, v.length - v.position)
        make(v, n)
        due -= n
      }
      return
    }
    while (buffered(v) && v.times[v.position] <= guest) {
      let end = v.position + 1
      if (v.times[v.length - 1] <= guest) end = v.length
      else while (v.times[end] <= guest) end++
      make(v, end - v.position)
    }
  }

  /** When a virtual CPU makes its next access, Infinity when it does not. */
  const nextAccessAt = (v: Vcpu): Time =>
    v.stalledAt >= 0 || !buffered(v) ? Infinity : Math.max(v.freeAt, hostTimeOf(v, guestTimeOf(v, v.position)))

  const advanceOneByOne = (now: Time): void => {
    for (;;) {
      let v = vcpus[0]
      let at = nextAccessAt(v)
      for (let i = 1; i < vcpus.length; i++) {
        const other = nextAccessAt(vcpus[i])
        if (other < at) {
          v = vcpus[i]
          at = other
        }
      }
      if (at > now) return
      const access = v.accesses[v.position]
      const guest = guestTimeOf(v, v.position)
      if (isClocked) giveUp(v, at - hostTimeOf(v, guest) - catchUpNs)
      if (!isClocked || port.isTrapped(access >>> 1)) {
        v.guestAt = guest
        v.hostAt = at
      }
      if (port.isTrapped(access >>> 1)) {
        v.stalledAt = access >>> 1
        v.stalledSince = at
        stalled++
        if (stalled === vcpus.length) allSince = at
        port.onFault(access >>> 1, v.index, at)
      } else {
        const cost = port.touch(access, v.index)
        // What it costs is the virtual CPU's own time: one that has half a core pays twice as long.
        const ns = (cost === 0 || speed === 1 ? cost : Math.ceil(cost / speed)) + (port.asleep?.() ?? 0)
        if (isClocked) v.freeAt = at + ns
        else v.hostAt += ns
        v.position++
        v.made++
      }
    }
  }

  /** What lies too far behind is given up: everything comes later by that. */
  const giveUp = (v: Vcpu, late: number): void => {
    if (late > 0) v.hostAt += late
  }

  const advance = (now: Time): void => {
    if (!running) return
    if (careful) advanceOneByOne(now)
    else for (const v of vcpus) advanceInBulk(v, guestTimeAt(v, now))
  }

  /** Moves the origin of guest time to `now`, what is still to be paid included. */
  const anchor = (now: Time): void => {
    for (const v of vcpus) {
      v.guestAt = guestTimeAt(v, now)
      if (v.hostAt < now) v.hostAt = now
    }
  }

  return {
    advance,
    start: (now) => {
      // Pages may have become missing since it was last looked ahead.
      for (const v of vcpus) v.scanned = v.position
      if (running) return
      for (const v of vcpus) v.hostAt += now
      running = true
    },
    stop: (now) => {
      if (!running) return
      advance(now)
      anchor(now)
      running = false
      for (const v of vcpus) v.hostAt -= now
    },
    setSpeed: (now, next) => {
      if (next === speed) return
      if (running) {
        advance(now)
        anchor(now)
      }
      speed = next
    },
    hold: (now, ns) => {
      if (!running || ns === 0) return
      advance(now)
      anchor(now)
      for (const v of vcpus) v.hostAt += ns
    },
    setCareful: (now, next) => {
      if (next === careful) return
      advance(now)
      careful = next
      for (const v of vcpus) v.scanned = v.position
    },
    arrived: (now, page) => {
      for (const v of vcpus) {
        if (v.stalledAt !== page) continue
        v.stalledAt = -1
        v.waited += now - v.stalledSince
        if (stalled === vcpus.length) allWaited += now - allSince
        stalled--
        if (v.hostAt >= now) continue
        if (isClocked) {
          v.freeAt = now
          giveUp(v, now - v.hostAt - catchUpNs)
        } else v.hostAt = now
      }
    },
    nextTrapAt: () => {
      if (!running || !careful) return Infinity
      let soonest = Infinity
      for (const v of vcpus) {
        if (v.stalledAt >= 0 || !buffered(v)) continue
        let place = Math.max(v.scanned, v.position)
        while (place < v.length && !port.isTrapped(v.accesses[place] >>> 1)) place++
        v.scanned = place
        soonest = Math.min(soonest, Math.max(v.freeAt, hostTimeOf(v, guestTimeOf(v, Math.min(place, v.length - 1)))))
      }
      return soonest
    },
    guestNs: (now) => Math.floor(vcpus.reduce((sum, v) => sum + guestTimeAt(v, now), 0) / vcpus.length),
    progress: () => vcpus.map(({ made, guestAt, hostAt }) => ({ made, guestAt, owedNs: hostAt })),
    waited: () => (vcpus.some((v) => v.waited > 0) ? { all: allWaited, vcpus: vcpus.map((v) => v.waited) } : undefined),
    hasExited: () => vcpus.every((v) => v.ended && v.position === v.length && v.stream.accessesPerSecond !== 0)
  }
}
