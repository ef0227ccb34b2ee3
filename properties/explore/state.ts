import type { Address, Order, Place } from '../../lib/protocol/command'
import type { Carrier, Outcome } from '../../lib/protocol/pipeline'
import type { Conduct, Errand } from '../../lib/world/conduct'
import type { Reading } from '../../lib/world/hosts'
import type { Amount } from '../../lib/world/lane'
import type { Numbering } from './numbering'
import type { Saved } from './saving'

/** A send (or plain bytes, without an order) that has not ended: its pages still to come, and what became of the others. */
export type Send = {
  readonly to: Address
  readonly order: Extract<Order, { readonly type: 'send' }> | undefined
  /** How it is sent, as text. */
  readonly kind: string
  readonly rest: readonly number[]
  readonly skipped: readonly number[]
  readonly bytes: number
  /** Channels that have not finished. */
  readonly open: number
  readonly began: boolean
  readonly stopped: boolean
  readonly cancelled: readonly Address[]
  /** Of plain bytes: how many, and whether the devices' state is among them. */
  readonly plain?: { readonly bytes: number; readonly loads: boolean }
}

/**
 * What is leaving a lane, or on its way: a page, of which send, what was read, and how it is to be placed; page -1 is plain bytes, page -2 the message of an errand. `takes`: how many
 * of its send's pages leave with it, and their bytes.
 */
export type Item = { readonly n: number; readonly page: number; readonly reading: Reading; readonly place: Place; readonly takes: Amount }

/** The page of an item that is an errand's message. */
export const MESSAGE = -2

/** Whether what is owed is the errand of this command. */
export const isOf = (one: Owed, n: number): boolean => one.type === 'errand' && one.errand.to.n === n

/** A lane: sends by the numbers of their commands, the page that is leaving, and the pages on their way in order. */
export type Lane = {
  readonly name: string
  readonly queue: readonly number[]
  readonly leaving: Item | undefined
  readonly flying: readonly Item[]
  /** Whether anything but messages was ever sent over it. */
  readonly sent: boolean
}

/** An answer that is owed: an errand of the conduct, or a barrier behind sends. */
export type Owed =
  | { readonly type: 'errand'; readonly errand: Errand; readonly text: string }
  | { readonly type: 'barrier'; readonly to: Address; readonly behind: readonly number[] }

/** A guest's access that stands still at a missing page. */
export type Stalled = { readonly page: number; readonly write: boolean }

/** All of a migration that can influence its future: both hosts, the pipeline, the link, and what chance may still do. Lists are never changed in place. */
export type State = {
  readonly conduct: Conduct
  /** What the conduct and its hosts are here: one conduct serves all states in turn. */
  saved: Saved
  carrier: Carrier
  /** The number of the pipeline's phase. */
  phase: number
  sends: readonly Send[]
  lanes: readonly Lane[]
  owed: readonly Owed[]
  /** Pages whose fault the source has not heard of yet. */
  notices: readonly number[]
  stalled: Stalled | undefined
  writes: number
  faults: number
  /** How often the source may still look, and what it would tell: counted while it may. */
  looks: number
  told: Amount
  /** The state of the devices has arrived and is not put in yet; and how often it has arrived. */
  loading: boolean
  loads: number
  outcome: Outcome | undefined
}

/** The same state, to go another way from here. Written out, because it is made for every transition. */
export const copyOf = (s: State): State => ({
  conduct: s.conduct,
  saved: s.saved,
  carrier: s.carrier,
  phase: s.phase,
  sends: s.sends,
  lanes: s.lanes,
  owed: s.owed,
  notices: s.notices,
  stalled: s.stalled,
  writes: s.writes,
  faults: s.faults,
  looks: s.looks,
  told: s.told,
  loading: s.loading,
  loads: s.loads,
  outcome: s.outcome
})

/** Equal keys, equal futures: everything in a state but the numbers of requests and of arrivals. */
export const keyOf = (s: State, numbered: Numbering): string => {
  let key = s.loading ? 'd' : ''
  if (s.looks > 0) key += `k${s.looks}:${s.told.pages}:${s.told.bytes}`
  if (s.stalled !== undefined) key += `s${s.stalled.page}${s.stalled.write ? 'w' : 'r'}`
  if (s.notices.length > 0) key += `n${s.notices.join()}`
  const barriers = s.owed.filter((one) => one.type === 'barrier')
  const behind = (n: number): string => {
    let mask = 0
    for (let i = 0; i < barriers.length; i++) if (barriers[i].behind.includes(n)) mask |= 1 << i
    return mask === 0 ? '' : `b${mask}`
  }
  for (const one of s.sends) {
    key += `|${one.to.lane}:${one.to.tag}:${one.kind}:${one.rest.join()}:${one.skipped.join()}:${one.bytes}:${one.open}`
    key += `${one.began ? 'y' : ''}${one.stopped ? 'x' : ''}${behind(one.to.n)}`
    for (const to of one.cancelled) key += `c${to.lane}:${to.tag}`
  }
  for (const lane of s.lanes) {
    key += lane.sent ? `/${lane.name}` : `%${lane.name}`
    for (const n of lane.queue) key += `q${s.sends.findIndex(({ to }) => to.n === n)}`
    if (lane.leaving !== undefined) key += `l${itemKey(lane.leaving)}`
    for (const item of lane.flying)
      key += `${item.page === MESSAGE ? `m${s.owed.findIndex((one) => isOf(one, item.n))}` : `f${itemKey(item)}`}${behind(item.n)}`
  }
  for (const one of s.owed) key += one.type === 'barrier' ? `B${one.to.lane}:${one.to.tag}` : `E${one.text}`
  return `${s.phase} ${s.saved.number} ${s.writes} ${s.faults} ${key === '' ? '' : numbered(key)}`
}

/** What a reading contains, and how it is written on the wire. */
const itemKey = ({ page, reading, place }: Item): string => {
  if (reading === undefined) return `${page}`
  const content = typeof reading.content === 'number' ? reading.content : reading.content.join('.')
  return 'form' in reading ? `${page}${place}${reading.form}${reading.page}=${content}` : `${page}${place}=${content}`
}
