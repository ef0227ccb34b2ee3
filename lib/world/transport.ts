import type { Subscription } from 'rxjs'
import { fairShares } from '../network/fairShares'
import type { Link } from '../network/link'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import type { PageBuffers } from './pageBuffers'

/**
 * Pages (or plain bytes) that leave one after the other at the lane's rate. The sender chose them, and knew their sizes, when the batch began. The arrays are
 * there (`count` entries of each are used) when the pages are followed one by one, and then belong to the batch until it has `arrived`: `ends[i]` are the wire
 * bytes up to and including page i, `leaves[i]` is when its last byte leaves, which the transport writes.
 * @internal
 */
export type Batch = Partial<PageBuffers> & {
  readonly bytes: number
  readonly count: number
  /** Page i begins to leave: its content is read. Absent where it does not matter when. */
  readonly read?: (i: number, at: Time) => void
  /** Page i has arrived. */
  readonly place?: (i: number, at: Time) => void
  /** Ends the batch with the page under way when `bytes` have left; answers the bytes up to the end of that page, and the pages that are followed. */
  readonly cut: (bytes: number) => { readonly bytes: number; readonly pages: number }
  /** A page of `bytes` was taken out before it began to leave. */
  readonly withdrawn?: (page: number, bytes: number) => void
  readonly arrived?: () => void
  /** How many pages it carries, where they are not followed one by one. */
  readonly carried?: number
}

/** So many bytes that are no pages: execution context, device state. @internal */
export const bytesOnly = (bytes: number): Batch => ({ bytes, count: 0, cut: () => ({ bytes, pages: 0 }) })

/** What a lane carries: batches, until `next` has no more. @internal */
export type Job = {
  /** Bytes per second it may use; Infinity for all it is given. */
  readonly maxBytesPerSecond: number
  readonly next: (now: Time) => Batch | undefined
  readonly finished: (now: Time) => void
  readonly refused: (reason: string) => void
}

/** A batch on its way: leaving, or left and not yet arrived as a whole. */
type Flight = {
  readonly batch: Batch
  count: number
  read: number
  placed: number
  /** At `since`, `sent` bytes of the batch had left; it goes on at `rate`. */
  since: Time
  sent: number
  rate: number
  bytes: number
  /** Pages that are not followed and have not been cut off. */
  carried: number
  began: Time
  endsAt: Time
}

type Found = { readonly flight: Flight; readonly i: number }

type Lane = { readonly owner: string; readonly jobs: Job[]; flight: Flight | undefined; end: Subscription | undefined }

/**
 * The sending side of one link: a kernel of lanes, each a queue of jobs in order, which share the link's bandwidth fairly (max-min) with one another and with the
 * applications' traffic. Lanes belong to owners (migrations).
 * @internal
 */
export type Transport = {
  readonly enqueue: (owner: string, lane: string, job: Job) => void
  /** Ends a job after the page under way, or takes it out of its queue; false when it is not there any more. */
  readonly cancel: (owner: string, lane: string, job: Job) => boolean
  /** Lets what an owner has on the link happen up to `now`: pages are read and placed in the order of time. `before(at)` runs ahead of each of them. */
  readonly settle: (owner: string, now: Time, before: ((at: Time) => void) | undefined) => void
  /** When a page under way arrives; Infinity when it is not under way. */
  readonly arrivalOf: (owner: string, page: number) => Time
  /** Nobody waits for a page any more. */
  readonly forget: (page: number) => void
  /** Takes a page out of a batch in which it has not begun to leave; false when it is in none. The caller sends it instead. */
  readonly withdraw: (owner: string, page: number) => boolean
  readonly senders: (owner: string) => number
  /** Bytes of an owner that have left so far. */
  readonly bytesLeft: (owner: string, now: Time) => number
  /** Pages of an owner that were chosen and have not left yet, as far as batches are under way. */
  readonly pagesToLeave: (owner: string, now: Time) => number
  /** Bytes the applications have moved so far, and wanted to. */
  readonly application: (now: Time) => { readonly applicationBytes: number; readonly applicationDemandBytes: number }
  /** The link is gone: every job is refused, what has not arrived never will. */
  readonly fail: (reason: string) => void
  readonly failure: () => string | undefined
}

type TransportOptions = {
  readonly link: Link
  readonly agenda: Agenda
  /** The world looks at an owner: called at every moment at which something of it changes on the link, before it does. */
  readonly look: (owner: string) => void
  /** Called after it has changed: the number of its senders, or when its pages arrive. */
  readonly changed: (owner: string) => void
}

/** See `Transport`. Cost: one event a batch, and about 10 ns for each page that is followed. @internal */
export const transport = ({ link, agenda, look, changed }: TransportOptions): Transport => {
  const lanes = new Map<string, Lane>()
  /** The lanes with a batch under way, in the order in which they began. */
  const active: Lane[] = []
  const owners = new Set<string>()
  const flights = new Map<string, Flight[]>()
  const left = new Map<string, number>()
  let failed: string | undefined
  let launched = 0
  let applicationBytes = 0
  let applicationRate = Math.min(link.applicationBytesPerSecond, link.bytesPerSecond)
  let accountedTo = 0

  const account = (now: Time): void => {
    applicationBytes += (applicationRate * (now - accountedTo)) / 1e9
    accountedTo = now
  }

  const sentBy = (flight: Flight, now: Time): number => Math.min(flight.bytes, flight.sent + ((now - flight.since) * flight.rate) / 1e9)

  /** Gives a flight a rate from `now` on; pages that have left stay as they were. At the rate it had, no time is rounded a second time. */
  const setRate = (flight: Flight, now: Time, rate: number): void => {
    if (rate !== flight.rate) {
      flight.sent = sentBy(flight, now)
      flight.since = now
      flight.rate = rate
    }
    const { since, sent } = flight
    const { ends, leaves } = flight.batch
    if (ends !== undefined && leaves !== undefined)
      for (let i = flight.placed; i < flight.count; i++)
        if (!(leaves[i] <= now)) leaves[i] = since + Math.ceil(((ends[i] - sent) * 1e9) / rate)
    flight.endsAt = since + Math.ceil(((flight.bytes - sent) * 1e9) / rate)
  }

  const schedule = (lane: Lane, now: Time): void => {
    lane.end?.unsubscribe()
    lane.end = agenda.schedule(() => batchEnds(lane), lane.flight!.endsAt - now)
  }

  /** Shares the link anew among the lanes under way, one of which is `by`'s or has just been. */
  const share = (now: Time, by: string): void => {
    account(now)
    const demands = active.map((lane) => lane.jobs[0].maxBytesPerSecond)
    const rates = fairShares({ capacity: link.bytesPerSecond, demands: [...demands, link.applicationBytesPerSecond] })
    applicationRate = rates[active.length]
    for (let i = 0; i < active.length; i++) {
      const lane = active[i]
      const flight = lane.flight!
      if (flight.rate === rates[i]) continue
      setRate(flight, now, rates[i])
      schedule(lane, now)
    }
    for (const owner of owners) if (owner !== by && active.some((lane) => lane.owner === owner)) changed(owner)
  }

  /** Starts the next batch of a lane, or its next job, or leaves it idle. True when the lane's demand has changed. */
  const proceed = (lane: Lane, now: Time): boolean => {
    const before = lane.flight
    const demand = before === undefined ? undefined : lane.jobs[0].maxBytesPerSecond
    lane.flight = undefined
    while (lane.jobs.length > 0) {
      const job = lane.jobs[0]
      const batch = job.next(now)
      if (batch === undefined) {
        lane.jobs.shift()
        job.finished(now)
        continue
      }
      const { count, bytes } = batch
      batch.leaves?.fill(Infinity, 0, count)
      const flight: Flight = {
        batch,
        count,
        read: 0,
        placed: 0,
        since: now,
        sent: 0,
        rate: 0,
        bytes,
        carried: batch.carried ?? 0,
        began: now,
        endsAt: Infinity
      }
      lane.flight = flight
      if (before === undefined) active.push(lane)
      if (count > 0) {
        launched++
        const own = flights.get(lane.owner)
        if (own === undefined) flights.set(lane.owner, [flight])
        else own.push(flight)
      }
      if (before !== undefined && demand === job.maxBytesPerSecond) {
        setRate(flight, now, before.rate)
        schedule(lane, now)
        return false
      }
      return true
    }
    if (before !== undefined) active.splice(active.indexOf(lane), 1)
    return before !== undefined
  }

  const batchEnds = (lane: Lane): void => {
    const now = agenda.now()
    const flight = lane.flight!
    look(lane.owner)
    left.set(lane.owner, (left.get(lane.owner) ?? 0) + flight.bytes)
    if (flight.count > 0)
      agenda.schedule(() => {
        if (failed !== undefined) return
        look(lane.owner)
        const own = flights.get(lane.owner)!
        own.splice(own.indexOf(flight), 1)
        flight.batch.arrived?.()
        changed(lane.owner)
      }, link.latencyNs)
    if (proceed(lane, now)) share(now, lane.owner)
    changed(lane.owner)
  }

  const settle = (owner: string, now: Time, before: ((at: Time) => void) | undefined): void => {
    const own = flights.get(owner)
    if (own === undefined) return
    while (own.length > 0) {
      let at = Infinity
      let second = Infinity
      let soonest = own[0]
      for (const flight of own) {
        const next = Math.min(nextRead(flight), nextPlacing(flight))
        if (next < at) {
          second = at
          at = next
          soonest = flight
        } else if (next < second) second = next
      }
      if (at > now) return
      // What one flight does before any other is done in one go: a tie goes to the flight that began first, a page's reading before a placing.
      const limit = Math.min(now, second === at ? at : second - 1)
      const { batch } = soonest
      for (;;) {
        const readAt = nextRead(soonest)
        const placeAt = nextPlacing(soonest)
        if (Math.min(readAt, placeAt) > limit) break
        if (readAt <= placeAt) {
          before?.(readAt)
          batch.read!(soonest.read++, readAt)
        } else {
          before?.(placeAt)
          batch.place!(soonest.placed++, placeAt)
        }
      }
    }
  }
  /** Pages that somebody waits for, and where they were found, or how many flights there had been when they were in none. */
  const sought = new Map<string, Map<number, Sought>>()
  const XX = new Map<number, { readonly owner: string; readonly launched: number; readonly found: Found | undefined }>()
  const isAt = ({ flight, i }: Found, page: number): boolean => flight.batch.pages![i] === page && i >= flight.placed && i < flight.count

  /** Where a page is that is under way; the newest flights first, because a page that is waited for has most likely been sent by itself. */
  const find = (owner: string, page: number): Found | undefined => {
    const own = flights.get(owner) ?? []
    for (let f = own.length - 1; f >= 0; f--) {
      const flight = own[f]
      const pages = flight.batch.pages!
      for (let i = flight.placed; i < flight.count; i++) if (pages[i] === page) return { flight, i }
    }
    return undefined
  }
  const nextRead = (f: Flight): Time =>
    f.read < f.count && f.batch.read !== undefined ? (f.read === 0 ? f.began : f.batch.leaves![f.read - 1]) : Infinity
  const nextPlacing = (f: Flight): Time => (f.placed < f.count ? f.batch.leaves![f.placed] + link.latencyNs : Infinity)

  return {
    enqueue: (owner, name, job) => {
      const now = agenda.now()
      const key = `${owner} ${name}`
      let lane = lanes.get(key)
      if (lane === undefined) {
        lane = { owner, jobs: [], flight: undefined, end: undefined }
        lanes.set(key, lane)
        owners.add(owner)
      }
      lane.jobs.push(job)
      if (lane.flight !== undefined || lane.jobs.length > 1) return
      look(owner)
      if (proceed(lane, now)) share(now, owner)
      changed(owner)
    },
    cancel: (owner, name, job) => {
      const now = agenda.now()
      const key = `${owner} ${name}`
      const lane = lanes.get(key)
      const place = lane?.jobs.indexOf(job) ?? -1
      if (lane === undefined || place < 0) return false
      if (place > 0 || lane.flight === undefined) {
        lane.jobs.splice(place, 1)
        job.finished(now)
        return true
      }
      look(owner)
      const flight = lane.flight
      const kept = flight.batch.cut(sentBy(flight, now))
      flight.bytes = kept.bytes
      flight.count = kept.pages
      flight.carried = 0
      setRate(flight, now, flight.rate)
      schedule(lane, now)
      return true
    },
    settle,
    arrivalOf: (owner, page) => {
      let seen = sought.get(page)
      if (seen === undefined || seen.owner !== owner || (seen.found === undefined ? seen.launched !== launched : !isAt(seen.found, page))) {
        seen = { owner, launched, found: find(owner, page) }
        sought.set(page, seen)
      }
      return seen.found === undefined ? Infinity : seen.found.flight.batch.leaves![seen.found.i] + link.latencyNs
    },
    forget: (page) => {
      sought.delete(page)
    },
    withdraw: (owner, page) => {
      const now = agenda.now()
      const found = find(owner, page)
      if (found === undefined) return false
      const { flight, i } = found
      const { pages, ends, leaves, withdrawn } = flight.batch
      // The last page stays: a batch without pages would have to end in the past.
      if (withdrawn === undefined || flight.count === 1 || (i === 0 ? flight.began : leaves![i - 1]) <= now) return false
      const bytes = ends![i] - (i === 0 ? 0 : ends![i - 1])
      for (let k = i + 1; k < flight.count; k++) {
        pages![k - 1] = pages![k]
        ends![k - 1] = ends![k] - bytes
        leaves![k - 1] = Infinity
      }
      flight.count--
      flight.bytes -= bytes
      withdrawn(page, bytes)
      const lane = active.find((one) => one.flight === flight)!
      setRate(flight, now, flight.rate)
      schedule(lane, now)
      return true
    },
    senders: (owner) => active.reduce((n, lane) => n + (lane.owner === owner ? 1 : 0), 0),
    bytesLeft: (owner, now) => {
      let bytes = left.get(owner) ?? 0
      for (const { owner: of, flight } of active) if (of === owner && flight !== undefined) bytes += Math.floor(sentBy(flight, now))
      return bytes
    },
    pagesToLeave: (owner, now) => {
      let pages = 0
      for (const { owner: of, flight } of active) {
        if (of !== owner || flight === undefined) continue
        const { carried } = flight
        const { leaves } = flight.batch
        if (leaves !== undefined) for (let i = flight.count - 1; i >= flight.placed && leaves[i] > now; i--) pages++
        else if (carried > 0) pages += carried - Math.floor((carried * sentBy(flight, now)) / flight.bytes)
      }
      return pages
    },
    application: (now) => {
      account(now)
      return {
        applicationBytes: Math.floor(applicationBytes),
        applicationDemandBytes: Math.floor((link.applicationBytesPerSecond * now) / 1e9)
      }
    },
    fail: (reason) => {
      const now = agenda.now()
      account(now)
      failed = reason
      applicationRate = 0
      flights.clear()
      sought.clear()
      active.length = 0
      for (const lane of lanes.values()) {
        lane.end?.unsubscribe()
        lane.flight = undefined
        for (const job of lane.jobs.splice(0)) job.refused(reason)
      }
      for (const owner of owners) changed(owner)
    },
    failure: () => failed
  }
}
