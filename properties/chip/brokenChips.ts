import type { Signal } from '../../lib/protocol/signal'
import type { World } from '../../lib/protocol/world'
import { alteredWorld } from './alteredWorld'
import type { ChipInvariant } from './chipLedger'

/** A chip that does something wrong, and what finds it. */
export type BrokenChip = { readonly found: ChipInvariant; readonly broken: (world: World) => World }

/** What is wrong with the content of one message or bulk in three. */
const everyThird =
  (alter: (signal: Signal) => readonly Signal[]): (() => (signal: Signal) => readonly Signal[]) =>
  () => {
    let count = 0
    return (signal) => {
      if (signal.type !== 'received' && signal.type !== 'got') return [signal]
      count++
      return count % 3 === 0 ? alter(signal) : [signal]
    }
  }

/** Chips that lose, double, reorder, carry what was not allowed, release too soon or never, or keep slots: by what is wrong. */
export const brokenChips: Readonly<Record<string, BrokenChip>> = {
  /** A message is overwritten in its slot before it is read. */
  messageOverwritten: {
    found: 'mailInOrder',
    broken: alteredWorld(everyThird((signal) => [signal.type === 'received' ? { ...signal, message: -1 } : signal]))
  },
  /** A mailbox hands the message before over again. */
  messageDoubled: {
    found: 'mailInOrder',
    broken: alteredWorld(() => {
      let last: Extract<Signal, { readonly type: 'received' }> | undefined
      return (signal) => {
        if (signal.type !== 'received') return [signal]
        const before = last
        last = signal
        return [before === undefined ? signal : { ...signal, from: before.from, message: before.message }]
      }
    })
  },
  /** A sender does not wait for the acknowledgement: each message comes with another behind it. */
  acknowledgementNotAwaited: {
    found: 'oneOutstanding',
    broken: alteredWorld(() => (signal) => (signal.type === 'arrived' && signal.by === 'mailbox' ? [signal, signal] : [signal]))
  },
  /** Chunks are always whole pages, whatever was allowed. */
  wholePagesCarried: {
    found: 'portalWithinAllowed',
    broken: alteredWorld(() => (signal) => [signal.type === 'arrived' && signal.by === 'portal' ? { ...signal, bytes: 4096 } : signal])
  },
  /** A reader is told of bytes that have not come. */
  gotTooSoon: {
    found: 'portalInOrder',
    broken: alteredWorld(() => (signal) => (signal.type === 'arrived' && signal.by === 'portal' ? [] : [signal]))
  },
  /** What was put last comes first. */
  contentsReordered: {
    found: 'portalInOrder',
    broken: alteredWorld(
      everyThird((signal) => [signal.type === 'got' ? { ...signal, contents: [...signal.contents, 'x'].reverse() } : signal])
    )
  },
  /** One bit is enough. */
  syncReleasedByOne: {
    found: 'syncExact',
    broken: alteredWorld(() => (signal) => (signal.type === 'arrived' && signal.by === 'sync' && signal.from === 'cc1' ? [] : [signal]))
  },
  /** A cluster that has closed everything keeps a slot. */
  slotKept: {
    found: 'slotsComeBack',
    broken: alteredWorld(() => (signal) => [signal.type === 'slots' ? { ...signal, cRx: signal.cRx + 1 } : signal])
  },
  /** More slots than there are. */
  slotBeyond: {
    found: 'slotsWithinPartition',
    broken: alteredWorld(() => (signal) => [signal.type === 'slots' ? { ...signal, dTx: signal.dTx + 3 } : signal])
  },
  /** Who waits for a cluster that fails is not told. */
  deathNotTold: {
    found: 'nobodyWaitsForTheDead',
    broken: alteredWorld(
      () => (signal) =>
        signal.type === 'refused' && / has failed$/.test(signal.reason) && !signal.reason.startsWith('the') ? [] : [signal]
    )
  }
}
