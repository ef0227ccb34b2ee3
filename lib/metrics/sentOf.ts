import type { Of, Pages } from '../protocol/command'
import type { Signal } from '../protocol/signal'

/**
 * What a signal says to have left of a guest's memory, or of its disk: pages or blocks, and their bytes on the wire. A send that was given up says so of what had left by then.
 * `undefined` where it speaks of nothing that has left.
 */
export const sentOf = (signal: Signal, of: Of | undefined): { readonly pages: number; readonly bytes: number } | undefined => {
  if (signal.type === 'refused') return signal.sent !== undefined && signal.sent.of === of ? signal.sent : undefined
  return signal.type === 'sent' && signal.of === of ? { pages: numberOf(signal.pages), bytes: signal.bytes } : undefined
}

/** How many pages a set or a sequence has. */
export const numberOf = (pages: Pages): number => (pages.type === 'PageSet' ? pages.count : pages.length)
