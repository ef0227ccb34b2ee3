import * as fc from 'fast-check'
import { type PageSequence, sequence } from '../../lib/memory/pageSequence'
import { fromPages, type PageSet } from '../../lib/memory/pageSet'
import type { Address, Command, Order } from '../../lib/protocol/command'
import type { Data } from '../../lib/protocol/data'
import type { ImageOrder } from '../../lib/protocol/imageOrder'
import type { Entry } from '../../lib/protocol/journal'
import type { Outcome } from '../../lib/protocol/pipeline'
import type { KernelOrder, MemoryOrder, ProcessImage, ProcessPiece } from '../../lib/protocol/process'
import type { Signal } from '../../lib/protocol/signal'
import type { ThreadActed, ThreadOrder } from '../../lib/protocol/threadOrder'

const name = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('a', 'b/c', '', '..', '__proto__', 'é\n"'))
const nat = fc.oneof(fc.nat({ max: 9 }), fc.maxSafeNat())
const rate = fc.double({ min: 0.001, max: 1e12, noNaN: true, noDefaultInfinity: true })
const amount = fc.oneof(nat, fc.double({ min: 0.5, max: 1e12, noNaN: true, noDefaultInfinity: true }))
const disk = fc.constant('disk' as const)
const where = fc.constantFrom('source' as const, 'target' as const)

/** Any page set, of one page to several chunks; small and large sets, short and long runs. */
export const pageSets: fc.Arbitrary<PageSet> = fc
  .record({
    size: fc.constantFrom(1, 2, 31, 64, 100, 40_000, 70_001),
    starts: fc.array(fc.nat(), { maxLength: 12 }),
    length: fc.constantFrom(1, 1, 2, 5, 3000)
  })
  .map(({ size, starts, length }) =>
    fromPages(
      size,
      starts.flatMap((start) => Array.from({ length: Math.min(length, size - (start % size)) }, (_, i) => (start % size) + i))
    )
  )

/** Any page sequence: scattered pages, or runs up and down. */
export const pageSequences: fc.Arbitrary<PageSequence> = fc
  .oneof(
    fc.uniqueArray(fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 2 ** 30 - 1 })), { maxLength: 20 }),
    fc.tuple(fc.nat({ max: 1000 }), fc.nat({ max: 40 })).map(([from, length]) => Array.from({ length }, (_, i) => from + i))
  )
  .map(sequence)

const pages = fc.oneof(pageSets, pageSequences)
const address: fc.Arbitrary<Address> = fc.record({ migration: name, lane: name, tag: nat, n: nat })
const bare = <T extends string>(...types: readonly T[]) => fc.constantFrom(...types).map((type) => ({ type }))
const optional = { requiredKeys: [] as [] }

const section = fc.constantFrom('bulk' as const, 'table' as const, 'last' as const)

const imageOrders: fc.Arbitrary<ImageOrder> = fc.oneof(
  fc.record(
    {
      type: fc.constant('open' as const),
      image: name,
      parent: name,
      stores: fc.array(name, { maxLength: 3 }),
      copies: fc.integer({ min: 1, max: 4 }),
      stripePages: fc.integer({ min: 1, max: 4096 })
    },
    { requiredKeys: ['type', 'image', 'stores'] }
  ),
  fc.record({ type: fc.constant('stash' as const), image: name, pages: pageSets }),
  fc.record(
    {
      type: fc.constant('write' as const),
      image: name,
      section,
      pages: pageSets,
      unless: fc.constant('stashed' as const),
      bytesPerSecond: rate
    },
    { requiredKeys: ['type', 'image', 'section', 'pages'] }
  ),
  fc.record({ type: fc.constantFrom('seal' as const, 'drop' as const), image: name }),
  bare('catalogue'),
  fc.record({ type: fc.constant('restore' as const), image: name, section })
)

const piece: fc.Arbitrary<ProcessPiece> = fc.record({
  section: fc.constantFrom('user', 'uArea', 'stacks', 'frames', 'ends'),
  index: nat,
  bytes: nat
})
const pieces = fc.array(piece, { maxLength: 2 })
const image: fc.Arbitrary<ProcessImage> = fc.record({ process: name, user: name, threads: nat, pages: nat, pieces })

const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const threadOrders: fc.Arbitrary<ThreadOrder> = fc.oneof(
  fc.record({ type: fc.constant('spawn' as const), node: nat }),
  fc.record({ type: fc.constant('allocate' as const), bytes: fc.integer({ min: 1, max: 2 ** 40 }) }),
  fc.record({ type: fc.constantFrom('free' as const, 'read' as const), address: nat }),
  fc.record({ type: fc.constant('write' as const), address: nat, word }),
  fc.record({ type: fc.constant('push' as const), word }),
  bare('pop', 'exit'),
  fc.record({ type: fc.constant('migrate' as const), to: nat }),
  fc.record({ type: fc.constant('open' as const), what: fc.constantFrom('file' as const, 'connection' as const) })
)
const threadResults: fc.Arbitrary<ThreadActed['result']> = fc.oneof(
  fc.record({ type: fc.constant('spawned' as const), node: nat, stack: nat }),
  fc.record({ type: fc.constantFrom('allocated' as const, 'freed' as const, 'wrote' as const), address: nat }),
  fc.record({ type: fc.constant('read' as const), address: nat, word }),
  fc.record({ type: fc.constant('migrated' as const), from: nat, to: nat, ns: nat, bytes: nat, mapped: nat }),
  fc.record({ type: fc.constant('exited' as const), node: nat }),
  fc.record({ type: fc.constant('faulted' as const), order: fc.constantFrom('read' as const, 'exit' as const), address: nat })
)

const kernelOrders: fc.Arbitrary<KernelOrder | MemoryOrder> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'freeze' as const,
      'describe' as const,
      'forget' as const,
      'kill' as const,
      'collect' as const,
      'depend' as const
    ),
    process: name
  }),
  fc.record({ type: fc.constant('unfreeze' as const), process: name, absent: fc.boolean() }, { requiredKeys: ['type', 'process'] }),
  fc.record({ type: fc.constant('admit' as const), made: image }),
  fc.record({ type: fc.constant('extract' as const), process: name, piece }),
  fc.record({ type: fc.constant('install' as const), process: name, piece, content: fc.constantFrom<Data>(3, { words: [1] }) }),
  fc.record({ type: fc.constant('watch' as const), process: name, on: fc.boolean() }),
  fc.record({ type: fc.constant('hold' as const), process: name }),
  fc.record({ type: fc.constant('repoint' as const), process: name, to: name }),
  bare('observe'),
  fc.record({ type: fc.constant('peek' as const), page: nat }),
  fc.record({ type: fc.constant('poke' as const), page: nat, word: nat })
)

/** Any order. */
const abstraction = fc.constantFrom('mailbox' as const, 'portal' as const, 'sync' as const)

export const orders: fc.Arbitrary<Order> = fc.oneof(
  bare('preselect', 'reserve', 'sync', 'flush', 'pause', 'sendContext', 'redirect', 'commit', 'release', 'inquire', 'abandon'),
  fc.record(
    {
      type: fc.constant('select' as const),
      level: fc.constantFrom('hypervisor' as const, 'guestOs' as const, 'application' as const),
      of: disk
    },
    { requiredKeys: ['type', 'level'] }
  ),
  fc.record({ type: fc.constant('track' as const), on: fc.boolean(), of: disk }, { requiredKeys: ['type', 'on'] }),
  fc.record({ type: fc.constant('sync' as const), of: disk }),
  fc.record({ type: fc.constant('plug' as const), on: fc.boolean() }),
  fc.record({ type: fc.constantFrom('dump' as const, 'rebuild' as const), pages: pageSets }),
  fc.record(
    {
      type: fc.constant('send' as const),
      pages,
      place: fc.constantFrom('always' as const, 'ifAbsent' as const, 'ifNewer' as const),
      unless: fc.constantFrom('dirtied' as const, 'sent' as const),
      overtake: fc.boolean(),
      connection: fc.string(),
      encoding: fc.constant('delta' as const),
      channels: fc.integer({ min: 1, max: 16 }),
      compression: fc.record(
        {
          ratio: rate,
          cacheRatio: rate,
          freeRatio: rate,
          bytesPerSecond: rate,
          threads: rate,
          decompressionBytesPerSecond: rate,
          decompressionThreads: rate
        },
        { requiredKeys: ['bytesPerSecond'] }
      ),
      from: nat,
      round: nat,
      bytesPerSecond: rate,
      of: disk
    },
    { requiredKeys: ['type', 'pages', 'place'] }
  ),
  fc.record({ type: fc.constant('discard' as const), pages: pageSets, of: disk }, { requiredKeys: ['type', 'pages'] }),
  fc.record({ type: fc.constant('resume' as const), where, missing: pageSets, clockNs: nat }, { requiredKeys: ['type', 'where'] }),
  fc.record({ type: fc.constant('pin' as const), cores: fc.constantFrom(null, 1, 0.5, 12) }),
  fc.record({ type: fc.constant('throttle' as const), fraction: fc.constantFrom(0, 0.1, 0.99, 1 / 3, 1) }),
  fc.record({
    type: fc.constant('dirtyLimit' as const),
    bytesPerSecond: rate,
    ringPages: fc.constantFrom(1024, 4096),
    periodNs: fc.integer({ min: 1, max: 1e9 })
  }),
  fc.record({ type: fc.constant('wake' as const), afterNs: nat }),
  fc.record({ type: fc.constant('cancel' as const), tag: nat }),
  fc.record(
    {
      type: fc.constant('tell' as const),
      whom: name,
      message: fc.constantFrom<Data>(null, -0, { type: 'final', checkpoint: 3 }),
      closing: nat
    },
    { requiredKeys: ['type', 'whom', 'message'] }
  ),
  fc.record(
    {
      type: fc.constant('keep' as const),
      what: fc.constantFrom('state' as const, 'queue' as const),
      checkpoint: nat,
      beyond: fc.boolean()
    },
    { requiredKeys: ['type', 'what', 'checkpoint'] }
  ),
  fc.record({ type: fc.constant('settle' as const), checkpoint: nat, as: fc.constantFrom('sealed' as const, 'dropped' as const) }),
  bare('list'),
  fc.record({ type: fc.constant('load' as const), checkpoint: nat, incarnation: nat }),
  fc.record({ type: fc.constant('insertQueue' as const), place: fc.constantFrom('front' as const, 'back' as const) }),
  fc.oneof(
    fc.record({ type: fc.constant('create' as const), end: name, kind: abstraction }),
    fc.record({
      type: fc.constant('attach' as const),
      end: name,
      kind: fc.constant('sync' as const),
      sync: fc.record({ mode: fc.constantFrom('allToOne' as const, 'oneToAll' as const), nodes: fc.array(name, { maxLength: 3 }) }),
      dma: nat
    }),
    fc.record({ type: fc.constant('attach' as const), end: name, kind: abstraction, remote: name, port: nat }),
    fc.record({ type: fc.constantFrom('close' as const, 'receive' as const, 'signal' as const, 'await' as const), end: name }),
    fc.record({
      type: fc.constant('mail' as const),
      end: name,
      message: fc.constantFrom<Data>(null, 3, { type: 'x' }),
      atOnce: fc.boolean()
    }),
    fc.record({ type: fc.constant('allow' as const), end: name, from: name, bytes: fc.integer({ min: 1, max: 1 << 20 }) }),
    fc.record({
      type: fc.constant('put' as const),
      end: name,
      bytes: fc.integer({ min: 1, max: 1 << 20 }),
      content: fc.constantFrom<Data>('a', [1])
    }),
    fc.record({ type: fc.constant('get' as const), end: name, bytes: fc.integer({ min: 1, max: 1 << 20 }) })
  ),
  kernelOrders,
  fc.record({ type: fc.constant('act' as const), action: threadOrders }),
  imageOrders
)

const command: fc.Arbitrary<Command> = fc.record({ order: orders, to: address })

const of = <T extends string, F extends object>(type: T, fields: { [K in keyof F]: fc.Arbitrary<F[K]> }) =>
  fc.record({ ...fields, type: fc.constant(type), at: nat } as { [K in keyof F]: fc.Arbitrary<F[K]> } & {
    type: fc.Arbitrary<T>
    at: fc.Arbitrary<number>
  })
const to = address
const migration = name

const used = fc.record({ bytes: amount, busyNs: nat, fullNs: nat })

/** Any signal. */
export const signals: fc.Arbitrary<Signal> = fc.oneof(
  of('done', { to }),
  of('refused', { reason: name, to }),
  of('refused', {
    reason: name,
    sent: fc.record({ pages: nat, bytes: amount, of: disk }, { requiredKeys: ['pages', 'bytes'], noNullPrototype: true }),
    to
  }),
  of('preselected', { host: name, guestNs: nat, to }),
  of('reserved', { bytes: amount, to }),
  of('selected', { pages: pageSets, nonPageable: pageSets, to }),
  of('selected', { of: disk, pages: pageSets, nonPageable: pageSets, to }),
  of('sent', { pages, skipped: pageSets, bytes: amount, to }),
  of('sent', { of: disk, pages, skipped: pageSets, bytes: amount, to }),
  of('cancelled', { unsent: pageSets, to }),
  of('suspended', { guestNs: nat, clockNs: nat, to }),
  of('redirected', { to }),
  of('committed', { to }),
  of('activated', { where, guestNs: nat, clockNs: nat, to }),
  of('standing', { primary: where, missing: pageSets, to }),
  of('released', { needs: fc.array(name, { maxLength: 3 }), guestNs: nat, to }),
  of('released', { needs: fc.constant([]), guestNs: nat, waited: fc.record({ all: nat, vcpus: fc.array(nat, { maxLength: 3 }) }), to }),
  of('synced', { dirty: pageSets, to, migration }),
  of('synced', { of: disk, dirty: pageSets, to, migration }),
  of('round', { round: nat, pages: nat, migration }),
  of('round', { of: disk, round: nat, pages: nat, migration }),
  of('progress', { bytes: amount, pages: nat, migration }),
  of('progress', { of: disk, bytes: amount, pages: nat, migration }),
  of('faulted', { page: fc.nat({ max: 2 ** 30 - 1 }), vcpu: nat, migration }),
  of('device', {
    device: name,
    done: fc.constantFrom('saved' as const, 'loaded' as const, 'unplugged' as const, 'plugged' as const),
    bytes: amount,
    ns: nat,
    migration
  }),
  of('exited', { migration }),
  of('failed', { what: fc.constantFrom('link' as const, 'source' as const, 'target' as const), reason: name, migration }),
  of('mended', { what: fc.constantFrom('link' as const, 'source' as const), migration }),
  of('wound', { migration }),
  of('hosts', { primary: where, running: fc.array(where, { maxLength: 2 }), migration }),
  of('compared', {
    when: fc.constantFrom('activated' as const, 'released' as const),
    lost: pageSets,
    regressed: pageSets,
    misread: pageSets,
    owed: nat,
    migration
  }),
  of('kept', { bytes: amount, frames: nat, to }),
  of('listed', { complete: fc.array(nat, { maxLength: 3 }), sealed: nat, to }),
  of('told', { from: name, message: fc.constantFrom<Data>(null, Infinity, { type: 'done', checkpoint: 1 }), migration }),
  of('stored', {
    checkpoint: nat,
    stands: fc.constantFrom('begun' as const, 'complete' as const, 'sealed' as const, 'dropped' as const, 'loaded' as const),
    sent: fc.dictionary(name, nat, { maxKeys: 2, noNullPrototype: true }),
    received: fc.dictionary(name, nat, { maxKeys: 2, noNullPrototype: true }),
    queue: fc.array(fc.record({ from: name, number: nat }), { maxLength: 2 }),
    migration
  }),
  of('misdelivered', { from: name, number: nat, expected: nat, migration }),
  of('finished', { digest: nat, migration }),
  of('received', { from: name, message: fc.constantFrom<Data>(null, 3), cycles: nat, to }),
  of('got', { bytes: nat, contents: fc.array(fc.constantFrom<Data>('a', { b: 1 }), { maxLength: 2 }), cycles: nat, to }),
  of('awaited', { cycles: nat, to }),
  of('arrived', { by: abstraction, from: name, node: name, number: nat, bytes: nat, migration }),
  of('bounced', { by: abstraction, from: name, node: name, process: name, migration }),
  of('slots', { node: name, kind: abstraction, cRx: nat, cTx: nat, dRx: nat, dTx: nat, migration }),
  of('arrived', { by: abstraction, from: name, node: name, number: nat, bytes: nat, process: name, migration }),
  of('described', { made: image, cycles: nat, to }),
  of('extracted', { content: fc.constantFrom<Data>(null, [1, 2]), cycles: nat, to }),
  of('collected', { pieces, cycles: nat, to }),
  of('depends', {
    ends: fc.array(
      fc.record({
        end: name,
        kind: abstraction,
        way: fc.constantFrom('in' as const, 'out' as const),
        peers: fc.array(name, { maxLength: 2 })
      }),
      { maxLength: 2 }
    ),
    nodes: fc.array(name, { maxLength: 2 }),
    cycles: nat,
    to
  }),
  of('observed', {
    processes: fc.array(
      fc.record(
        {
          process: name,
          user: name,
          state: fc.constantFrom('running' as const, 'frozen' as const, 'arriving' as const),
          threads: nat,
          pages: nat,
          bytes: nat,
          ageNs: nat,
          cpuNs: nat,
          bytesTo: fc.dictionary(name, nat, { maxKeys: 2, noNullPrototype: true }),
          refusals: nat
        },
        { requiredKeys: ['process', 'user', 'state', 'threads', 'pages', 'bytes', 'ageNs', 'cpuNs', 'bytesTo'] }
      ),
      { maxLength: 2 }
    ),
    running: nat,
    ready: nat,
    cores: nat,
    freeFrames: nat,
    freeKernelPages: nat,
    busyNs: nat,
    to
  }),
  of('acted', { result: threadResults, to }),
  of('negotiated', { node: nat, owners: fc.array(nat, { maxLength: 3 }), ns: nat, migration }),
  of('negotiated', {
    node: nat,
    owners: fc.array(nat, { maxLength: 3 }),
    run: fc.record({ start: nat, n: fc.integer({ min: 1, max: 99 }) }),
    ns: nat,
    migration
  }),
  of('carried', {
    what: fc.constantFrom('sync' as const, 'thread' as const, 'full' as const),
    from: nat,
    node: nat,
    bytes: nat,
    migration
  }),
  of('threadLost', { reason: name, migration }),
  of('nodeFailed', { node: nat, migration }),
  of('peeked', { word: nat, cycles: nat, to }),
  of('wanted', { process: name, piece, migration }),
  of('placed', {
    process: name,
    user: name,
    state: fc.constantFrom('running' as const, 'frozen' as const, 'arriving' as const, 'left' as const, 'exited' as const, 'lost' as const),
    migration
  }),
  of('threads', { process: name, running: nat, ready: nat, waiting: nat, stopped: nat, migration }),
  of('threads', { process: name, running: nat, ready: nat, waiting: nat, stopped: nat, behind: nat, migration }),
  of('checked', {
    process: name,
    when: fc.constantFrom('unfrozen' as const, 'left' as const),
    lost: pieces,
    stale: pieces,
    foreign: pieces,
    migration
  }),
  of('compared', {
    of: disk,
    when: fc.constant('committed' as const),
    lost: pageSets,
    regressed: pageSets,
    misread: pageSets,
    owed: nat,
    migration
  }),
  of('linkUsed', { applicationBytes: amount, applicationDemandBytes: amount, migration }),
  of('stashed', { pages: nat, to }),
  of('sealed', { image: name, pages: nat, bytes: amount, to }),
  of('catalogued', {
    images: fc.array(
      fc.record(
        { image: name, parent: name, pages: nat, sealedAt: nat, guestNs: nat },
        { requiredKeys: ['image', 'pages', 'sealedAt', 'guestNs'] }
      ),
      {
        maxLength: 3
      }
    ),
    to
  }),
  of('loaded', { pages: nat, bytes: amount, to }),
  of('storeFailed', { store: name, reason: name, migration }),
  of('verified', { image: name, when: fc.constantFrom('sealed' as const, 'restored' as const), lost: pageSets, migration }),
  of('storesUsed', {
    link: used,
    stores: fc.dictionary(name, fc.record({ bytes: amount, busyNs: nat, fullNs: nat, heldBytes: amount }), {
      maxKeys: 3,
      noNullPrototype: true
    }),
    migration
  })
) as fc.Arbitrary<Signal>

/** Any plain data, with the values that JSON lacks and the records that look like a journal's own forms. */
export const data: fc.Arbitrary<Data> = fc.letrec<{ tree: Data }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false, Infinity, -Infinity, NaN, -0, 0.1),
    fc.double(),
    fc.string(),
    pageSets,
    pageSequences,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 3, noNullPrototype: true }),
    fc.record({ value: tie('tree'), order: tie('tree'), record: tie('tree') }, { ...optional, noNullPrototype: true }),
    fc.record({ pages: tie('tree'), runs: tie('tree') }, { noNullPrototype: true })
  )
})).tree

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ type: fc.constant('completed' as const), needs: fc.array(name, { maxLength: 2 }) }),
  fc.record({ type: fc.constant('aborted' as const), reason: name, running: where }),
  fc.record({ type: fc.constantFrom('undecided' as const, 'lost' as const), reason: name }),
  fc.record({ type: fc.constant('limited' as const), limit: name })
)

const guest = fc.record(
  {
    name,
    pages: nat,
    pageBytes: fc.constantFrom(1024, 4096, 2 ** 21),
    disk: fc.record(
      { blocks: fc.integer({ min: 1, max: 2 ** 30 }), blockBytes: fc.constantFrom(4096, 2 ** 20) },
      { noNullPrototype: true }
    ),
    deviceStateBytes: fc.integer({ min: 1, max: 2 ** 34 })
  },
  { requiredKeys: ['name', 'pages', 'pageBytes'], noNullPrototype: true }
)

/** Any entry that may stand first. */
export const beginnings: fc.Arbitrary<Entry> = fc.record({
  type: fc.constant('began' as const),
  at: nat,
  version: fc.constant(1 as const),
  seed: fc.oneof(name, fc.integer(), rate),
  guests: fc.dictionary(name, guest, { maxKeys: 3, noNullPrototype: true }),
  world: data
})

/** Any entry that may follow. */
export const continuations: fc.Arbitrary<Entry> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant('commanded' as const), at: nat, command }), weight: 3 },
  { arbitrary: fc.record({ type: fc.constant('signalled' as const), at: nat, signal: signals }), weight: 4 },
  fc.record({ type: fc.constant('ended' as const), at: nat, migration: name, outcome })
)
