import { filter } from 'rxjs'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'

/** A world that never gives the answer to command number `n` of any migration. Breaks `answered`. */
export const swallowing =
  (n: number) =>
  (world: World): World => ({
    ...world,
    signals: (ports) => world.signals(ports).pipe(filter((signal: Signal) => !('to' in signal) || signal.to.n !== n))
  })
