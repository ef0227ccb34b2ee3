import type { ChipOrder } from '../../lib/protocol/chip'
import { noneSent, type Sending, type Sent, sending } from './sentInOrder'

/** An end as orders and answers tell of it; `node`: where it is, or the process whose it is, wherever that is. */
export type Known = {
  readonly order: Extract<ChipOrder, { readonly type: 'create' | 'attach' }>
  readonly node: string
  /** Permissions that were asked for, in order. */
  readonly allows: Permission[]
}

/** Bytes that one reader has allowed one sender. */
export type Permission = { readonly from: string; readonly bytes: number; isRefused: boolean }

/** An order without an answer: its end, what it sends or allows, and how many permissions and rounds of a sync there were before it. */
export type Pending = {
  readonly order: ChipOrder
  readonly end: Known | undefined
  readonly isNew: boolean
  readonly rounds: number
  readonly allows: number
  readonly sent?: Sending
  readonly permission?: Permission
}

/** What a chip's account remembers of what goes from one to another. @internal */
export type ChipChannels = {
  readonly interfaces: ReadonlySet<string>
  readonly pending: Map<string, Pending>
  /** By sender, reader and port. */
  readonly mails: Map<string, Sent>
  readonly bulk: Map<string, Sent>
  /** By sender and reader, of all ports together: messages that have come and been read; bytes that were allowed, have come and were got. */
  readonly mailed: Map<string, { readonly ports: Set<number>; arrived: number; read: number }>
  readonly moved: Map<string, { allowed: number; arrived: number; got: number }>
}

/** What one has mailed to a port of another. */
export const mailsOf = (ledger: ChipChannels, from: string, to: string, port: number): Sent =>
  made(ledger.mails, `${from} > ${to}, ${port}`, () => noneSent(isProcess(ledger, from)))
/** What one has put into a port of another. */
export const bulkOf = (ledger: ChipChannels, from: string, to: string, port: number): Sent =>
  made(ledger.bulk, `${from} > ${to}, ${port}`, () => noneSent(isProcess(ledger, from)))
/** Messages from one to another, of all ports together. */
export const mailedOf = ({ mailed }: ChipChannels, from: string, to: string) =>
  made(mailed, `${from} > ${to}`, () => ({ ports: new Set([0]), arrived: 0, read: 0 }))
/** Bytes from one to another, of all ports together. */
export const movedOf = ({ moved }: ChipChannels, from: string, to: string) =>
  made(moved, `${from} > ${to}`, () => ({ allowed: 0, arrived: 0, got: 0 }))

const made = <A>(all: Map<string, A>, name: string, make: () => A): A => {
  const known = all.get(name)
  if (known !== undefined) return known
  const fresh = make()
  all.set(name, fresh)
  return fresh
}

/** Whether this is no node of a cluster, but a process by its name. */
export const isProcess = ({ interfaces }: ChipChannels, node: string): boolean => !interfaces.has(node)

/** How many messages a reader may have taken that it has not heard of. */
export const unheard = (ledger: ChipChannels, reader: string): number =>
  isProcess(ledger, reader)
    ? [...ledger.pending.values()].filter(({ order, end }) => order.type === 'receive' && end?.node === reader).length
    : 0

/** What is to be sent, and what is allowed: by a process, which hears late what comes of it, from now on. */
export const begun = (ledger: ChipChannels, order: ChipOrder, end: Known): Pick<Pending, 'sent' | 'permission'> => {
  const { remote = '', port = 0 } = end.order.type === 'attach' ? end.order : {}
  if (order.type === 'mail') {
    mailedOf(ledger, end.node, remote).ports.add(port)
    return { sent: sending(mailsOf(ledger, end.node, remote, port), order.message) }
  }
  if (order.type === 'put') return { sent: sending(bulkOf(ledger, end.node, remote, port), order.content ?? null) }
  if (order.type !== 'allow') return {}
  const permission: Permission = { from: order.from, bytes: order.bytes, isRefused: false }
  end.allows.push(permission)
  if (isProcess(ledger, end.node)) movedOf(ledger, order.from, end.node).allowed += order.bytes
  return { permission }
}

/** An order is refused: what it was to send has not left, as far as its program can know. */
export const givenUp = (ledger: ChipChannels, { end, order, sent, permission }: Pending): void => {
  if (end === undefined) return
  if (permission !== undefined) {
    permission.isRefused = true
    if (isProcess(ledger, end.node)) movedOf(ledger, permission.from, end.node).allowed -= permission.bytes
  }
  if (sent === undefined) return
  sent.stands = 'refused'
  const { remote = '', port = 0 } = end.order.type === 'attach' ? end.order : {}
  const channel = order.type === 'mail' ? mailsOf(ledger, end.node, remote, port) : bulkOf(ledger, end.node, remote, port)
  if (!channel.hearsLate) channel.unread.splice(channel.unread.indexOf(sent), 1)
}
