import type { Of } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import type { Began, Heard } from './invariant'

/**
 * Whether an entry speaks of pages of the guest's memory or of blocks of its disk; `undefined` of what speaks of neither. A page that is missing at the target is one of
 * the memory: a disk is there as a whole or not at all. @internal
 */
export const storeOf = (entry: Entry, kind: Heard): 'memory' | Of | undefined => {
  if (entry.type === 'signalled' && entry.signal.type === 'refused' && entry.signal.sent !== undefined)
    return entry.signal.sent.of ?? 'memory'
  if (!speaksOfPages.has(kind)) return undefined
  const said = entry.type === 'commanded' ? entry.command.order : entry.type === 'signalled' ? entry.signal : undefined
  return said !== undefined && 'of' in said && said.of === 'disk' ? 'disk' : 'memory'
}

const speaksOfPages: ReadonlySet<Heard> = new Set<Heard>([
  ...(['select', 'track', 'sync', 'send', 'discard'] as const),
  ...(['selected', 'synced', 'sent', 'round', 'progress', 'compared', 'faulted', 'standing'] as const)
])

/** An entry as it concerns the disk: nothing of a disk may be missing when the guest is resumed. @internal */
export const asOfDisk = (entry: Entry): Entry => {
  if (entry.type !== 'commanded' || entry.command.order.type !== 'resume') return entry
  const { missing: _, ...order } = entry.command.order
  return { ...entry, command: { ...entry.command, order } }
}

/** A journal's first entry with the migration's disk in place of its memory; `undefined` where its guest has none that moves. @internal */
export const beganOfDisk = (began: Began | undefined, migration: string): Began | undefined => {
  const guest = began?.guests[migration]
  if (began === undefined || guest?.disk === undefined) return undefined
  const { blocks, blockBytes } = guest.disk
  return { ...began, guests: { ...began.guests, [migration]: { name: guest.name, pages: blocks, pageBytes: blockBytes } } }
}
