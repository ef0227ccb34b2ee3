import type { Abstraction } from '../../lib/protocol/chip'
import type { Entry } from '../../lib/protocol/journal'
import { begun, bulkOf, type ChipChannels, givenUp, isProcess, type Known, mailedOf, mailsOf, movedOf, unheard } from './chipChannels'
import { mayBeDropped, mostSent, outstanding, readNext } from './sentInOrder'

/** What must hold of every journal of a chip. */
export type ChipInvariant =
  | 'mailInOrder'
  | 'oneOutstanding'
  | 'portalWithinAllowed'
  | 'portalInOrder'
  | 'syncExact'
  | 'slotsWithinPartition'
  | 'slotsComeBack'
  | 'nobodyWaitsForTheDead'

/** A sync's end that waits: whose bits have come since its last round, and rounds that nobody has awaited. */
type Waiting = { readonly expected: readonly string[]; readonly bits: Set<string>; rounds: number }

type Limits = Readonly<Record<'cRx' | 'cTx' | 'dRx' | 'dTx', { readonly count: number }>>

/** All that an account of a chip's journal remembers; it changes its own. */
export type ChipLedger = ChipChannels & {
  readonly partition: Readonly<Record<Abstraction, Limits>> | undefined
  readonly nodes: Readonly<Record<string, readonly string[]>>
  readonly noticeNs: number
  readonly ends: Map<string, Known>
  /** Clusters that have had processes: what is taken there need not be the program's own. */
  readonly shared: Set<string>
  readonly syncs: Map<string, Waiting>
  readonly early: Map<string, Set<string>>
  readonly inUse: Map<string, number>
  readonly failed: Map<string, number>
}

/** A breach: which invariant, and what is wrong. */
export type ChipProblem = { readonly invariant: ChipInvariant; readonly problem: string }

/** An account at the beginning of a journal. */
export const chipLedger = (began: Extract<Entry, { readonly type: 'began' }> | undefined): ChipLedger => {
  const world = began?.world as
    | {
        readonly partition: Readonly<Record<Abstraction, Limits>>
        readonly clusters: Readonly<Record<string, { readonly nodes: readonly string[] }>>
        readonly noticeNs: number
      }
    | undefined
  return {
    partition: world?.partition,
    nodes: Object.fromEntries(Object.entries(world?.clusters ?? {}).map(([name, { nodes }]) => [name, nodes])),
    interfaces: new Set(Object.values(world?.clusters ?? {}).flatMap(({ nodes }) => nodes)),
    noticeNs: world?.noticeNs ?? 0,
    ends: new Map(),
    pending: new Map(),
    mails: new Map(),
    bulk: new Map(),
    mailed: new Map(),
    moved: new Map(),
    shared: new Set(),
    syncs: new Map(),
    early: new Map(),
    inUse: new Map(),
    failed: new Map()
  }
}

/** An entry into the account: what it breaks. */
export const chipEntered = (ledger: ChipLedger, entry: Entry): readonly ChipProblem[] => {
  const problems: ChipProblem[] = []
  const say = (invariant: ChipInvariant, problem: string): void => void problems.push({ invariant, problem })
  if (entry.type === 'commanded') commanded(ledger, entry)
  else if (entry.type === 'signalled') {
    const { signal } = entry
    if ('to' in signal) answered(ledger, signal, say)
    else if (signal.type === 'arrived') arrived(ledger, signal, say)
    else if (signal.type === 'placed') ledger.shared.add(signal.migration)
    else if (signal.type === 'failed' && signal.what === 'source') ledger.failed.set(signal.migration, signal.at)
    else if (signal.type === 'slots') {
      const limits = ledger.partition?.[signal.kind]
      for (const lane of ['cRx', 'cTx', 'dRx', 'dTx'] as const)
        if (limits !== undefined && signal[lane] > limits[lane].count)
          say('slotsWithinPartition', `${signal.node} has ${signal[lane]} ${lane} in use for ${signal.kind}, of ${limits[lane].count}`)
      ledger.inUse.set(`${signal.node} ${signal.kind}`, signal.cRx + signal.cTx + signal.dRx + signal.dTx)
    }
  } else if (entry.type === 'ended') ended(ledger, entry, say)
  return problems
}

type Say = (invariant: ChipInvariant, problem: string) => void
type Commanded = Extract<Entry, { readonly type: 'commanded' }>
type Signalled = Extract<Entry, { readonly type: 'signalled' }>['signal']

const commanded = (ledger: ChipLedger, { command: { order, to } }: Commanded): void => {
  if (!('end' in order)) return
  const name = `${to.migration} ${order.end}`
  const known = ledger.ends.get(name)
  const isNew = (order.type === 'create' || order.type === 'attach') && known === undefined
  if (isNew) opened(ledger, to.migration, order)
  const end = isNew ? ledger.ends.get(name) : known
  const allows = end?.allows.length ?? 0
  ledger.pending.set(`${to.migration} ${to.n}`, {
    order,
    end,
    isNew,
    rounds: ledger.syncs.get(name)?.rounds ?? 0,
    allows,
    ...(end !== undefined && begun(ledger, order, end))
  })
}

/** An end is there from its order on, unless that is refused, which is told at once. */
const opened = (ledger: ChipLedger, cluster: string, order: Known['order']): void => {
  const node = ledger.nodes[cluster] === undefined ? cluster : ledger.nodes[cluster][order.dma ?? 0]
  if (node === undefined) return
  const name = `${cluster} ${order.end}`
  ledger.ends.set(name, { order, node, allows: [] })
  if (order.type === 'attach' || order.sync === undefined) return
  const [head, ...others] = order.sync.nodes
  const waiting: Waiting = { expected: head === node ? others : [head], bits: new Set(), rounds: 0 }
  ledger.syncs.set(name, waiting)
  for (const from of ledger.early.get(node) ?? []) bit(waiting, from)
}

const answered = (ledger: ChipLedger, signal: Extract<Signalled, { readonly to: unknown }>, say: Say): void => {
  const { migration: cluster, n } = signal.to
  const asked = ledger.pending.get(`${cluster} ${n}`)
  if (asked === undefined) return
  ledger.pending.delete(`${cluster} ${n}`)
  const { order, end } = asked
  if (signal.type === 'refused' && asked.isNew) {
    ledger.ends.delete(`${cluster} ${order.end}`)
    ledger.syncs.delete(`${cluster} ${order.end}`)
  }
  if (signal.type === 'refused') {
    givenUp(ledger, asked)
    return
  }
  if (order.type === 'create' && end !== undefined && order.sync !== undefined) ledger.early.delete(end.node)
  if (end === undefined) return
  const remote = end.order.type === 'attach' ? (end.order.remote ?? '') : ''
  const port = end.order.port ?? 0
  if (order.type === 'close') {
    ledger.ends.delete(`${cluster} ${order.end}`)
    const closed = ledger.syncs.get(`${cluster} ${order.end}`)
    // A round that has become whole since the close was asked for stays for the next end.
    if (closed !== undefined) ledger.early.set(end.node, new Set(closed.rounds > asked.rounds ? closed.expected : closed.bits))
    ledger.syncs.delete(`${cluster} ${order.end}`)
    if (end.order.type === 'create' && end.order.kind === 'portal')
      for (const from of new Set(end.allows.map((one) => one.from))) mayBeDropped(bulkOf(ledger, from, end.node, port))
  } else if (order.type === 'mail') {
    if (asked.sent !== undefined && asked.sent.stands === 'asked') asked.sent.stands = 'left'
    const waits = outstanding(mailsOf(ledger, end.node, remote, port)) - unheard(ledger, remote)
    if (waits > 1) say('oneOutstanding', `${end.node} has ${waits} messages outstanding at ${remote}`)
  } else if (signal.type === 'received') {
    if (!readNext(mailsOf(ledger, signal.from, end.node, port), signal.message))
      say('mailInOrder', `${end.node} receives ${JSON.stringify(signal.message)} of ${signal.from}, which is not its next message`)
    mailedOf(ledger, signal.from, end.node).read++
  } else if (order.type === 'allow') {
    if (!isProcess(ledger, end.node)) movedOf(ledger, order.from, end.node).allowed += order.bytes
  } else if (order.type === 'put') {
    if (asked.sent !== undefined && asked.sent.stands === 'asked') asked.sent.stands = 'left'
  } else if (signal.type === 'got') {
    const from = end.allows.slice(0, asked.allows).findLast(({ isRefused }) => !isRefused)?.from ?? ''
    const bulk = bulkOf(ledger, from, end.node, port)
    const moved = movedOf(ledger, from, end.node)
    moved.got += signal.bytes
    if (moved.got > moved.arrived) say('portalInOrder', `${end.node} got ${moved.got} bytes of ${from}, and ${moved.arrived} have come`)
    for (const content of signal.contents)
      if (!readNext(bulk, content))
        say('portalInOrder', `${end.node} got ${JSON.stringify(content)} of ${from}, which is not what it put next`)
  } else if (signal.type === 'awaited') {
    const waiting = ledger.syncs.get(`${cluster} ${order.end}`)
    if (waiting === undefined) return
    if (waiting.rounds === 0)
      say(
        'syncExact',
        `${end.node} waits no longer, and ${waiting.expected.filter((name) => !waiting.bits.has(name)).join(', ')} has not signalled`
      )
    else waiting.rounds--
  }
}

const bit = (waiting: Waiting, from: string): void => {
  if (!waiting.expected.includes(from)) return
  waiting.bits.add(from)
  if (waiting.bits.size < waiting.expected.length) return
  waiting.bits.clear()
  waiting.rounds++
}

const arrived = (
  ledger: ChipLedger,
  { by, from, node, bytes, process }: Extract<Signalled, { readonly type: 'arrived' }>,
  say: Say
): void => {
  const reader = process ?? node
  if (by === 'mailbox') {
    const mails = mailedOf(ledger, from, reader)
    mails.arrived++
    const unread = mails.arrived - mails.read - unheard(ledger, reader)
    if (unread > mails.ports.size) say('oneOutstanding', `${unread} messages of ${from} are at ${reader} unread`)
    const left = [...mails.ports].reduce((sum, port) => sum + mostSent(mailsOf(ledger, from, reader, port)), 0)
    if (mails.arrived > left) say('mailInOrder', `${mails.arrived} messages of ${from} have come to ${reader}, and ${left} have left`)
  } else if (by === 'portal') {
    const moved = movedOf(ledger, from, reader)
    moved.arrived += bytes
    if (moved.arrived > moved.allowed)
      say('portalWithinAllowed', `${moved.arrived} bytes of ${from} have come to ${reader}, and ${moved.allowed} were allowed`)
  } else {
    const ends = [...ledger.syncs].filter(([name, { expected }]) => ledger.ends.get(name)?.node === reader && expected.includes(from))
    for (const [, waiting] of ends) bit(waiting, from)
    if (ends.length === 0) ledger.early.set(reader, new Set([...(ledger.early.get(reader) ?? []), from]))
  }
}

const ended = (ledger: ChipLedger, { migration: cluster, outcome, at }: Extract<Entry, { readonly type: 'ended' }>, say: Say): void => {
  for (const [name, { order, end }] of ledger.pending) {
    if (!name.startsWith(`${cluster} `) || end === undefined || outcome.type !== 'limited') continue
    if (order.type === 'await' && (ledger.syncs.get(`${cluster} ${order.end}`)?.rounds ?? 0) > 0)
      say('syncExact', `${end.node} waits, and all have signalled`)
    const whom =
      order.type === 'get'
        ? end.allows.findLast(({ isRefused }) => !isRefused)?.from
        : order.type === 'put' || order.type === 'mail'
          ? end.order.type === 'attach'
            ? end.order.remote
            : undefined
          : undefined
    const since = ledger.failed.get((whom ?? '').split('.')[0])
    if (since !== undefined && at > since + ledger.noticeNs)
      say('nobodyWaitsForTheDead', `${order.type} of ${cluster} waits for ${whom}, which failed at ${since}`)
  }
  if (ledger.failed.has(cluster) || ledger.shared.has(cluster) || [...ledger.ends.keys()].some((name) => name.startsWith(`${cluster} `)))
    return
  for (const node of ledger.nodes[cluster] ?? [])
    for (const kind of ['mailbox', 'portal', 'sync'])
      if ((ledger.inUse.get(`${node} ${kind}`) ?? 0) > 0)
        say(
          'slotsComeBack',
          `${node} has closed all its ends, and ${ledger.inUse.get(`${node} ${kind}`)} slots and channels are in use for ${kind}`
        )
}
