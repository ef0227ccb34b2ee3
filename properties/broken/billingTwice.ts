import { map } from 'rxjs'
import * as pageSet from '../../lib/memory/pageSet'
import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'

/** A world that bills twice the bytes of every send. Breaks `accounting`. */
export const billingTwice = changing((signal) => (signal.type === 'sent' ? { ...signal, bytes: 2 * signal.bytes } : signal))

/** A world that counts a page more in every round than it was ordered to send. Breaks `accounting`. */
export const countingOneMore = changing((signal) => (signal.type === 'round' ? { ...signal, pages: signal.pages + 1 } : signal))

/** A world in which a guest uses the first page that it misses before the page has arrived, and the oracle sees it. Breaks `arrivedBeforeRead`. */
export const misreading = changing((signal) =>
  signal.type === 'compared' && signal.owed > 0 ? { ...signal, misread: pageSet.range(signal.misread.size, 0, 1) } : signal
)

function changing(change: (signal: Signal) => Signal): (world: World) => World {
  return (world) => ({ ...world, signals: (ports) => world.signals(ports).pipe(map(change)) })
}
