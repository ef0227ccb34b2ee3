import { concatMap, from, type OperatorFunction } from 'rxjs'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'

/** A world whose signals are altered: each becomes those that `alter` makes of it, told at once; its memory is born with each run. */
export const alteredWorld =
  (alter: () => (signal: Signal) => readonly Signal[]) =>
  (world: World): World => ({
    ...world,
    signals: (ports) => {
      const make = alter()
      const changed: OperatorFunction<Signal, Signal> = concatMap((signal) => from(make(signal)))
      return world.signals(ports).pipe(changed)
    }
  })
