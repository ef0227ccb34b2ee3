import type { IsoMessage } from './isoMessage'
import { arrive, depart, granted, left, noRoom, reserve } from './isoNodeMoves'
import { begin, lose, mapped, mutexAsked, mutexFree, synced, updated } from './isoNodeNegotiation'
import { give, need } from './isoNodeSlots'
import type { IsoDraft, IsoEffect, IsoEvent, IsoNodeState } from './isoNodeState'

/** What a node makes of an event: its state from then on, and what is to be done, in order. Pure. */
export type IsoNode = (state: IsoNodeState, event: IsoEvent) => { readonly state: IsoNodeState; readonly effects: readonly IsoEffect[] }

/**
 * A node of PM2's iso-address allocator (isoaddr.c), as a machine that may hear anything at any time. Slots that it owns it gives to its threads without a word to anybody; a run that it has not it gets
 * by the negotiation of all nodes, one at a time:
 *
 *     requester              node 0            every other node
 *      --request--------------> mutex
 *      <-------------granted--
 *      --lock---------------------------------> forbid sends
 *      ==sync 1, everybody to everybody======== then the map is locked
 *      <---------------------------------map--
 *      all maps together, the first run that is long enough, cleared in the map of whoever owned a slot of it
 *      --update (its map, the run)------------> unlocked
 *      ==sync 2, everybody to everybody======== then sends are allowed
 *      --unlock---------------> mutex
 *
 * Where memory is bounded (`IsoLimits.mapped`), a thread moves when the other node has kept room for it:
 *
 *     source                  target
 *      --reserve (its runs)--> caches are emptied as far as needed
 *      <------------reserved-- or full, and the thread stays where it is
 *      --thread-------------->
 *
 * Beyond PM2: a single slot that is not there is negotiated for too (PM2 takes slot -1), a run that nobody has is refused (PM2 ends with an error inside of the locks), a run of the migration cache
 * or of a thread that is just leaving is forgotten when its slots are mapped anew, and a node that is lost does not stop the others (PM2 waits for it for ever).
 */
export const isoNode: IsoNode = (state, event) => {
  const d: IsoDraft = { state, effects: [], inbox: [] }
  take(d, event)
  for (let message = d.inbox.shift(); message !== undefined; message = d.inbox.shift()) hear(d, state.rank, message)
  return { state: d.state, effects: d.effects }
}

const take = (d: IsoDraft, event: IsoEvent): void => {
  switch (event.type) {
    case 'need':
      need(d, event)
      return
    case 'give':
      give(d, event)
      return
    case 'depart':
      depart(d, event)
      return
    case 'left':
      left(d, event.departure)
      return
    case 'lost':
      if (!d.state.lost.includes(event.rank)) lose(d, event.rank)
      return
    case 'told':
      if (!d.state.lost.includes(event.from)) hear(d, event.from, event.message)
  }
}

const hear = (d: IsoDraft, from: number, message: IsoMessage): void => {
  switch (message.type) {
    case 'request':
      mutexAsked(d, message.id)
      return
    case 'granted':
    case 'lock':
      begin(d, message.id)
      return
    case 'sync':
      synced(d, from, message)
      return
    case 'map':
      mapped(d, from, message)
      return
    case 'update':
      updated(d, message)
      return
    case 'unlock':
      mutexFree(d, message.id)
      return
    case 'thread':
      arrive(d, message.thread, message.runs)
      return
    case 'reserve':
      reserve(d, from, message)
      return
    case 'reserved':
      granted(d, from, message.thread)
      return
    case 'full':
      noRoom(d, from, message)
  }
}
