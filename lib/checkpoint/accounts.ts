import type { Order } from '../protocol/command'
import type { Entry } from '../protocol/journal'
import type { Signal } from '../protocol/signal'
import { type Fold, fold } from '../stream/fold'
import type { Time } from '../time/time'

/**
 * An image in figures, all in pages. `workingSet`: ordered in bulk. `hash`: found written since, each once, in the table or (again) in the last stop. `skipped`: left out of the bulk, because the table
 * had them (the first optimisation). `dropped`: left out of what is written from the table, because the last stop had written them (the second). `copied`: into the table, one and the same page each
 * time.
 */
export type SavedPages = { readonly workingSet: number; readonly hash: number; readonly skipped: number; readonly dropped: number }

/**
 * The accounting identity of TLC (Chanchio et al., NCA 2011): saved = working set + hash - skipped - dropped.
 *
 *     savedPages({ workingSet: 108289, hash: 1692, skipped: 1173, dropped: 308 })   // 108500, as published for EP
 */
export const savedPages = ({ workingSet, hash, skipped, dropped }: SavedPages): number => workingSet + hash - skipped - dropped

/** The figures of an image so far, and how many pages are in its table. */
export type Accounts = SavedPages & { readonly copied: number; readonly saved: number; readonly table: number }

/** An image of which nothing is known. */
export const begun = (): Accounts => ({ workingSet: 0, hash: 0, skipped: 0, dropped: 0, copied: 0, saved: 0, table: 0 })

/** The figures after an order about the image was answered. */
export const accounted = (before: Accounts, order: Order, signal: Signal): Accounts => {
  if (signal.type === 'stashed' && order.type === 'stash') {
    const table = signal.pages
    return { ...before, table, copied: before.copied + order.pages.count, hash: before.hash + table - before.table }
  }
  if (signal.type !== 'sent' || order.type !== 'write' || signal.pages.type !== 'PageSet') return before
  const saved = before.saved + signal.pages.count
  if (order.section === 'bulk')
    return { ...before, saved, workingSet: before.workingSet + order.pages.count, skipped: before.skipped + signal.skipped.count }
  if (order.section === 'last') return { ...before, saved, hash: before.hash + order.pages.count }
  return { ...before, saved, dropped: before.dropped + before.table - order.pages.count }
}

/** A sealed image: its figures, when it was begun and existed, and how the guest fared meanwhile: times it stood still, for how long together and at most. */
export type Account = Omit<Accounts, 'table'> & {
  readonly image: string
  readonly from: Time
  readonly to: Time
  readonly stops: number
  readonly stoppedNs: Time
  readonly longestStopNs: Time
  readonly guestNs: Time
  readonly bytes: number
}

type Under = { accounts: Accounts; readonly from: Time; stops: number; stoppedNs: Time; longestStopNs: Time; readonly guestNs: number }
type State = {
  readonly orders: Map<number, Order>
  image: string
  under: Under | undefined
  stoppedAt: Time
  guestNs: number
  readonly sealed: Account[]
}

/** The accounts of one guest's sealed images, in their order, off its journal. `guestNs`: by how much the guest has advanced between the last stop before an image and its own last. */
export const checkpointAccounts: Fold<Entry, readonly Account[]> = fold<Entry, readonly Account[], State>({
  init: () => ({ orders: new Map(), image: '', under: undefined, stoppedAt: -1, guestNs: 0, sealed: [] }),
  step: (state, entry) => {
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      state.orders.set(to.n, order)
      if (order.type === 'open') {
        state.image = order.image
        state.under = { accounts: begun(), from: entry.at, stops: 0, stoppedNs: 0, longestStopNs: 0, guestNs: state.guestNs }
      }
      return state
    }
    if (entry.type !== 'signalled' || !('to' in entry.signal)) return state
    const { signal } = entry
    const order = state.orders.get(entry.signal.to.n)
    state.orders.delete(entry.signal.to.n)
    const { under } = state
    if (signal.type === 'suspended') {
      state.stoppedAt = entry.at
      state.guestNs = signal.guestNs
    }
    if (signal.type === 'activated' && state.stoppedAt >= 0) {
      const ns = entry.at - state.stoppedAt
      state.stoppedAt = -1
      if (under !== undefined) {
        under.stops++
        under.stoppedNs += ns
        under.longestStopNs = Math.max(under.longestStopNs, ns)
      }
    }
    if (under === undefined || order === undefined) return state
    under.accounts = accounted(under.accounts, order, signal)
    if (signal.type === 'sealed') {
      const { table: _, ...figures } = under.accounts
      const { from, stops, stoppedNs, longestStopNs, guestNs } = under
      state.sealed.push({
        ...figures,
        image: state.image,
        from,
        to: entry.at,
        stops,
        stoppedNs,
        longestStopNs,
        guestNs: state.guestNs - guestNs,
        bytes: signal.bytes
      })
      state.under = undefined
    }
    return state
  },
  done: ({ sealed }) => sealed
})
