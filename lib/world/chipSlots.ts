import { isLeft } from 'fp-ts/lib/Either'
import {
  claimDma,
  type DmaResource,
  type DmaResources,
  dmaRefusalText,
  mppaControlDma,
  mppaDataDma,
  releaseDma,
  takeDma
} from '../noc/dmaResources'
import type { Abstraction } from '../protocol/chip'

/** A range of slots or channels of an interface: its first, and how many there are. */
export type SlotRange = { readonly first: number; readonly count: number }

/** What one kind of channel may take of an interface: receive slots of both networks by the other node's number, transmit channels, and how many ends it may have there. */
export type SlotShare = {
  readonly cRx: SlotRange
  readonly cTx: SlotRange
  readonly dRx: SlotRange
  readonly dTx: SlotRange
  readonly created: number
  readonly attached: number
}

/** What an interface has on the control and on the data network, and how it is divided. */
export type ChipPartition = Readonly<Record<Abstraction, SlotShare>> & {
  readonly control: Readonly<Record<DmaResource, number>>
  readonly data: Readonly<Record<DmaResource, number>>
}

/**
 * The partition of Nanvix (J. V. Souto, 2019, and its HAL for the Bostan processor): of 128 receive slots and 4 transmit channels of the C-NoC, and 256 slots, 8 channels and 8 microthreads of the
 * D-NoC, mailboxes, portals and syncs have a slot for each of `nodes` nodes (24 there), and one, two and 24 ends that receive, four, four and one that send.
 */
export const nanvixPartition = (nodes = 24): ChipPartition => {
  const slots = (first: number, count = nodes): SlotRange => ({ first, count })
  return {
    control: mppaControlDma().limits,
    data: mppaDataDma().limits,
    mailbox: { cRx: slots(0), cTx: slots(0, 1), dRx: slots(0), dTx: slots(1, 3), created: 1, attached: 4 },
    portal: { cRx: slots(nodes), cTx: slots(1, 2), dRx: slots(nodes), dTx: slots(4, 4), created: 2, attached: 4 },
    sync: { cRx: slots(2 * nodes), cTx: slots(3, 1), dRx: slots(0, 0), dTx: slots(0, 0), created: nodes, attached: 1 }
  }
}

/** What is free of an interface, and how much each kind of channel has taken. @internal */
export type Slots = {
  readonly partition: ChipPartition
  c: DmaResources
  d: DmaResources
  /** The microthread that feeds each channel of the D-NoC in use. */
  readonly feeds: Map<number, number>
  /** Of what several ends can hold together, who does. */
  readonly shared: { readonly of: Abstraction; readonly lane: Lane; readonly number: number; readonly users: Set<string> }[]
  readonly used: Readonly<Record<Abstraction, Record<Lane, number>>>
  readonly ends: Readonly<Record<Abstraction, Record<'created' | 'attached', number>>>
}

type Lane = 'cRx' | 'cTx' | 'dRx' | 'dTx'

/** An interface of which nothing is in use. @internal */
export const slots = (partition: ChipPartition): Slots => {
  const none = (): Record<Lane, number> => ({ cRx: 0, cTx: 0, dRx: 0, dTx: 0 })
  const zero = () => ({ created: 0, attached: 0 })
  return {
    partition,
    c: { ...mppaControlDma(), limits: partition.control },
    d: { ...mppaDataDma(), limits: partition.data },
    feeds: new Map(),
    shared: [],
    used: { mailbox: none(), portal: none(), sync: none() },
    ends: { mailbox: zero(), portal: zero(), sync: zero() }
  }
}

/** Takes the slot of a range that stands for a node; why not, where that is so. @internal */
export const takeSlot = (own: Slots, of: Abstraction, lane: 'cRx' | 'dRx', number: number): string | undefined => {
  const { first, count } = own.partition[of][lane]
  if (number >= count) return `there is no receive slot for node ${number}: ${of} has ${count}`
  const net = lane === 'cRx' ? 'c' : 'd'
  const taken = takeDma('receive', first + number)(own[net])
  if (isLeft(taken)) return dmaRefusalText(taken.left)
  own[net] = taken.right
  own.used[of][lane]++
  return undefined
}

/** Gives such a slot back. @internal */
export const giveSlot = (own: Slots, of: Abstraction, lane: 'cRx' | 'dRx', number: number): void => {
  const net = lane === 'cRx' ? 'c' : 'd'
  own[net] = given(own[net], 'receive', own.partition[of][lane].first + number)
  own.used[of][lane]--
}

/** Takes a free channel of the C-NoC, or one of the D-NoC with a microthread that feeds it: its number, or why there is none. @internal */
export const takeChannel = (own: Slots, of: Abstraction, lane: 'cTx' | 'dTx'): number | string => {
  const { first, count } = own.partition[of][lane]
  const net = lane === 'cTx' ? 'c' : 'd'
  const claimed = claimDma('transmit', { first, last: first + count - 1 })(own[net])
  if (isLeft(claimed)) return dmaRefusalText(claimed.left)
  const { number, resources } = claimed.right
  if (lane === 'dTx') {
    const fed = claimDma('microthread')(resources)
    if (isLeft(fed)) return dmaRefusalText(fed.left)
    own.d = fed.right.resources
    own.feeds.set(number, fed.right.number)
  } else own.c = resources
  own.used[of][lane]++
  return number
}

/** Gives a channel back. @internal */
export const giveChannel = (own: Slots, of: Abstraction, lane: 'cTx' | 'dTx', channel: number): void => {
  own.used[of][lane]--
  if (lane === 'cTx') own.c = given(own.c, 'transmit', channel)
  else own.d = given(given(own.d, 'transmit', channel), 'microthread', own.feeds.get(channel)!)
}

const given = (resources: DmaResources, resource: DmaResource, number: number): DmaResources => {
  const released = releaseDma(resource, number)(resources)
  if (isLeft(released)) throw new RangeError(`chip: ${dmaRefusalText(released.left)}`)
  return released.right
}
