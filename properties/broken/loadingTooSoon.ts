import { concatMap, filter, of } from 'rxjs'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'

/** A world whose target says that it has loaded the state of a device as soon as that is saved, ahead of its arrival. Breaks `devicesMoved`. */
export const loadingTooSoon = (world: World): World => ({
  ...world,
  signals: (ports) =>
    world.signals(ports).pipe(
      filter((signal) => !isLoaded(signal)),
      concatMap((signal) =>
        signal.type === 'device' && signal.done === 'saved' ? of(signal, { ...signal, done: 'loaded' as const }) : of(signal)
      )
    )
})

/** A world whose target never loads the state of a device. Breaks `devicesMoved`. */
export const loadingNothing = (world: World): World => ({
  ...world,
  signals: (ports) => world.signals(ports).pipe(filter((signal) => !isLoaded(signal)))
})

const isLoaded = (signal: Signal): boolean => signal.type === 'device' && signal.done === 'loaded'
