import type { Time } from '../time/time'
import type { Batch } from './batch'
import { flightQueue as queue } from './flightQueue'
import type { Amount } from './lane'

/** A batch on its way: leaving, or left and not yet arrived as a whole. @internal */
export type Flight = {
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
  /** Of what was cut off in the midst of pages that are not followed: the bytes of its last page. */
  last: number
  began: Time
  endsAt: Time
  /** When what has left at a time arrives. */
  readonly arrival: (leaves: Time) => Time
  /** When it has left, where that is given. */
  readonly leavesAt: Time | undefined
}

/** What one owner has on its way: leaving, or left and not yet arrived. Only batches whose pages are followed. @internal */
export type Flights = {
  readonly launch: (flight: Flight) => void
  /** The last byte of a flight has left: when its pages arrive does not change any more. */
  readonly hasLeft: (flight: Flight) => void
  /** All of a flight has arrived. */
  readonly land: (flight: Flight) => void
  /** Lets what is due by `now` happen: pages are read and placed in the order of time. `before(at)` runs ahead of each of them. */
  readonly settle: (now: Time, before: ((at: Time) => void) | undefined) => void
  /** When a page arrives; Infinity when it is not under way. */
  readonly arrivalOf: (page: number) => Time
  /** When the last of some pages arrives; Infinity when one of them is not under way. Cost: O(pages under way). */
  readonly lastOf: (pages: readonly number[]) => Time
  /** Nobody waits for a page any more. */
  readonly forget: (page: number) => void
  /** None of it will arrive. */
  readonly lose: () => void
  /** Takes a page out that has not begun to leave; answers the flight it was in. */
  readonly withdraw: (page: number, now: Time) => Flight | undefined
}

/** A batch that begins to leave at `now`; its rate is still to be set. @internal */
export const takeOff = (batch: Batch, now: Time, arrival: (leaves: Time) => Time, leavesAt?: Time): Flight => {
  const { count, bytes, carried = 0 } = batch
  batch.leaves?.fill(Infinity, 0, count)
  return {
    batch,
    count,
    read: 0,
    placed: 0,
    since: now,
    sent: 0,
    rate: 0,
    bytes,
    carried,
    last: 0,
    began: now,
    endsAt: Infinity,
    arrival,
    leavesAt
  }
}

/** Bytes of a flight that have left by `now`. @internal */
export const sentBy = (flight: Flight, now: Time): number =>
  Math.min(flight.bytes, flight.sent + ((now - flight.since) * flight.rate) / 1e9)

/** Pages of a flight that have not left as a whole by `now`, and their bytes; of pages that are not followed, as many as their part of the bytes. @internal */
export const notLeftYet = (flight: Flight, now: Time): Amount => {
  const { batch, bytes, carried } = flight
  const { ends, leaves } = batch
  if (ends !== undefined && leaves !== undefined) {
    let left = flight.count
    while (left > 0 && !(leaves[left - 1] <= now)) left--
    return { pages: flight.count - left, bytes: bytes - (left === 0 ? 0 : ends[left - 1]) }
  }
  if (carried === 0) return { pages: flight.last > 0 ? 1 : 0, bytes: flight.last }
  const pages = carried - Math.floor((carried * sentBy(flight, now)) / bytes)
  return { pages, bytes: Math.ceil((bytes * pages) / carried) }
}

/** Gives a flight a rate from `now` on; pages that have left stay as they were. At the rate it had, no time is rounded a second time. @internal */
export const setRate = (flight: Flight, now: Time, rate: number): void => {
  if (rate !== flight.rate) {
    flight.sent = sentBy(flight, now)
    flight.since = now
    flight.rate = rate
  }
  if (flight.leavesAt !== undefined) {
    flight.batch.leaves?.fill(flight.leavesAt, 0, flight.count)
    flight.endsAt = flight.leavesAt
    return
  }
  if (rate === 0) {
    if (flight.batch.leaves !== undefined)
      for (let i = flight.placed; i < flight.count; i++) if (!(flight.batch.leaves[i] <= now)) flight.batch.leaves[i] = Infinity
    flight.endsAt = Infinity
    return
  }
  const { since, sent } = flight
  const { ends, leaves } = flight.batch
  if (ends !== undefined && leaves !== undefined)
    for (let i = flight.placed; i < flight.count; i++)
      if (!(leaves[i] <= now)) leaves[i] = since + Math.ceil(((ends[i] - sent) * 1e9) / rate)
  flight.endsAt = since + Math.ceil(((flight.bytes - sent) * 1e9) / rate)
}

/** A flight, and how many were launched before it. */
type Numbered = { readonly flight: Flight; readonly n: number }

type Found = { readonly flight: Flight; readonly i: number }

/**
 * Nothing on its way. `several`: a page that is waited for may be on its way more than once, and the newest is not always the first to arrive. Cost: about 10 ns a
 * page; to settle, O(those still leaving), and O(log n) for each that has left and comes in turn.
 * @internal
 */
export const flights = ({ several }: { readonly several: boolean }): Flights => {
  const own = new Set<Flight>()
  /** Those still leaving, whose times may yet change; and those that have left, by what comes next. */
  const leaving: Numbered[] = []
  const left = queue()
  let launched = 0
  /** Pages that somebody waits for, and where they were found, or how many flights there had been when they were in none. */
  const sought = new Map<number, { readonly launched: number; readonly found: Found | undefined }>()
  const isAt = ({ flight, i }: Found, page: number): boolean => flight.batch.pages![i] === page && i >= flight.placed && i < flight.count

  /** Where a page is; the newest flights first, because a page that is waited for has most likely been sent by itself. */
  const find = (page: number): Found | undefined => {
    for (const flight of [...own].reverse()) {
      const pages = flight.batch.pages!
      for (let i = flight.placed; i < flight.count; i++) if (pages[i] === page) return { flight, i }
    }
    return undefined
  }
  const soonest = (page: number): Time => {
    let at = Infinity
    for (const { batch, placed, count, arrival } of own)
      for (let i = placed; i < count; i++) if (batch.pages![i] === page) at = Math.min(at, arrival(batch.leaves![i]))
    return at
  }
  const nextRead = (f: Flight): Time =>
    f.read < f.count && f.batch.read !== undefined ? (f.read === 0 ? f.began : f.batch.leaves![f.read - 1]) : Infinity
  const nextPlacing = (f: Flight): Time => (f.placed < f.count ? f.arrival(f.batch.leaves![f.placed]) : Infinity)

  const nextOf = (f: Flight): Time => Math.min(nextRead(f), nextPlacing(f))

  /** What of a flight comes by `limit`: a page's reading before a placing. */
  const go = (flight: Flight, limit: Time, before: ((at: Time) => void) | undefined): void => {
    const { batch } = flight
    for (;;) {
      const readAt = nextRead(flight)
      const placeAt = nextPlacing(flight)
      if (Math.min(readAt, placeAt) > limit) return
      if (readAt <= placeAt) {
        before?.(readAt)
        batch.read!(flight.read++, readAt)
      } else {
        before?.(placeAt)
        batch.place!(flight.placed++, placeAt)
      }
    }
  }
  const queued = (flight: Flight, n: number): void => {
    const at = nextOf(flight)
    if (at < Infinity) left.add({ flight, n, at })
  }

  return {
    launch: (flight) => {
      own.add(flight)
      leaving.push({ flight, n: launched++ })
    },
    hasLeft: (flight) => {
      const place = leaving.findIndex((one) => one.flight === flight)
      if (place < 0) return
      const [{ n }] = leaving.splice(place, 1)
      queued(flight, n)
    },
    land: (flight) => {
      own.delete(flight)
      flight.batch.arrived?.()
    },
    settle: (now, before) => {
      for (;;) {
        let at = Infinity
        let second = Infinity
        let soonest: Numbered | undefined
        for (const one of leaving) {
          const next = nextOf(one.flight)
          if (next < at) {
            second = at
            at = next
            soonest = one
          } else if (next < second) second = next
        }
        const top = left.first()
        const isTop = top !== undefined && (top.at < at || (top.at === at && top.n < (soonest?.n ?? Infinity)))
        if ((isTop ? top.at : at) > now) return
        if (isTop) {
          left.removeFirst()
          second = Math.min(at, left.first()?.at ?? Infinity)
          at = top.at
          soonest = top
        } else if (top !== undefined) second = Math.min(second, top.at)
        if (soonest === undefined) return
        // What one flight does before any other is done in one go: a tie goes to the flight that began first.
        go(soonest.flight, Math.min(now, second === at ? at : second - 1), before)
        if (isTop && own.has(soonest.flight)) queued(soonest.flight, soonest.n)
      }
    },
    arrivalOf: (page) => {
      if (several) return soonest(page)
      let seen = sought.get(page)
      if (seen === undefined || (seen.found === undefined ? seen.launched !== launched : !isAt(seen.found, page))) {
        seen = { launched, found: find(page) }
        sought.set(page, seen)
      }
      return seen.found === undefined ? Infinity : seen.found.flight.arrival(seen.found.flight.batch.leaves![seen.found.i])
    },
    lastOf: (pages) => {
      const sooner = new Map<number, Time>(pages.map((page) => [page, Infinity]))
      for (const { batch, placed, count, arrival } of own)
        for (let i = placed; i < count; i++) {
          const known = sooner.get(batch.pages![i])
          if (known !== undefined) sooner.set(batch.pages![i], Math.min(known, arrival(batch.leaves![i])))
        }
      let last = 0
      for (const at of sooner.values()) last = Math.max(last, at)
      return last
    },
    lose: () => {
      const all = [...own]
      own.clear()
      leaving.length = 0
      left.clear()
      for (const { batch, placed } of all) batch.lost?.(placed)
    },
    forget: (page) => {
      sought.delete(page)
    },
    withdraw: (page, now) => {
      const found = find(page)
      if (found === undefined) return undefined
      const { flight, i } = found
      const { pages, ends, leaves, withdrawn } = flight.batch
      // The last page stays: a batch without pages would have to end in the past.
      if (withdrawn === undefined || flight.count === 1 || (i === 0 ? flight.began : leaves![i - 1]) <= now) return undefined
      const bytes = ends![i] - (i === 0 ? 0 : ends![i - 1])
      for (let k = i + 1; k < flight.count; k++) {
        pages![k - 1] = pages![k]
        ends![k - 1] = ends![k] - bytes
        leaves![k - 1] = Infinity
      }
      flight.count--
      flight.bytes -= bytes
      withdrawn(page, bytes)
      setRate(flight, now, flight.rate)
      return flight
    }
  }
}
