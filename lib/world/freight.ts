import type { Subscription } from 'rxjs'
import { maxMinRates } from '../network/maxMinRates'
import type { Used } from '../protocol/imageOrder'
import type { Time } from '../time/time'
import type { Agenda } from './agenda'

/** Bytes that leave together: read when they begin to leave, there when they have `arrived`, or `lost` on their way. @internal */
export type Parcel = { readonly bytes: number; readonly arrived: () => void; readonly lost?: () => void }

/**
 * What goes from one place to another: parcels, until `next` has no more, each through all of `through` (numbers of capacities) and then `latencyNs` on its way. `ways`
 * are the names of what must not fail meanwhile.
 * @internal
 */
export type Consignment = {
  readonly owner: string
  readonly ways: readonly string[]
  readonly through: readonly number[]
  readonly latencyNs: Time
  readonly maxBytesPerSecond: number
  readonly next: (now: Time) => Parcel | undefined
  readonly finished: (now: Time) => void
  readonly refused: (reason: string) => void
}

/** The carrying side of a world of several capacities, which its consignments share fairly (see `maxMinRates`). @internal */
export type Freight = {
  readonly send: (one: Consignment) => void
  /** Consignments of an owner that are leaving. */
  readonly leaving: (owner: string) => number
  /** Whether something of an owner has left and not arrived. */
  readonly inFlight: (owner: string) => boolean
  /** What uses one of these ways, or is of this owner, is refused, and what of it has not arrived never will. */
  readonly fail: (of: { readonly way?: string; readonly owner?: string }, reason: string) => void
  readonly used: (capacity: number, now: Time) => Used
}

type Moving = { readonly one: Consignment; parcel: Parcel; sent: number; since: Time; rate: number; end: Subscription | undefined }
type Flying = { readonly one: Consignment; readonly parcel: Parcel; readonly arrival: Subscription }

/** See `Freight`. `landed` is told of an owner of whom something has arrived, or never will. Cost: two events a parcel. @internal */
export const freight = ({
  capacities,
  agenda,
  landed
}: {
  readonly capacities: readonly number[]
  readonly agenda: Agenda
  readonly landed: (owner: string) => void
}): Freight => {
  let moving: Moving[] = []
  const flying = new Set<Flying>()
  const bytes = capacities.map(() => 0)
  const busyNs = capacities.map(() => 0)
  const fullNs = capacities.map(() => 0)
  let load = capacities.map(() => 0)
  let accountedTo = 0

  const account = (now: Time): void => {
    for (let i = 0; i < load.length; i++) {
      if (load[i] > 0) busyNs[i] += now - accountedTo
      if (load[i] >= capacities[i] * ALMOST) fullNs[i] += now - accountedTo
    }
    accountedTo = now
  }
  const schedule = (m: Moving, now: Time): void => {
    m.end?.unsubscribe()
    const left = m.parcel.bytes - m.sent
    m.end = m.rate === 0 ? undefined : agenda.schedule(() => hasLeft(m), m.since + Math.ceil((left * 1e9) / m.rate) - now)
  }
  /** Shares everything anew. */
  const share = (now: Time): void => {
    account(now)
    const rates = maxMinRates({ capacities, flows: moving.map(({ one }) => ({ through: one.through, demand: one.maxBytesPerSecond })) })
    load = capacities.map(() => 0)
    moving.forEach((m, i) => {
      for (const capacity of m.one.through) load[capacity] += rates[i]
      if (m.rate === rates[i] && m.end !== undefined) return
      m.sent = Math.min(m.parcel.bytes, m.sent + ((now - m.since) * m.rate) / 1e9)
      m.since = now
      m.rate = rates[i]
      schedule(m, now)
    })
  }
  /** A parcel has left. */
  const hasLeft = (m: Moving): void => {
    const now = agenda.now()
    const { one, parcel } = m
    for (const capacity of one.through) bytes[capacity] += parcel.bytes
    const flight: Flying = {
      one,
      parcel,
      arrival: agenda.schedule(() => {
        flying.delete(flight)
        parcel.arrived()
        landed(one.owner)
      }, one.latencyNs)
    }
    flying.add(flight)
    const next = one.next(now)
    if (next !== undefined) {
      m.parcel = next
      m.sent = 0
      m.since = now
      schedule(m, now)
      return
    }
    moving = moving.filter((other) => other !== m)
    share(now)
    one.finished(now)
  }

  return {
    send: (one) => {
      const now = agenda.now()
      const parcel = one.next(now)
      if (parcel === undefined) {
        one.finished(now)
        return
      }
      moving.push({ one, parcel, sent: 0, since: now, rate: 0, end: undefined })
      share(now)
    },
    leaving: (owner) => moving.reduce((n, { one }) => n + (one.owner === owner ? 1 : 0), 0),
    inFlight: (owner) => {
      for (const { one } of flying) if (one.owner === owner) return true
      return false
    },
    fail: ({ way, owner }, reason) => {
      const owners = new Set<string>()
      const isHit = (one: Consignment): boolean => one.owner === owner || (way !== undefined && one.ways.includes(way))
      const gone: Parcel[] = []
      for (const flight of [...flying])
        if (isHit(flight.one)) {
          gone.push(flight.parcel)
          flight.arrival.unsubscribe()
          flying.delete(flight)
          owners.add(flight.one.owner)
        }
      const hit = moving.filter(({ one }) => isHit(one))
      moving = moving.filter(({ one }) => !isHit(one))
      for (const { end } of hit) end?.unsubscribe()
      share(agenda.now())
      for (const { lost } of gone) lost?.()
      for (const { one, parcel } of hit) {
        owners.add(one.owner)
        parcel.lost?.()
        one.refused(reason)
      }
      for (const of of owners) landed(of)
    },
    used: (capacity, now) => {
      account(now)
      return { bytes: bytes[capacity], busyNs: busyNs[capacity], fullNs: fullNs[capacity] }
    }
  }
}

/** Rates that are sums of shares miss their capacity by rounding. */
const ALMOST = 1 - 1e-9
