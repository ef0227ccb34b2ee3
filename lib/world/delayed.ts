import { Observable, type Subscription } from 'rxjs'
import type { Signal } from '../protocol/signal'
import type { Ports, World } from '../protocol/world'
import { key, split, uniformInt } from '../random/random'
import type { Time } from '../time/time'

/** `maxDelayNs`: the longest delay of a signal, in ticks, an integer from 0 to 2^31 - 1. */
export type DelayedOptions = { readonly maxDelayNs: Time }

/**
 * A world whose answers and facts come late and in any order: each signal by itself waits a whole time from 0 to `maxDelayNs`, drawn from the seed of the
 * run. Signals are asynchronous and may overtake one another in any real world, so a pipeline must hold in this one too. Commands are untouched.
 *
 *     world      --a--b-------c----->
 *     delayed    -----b--a------c--->     each with the time `at` of its delivery
 *
const oracle: ReadonlySet<Signal['type']> = new Set(['compared', 'hosts', 'linkUsed', 'device', 'verified', 'storesUsed'])
 * `delayed({ maxDelayNs: 0 })(w)` gives the signals of `w` in their order. Throws `RangeError` naming the option.
 */
export const delayed = ({ maxDelayNs }: DelayedOptions): ((world: World) => World) => {
  if (!Number.isInteger(maxDelayNs) || maxDelayNs < 0 || maxDelayNs >= 2 ** 31)
    throw new RangeError(`delayed: maxDelayNs must be an integer from 0 to 2^31 - 1 (got ${maxDelayNs})`)
  return (world) => ({
    guests: world.guests,
    description: { world: 'delayed', maxDelayNs, of: world.description },
    signals: (ports: Ports) =>
      new Observable<Signal>((subscriber) => {
        const { timeline } = ports
        const chances = split(key(ports.seed), 'delayed')
        const waiting = new Set<Subscription>()
        let drawn = 0
        subscriber.add(() => {
          for (const one of waiting) one.unsubscribe()
        })
        subscriber.add(
          world.signals(ports).subscribe({
            next: (signal) => {
              if (oracle.has(signal.type)) return subscriber.next(signal)
              const late = timeline.schedule(
                () => {
                  waiting.delete(late)
                  // Copied and then written to: a copy with a field put in would be looked up anew for each kind of signal, at a microsecond each.
                  const delivered: Mutable<Signal> = { ...signal }
                  delivered.at = timeline.now()
                  subscriber.next(delivered)
                },
                uniformInt(chances, drawn++, maxDelayNs + 1)
              )
              waiting.add(late)
            },
            error: (bug) => subscriber.error(bug),
            complete: () => timeline.schedule(() => subscriber.complete(), maxDelayNs)
          })
        )
      })
  })
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

const oracle: ReadonlySet<Signal['type']> = new Set(['compared', 'hosts', 'linkUsed', 'device', 'verified', 'storesUsed'])
