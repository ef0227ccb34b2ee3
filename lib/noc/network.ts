import { Observable, type OperatorFunction } from 'rxjs'
import type { Channel } from './channelDependency'
import type { Delivery, Noc, Packet } from './noc'

/** What a network tells: a packet that has come in, or that `waiting` hold each other up in a ring and nothing moves any more (it says so once, and ends). */
export type NocSignal =
  | ({ readonly type: 'delivered' } & Delivery)
  | { readonly type: 'deadlocked'; readonly cycle: number; readonly underWay: number; readonly ring: readonly Channel[] }

/**
 * A network on chip as an operator: packets in, in order of time, what came of them out. Both fidelities stand behind it:
 *
 *     packets.pipe(network(() => flitNoc(wiring, routing, flitRouter(), key(1))))
 *     packets.pipe(network(() => hopNoc(wiring, routing, flitRouter(), key(1))))
 *
 *     packets    --a--b-----------|
 *     network    ------A---B------(C|)      each delivery as soon as a later packet, or the end, shows that its time has come
 *
 * The network is born with each subscription. It runs as far as the packets' times allow: deliveries of a cycle are told before the next packet of a later cycle is taken. A packet
 * out of order goes to the error channel as a `RangeError`.
 */
export const network =
  (born: () => Noc): OperatorFunction<Packet, NocSignal> =>
  (packets) =>
    new Observable((observer) => {
      const noc = born()
      let halted = false
      const runTo = (cycle: number): void => {
        const halt = noc.run(cycle)
        noc.take((delivery) => {
          if (!observer.closed) observer.next({ type: 'delivered', ...delivery })
        })
        if (halt !== 'deadlocked') return
        halted = true
        const { cycle: at, underWay } = noc.counts()
        observer.next({ type: 'deadlocked', cycle: at, underWay, ring: noc.ring() })
        observer.complete()
      }
      return packets.subscribe({
        next: ({ cycle, source, destination, flits, tag }) => {
          try {
            if (!halted && cycle > noc.counts().cycle) runTo(cycle - 1)
            if (!halted) noc.offer(cycle, source, destination, flits, tag)
          } catch (error) {
            observer.error(error)
          }
        },
        error: (error) => observer.error(error),
        complete: () => {
          if (!halted) runTo(Number.MAX_SAFE_INTEGER - 1)
          observer.complete()
        }
      })
    })
