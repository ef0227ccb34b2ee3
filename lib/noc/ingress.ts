import { Observable, type OperatorFunction } from 'rxjs'
import type { Packet } from './noc'
import { type Limit, tokenBucket } from './tokenBucket'

/** The packets from a node to another, and what they may send. */
export type Flow = { readonly source: number; readonly destination: number; readonly limit: Limit }

/**
 * The limiters of many flows in front of a network: packets of all flows in order of time, out they come in order of time, each flow held to its limit as by `limiter`, and no
 * flow by another's.
 *
 *     packets.pipe(ingress(flows), network(() => flitNoc(wiring, routing, router, key(1))))
 *
 * A packet that is put off goes on as soon as a later one, or the end, shows that its time has come; at one cycle they keep the order in which they came.
 *
 * Errors: `RangeError` when two flows have the same ends, or as of `tokenBucket`; a packet of no flow, of a size that is not its flow's, or out of order goes to the error channel.
 */
export const ingress = (flows: readonly Flow[]): OperatorFunction<Packet, Packet> => {
  const buckets = new Map(flows.map(({ source, destination, limit }) => [`${source} ${destination}`, tokenBucket(limit)]))
  if (buckets.size < flows.length) throw new RangeError('ingress: two flows have the same source and destination')
  return (packets) =>
    new Observable((observer) => {
      const states = new Map([...buckets].map(([name, { initial }]) => [name, initial]))
      const waiting: Packet[] = []
      let now = 0
      const tellUntil = (cycle: number): void => {
        while (waiting.length > 0 && waiting[0].cycle <= cycle && !observer.closed) observer.next(waiting.shift() as Packet)
      }
      const take = (packet: Packet): void => {
        const name = `${packet.source} ${packet.destination}`
        const bucket = buckets.get(name)
        const state = states.get(name)
        if (bucket === undefined || state === undefined)
          throw new RangeError(`ingress: no flow goes from ${packet.source} to ${packet.destination}`)
        if (!(packet.cycle >= now))
          throw new RangeError(`ingress: packets come in order of time, from cycle ${now} on (got ${packet.cycle})`)
        now = packet.cycle
        tellUntil(now - 1)
        const [cycle, next] = bucket.admit(state, packet)
        states.set(name, next)
        let place = waiting.length
        while (place > 0 && waiting[place - 1].cycle > cycle) place--
        waiting.splice(place, 0, { ...packet, cycle })
        tellUntil(now)
      }
      return packets.subscribe({
        next: (packet) => {
          try {
            take(packet)
          } catch (error) {
            observer.error(error)
          }
        },
        error: (error) => observer.error(error),
        complete: () => {
          tellUntil(Infinity)
          observer.complete()
        }
      })
    })
}
