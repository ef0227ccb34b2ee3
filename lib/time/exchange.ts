import { Observable } from 'rxjs'
import { type Clock, read, resolutionNs } from './clock'
import { conversion, nanoseconds, type Time } from './time'
import type { Timeline } from './timeline'

/**
 * A remote clock read over a network: four timestamps, `requestedAt` and `answeredAt` on the local clock, `receivedAt` and `repliedAt` on the
 * remote one, all in ns; `resolutionNs` is what the two displays may lag together (0 if unknown).
 */
export type Exchange = {
  readonly requestedAt: number
  readonly receivedAt: number
  readonly repliedAt: number
  readonly answeredAt: number
  readonly resolutionNs: number
}

/** Remote minus local time, and by how much that can be wrong at the exchange; the clocks' drift since then comes on top. */
export type OffsetEstimate = { readonly offsetNs: number; readonly boundNs: number }

/** Two clocks and the true delays between them: request and answer one way each, and the remote's own time in between (default 0), in ns. */
export type ReadOptions = {
  readonly local: Clock
  readonly remote: Clock
  readonly requestNs: Time
  readonly answerNs: Time
  readonly serviceNs?: Time
}

/** Reads a remote clock, starting at true time `atNs`. Throws RangeError when a delay is negative or not an integer. */
export const readFrom = ({ local, remote, requestNs, answerNs, serviceNs = 0 }: ReadOptions, atNs: Time): Exchange => {
  for (const [name, delay] of Object.entries({ requestNs, answerNs, serviceNs })) {
    if (!Number.isSafeInteger(delay) || delay < 0) throw new RangeError(`readFrom: ${name} must be an integer from 0 on (got ${delay})`)
  }
  return {
    requestedAt: read(local, atNs),
    receivedAt: read(remote, atNs + requestNs),
    repliedAt: read(remote, atNs + requestNs + serviceNs),
    answeredAt: read(local, atNs + requestNs + serviceNs + answerNs),
    resolutionNs: resolutionNs(local) + resolutionNs(remote)
  }
}

/**
 * Reads a remote clock on a timeline: one exchange, emitted when its answer arrives; cold.
 *
 *     subscribed ^--request--|service|--answer--(x|)
 */
export const readings = (options: ReadOptions, line: Timeline): Observable<Exchange> => {
  const toNs = conversion({ from: line.unit, to: nanoseconds })
  const toTicks = conversion({ from: nanoseconds, to: line.unit })
  return new Observable((observer) => {
    const exchange = readFrom(options, toNs(line.now()))
    return line.schedule(
      () => {
        observer.next(exchange)
        observer.complete()
      },
      toTicks(options.requestNs + (options.serviceNs ?? 0) + options.answerNs)
    )
  })
}

/**
 * The offset from request, reply and answer alone (Cristian, Distributed Computing 3, 1989): the reply's reading is taken as half a round trip
 * old, so it is wrong by at most half the round trip, which here includes the remote's own time.
 */
export const cristian = ({ requestedAt, repliedAt, answeredAt, resolutionNs: lag }: Omit<Exchange, 'receivedAt'>): OffsetEstimate => {
  const roundTripNs = answeredAt - requestedAt
  return { offsetNs: repliedAt - requestedAt - Math.ceil(roundTripNs / 2), boundNs: Math.ceil(roundTripNs / 2) + lag }
}

/**
 * The offset from all four timestamps, ((t1 - t0) + (t2 - t3)) / 2, wrong by at most half the delay (t3 - t0) - (t2 - t1), which leaves the
 * remote's own time out (NTP: RFC 5905 §8).
 */
export const fourTimestamps = ({ requestedAt, receivedAt, repliedAt, answeredAt, resolutionNs: lag }: Exchange): OffsetEstimate => ({
  offsetNs: Math.floor((receivedAt - requestedAt + (repliedAt - answeredAt)) / 2),
  boundNs: Math.ceil((answeredAt - requestedAt - (repliedAt - receivedAt)) / 2) + lag
})

/**
 * The local clock, set right towards the remote one: its display plus the estimated offset.
 * Law: at every later true time the two displays differ by at most the bound, the resolutions and both drifts since the exchange began.
 */
export const corrected = (local: Clock, { offsetNs }: OffsetEstimate): Clock =>
  Object.freeze({ ...local, adjustNs: local.adjustNs + offsetNs })
