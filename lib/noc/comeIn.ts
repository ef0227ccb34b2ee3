import type { DelayLine } from './delayLine'
import { type FlitState, sending, routing as toRoute } from './flitState'
import { type Cycle, deliverPacket, type PacketTable } from './packetTable'

/** What comes in at the beginning of a cycle: credits to output channels, flits to input channels and to terminals. @internal */
export const comeIn = (state: FlitState): void => {
  const at = state.now & state.round
  comeBack(state, state.linkCredits, at)
  comeBack(state, state.terminalCredits, at)
  comeBack(state, state.ejectionCredits, at)
  arrive(state, state.links, at)
  arrive(state, state.injections, at)
  eject(state, at)
}

const comeBack = (state: FlitState, line: DelayLine, at: number): void => {
  const { entries, counts, room } = line
  const count = counts[at]
  if (count === 0) return
  const { credits, owned } = state
  const { waitForTailCredit, bufferFlits } = state.router
  for (let i = at * room, end = i + count; i < end; i++) {
    const channel = entries[i]
    credits[channel]++
    if (waitForTailCredit && owned[channel] === 2 && credits[channel] === bufferFlits) owned[channel] = 0
  }
  counts[at] = 0
  state.inFlight -= count
}

const arrive = (state: FlitState, line: DelayLine, at: number): void => {
  const { entries, counts, room } = line
  const count = counts[at]
  if (count === 0) return
  const { queueBits, queue, first, held, mode, toSend } = state
  const mask = (1 << queueBits) - 1
  const heads = state.heads.entries
  const due = (state.now + state.headDelay) & state.round
  const firstHead = due * state.heads.room
  const knownHeads = firstHead + state.heads.counts[due]
  let head = knownHeads
  for (let i = at * room, end = i + 2 * count; i < end; i += 2) {
    const input = entries[i]
    const waiting = held[input]
    queue[(input << queueBits) + ((first[input] + waiting) & mask)] = entries[i + 1]
    held[input] = waiting + 1
    if (waiting > 0) continue
    if (mode[input] === sending) toSend[input >> 5] |= 1 << (input & 31)
    else {
      mode[input] = toRoute
      heads[head++] = input
    }
  }
  counts[at] = 0
  state.inFlight -= count
  state.heads.counts[due] = head - firstHead
  state.headsUnderWay += head - knownHeads
}

/** Flits come in at terminals: those of a packet must be its own, in order and complete. */
const eject = (state: FlitState, at: number): void => {
  const { entries, counts, room } = state.ejections
  const count = counts[at]
  if (count === 0) return
  const { table, now } = state
  const { arrived, flits, destination } = table
  for (let i = at * room, end = i + 2 * count; i < end; i += 2) {
    const flit = entries[i + 1]
    const slot = flit >> 4
    const number = arrived[slot]
    arrived[slot] = number + 1
    const isTail = (flit & 1) === 1
    if (((number ^ (flit >> 1)) & 7) !== 0 || destination[slot] !== entries[i] || isTail !== (number + 1 === flits[slot]))
      outOfOrder(table, slot, entries[i], number, now)
    if (isTail) deliverPacket(table, slot, now)
  }
  counts[at] = 0
  state.inFlight -= count
  state.flits += count
}

/** Refuses a flit that is not the next of its packet, or at a node that is not its own. @internal */
export const outOfOrder = (table: PacketTable, slot: number, node: number, number: number, now: Cycle): void => {
  throw new Error(
    `flitNoc: a flit came in out of order at node ${node} in cycle ${now}, of packet ${table.number[slot]}, after ${number} of its ${table.flits[slot]} flits`
  )
}
