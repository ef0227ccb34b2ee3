import type { Subscription } from 'rxjs'
import { fairShares } from '../network/fairShares'
import type { Link } from '../network/link'
import type { Time } from '../time/time'
import type { Timeline } from '../time/timeline'

/**
 * Pages (or plain bytes) that leave one after the other at the lane's rate. The sender chose them, and knew their sizes, when the batch began.
 * `ends[i]` are the wire bytes up to and including page i; absent, the pages are all alike in the run that matters and nobody follows them one by one.
 */
export type Batch = {
  readonly bytes: number
  readonly pages: Int32Array | undefined
  readonly ends: Float64Array | undefined
  /** Page i begins to leave: its content is read. */
  readonly read: (i: number, at: Time) => void
  /** Page i has arrived. */
  readonly place: (i: number, at: Time) => void
  /** Ends the batch with the page under way when `bytes` have left; answers the bytes up to the end of that page. */
  readonly cut: (bytes: number) => number
}

/** What a lane carries: batches, until `next` has no more. */
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
  /** When the last byte of page i leaves; those in the past never change again. */
  readonly leaves: Float64Array
  count: number
  read: number
  placed: number
  /** At `since`, `sent` bytes of the batch had left; it goes on at `rate`. */
  since: Time
  sent: number
  rate: number
  bytes: number
  began: Time
  endsAt: Time
}

type Lane = { readonly owner: string; readonly jobs: Job[]; flight: Flight | undefined; end: Subscription | undefined }

/**
 * The sending side of one link: a kernel of lanes, each a queue of jobs in order, which share the link's bandwidth fairly (max-min) with one another and with the
 * applications' traffic. Lanes belong to owners (migrations).
 */
export type Transport = {
  readonly enqueue: (owner: string, lane: string, job: Job) => void
  /** Ends a job after the page under way, or takes it out of its queue; false when it is not there any more. */
  readonly cancel: (owner: string, lane: string, job: Job) => boolean
  /** Lets what an owner has on the link happen up to `now`: pages are read and placed in the order of time. `before(at)` runs ahead of each of them. */
  readonly settle: (owner: string, now: Time, before: (at: Time) => void) => void
  /** When a page under way arrives; Infinity when it is not under way. */
  readonly arrivalOf: (owner: string, page: number) => Time
  readonly senders: (owner: string) => number
  /** Bytes of an owner that have left so far. */
  readonly bytesLeft: (owner: string, now: Time) => number
  /** Bytes the applications have moved so far, and wanted to. */
  readonly application: (now: Time) => { readonly applicationBytes: number; readonly applicationDemandBytes: number }
  /** The link is gone: every job is refused, what has not arrived never will. */
  readonly fail: (reason: string) => void
  readonly failure: () => string | undefined
}

type TransportOptions = {
  readonly link: Link
  readonly timeline: Timeline
  /** The world looks at an owner: called at every moment at which something of it changes on the link, before it does. */
  readonly look: (owner: string) => void
  /** Called after it has changed: the number of its senders, or when its pages arrive. */
  readonly changed: (owner: string) => void
}

/** See `Transport`. Cost: one event a batch, and about 10 ns for each page that is followed. */
export const transport = ({ link, timeline, look, changed }: TransportOptions): Transport => {
  const lanes = new Map<string, Lane>()
  const flights = new Map<string, Flight[]>()
  const left = new Map<string, number>()
  let failed: string | undefined
  let applicationBytes = 0
  let applicationRate = Math.min(link.applicationBytesPerSecond, link.bytesPerSecond)
  let accountedTo = 0

  const account = (now: Time): void => {
    applicationBytes += (applicationRate * (now - accountedTo)) / 1e9
    accountedTo = now
  }

  /** Gives a flight another rate from `now` on; pages that have left stay as they were. */
  const setRate = (flight: Flight, now: Time, rate: number): void => {
    flight.sent = Math.min(flight.bytes, flight.sent + ((now - flight.since) * flight.rate) / 1e9)
    flight.since = now
    flight.rate = rate
    const { ends } = flight.batch
    if (ends !== undefined)
      for (let i = 0; i < flight.count; i++)
        if (!(flight.leaves[i] <= now)) flight.leaves[i] = now + Math.ceil(((ends[i] - flight.sent) * 1e9) / rate)
    flight.endsAt = now + Math.ceil(((flight.bytes - flight.sent) * 1e9) / rate)
  }

  const schedule = (key: string, lane: Lane, now: Time): void => {
    lane.end?.unsubscribe()
    lane.end = timeline.schedule(() => batchEnds(key, lane), lane.flight!.endsAt - now)
  }

  /** Shares the link anew among the lanes under way. */
  const share = (now: Time): void => {
    account(now)
    const active = [...lanes].filter(([, lane]) => lane.flight !== undefined)
    const demands = active.map(([, lane]) => lane.jobs[0].maxBytesPerSecond)
    const rates = fairShares({ capacity: link.bytesPerSecond, demands: [...demands, link.applicationBytesPerSecond] })
    applicationRate = rates[active.length]
    active.forEach(([key, lane], i) => {
      const flight = lane.flight!
      if (flight.rate === rates[i]) return
      setRate(flight, now, rates[i])
      schedule(key, lane, now)
    })
    for (const owner of new Set(active.map(([, lane]) => lane.owner))) changed(owner)
  }

  /** Starts the next batch of a lane, or its next job, or leaves it idle. True when the lane's demand has changed. */
  const proceed = (key: string, lane: Lane, now: Time): boolean => {
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
      const count = batch.pages?.length ?? 0
      const leaves = new Float64Array(count).fill(Infinity)
      const flight: Flight = {
        batch,
        leaves,
        count,
        read: 0,
        placed: 0,
        since: now,
        sent: 0,
        rate: 0,
        bytes: batch.bytes,
        began: now,
        endsAt: Infinity
      }
      lane.flight = flight
      if (count > 0) {
        const own = flights.get(lane.owner)
        if (own === undefined) flights.set(lane.owner, [flight])
        else own.push(flight)
      }
      if (before !== undefined && demand === job.maxBytesPerSecond) {
        setRate(flight, now, before.rate)
        schedule(key, lane, now)
        return false
      }
      return true
    }
    return before !== undefined
  }

  const batchEnds = (key: string, lane: Lane): void => {
    const now = timeline.now()
    const flight = lane.flight!
    look(lane.owner)
    left.set(lane.owner, (left.get(lane.owner) ?? 0) + flight.bytes)
    if (flight.count > 0)
      timeline.schedule(() => {
        if (failed !== undefined) return
        look(lane.owner)
        const own = flights.get(lane.owner)!
        own.splice(own.indexOf(flight), 1)
        changed(lane.owner)
      }, link.latencyNs)
    if (proceed(key, lane, now)) share(now)
    changed(lane.owner)
  }

  const settle = (owner: string, now: Time, before: (at: Time) => void): void => {
    const own = flights.get(owner)
    if (own === undefined || own.length === 0) return
    for (;;) {
      let at = Infinity
      let soonest: Flight | undefined
      let reading = false
      for (const flight of own) {
        const readAt = flight.read < flight.count ? (flight.read === 0 ? flight.began : flight.leaves[flight.read - 1]) : Infinity
        const placeAt = flight.placed < flight.count ? flight.leaves[flight.placed] + link.latencyNs : Infinity
        if (readAt < at || (readAt === at && !reading)) {
          at = readAt
          soonest = flight
          reading = true
        }
        if (placeAt < at) {
          at = placeAt
          soonest = flight
          reading = false
        }
      }
      if (soonest === undefined || at > now) return
      before(at)
      if (reading) soonest.batch.read(soonest.read++, at)
      else soonest.batch.place(soonest.placed++, at)
    }
  }

  return {
    enqueue: (owner, name, job) => {
      const now = timeline.now()
      const key = `${owner} ${name}`
      let lane = lanes.get(key)
      if (lane === undefined) {
        lane = { owner, jobs: [], flight: undefined, end: undefined }
        lanes.set(key, lane)
      }
      lane.jobs.push(job)
      if (lane.flight !== undefined || lane.jobs.length > 1) return
      look(owner)
      if (proceed(key, lane, now)) share(now)
      changed(owner)
    },
    cancel: (owner, name, job) => {
      const now = timeline.now()
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
      setRate(flight, now, flight.rate)
      flight.bytes = flight.batch.cut(flight.sent)
      if (flight.count > 0) flight.count = Math.max(flight.read, 1)
      setRate(flight, now, flight.rate)
      schedule(key, lane, now)
      return true
    },
    settle,
    arrivalOf: (owner, page) => {
      for (const flight of flights.get(owner) ?? []) {
        const i = flight.batch.pages!.indexOf(page)
        if (i >= flight.placed && i < flight.count) return flight.leaves[i] + link.latencyNs
      }
      return Infinity
    },
    senders: (owner) => [...lanes.values()].filter((lane) => lane.owner === owner && lane.flight !== undefined).length,
    bytesLeft: (owner, now) => {
      let bytes = left.get(owner) ?? 0
      for (const { owner: of, flight } of lanes.values())
        if (of === owner && flight !== undefined)
          bytes += Math.min(flight.bytes, flight.sent + Math.floor(((now - flight.since) * flight.rate) / 1e9))
      return bytes
    },
    application: (now) => {
      account(now)
      return {
        applicationBytes: Math.floor(applicationBytes),
        applicationDemandBytes: Math.floor((link.applicationBytesPerSecond * now) / 1e9)
      }
    },
    fail: (reason) => {
      const now = timeline.now()
      account(now)
      failed = reason
      applicationRate = 0
      flights.clear()
      for (const lane of lanes.values()) {
        lane.end?.unsubscribe()
        lane.flight = undefined
        for (const job of lane.jobs.splice(0)) job.refused(reason)
      }
      for (const owner of new Set([...lanes.values()].map(({ owner }) => owner))) changed(owner)
    },
    failure: () => failed
  }
}
