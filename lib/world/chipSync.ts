import { carry } from './chipBook'
import type { CallOf, ChipContext, EndOf, Owner, Station, SyncState } from './chipSite'
import { CONTROL_BYTES, finish, portKey, refuse } from './chipSite'
import { step } from './chipWork'

const ALL_ONES = (1n << 64n) - 1n

/** The mask of a sync at the beginning of a round: ones but for those who have to signal. */
const freshMask = ({ expected }: EndOf<'syncIn'>): bigint => ALL_ONES & ~((1n << BigInt(expected.length)) - 1n)

/** The bits of a sync, called by its first node and port, at one who waits; those that come before an end is there are kept. @internal */
export const syncAt = ({ syncs }: Station, head: string, port: number): SyncState => {
  const known = syncs.get(portKey(head, port))
  if (known !== undefined) return known
  const state: SyncState = { mask: 0n, rounds: 0, early: new Set() }
  syncs.set(portKey(head, port), state)
  return state
}

/** An end that waits is there: bits that came before count. @internal */
export const begun = (end: EndOf<'syncIn'>): void => {
  const state = syncAt(end.station, end.head, end.port)
  state.mask = freshMask(end)
  for (const name of end.expected) if (state.early.has(name)) state.mask |= bitOf(end, name)
  state.early.clear()
  completed(end, state)
}

/** An end that waits is there no more: bits that are not a round stay. @internal */
export const ceased = (end: EndOf<'syncIn'>): void => {
  const state = syncAt(end.station, end.head, end.port)
  for (const name of end.expected) if ((state.mask & bitOf(end, name)) !== 0n) state.early.add(name)
  state.rounds = 0
}

/** A bit for each who has to signal: 0 for a stranger. */
const bitOf = ({ expected }: EndOf<'syncIn'>, name: string): bigint => {
  const at = expected.indexOf(name)
  return at < 0 ? 0n : 1n << BigInt(at)
}

/** A signal to all who wait for this party. @internal */
export const signal = (context: ChipContext, owner: Owner, end: EndOf<'syncOut'>, call: CallOf<'signal'>): void => {
  const { station, targets, head, port } = end
  const reason = targets.map((target) => context.lost(station, target)).find((one) => one !== undefined)
  if (reason !== undefined) refuse(context, owner, call, reason)
  else if (end.signal !== undefined) refuse(context, owner, call, 'another call signals at this end')
  else {
    end.signal = call
    targets.forEach((target, i) => {
      const to = context.stations.get(target)!
      step(context, owner, 'signal', () => {
        const there = (): void => arrive(context, to, head, port, station.name)
        carry(context, { by: 'sync', from: station, to, bytes: CONTROL_BYTES, wire: CONTROL_BYTES, there })
        if (i < targets.length - 1) return
        end.signal = undefined
        finish(context, owner, call, { type: 'done' })
      })
    })
  }
}

const arrive = (context: ChipContext, to: Station, head: string, port: number, from: string): void => {
  const state = syncAt(to, head, port)
  for (const end of to.owner.ends.values())
    if (end.kind === 'syncIn' && end.station === to && end.head === head && end.port === port) {
      state.mask |= bitOf(end, from)
      completed(end, state)
      release(context, to.owner, end, state)
      return
    }
  state.early.add(from)
}

/** A mask of ones alone is a whole round, and the next begins. */
const completed = (end: EndOf<'syncIn'>, state: SyncState): void => {
  if (state.mask !== ALL_ONES) return
  state.rounds++
  state.mask = freshMask(end)
}

/** Until all have signalled. @internal */
export const awaitAll = (context: ChipContext, owner: Owner, end: EndOf<'syncIn'>, call: CallOf<'await'>): void => {
  if (end.await !== undefined) {
    refuse(context, owner, call, 'another call waits at this end')
    return
  }
  const reason = missing(context, end)
  if (reason !== undefined) {
    refuse(context, owner, call, reason)
    return
  }
  end.await = call
  end.isReady = false
  step(context, owner, 'await', () => {
    if (end.await !== call) return
    end.isReady = true
    release(context, owner, end, syncAt(end.station, end.head, end.port))
  })
}

/** Why a round cannot become whole: one who has not signalled is lost. @internal */
export const missing = (context: ChipContext, end: EndOf<'syncIn'>): string | undefined => {
  const { mask, rounds } = syncAt(end.station, end.head, end.port)
  if (rounds > 0) return undefined
  return end.expected
    .filter((name) => (mask & bitOf(end, name)) === 0n)
    .map((name) => context.lost(end.station, name))
    .find((one) => one !== undefined)
}

const release = (context: ChipContext, owner: Owner, end: EndOf<'syncIn'>, state: SyncState): void => {
  const call = end.await
  if (call === undefined || !end.isReady || state.rounds === 0) return
  state.rounds--
  end.await = undefined
  finish(context, owner, call, { type: 'awaited', cycles: 0 })
}
