import type { Order, Request } from '../../lib/protocol/command'
import { done, type Step } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'

/** What a program does otherwise: the orders that it gives, and the signals that it hears. */
export type Otherwise = { readonly order?: (order: Order) => Order; readonly hears?: (signal: Signal) => Signal }

/** A program that gives other orders, or hears other signals, than it should; what `otherwise` remembers is born with each run. */
export const alteredDaemon =
  (pipeline: Pipeline, otherwise: () => Otherwise): Pipeline =>
  (guest) => {
    const { order = same, hears = same } = otherwise()
    const altered = ({ requests, phase }: Step<Outcome>): Step<Outcome> => {
      const given = requests.map((one): Request => ({ ...one, order: order(one.order) }))
      if (phase.type === 'done') return { ...done(phase.value), requests: given }
      return {
        requests: given,
        phase: {
          ...phase,
          on: (signal) => {
            const next = phase.on(hears(signal))
            return next && altered(next)
          }
        }
      }
    }
    return altered(pipeline(guest))
  }

const same = <A>(one: A): A => one
