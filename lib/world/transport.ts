import { fairShares } from '../network/fairShares'
import type { Link } from '../network/link'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'
import type { Batch } from './batch'
import type { Flights } from './flights'
import { flights as airborne, notLeftYet, sentBy, setRate, takeOff } from './flights'
import { type Amount, type Job, type Lane, type Later, placeOf, type WrittenAhead } from './lane'
import { laneBuffer } from './laneBuffer'
import { type Held, isOf, type Stall } from './stalls'
import type { Times } from './timetable'

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
  /** When the last of some pages arrives; Infinity when one of them is not under way. */
  readonly lastOf: (owner: string, pages: readonly number[]) => Time
  /** When all that has left so far, in batches that have left as a whole, has arrived. */
  readonly arrivesBy: (owner: string) => Time
  /** Nobody waits for a page any more. */
  readonly forget: (owner: string, page: number) => void
  /** Takes a page out of a batch in which it has not begun to leave; false when it is in none. The caller sends it instead. */
  readonly withdraw: (owner: string, page: number) => boolean
  readonly senders: (owner: string) => number
  /** Bytes of an owner that have left so far, or been written ahead of the wire. */
  readonly bytesLeft: (owner: string, now: Time) => number
  /** Pages of an owner that were chosen and have not left: not yet, or never, because their connection broke. */
  readonly pagesNotLeft: (owner: string, now: Time) => number
  /** Bytes the applications have moved so far, and wanted to. */
  readonly application: (now: Time) => { readonly applicationBytes: number; readonly applicationDemandBytes: number }
  /** The link is gone: every job is refused, what has not arrived never will. */
  readonly fail: (reason: string) => void
  /** One owner's connection is gone: its jobs are refused, and what of it has not arrived never will. */
  readonly cutOff: (owner: string, reason: string) => void
  /** The link is back. */
  readonly mend: () => void
}

type TransportOptions = {
  readonly link: Link
  readonly agenda: Agenda
  readonly stalls: readonly Stall[]
  readonly held: Held
  /** The migration whose memory or disk an owner is. */
  readonly migrationOf: (owner: string) => string
  /** When everything of an owner comes, where that is given one by one. */
  readonly times: (owner: string) => Times | undefined
  /** The world looks at an owner: called at every moment at which something of it changes on the link, before it does. */
  readonly look: (owner: string) => void
  /** Called after it has changed: the number of its senders, or when its pages arrive. */
  readonly changed: (owner: string) => void
}

/** See `Transport`. Cost: one event a batch, and about 10 ns for each page that is followed. @internal */
export const transport = ({ link, agenda, stalls, held, migrationOf, times, look, changed }: TransportOptions): Transport => {
  const lanes = new Map<string, Map<string, Lane>>()
  const laneOf = (owner: string, name: string, ahead?: WrittenAhead): Lane => {
    let own = lanes.get(owner)
    if (own === undefined) {
      own = new Map()
      lanes.set(owner, own)
    }
    let lane = own.get(name)
    if (lane === undefined) {
      const arrival =
        stalls.length === 0
          ? (leaves: Time): Time => leaves + link.latencyNs
          : (leaves: Time): Time => held(migrationOf(owner), name, 'arriving', leaves + link.latencyNs)
      const buffer = ahead && laneBuffer()
      lane = { owner, name, arrival, jobs: [], buffer, flight: undefined, end: undefined, waiting: undefined }
      own.set(name, lane)
    }
    return lane
  }
  /** The lanes with a batch under way, in the order in which they began. */
  const active: Lane[] = []
  const flights = new Map<string, Flights>()
  const flightsOf = (owner: string): Flights => {
    const known = flights.get(owner)
    if (known !== undefined) return known
    const none = airborne({ several: stalls.length > 0 || broken > 0 || times(owner) !== undefined })
    flights.set(owner, none)
    return none
  }
  const left = new Map<string, number>()
  /** Pages that were chosen, and had not left when their connection broke. */
  const neverLeft = new Map<string, number>()
  const arrivesBy = new Map<string, Time>()
  /** Batches that have left, whose pages are not followed: what to do if the link breaks before they arrive. */
  let trailing: { readonly owner: string; readonly at: Time; readonly batch: Batch }[] = []
  let broken = 0
  /** The link is broken, or a host that nobody has sent from or to since. */
  let down = false
  let applicationBytes = 0
  let applicationRate = Math.min(link.applicationBytesPerSecond, link.bytesPerSecond)
  let accountedTo = 0

  const account = (now: Time): void => {
    applicationBytes += (applicationRate * (now - accountedTo)) / 1e9
    accountedTo = now
  }

  /** What a lane with a batch under way asks for. */
  const demandOf = ({ jobs, flight, buffer }: Lane): number =>
    Math.min((buffer?.leaving() ?? jobs[0]).maxBytesPerSecond, flight!.batch.maxBytesPerSecond ?? Number.POSITIVE_INFINITY)

  /** Whether nothing leaves on a lane at present. */
  const stands = ({ owner, name }: Lane, now: Time): boolean =>
    stalls.some((stall) => now >= stall.from && now < stall.until && isOf(stall, migrationOf(owner), name, 'leaving'))

  const schedule = (lane: Lane, now: Time): void => {
    lane.end?.unsubscribe()
    lane.end = agenda.schedule(() => batchEnds(lane), lane.flight!.endsAt - now)
  }

  /** Shares the link anew among the lanes under way, one of which is `by`'s or has just been. */
  const share = (now: Time, by: string): void => {
    account(now)
    const demands = active.map((lane) => (stalls.length > 0 && stands(lane, now) ? 0 : demandOf(lane)))
    const rates = fairShares({ capacity: link.bytesPerSecond, demands: [...demands, link.applicationBytesPerSecond] })
    applicationRate = rates[active.length]
    for (let i = 0; i < active.length; i++) {
      const lane = active[i]
      const flight = lane.flight!
      if (flight.rate === rates[i]) continue
      setRate(flight, now, rates[i])
      schedule(lane, now)
    }
    for (const owner of lanes.keys()) if (owner !== by && active.some((lane) => lane.owner === owner)) changed(owner)
  }

  /** The next batch of a lane's jobs, chosen now; `undefined` when there is none, or when its job waits. */
  const chosen = (lane: Lane, now: Time): Batch | undefined => {
    while (lane.jobs.length > 0) {
      const job = lane.jobs[0]
      const batch = job.next(now)
      if (batch === undefined) {
        lane.jobs.shift()
        if (lane.buffer === undefined) {
          job.ahead?.written(now)
          job.finished(now)
        } else lane.buffer.close(job, now)
        continue
      }
      if (!('until' in batch)) return batch
      wait(lane, batch, now)
      return undefined
    }
    return undefined
  }

  /** Starts the next batch of a lane, or its next job, or leaves it idle. True when the lane's demand has changed. */
  const proceed = (lane: Lane, now: Time): boolean => {
    const before = lane.flight
    const demand = before === undefined ? undefined : demandOf(lane)
    lane.flight = undefined
    if (before !== undefined) lane.buffer?.left(now)
    const batch = lane.buffer === undefined ? chosen(lane, now) : lane.buffer.leave()
    if (batch !== undefined) {
      const given = times(lane.owner)?.page(lane.name)
      const flight = takeOff(batch, now, given === undefined ? lane.arrival : () => given.arrives, given?.leaves)
      lane.flight = flight
      if (before === undefined) active.push(lane)
      if (flight.count > 0) flightsOf(lane.owner).launch(flight)
      if (before !== undefined && demand === demandOf(lane)) {
        setRate(flight, now, before.rate)
        schedule(lane, now)
        return false
      }
      return true
    }
    if (before !== undefined) active.splice(active.indexOf(lane), 1)
    return before !== undefined
  }

  /** A sender writes ahead of the wire, batch by batch, while there is room. */
  const write = (lane: Lane, now: Time): void => {
    const { buffer, jobs } = lane
    if (buffer === undefined || buffer.isWriting() || lane.waiting !== undefined || jobs.length === 0) return
    if (!buffer.hasRoom(jobs[0])) return
    const batch = chosen(lane, now)
    if (batch === undefined) return
    const written = agenda.schedule(
      () => {
        const at = agenda.now()
        look(lane.owner)
        left.set(lane.owner, (left.get(lane.owner) ?? 0) + buffer.wrote())
        if (lane.flight === undefined && proceed(lane, at)) share(at, lane.owner)
        write(lane, at)
        changed(lane.owner)
      },
      Math.round(batch.writeNs ?? 0)
    )
    buffer.begin(jobs[0], batch, written)
  }

  /** A lane stands idle until its job has something to send again, or is cancelled. */
  const wait = (lane: Lane, { until, told }: Later, now: Time): void => {
    lane.waiting = agenda.schedule(
      () => {
        told()
        lane.waiting = agenda.schedule(() => goOn(lane), 0)
      },
      Math.max(0, until - now)
    )
  }

  /** A lane that stands idle goes on with the job at its head. */
  const goOn = (lane: Lane): void => {
    lane.waiting?.unsubscribe()
    lane.waiting = undefined
    if (lane.jobs.length === 0) return
    look(lane.owner)
    start(lane, agenda.now())
    changed(lane.owner)
  }

  /** A lane that carries nothing goes on, or one that is written ahead of the wire does. */
  const start = (lane: Lane, now: Time): void => {
    if (lane.buffer !== undefined) write(lane, now)
    else if (proceed(lane, now)) share(now, lane.owner)
  }

  const batchEnds = (lane: Lane): void => {
    const now = agenda.now()
    const flight = lane.flight!
    look(lane.owner)
    if (lane.buffer === undefined) left.set(lane.owner, (left.get(lane.owner) ?? 0) + flight.bytes)
    const at = flight.arrival(now)
    if (at > (arrivesBy.get(lane.owner) ?? 0)) arrivesBy.set(lane.owner, at)
    if (flight.count > 0) {
      const own = flightsOf(lane.owner)
      own.hasLeft(flight)
      agenda.schedule(() => {
        // A connection that has broken since brings nothing.
        if (flights.get(lane.owner) !== own) return
        look(lane.owner)
        own.land(flight)
        changed(lane.owner)
      }, at - now)
    } else if (flight.batch.lost !== undefined) {
      trailing = trailing.filter((one) => one.at > now)
      trailing.push({ owner: lane.owner, at, batch: flight.batch })
    }
    if (proceed(lane, now)) share(now, lane.owner)
    write(lane, now)
    changed(lane.owner)
  }

  for (const { way, from, until } of stalls)
    if (way === undefined || way === 'leaving')
      for (const edge of [from, until])
        agenda.schedule(
          () => {
            const now = agenda.now()
            for (const owner of lanes.keys()) look(owner)
            if (!down) share(now, '')
          },
          Math.max(0, edge - agenda.now())
        )

  const bytesUnderWay = (owner: string, now: Time): number => {
    let bytes = 0
    for (const { owner: of, flight, buffer } of active)
      if (of === owner && flight !== undefined && buffer === undefined) bytes += Math.floor(sentBy(flight, now))
    return bytes
  }

  const pagesUnderWay = (owner: string, now: Time): number => {
    let pages = 0
    for (const { owner: of, flight, buffer } of active) {
      if (of !== owner || flight === undefined || buffer !== undefined) continue
      const { carried } = flight
      const { leaves } = flight.batch
      if (leaves !== undefined) for (let i = flight.count - 1; i >= flight.placed && leaves[i] > now; i--) pages++
      else if (carried > 0) pages += carried - Math.floor((carried * sentBy(flight, now)) / flight.bytes)
    }
    for (const { buffer } of lanes.get(owner)?.values() ?? []) pages += buffer?.unwritten()?.pages ?? 0
    return pages
  }

  /** What of a job of a lane was chosen and has not left: the job at the head has the batch under way, or else it is being written. */
  const notLeftOf = ({ jobs, flight, buffer }: Lane, job: Job, now: Time): Amount => {
    if (buffer !== undefined) {
      const unwritten = buffer.unwritten()
      return unwritten?.job === job ? unwritten : nothing
    }
    return flight === undefined || job !== jobs[0] ? nothing : notLeftYet(flight, now)
  }

  /** An owner's lanes have lost all that they carried, and its jobs are refused. */
  const empty = (owner: string, reason: string): void => {
    const now = agenda.now()
    left.set(owner, (left.get(owner) ?? 0) + bytesUnderWay(owner, now))
    neverLeft.set(owner, (neverLeft.get(owner) ?? 0) + pagesUnderWay(owner, now))
    for (const { owner: of, at, batch } of trailing) if (of === owner && at > now) batch.lost!(0)
    trailing = trailing.filter((one) => one.owner !== owner)
    const own = lanes.get(owner)
    const refused: (readonly [Job, Amount])[] = []
    for (const lane of own === undefined ? [] : own.values()) {
      lane.end?.unsubscribe()
      lane.waiting?.unsubscribe()
      lane.waiting = undefined
      for (const job of lane.jobs) refused.push([job, notLeftOf(lane, job, now)])
      lane.jobs.length = 0
      if (lane.flight !== undefined) {
        if (lane.flight.count === 0) lane.flight.batch.lost?.(0)
        active.splice(active.indexOf(lane), 1)
      }
      lane.flight = undefined
      lane.buffer?.lose()
    }
    flights.get(owner)?.lose()
    flights.delete(owner)
    arrivesBy.delete(owner)
    for (const [job, notLeft] of refused) job.refused(reason, notLeft)
  }

  return {
    enqueue: (owner, name, job) => {
      const now = agenda.now()
      down = false
      const lane = laneOf(owner, name, job.ahead)
      const place = job.urgent ? placeOf(lane) : lane.jobs.length
      lane.jobs.splice(place, 0, job)
      if (lane.waiting !== undefined && place === 0) {
        goOn(lane)
        return
      }
      if (lane.buffer === undefined ? lane.flight !== undefined || lane.jobs.length > 1 : lane.buffer.isWriting()) return
      look(owner)
      start(lane, now)
      changed(owner)
    },
    cancel: (owner, name, job) => {
      const now = agenda.now()
      const lane = laneOf(owner, name)
      const place = lane.jobs.indexOf(job)
      if (place < 0) return false
      if (lane.buffer !== undefined) {
        if (place > 0) {
          lane.jobs.splice(place, 1)
          lane.buffer.close(job, now)
        } else if (lane.waiting !== undefined) goOn(lane)
        return true
      }
      if (place > 0 || lane.flight === undefined) {
        lane.jobs.splice(place, 1)
        job.finished(now)
        if (place === 0) goOn(lane)
        return true
      }
      look(owner)
      const flight = lane.flight
      const kept = flight.batch.cut(sentBy(flight, now))
      flight.bytes = kept.bytes
      flight.count = kept.pages
      flight.carried = 0
      flight.last = kept.last ?? 0
      setRate(flight, now, flight.rate)
      schedule(lane, now)
      return true
    },
    settle: (owner, now, before) => flightsOf(owner).settle(now, before),
    arrivalOf: (owner, page) => flightsOf(owner).arrivalOf(page),
    lastOf: (owner, pages) => flightsOf(owner).lastOf(pages),
    arrivesBy: (owner) => arrivesBy.get(owner) ?? 0,
    forget: (owner, page) => flightsOf(owner).forget(page),
    withdraw: (owner, page) => {
      const now = agenda.now()
      const flight = flightsOf(owner).withdraw(page, now)
      if (flight === undefined) return false
      schedule(active.find((lane) => lane.flight === flight)!, now)
      return true
    },
    senders: (owner) => active.reduce((n, lane) => n + (lane.owner === owner ? 1 : 0), 0),
    bytesLeft: (owner, now) => (left.get(owner) ?? 0) + bytesUnderWay(owner, now),
    pagesNotLeft: (owner, now) => (neverLeft.get(owner) ?? 0) + pagesUnderWay(owner, now),
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
      broken++
      down = true
      applicationRate = 0
      for (const owner of lanes.keys()) empty(owner, reason)
      for (const owner of lanes.keys()) changed(owner)
    },
    cutOff: (owner, reason) => {
      const now = agenda.now()
      look(owner)
      empty(owner, reason)
      if (!down) share(now, owner)
      changed(owner)
    },
    mend: () => {
      down = false
      share(agenda.now(), '')
    }
  }
}

const nothing: Amount = { pages: 0, bytes: 0 }
