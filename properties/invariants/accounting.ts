import type { Address, Order, Pages } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import { type Described, described } from './described'
import { type Invariant, invariant, type Tell } from './invariant'

/**
 * The accounts of a migration add up, by what is ordered and answered alone.
 *
 * - Pages: of every send, pages sent + pages left out + pages unsent (of one that was cancelled) = pages ordered.
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
  hears: ['send', 'cancel', 'sent', 'cancelled', 'refused', 'round', 'progress'],
  init: (began, migration) => {
    const world = described(began)
    return { ...opened, world, pageBytes: began?.guests[migration]?.pageBytes, sends: new Map(), cancels: new Map(), rounds: new Map() }
  },
  again: (memory) => ({ ...memory, round: 0 }),
  step: (memory, entry, tell) => {
    if (entry.type === 'commanded') {
      const { order, to } = entry.command
      if (order.type === 'send') ordered(memory, order, to, tell)
      else if (order.type === 'cancel') cancel(memory, order.tag, to)
    } else if (entry.type === 'signalled') {
      const { signal } = entry
      if (signal.type === 'sent') sent(memory, signal, tell)
      else if (signal.type === 'cancelled') cancelled(memory, signal, tell)
      else if (signal.type === 'refused') refused(memory, signal.to.n)
      else if (signal.type === 'round') round(memory, signal, tell)
      else if (signal.type === 'progress') progress(memory, signal, tell)
    }
    return memory
  }
})

type SendOrder = Extract<Order, { readonly type: 'send' }>

/** A send that is not settled: `left` pages of it are neither sent nor left out; `cancels` of its cancellations have no answer yet. */
type Send = {
  readonly pages: number
  readonly lane: string
  readonly tag: number
  readonly encoded: boolean
  answered: boolean
  left: number
  cancels: number
  /** What a cancellation told ahead of the send's own answer. */
  unsent: number | undefined
}

type Memory = {
  readonly world: Described
  readonly pageBytes: number | undefined
  readonly sends: Map<number, Send>
  /** The send that each cancellation under way is meant for; -1: one that was over. */
  readonly cancels: Map<number, number>
  /** The pages ordered in rounds that have not been told yet. */
  readonly rounds: Map<number, number>
  round: number
  pagesOrdered: number
  pagesAnswered: number
  bytesAnswered: number
  pagesTold: number
  bytesTold: number
}

const opened = { round: 0, pagesOrdered: 0, pagesAnswered: 0, bytesAnswered: 0, pagesTold: 0, bytesTold: 0 }

const numberOf = (pages: Pages): number => (pages.type === 'PageSet' ? pages.count : pages.length)

const ordered = (memory: Memory, order: SendOrder, { n, lane, tag }: Address, tell: Tell): void => {
  const pages = numberOf(order.pages)
  memory.pagesOrdered += pages
  memory.sends.set(n, {
    pages,
    lane,
    tag,
    encoded: order.encoding !== undefined,
    answered: false,
    left: pages,
    cancels: 0,
    unsent: undefined
  })
  if (order.round === undefined) return
  if (order.round !== memory.round + 1) tell(`round ${order.round} is ordered after round ${memory.round}`)
  memory.round = order.round
  memory.rounds.set(order.round, pages)
}

const sent = (memory: Memory, { pages, skipped, bytes, to }: Extract<Signal, { readonly type: 'sent' }>, tell: Tell): void => {
  const send = memory.sends.get(to.n)
  if (send === undefined) return
  const count = numberOf(pages)
  memory.pagesAnswered += count
  memory.bytesAnswered += bytes
  send.answered = true
  send.left = send.pages - count - skipped.count
  const parts = `${count} pages sent and ${skipped.count} left out, of ${send.pages} ordered`
  if (send.left < 0 || (send.left > 0 && send.cancels === 0 && send.unsent === undefined)) tell(parts)
  else if (send.unsent !== undefined && send.unsent !== send.left) tell(`${parts}, and ${send.unsent} unsent by its cancellation`)
  judgeBytes(memory, send, count, bytes, tell)
  if (send.cancels === 0) memory.sends.delete(to.n)
}

const judgeBytes = ({ world, pageBytes }: Memory, { encoded }: Send, count: number, bytes: number, tell: Tell): void => {
  const { headerBytes, zeroPageBytes } = world
  if (headerBytes === undefined || zeroPageBytes === undefined || pageBytes === undefined) return
  const full = headerBytes + pageBytes
  const most = encoded ? Math.max(full, zeroPageBytes) + DELTA_HEADER_BYTES : Math.max(full, zeroPageBytes)
  const least = encoded ? 0 : Math.min(full, zeroPageBytes)
  if (bytes < count * least || bytes > count * most) tell(`${count} pages took ${bytes} bytes, and a page takes ${least} to ${most}`)
}

/** Room for what precedes an encoded difference (QEMU: a flag and a 16-bit length, `save_xbzrle_page`, migration/ram.c). */
const DELTA_HEADER_BYTES = 16

const cancel = ({ sends, cancels }: Memory, tag: number, to: Address): void => {
  for (const [n, send] of sends) {
    if (send.lane !== to.lane || send.tag !== tag || send.answered) continue
    send.cancels++
    cancels.set(to.n, n)
    return
  }
  cancels.set(to.n, OVER)
}

/** A send that was over when its cancellation was ordered. */
const OVER = -1

const cancelled = ({ sends, cancels }: Memory, { unsent, to }: Extract<Signal, { readonly type: 'cancelled' }>, tell: Tell): void => {
  const n = cancels.get(to.n)
  if (n === undefined) return
  cancels.delete(to.n)
  const send = sends.get(n)
  if (send === undefined) {
    if (unsent.count > 0) tell(`${unsent.count} pages unsent by the cancellation of a send that was over`)
    return
  }
  send.cancels--
  send.unsent = unsent.count
  if (!send.answered) return
  if (unsent.count !== send.left) tell(`${unsent.count} pages unsent by a cancellation, and its send left ${send.left} of ${send.pages}`)
  if (send.cancels === 0) sends.delete(n)
}

const refused = ({ sends, cancels }: Memory, n: number): void => {
  const of = cancels.get(n)
  cancels.delete(n)
  sends.delete(of ?? n)
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
