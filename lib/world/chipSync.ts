import type { CallOf, ChipContext, EndOf, Owner, Station, SyncState } from './chipSite'
import { CONTROL_BYTES, carry, finish, refuse, work } from './chipSite'

const ALL_ONES = (1n << 64n) - 1n

/** The mask of a sync at the beginning of a round: ones but for those who have to signal. @internal */
export const freshMask = (numbers: readonly number[]): bigint => numbers.reduce((mask, number) => mask & ~(1n << BigInt(number)), ALL_ONES)

/** The bits at a slot of an interface; those that come before anybody has created its end are kept. @internal */
export const syncAt = ({ syncs }: Station, slot: number): SyncState => {
  const known = syncs.get(slot)
  if (known !== undefined) return known
  const state: SyncState = { mask: 0n, rounds: 0 }
  syncs.set(slot, state)
  return state
}

/** A signal to all who wait for this cluster. @internal */
export const signal = (context: ChipContext, owner: Owner, end: EndOf<'syncOut'>, call: CallOf<'signal'>): void => {
  const { station, targets, slot } = end
  const reason = targets.map((target) => context.lost(station, target)).find((one) => one !== undefined)
  if (reason !== undefined) refuse(context, owner, call, reason)
  else if (end.signal !== undefined) refuse(context, owner, call, 'another call signals at this end')
  else {
    end.signal = call
    targets.forEach((target, i) => {
      const there = context.stations.get(target)!
      work(context, owner, 'signal', () => {
        carry(context, 'sync', station, there, CONTROL_BYTES, CONTROL_BYTES, () => arrive(context, there, slot, station.node.number))
        if (i < targets.length - 1) return
        end.signal = undefined
        finish(context, owner, call, { type: 'done' })
      })
    })
  }
}

const arrive = (context: ChipContext, there: Station, slot: number, number: number): void => {
  const state = syncAt(there, slot)
  state.mask |= 1n << BigInt(number)
  for (const end of there.owner.ends.values())
    if (end.kind === 'syncIn' && end.station === there && end.slot === slot) {
      completed(context, end, state)
      release(context, there.owner, end, state)
    }
}

/** A mask of ones alone is a whole round, and the next begins. @internal */
export const completed = (context: ChipContext, { expected }: EndOf<'syncIn'>, state: SyncState): void => {
  if (state.mask !== ALL_ONES) return
  state.rounds++
  state.mask = freshMask(expected.map((name) => context.nodes.get(name)!.number))
}

/** Until all have signalled. @internal */
export const awaitAll = (context: ChipContext, owner: Owner, end: EndOf<'syncIn'>, call: CallOf<'await'>): void => {
  if (end.await !== undefined) {
    refuse(context, owner, call, 'another call waits at this end')
    return
  }
  const state = syncAt(end.station, end.slot)
  const reason = missing(context, end)
  if (reason !== undefined) {
    refuse(context, owner, call, reason)
    return
  }
  end.await = call
  end.isReady = false
  work(context, owner, 'await', () => {
    if (end.await !== call) return
    end.isReady = true
    release(context, owner, end, state)
  })
}

/** Why a round cannot become whole: one who has not signalled is lost. @internal */
export const missing = (context: ChipContext, { station, slot, expected }: EndOf<'syncIn'>): string | undefined => {
  const { mask, rounds } = syncAt(station, slot)
  if (rounds > 0) return undefined
  return expected
    .filter((name) => ((mask >> BigInt(context.nodes.get(name)!.number)) & 1n) === 0n)
    .map((name) => context.lost(station, name))
    .find((one) => one !== undefined)
}

const release = (context: ChipContext, owner: Owner, end: EndOf<'syncIn'>, state: SyncState): void => {
  const call = end.await
  if (call === undefined || !end.isReady || state.rounds === 0) return
  state.rounds--
  end.await = undefined
  finish(context, owner, call, { type: 'awaited', cycles: 0 })
}
