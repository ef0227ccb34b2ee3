import { clearSet, snapshot } from '../../lib/memory/bitmap'
import * as pageSet from '../../lib/memory/pageSet'
import type { Command, Pages } from '../../lib/protocol/command'
import type { Signal } from '../../lib/protocol/signal'
import { broken, type Copies, closed, copied, dropped, noCopies, opened, used, written } from './copies'
import { type Invariant, invariant, type Tell } from './invariant'
import { listed } from './pageMarks'

/**
 * At the switch every page is clean or still owed, by what the pipeline itself ordered and heard, without an oracle. When it orders the guest to resume at the
 * target, every page that was selected or logged dirty is in `missing`, or
 *
 * - has been sent by an order that came after the sync which logged it last (and not been dropped, nor lost with the link, since), and
 * - it was sent while the guest stood still, or the log was kept meanwhile and has been read since the guest stopped.
 *
 * And which pages there are was looked up while the log was kept or the guest stood still. A page that a sender left out stays as it was. (Clark et al., NSDI
 * 2005, §3.3: at the end of stage 3 both hosts hold a consistent copy. Hines & Gopalan, VEE 2009, §3: the rest is owed.)
 */
export const cleanOrOwed: Invariant = invariant<Memory>({
  name: 'cleanOrOwed',
  sentence: 'At the switch every page is clean at the target or still owed to it.',
  oracle: 'O5',
  plane: 'pages',
  stores: 'each',
  hears: [
    ...(['select', 'track', 'sync', 'send', 'discard', 'flush', 'resume', 'abandon'] as const),
    ...(['selected', 'synced', 'sent', 'done', 'refused', 'suspended', 'activated', 'mended', 'exited'] as const)
  ],
  init: (began, migration) => begun(began?.guests[migration]?.pages, false, false),
  again: ({ pages, exited, logged }, how) => begun(pages, exited, how === 'retry' && logged),
  step: (memory, entry, tell) => {
    if (memory.over) return memory
    if (entry.type === 'commanded') ordered(memory, entry.command, tell)
    else if (entry.type === 'signalled') heard(memory, entry.signal)
    return memory
  }
})

type Memory = {
  readonly pages: number | undefined
  readonly exited: boolean
  /** There is nothing more to judge: the guest has been ordered to resume at the target, or has ended. */
  over: boolean
  logged: boolean
  paused: boolean
  /** Which pages there are was looked up: never, while the guest ran and no log was kept, or in a way that holds. */
  lookedUp: 'never' | 'unsafely' | 'safely'
  copies: Copies | undefined
  /** Orders without an answer: what was so when they were given, and what has been heard since that bears on them. */
  readonly selects: Map<number, boolean>
  readonly sends: Map<number, Sending>
  readonly syncs: Map<number, { readonly last: boolean; clean: pageSet.PageSet | undefined }>
  readonly flushes: Map<number, pageSet.PageSet>
}

type Sending = { running: boolean; readonly logged: boolean; dirty: pageSet.PageSet | undefined }

const begun = (pages: number | undefined, exited: boolean, logged: boolean): Memory => ({
  pages,
  exited,
  over: exited || pages === undefined,
  logged,
  paused: false,
  lookedUp: 'never',
  copies: undefined,
  selects: new Map(),
  sends: new Map(),
  syncs: new Map(),
  flushes: new Map()
})

const ordered = (memory: Memory, { order, to }: Command, tell: Tell): void => {
  const { paused, logged } = memory
  if (order.type === 'select') memory.selects.set(to.n, paused || logged)
  else if (order.type === 'send') memory.sends.set(to.n, { running: !paused, logged, dirty: undefined })
  else if (order.type === 'sync') memory.syncs.set(to.n, { last: paused && logged, clean: undefined })
  else if (order.type === 'track') {
    memory.logged = order.on
    if (!order.on && !paused) unlog(memory)
  } else if (order.type === 'flush') {
    if (memory.copies !== undefined) memory.flushes.set(to.n, snapshot(memory.copies.unflushed))
  } else if (order.type === 'discard') drop(memory, order.pages)
  else if (order.type === 'abandon') drop(memory, pageSet.full(memory.pages!))
  else if (order.type === 'resume' && order.where === 'target') {
    memory.over = true
    judge(memory, order.missing, tell)
    memory.copies = undefined
  }
}

const heard = (memory: Memory, signal: Signal): void => {
  if (signal.type === 'selected') selected(memory, signal.to.n, signal.pages)
  else if (signal.type === 'synced') synced(memory, signal.to.n, signal.dirty)
  else if (signal.type === 'sent') sent(memory, signal)
  else if (signal.type === 'done') flushed(memory, signal.to.n)
  else if (signal.type === 'refused')
    for (const all of [memory.selects, memory.sends, memory.syncs, memory.flushes]) all.delete(signal.to.n)
  else if (signal.type === 'suspended') memory.paused = true
  else if (signal.type === 'activated') runOn(memory)
  else if (signal.type === 'mended' && memory.copies !== undefined) broken(memory.copies)
  else if (signal.type === 'exited') memory.over = true
}

const copiesOf = (memory: Memory): Copies => (memory.copies ??= noCopies(memory.pages!))

/** Once the pages have been looked up safely, the log names those that come into use: one that does without being written (a balloon gives it back) has nothing in it. */
const selected = (memory: Memory, n: number, pages: pageSet.PageSet): void => {
  const safely = memory.selects.get(n) === true
  memory.selects.delete(n)
  if (memory.lookedUp === 'safely') return
  memory.lookedUp = safely ? 'safely' : 'unsafely'
  used(copiesOf(memory), pages)
}

/** What the log names is stale, but for what was sent by an order that came after the sync; and what is being sent since before it stays so. */
const synced = (memory: Memory, n: number, dirty: pageSet.PageSet): void => {
  const { last = false, clean } = memory.syncs.get(n) ?? {}
  memory.syncs.delete(n)
  const copies = copiesOf(memory)
  const stale = clean === undefined ? dirty : pageSet.difference(dirty, clean)
  written(copies, stale)
  for (const [order, sending] of memory.sends) {
    if (order > n) continue
    sending.dirty = sending.dirty === undefined ? dirty : pageSet.union(sending.dirty, dirty)
    if (last && sending.logged) sending.running = false
  }
  if (last) closed(copies)
}

const sent = (memory: Memory, { pages, to }: Extract<Signal, { readonly type: 'sent' }>): void => {
  const sending = memory.sends.get(to.n)
  if (sending === undefined) return
  memory.sends.delete(to.n)
  copied(copiesOf(memory), pages, sending)
  for (const [order, sync] of memory.syncs) if (order < to.n) sync.clean = more(sync.clean, pages, memory.pages!)
}

const more = (known: pageSet.PageSet | undefined, pages: Pages, size: number): pageSet.PageSet => {
  const asSet = pages.type === 'PageSet' ? pages : pageSet.fromPages(size, pages)
  return known === undefined ? asSet : pageSet.union(known, asSet)
}

const flushed = (memory: Memory, n: number): void => {
  const pages = memory.flushes.get(n)
  if (pages === undefined || memory.copies === undefined) return
  memory.flushes.delete(n)
  clearSet(memory.copies.unflushed, pages)
}

const drop = (memory: Memory, pages: pageSet.PageSet): void => {
  if (memory.copies !== undefined) dropped(memory.copies, pages)
  for (const sending of memory.sends.values()) sending.dirty = more(sending.dirty, pages, memory.pages!)
}

/** The guest goes on at the source after a pause. */
const runOn = (memory: Memory): void => {
  memory.paused = false
  if (memory.copies !== undefined) opened(memory.copies, true)
  if (!memory.logged) unlog(memory)
}

/** The guest runs without a log from now on. */
const unlog = (memory: Memory): void => {
  if (memory.copies !== undefined) opened(memory.copies, false)
  if (memory.lookedUp === 'safely') memory.lookedUp = 'unsafely'
}

const judge = ({ copies, lookedUp }: Memory, missing: pageSet.PageSet | undefined, tell: Tell): void => {
  if (lookedUp === 'unsafely') tell('which pages there are was looked up while the guest ran and no log was kept')
  if (copies === undefined) return
  const { stale, open } = copies
  if (missing !== undefined) for (const marks of [stale, open]) clearSet(marks, missing)
  if (stale.count > 0) tell(`pages ${listed(stale)} are neither clean at the target nor missing`)
  clearSet(open, snapshot(stale))
  if (open.count > 0) tell(`pages ${listed(open)} were sent while the guest ran, and the log was not read after it had stopped`)
}
