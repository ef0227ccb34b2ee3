import type { Observable, Subscriber, Subscription } from 'rxjs'
import type { Command } from '../protocol/command'
import type { Signal } from '../protocol/signal'
import type { Timeline } from '../time/timeline'

/** Where commands come into a world and signals leave it; see `front`. @internal */
export type Front = {
  /** A signal leaves when what caused it is complete. */
  readonly emit: (signal: Signal) => void
  /** Lets out what has been emitted. */
  readonly drain: () => void
  /** Gives each command to the machine of its migration, or refuses it where there is none; `first` runs ahead of each. */
  readonly obey: (commands: Observable<Command>, machines: ReadonlyMap<string, Obedient>, first?: () => void) => Subscription
}

type Obedient = { readonly obey: (command: Command) => void }

/** The front of a simulated world for one subscriber: a kernel that holds signals back until their cause is complete, so that nobody hears half of it. @internal */
export const front = (subscriber: Subscriber<Signal>, timeline: Pick<Timeline, 'now'>): Front => {
  const waiting: Signal[] = []
  let draining = false
  const drain = (): void => {
    if (draining) return
    draining = true
    for (let signal = waiting.shift(); signal !== undefined; signal = waiting.shift()) subscriber.next(signal)
    draining = false
  }
  const emit = (signal: Signal): void => {
    waiting.push(signal)
  }
  return {
    emit,
    drain,
    obey: (commands, machines, first) =>
      commands.subscribe((command) => {
        const { migration } = command.to
        const one = machines.get(migration)
        try {
          first?.()
          if (one !== undefined) one.obey(command)
          else emit({ type: 'refused', reason: `no guest is called ${migration}`, to: command.to, at: timeline.now() })
          drain()
        } catch (bug) {
          // RxJS would report an exception of a subscriber elsewhere, later, and the command would never be answered.
          subscriber.error(bug)
        }
      })
  }
}
