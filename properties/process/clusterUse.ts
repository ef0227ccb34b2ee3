import { nanvixFixedBytes, nanvixSections } from '../../lib/guest/nanvixProcess'
import type { Entry } from '../../lib/protocol/journal'
import { type Standing, type Standings, stood } from './standings'

/**
 * What copies of processes take of a cluster: frames (of code, data and what was allocated), pages of the kernel's pool (two for a thread, and one for the table of user pages where there are any), bytes of the kernel's
 * structures for each of them.
 */
export type Use = { readonly frames: number; readonly kernelPages: number; readonly structureBytes: number }

/** What the copies on a cluster take together. */
export const useOf = ({ processes }: Standings, cluster: string): Use =>
  [...processes.values()].filter(({ copies }) => copies.has(cluster)).reduce<Use>(added, { frames: 0, kernelPages: 0, structureBytes: 0 })

/** With what one more process takes. */
export const added = ({ frames, kernelPages, structureBytes }: Use, one: Pick<Standing, 'userPages' | 'pages' | 'threads'>): Use => ({
  frames: frames + one.userPages + one.pages,
  kernelPages: kernelPages + 2 * one.threads + Math.min(one.pages, 1),
  structureBytes: structureBytes + nanvixFixedBytes - nanvixSections.user.bytes
})

/** An entry into the account of where copies stand: the cluster where something has changed by it, if something has. */
export const changedBy = (all: Standings, entry: Entry): string | undefined => {
  stood(all, entry)
  if (entry.type !== 'signalled') return undefined
  const { signal } = entry
  return signal.type === 'placed' || signal.type === 'failed' ? signal.migration : undefined
}
