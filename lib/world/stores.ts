import type { Link } from '../network/link'
import type { Time } from '../time/time'

/**
 * Where images lie. `server`: a host of the world that keeps pages in its memory, of which it gives `memoryBytes` (default: no limit), at the link's far end; its card carries
 * `bytesPerSecond` each way (default: as much as the link). What it holds is gone when it fails. `file`: on each guest's own host, written at `bytesPerSecond`, read at
 * `readBytesPerSecond` (default: the same), with room for `bytes` (default: no limit); what has been written is durable after a flush, which takes `syncNs` (default 0). It is
 * gone with its host unless it `survives` (a disk that another host can read).
 */
export type Store =
  | { readonly type: 'server'; readonly memoryBytes?: number; readonly bytesPerSecond?: number }
  | {
      readonly type: 'file'
      readonly bytesPerSecond: number
      readonly readBytesPerSecond?: number
      readonly bytes?: number
      readonly syncNs?: Time
      readonly survives?: boolean
    }

/** What a store holds, and why it is gone. @internal */
export type StoreStanding = { heldBytes: number; gone: string | undefined }

/** One store as one guest reaches it: which capacities lie on the way there and back. @internal */
export type Reached = {
  readonly name: string
  readonly type: Store['type']
  /** On the way there, and on the way back: capacities, and the names of what must not fail. */
  readonly there: readonly number[]
  readonly back: readonly number[]
  readonly ways: readonly string[]
  /** The store's own capacities: in, and out. */
  readonly own: readonly number[]
  readonly latencyNs: Time
  readonly syncNs: Time
  readonly survives: boolean
  readonly capacityBytes: number
  readonly standing: StoreStanding
}

/** The capacities of a world, and every guest's stores in terms of them. @internal */
export type Wiring = { readonly capacities: readonly number[]; readonly reached: (guest: string) => ReadonlyMap<string, Reached> }

/** The capacity of the link: there, and back. @internal */
export const LINK = 0
const LINK_BACK = 1

/**
 * Everybody hangs on one link, by a card of its own; a file needs no link. Servers are shared by all guests, files are each guest's own.
 * @internal
 */
export const wiring = ({
  link,
  cardBytesPerSecond,
  guests,
  stores
}: {
  readonly link: Link
  readonly cardBytesPerSecond: number
  readonly guests: readonly string[]
  readonly stores: Readonly<Record<string, Store>>
}): Wiring => {
  const capacities: number[] = [link.bytesPerSecond, link.bytesPerSecond]
  const add = (bytesPerSecond: number): number => capacities.push(bytesPerSecond) - 1
  const servers = new Map(
    Object.entries(stores).flatMap(([name, store]) => {
      if (store.type !== 'server') return []
      const rate = store.bytesPerSecond ?? link.bytesPerSecond
      return [[name, { store, into: add(rate), outOf: add(rate), standing: { heldBytes: 0, gone: undefined } as StoreStanding }] as const]
    })
  )
  const all = new Map<string, ReadonlyMap<string, Reached>>()
  for (const guest of guests) {
    const card = { out: add(cardBytesPerSecond), in: add(cardBytesPerSecond) }
    const own = new Map<string, Reached>()
    for (const [name, store] of Object.entries(stores)) {
      const server = servers.get(name)
      if (server !== undefined)
        own.set(name, {
          name,
          type: 'server',
          there: [card.out, LINK, server.into],
          back: [server.outOf, LINK_BACK, card.in],
          ways: ['link', name],
          own: [server.into, server.outOf],
          latencyNs: link.latencyNs,
          syncNs: 0,
          survives: true,
          capacityBytes: server.store.memoryBytes ?? Number.POSITIVE_INFINITY,
          standing: server.standing
        })
      else if (store.type === 'file') {
        const [into, outOf] = [add(store.bytesPerSecond), add(store.readBytesPerSecond ?? store.bytesPerSecond)]
        own.set(name, {
          name,
          type: 'file',
          there: [into],
          back: [outOf],
          ways: [name],
          own: [into, outOf],
          latencyNs: 0,
          syncNs: store.syncNs ?? 0,
          survives: store.survives ?? false,
          capacityBytes: store.bytes ?? Number.POSITIVE_INFINITY,
          standing: { heldBytes: 0, gone: undefined }
        })
      }
    }
    all.set(guest, own)
  }
  return { capacities, reached: (guest) => all.get(guest)! }
}

/** Refuses a store that cannot be, naming the rule. @internal */
export const checkedStore = (name: string, store: Store): void => {
  const rates = store.type === 'server' ? [store.bytesPerSecond] : [store.bytesPerSecond, store.readBytesPerSecond]
  for (const rate of rates)
    if (rate !== undefined && !(rate > 0 && rate < Number.POSITIVE_INFINITY))
      throw new RangeError(`checkpointing: the rates of store ${name} must be positive and finite (got ${rate})`)
  const room = store.type === 'server' ? store.memoryBytes : store.bytes
  if (room !== undefined && !(room >= 0))
    throw new RangeError(`checkpointing: the room of store ${name} must not be negative (got ${room})`)
  if (store.type === 'file' && store.syncNs !== undefined && !(Number.isSafeInteger(store.syncNs) && store.syncNs >= 0))
    throw new RangeError(`checkpointing: syncNs of store ${name} must be an integer from 0 on (got ${store.syncNs})`)
}
