import type { Address, Order, Pages } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import { type Described, described } from './described'
import { type Invariant, invariant, type Orders, type Tell } from './invariant'

/**
 * The accounts of a migration add up, by what is ordered and answered alone.
 *
 * - Pages: of every send, pages sent + pages left out + pages unsent (of one that was cancelled) = pages ordered; of one that was given up, no more left than were ordered.
 * - Bytes: every page sent takes on the wire what a page of zeros does at least, and a whole page with its header at most; the world's description says how much
 *   that is. A page sent as a difference may take less, and, by the header of the difference, a little more.
 * - Rounds: ordered as 1, 2, 3, ... from every attempt's first, and each is told once, with the pages that were ordered in it.
 * - Progress: at no time are more pages told to have left than were ordered, or fewer than were answered, nor fewer pages or bytes than before.
 */
export const accounting: Invariant = invariant<Memory>({
  name: 'accounting',
  sentence:
    'The accounts add up: pages sent, left out and unsent are those ordered, bytes are those of the pages, rounds are numbered from 1 on.',
  oracle: 'O3',
  stores: 'each',
  hears: ['send', 'cancel', 'sent', 'cancelled', 'refused', 'round', 'progress'],
  init: (began, migration) => ({
    world: described(began),
    pageBytes: began?.guests[migration]?.pageBytes,
    cancels: new Map(),
    cut: new Map(),
    rounds: new Map(),
    round: 0,
    pagesOrdered: 0,
    pagesAnswered: 0,
    bytesAnswered: 0,
    pagesTold: 0,
    bytesTold: 0
  }),
  again: (memory) => {
    memory.round = 0
    return memory
  },
  step: (memory, entry, tell, orders) => {
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (order.type === 'send') ordered(memory, order, tell)
      else if (order.type === 'cancel') cancel(memory, order.tag, to, orders)
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'sent') sent(memory, signal, orders, tell)
      else if (signal.type === 'cancelled') cancelled(memory, signal, tell)
      else if (signal.type === 'refused') refused(memory, signal, orders, tell)
      else if (signal.type === 'round') round(memory, signal, tell)
      else if (signal.type === 'progress') progress(memory, signal, tell)
    }
    return memory
  }
})

type SendOrder = Extract<Order, { readonly type: 'send' }>

/** A send that is being cancelled: pages neither sent nor left out, and those that a cancellation told to be unsent; what is not known yet is `undefined`. */
type Cut = { left: number | undefined; unsent: number | undefined; pending: number }

type Memory = {
  readonly world: Described
  readonly pageBytes: number | undefined
  /** The send that each cancellation under way is meant for; -1: one that was over. */
  readonly cancels: Map<number, number>
  readonly cut: Map<number, Cut>
  /** The pages ordered in rounds that have not been told yet. */
  readonly rounds: Map<number, number>
  round: number
  pagesOrdered: number
  pagesAnswered: number
  bytesAnswered: number
  pagesTold: number
  bytesTold: number
}

const numberOf = (pages: Pages): number => (pages.type === 'PageSet' ? pages.count : pages.length)

const ordered = (memory: Memory, { pages, round }: SendOrder, tell: Tell): void => {
  const count = numberOf(pages)
  memory.pagesOrdered += count
  if (round === undefined) return
  if (round !== memory.round + 1) tell(`round ${round} is ordered after round ${memory.round}`)
  memory.round = round
  memory.rounds.set(round, count)
}

const sent = (memory: Memory, signal: Extract<Signal, { readonly type: 'sent' }>, { answered }: Orders, tell: Tell): void => {
  const order = answered?.command.order
  if (order === undefined || order.type !== 'send') return
  const { skipped, bytes, to } = signal
  const [count, all] = [numberOf(signal.pages), numberOf(order.pages)]
  memory.pagesAnswered += count
  memory.bytesAnswered += bytes
  const left = all - count - skipped.count
  if (left !== 0 || memory.cut.size > 0) {
    const cut = memory.cut.get(to.n)
    if (cut !== undefined) cut.left = left
    if (left < 0 || (left > 0 && cut === undefined)) tell(`${count} pages sent and ${skipped.count} left out, of ${all} ordered`)
    else if (cut !== undefined) settle(memory, to.n, cut, tell)
  }
  judgeBytes(memory, order.encoding !== undefined || order.compression !== undefined, count, bytes, tell)
}

/** Both of a cancelled send's accounts are known, or not yet. */
const settle = ({ cut }: Memory, n: number, { left, unsent, pending }: Cut, tell: Tell): void => {
  if (left === undefined || unsent === undefined) return
  if (left !== unsent) tell(`${unsent} pages unsent by a cancellation, and its send left ${left}`)
  if (pending === 0) cut.delete(n)
}

const judgeBytes = ({ world, pageBytes }: Memory, encoded: boolean, count: number, bytes: number, tell: Tell): void => {
  const { headerBytes, zeroPageBytes } = world
  if (headerBytes === undefined || zeroPageBytes === undefined || pageBytes === undefined) return
  const full = headerBytes + pageBytes
  const most = Math.max(full, zeroPageBytes) + (encoded ? DELTA_HEADER_BYTES : 0)
  const least = encoded ? 0 : Math.min(full, zeroPageBytes)
  if (bytes < count * least || bytes > count * most) tell(`${count} pages took ${bytes} bytes, and a page takes ${least} to ${most}`)
}

/** Room for what precedes an encoded difference (QEMU: a flag and a 16-bit length, `save_xbzrle_page`, migration/ram.c). */
const DELTA_HEADER_BYTES = 16

const cancel = ({ cancels, cut }: Memory, tag: number, to: Address, { pending }: Orders): void => {
  for (const [n, { command }] of pending) {
    if (command.order.type !== 'send' || command.to.lane !== to.lane || command.to.tag !== tag) continue
    const known = cut.get(n)
    if (known === undefined) cut.set(n, { left: undefined, unsent: undefined, pending: 1 })
    else known.pending++
    cancels.set(to.n, n)
    return
  }
  cancels.set(to.n, OVER)
}

/** A send that was over when its cancellation was ordered. */
const OVER = -1

const cancelled = (memory: Memory, { unsent, to }: Extract<Signal, { readonly type: 'cancelled' }>, tell: Tell): void => {
  const { cancels, cut } = memory
  const n = cancels.get(to.n)
  if (n === undefined) return
  cancels.delete(to.n)
  const known = cut.get(n)
  if (known === undefined) {
    if (unsent.count > 0) tell(`${unsent.count} pages unsent by the cancellation of a send that was over`)
    return
  }
  known.pending--
  known.unsent = unsent.count
  settle(memory, n, known, tell)
}

const refused = (
  memory: Memory,
  { to: { n }, sent }: Extract<Signal, { readonly type: 'refused' }>,
  { answered }: Orders,
  tell: Tell
): void => {
  const { cancels, cut } = memory
  const order = answered?.command.order
  if (sent !== undefined && order?.type === 'send') {
    const all = numberOf(order.pages)
    if (sent.pages > all) tell(`${sent.pages} pages left of a send that was given up, of ${all} ordered`)
    memory.pagesAnswered += sent.pages
    memory.bytesAnswered += sent.bytes
    judgeBytes(memory, order.encoding !== undefined || order.compression !== undefined, sent.pages, sent.bytes, tell)
  }
  if (cancels.size === 0 && cut.size === 0) return
  cut.delete(cancels.get(n) ?? n)
  cancels.delete(n)
}

const round = ({ rounds }: Memory, signal: Extract<Signal, { readonly type: 'round' }>, tell: Tell): void => {
  const pages = rounds.get(signal.round)
  rounds.delete(signal.round)
  if (pages === undefined) tell(`round ${signal.round} begins, and was not ordered or has begun before`)
  else if (pages !== signal.pages) tell(`round ${signal.round} has ${signal.pages} pages, of ${pages} ordered`)
}

const progress = (memory: Memory, { pages, bytes }: Extract<Signal, { readonly type: 'progress' }>, tell: Tell): void => {
  if (pages > memory.pagesOrdered) tell(`${pages} pages have left, of ${memory.pagesOrdered} ordered`)
  if (!memory.world.inOrder) return
  if (pages < memory.pagesTold || bytes < memory.bytesTold)
    tell(`${pages} pages and ${bytes} bytes have left, and before that ${memory.pagesTold} and ${memory.bytesTold}`)
  if (pages < memory.pagesAnswered || bytes < memory.bytesAnswered)
    tell(`${pages} pages and ${bytes} bytes have left, and ${memory.pagesAnswered} and ${memory.bytesAnswered} were answered as sent`)
  memory.pagesTold = Math.max(memory.pagesTold, pages)
  memory.bytesTold = Math.max(memory.bytesTold, bytes)
}
