import * as E from 'fp-ts/lib/Either'
import { lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { checkpointAccounts, savedPages } from '../../lib/checkpoint/accounts'
import { stopAndSave, tlc } from '../../lib/checkpoint/tlc'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import type { Order } from '../../lib/protocol/command'
import type { Journal } from '../../lib/protocol/journal'
import { iterate, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { runFold } from '../../lib/stream/fold'
import { milliseconds } from '../../lib/time/time'
import { type CheckpointingOptions, checkpointing } from '../../lib/world/checkpointing'
import { checkpointed } from '../../pipelines/checkpointed'
import { restored } from '../../pipelines/restored'
import { surviving } from '../../pipelines/surviving'
import { thenRestored } from '../../properties/arbitraries/checkpointPipelines'

const PAGES = 64
/** 10,000 pages a second through the link. */
const wire = link({ bytesPerSecond: 41_040_000, latencyNs: 10_000 })
const guest = (writesPerSecond = 4000) => vm({ pages: PAGES, contextBytes: 4104, workload: uniform({ pages: 48, writesPerSecond }) })
const world = (options: Partial<CheckpointingOptions> = {}) =>
  checkpointing({
    guests: { db: guest() },
    stores: { m1: { type: 'server' }, m2: { type: 'server' } },
    link: wire,
    copyPageNs: 1000,
    ...options
  })
const journalOf = (pipeline: Pipeline, of: Partial<CheckpointingOptions> = {}): Promise<Journal> =>
  lastValueFrom(run(pipeline, world(of), { seed: 1 }).pipe(toArray()))
const signals = <T extends Signal['type']>(journal: Journal, type: T) =>
  journal.flatMap((entry) =>
    entry.type === 'signalled' && entry.signal.type === type ? [entry.signal as Extract<Signal, { type: T }>] : []
  )
const outcomeOf = (journal: Journal) => journal.flatMap((entry) => (entry.type === 'ended' ? [entry.outcome] : []))[0]
/** Gives orders one after the other and ends. */
const giving =
  (...orders: readonly Order[]): Pipeline =>
  () =>
    iterate<number, unknown, Outcome>(
      'give',
      0,
      (i) => request(orders[i]),
      (i) => (i + 1 < orders.length ? E.left(i + 1) : E.right({ type: 'completed', needs: [] }))
    )

describe('a world that keeps images', () => {
  it('carries pages at the rate of the link, and at that of a store where it is slower', async () => {
    const [ofLink] = runFold(checkpointAccounts, await journalOf(checkpointed({ to: ['m1'], method: stopAndSave })))
    // 64 pages and the context at 10,000 pages a second.
    expect(ofLink.longestStopNs).toBe(milliseconds(6.5))
    const slow = { m1: { type: 'server', bytesPerSecond: 20_520_000 } } as const
    const [ofStore] = runFold(checkpointAccounts, await journalOf(checkpointed({ to: ['m1'], method: stopAndSave }), { stores: slow }))
    expect(ofStore.longestStopNs).toBe(milliseconds(13))
    const file = { m1: { type: 'file', bytesPerSecond: 82_080_000 } } as const
    const [ofFile] = runFold(checkpointAccounts, await journalOf(checkpointed({ to: ['m1'], method: stopAndSave }), { stores: file }))
    expect(ofFile.longestStopNs).toBe(milliseconds(3.25))
  })

  it('lets several guests share the link and the servers', async () => {
    const two = await journalOf(checkpointed({ to: ['m1'], method: stopAndSave }), { guests: { a: guest(), b: guest() } })
    for (const name of ['a', 'b']) {
      const own = two.filter(
        (entry) => entry.type !== 'signalled' || ('to' in entry.signal ? entry.signal.to.migration : entry.signal.migration) === name
      )
      const mine = own.filter((entry) => entry.type !== 'commanded' || entry.command.to.migration === name)
      expect(runFold(checkpointAccounts, mine)[0].longestStopNs).toBe(milliseconds(13))
    }
    const { link: used, stores } = signals(two, 'storesUsed').at(-1)!
    expect(used.bytes).toBe(2 * 65 * 4104)
    expect(stores.m1).toMatchObject({ heldBytes: 2 * 65 * 4104, bytes: 2 * 65 * 4104, busyNs: milliseconds(13), fullNs: milliseconds(13) })
    expect(stores.m2).toMatchObject({ heldBytes: 0, busyNs: 0 })
  })

  it('keeps the accounts of TLC, by either optimisation or none', async () => {
    for (const skipStashed of [false, true])
      for (const dropLast of [false, true]) {
        const journal = await journalOf(
          checkpointed({ to: ['m1', 'm2'], method: tlc({ everyNs: milliseconds(1), skipStashed, dropLast }) }),
          { guests: { db: guest(20_000) } }
        )
        const [account] = runFold(checkpointAccounts, journal)
        const [{ pages }] = signals(journal, 'sealed')
        expect(savedPages(account)).toBe(pages)
        expect(account.saved).toBe(pages)
        expect(account.skipped > 0).toBe(skipStashed)
        expect(account.dropped > 0).toBe(dropLast)
        expect(signals(journal, 'verified').map(({ lost }) => lost.count)).toEqual([0])
      }
  })

  it('restores a guest after the failure of its host, from where the image was, and it goes on', async () => {
    const journal = await journalOf(thenRestored(checkpointed({ to: ['m1', 'm2'], every: milliseconds(20) })), {
      breakdowns: [{ at: milliseconds(63), what: 'host', name: 'db' }]
    })
    expect(outcomeOf(journal)).toEqual({ type: 'completed', needs: [] })
    const restoredAt = signals(journal, 'activated').at(-1)!
    expect(restoredAt.where).toBe('target')
    const images = signals(journal, 'catalogued')[0].images
    expect(images.map(({ image }) => image)).toEqual(['image 2', 'image 3'])
    expect(restoredAt.guestNs).toBe(images[1].guestNs)
    expect(signals(journal, 'verified').map(({ image, when, lost }) => [image, when, lost.count])).toEqual([
      ['image 1', 'sealed', 0],
      ['image 2', 'sealed', 0],
      ['image 3', 'sealed', 0],
      ['image 3', 'restored', 0]
    ])
  })

  it('refuses a write to a server that is full, and the guest goes on', async () => {
    const journal = await journalOf(checkpointed({ to: ['m1'], attempts: 2, retryNs: milliseconds(1) }), {
      stores: { m1: { type: 'server', memoryBytes: 100_000 } }
    })
    expect(outcomeOf(journal)).toEqual({
      type: 'aborted',
      reason: 'attempt 2: store m1 is full: it holds 98496 of 100000 bytes',
      running: 'source'
    })
  })

  it('loses what a file had not made durable, and with a copy elsewhere nothing', async () => {
    const stores = { file: { type: 'file', bytesPerSecond: 82_080_000, syncNs: 1000 }, m1: { type: 'server' } } as const
    const breakdowns = [{ at: milliseconds(30), what: 'host', name: 'db' }] as const
    const alone = await journalOf(thenRestored(checkpointed({ to: ['file'], every: milliseconds(20) })), { stores, breakdowns })
    expect(outcomeOf(alone)).toEqual({ type: 'lost', reason: 'no image can be restored' })
    const both = await journalOf(thenRestored(checkpointed({ to: { stores: ['file', 'm1'], copies: 2 }, every: milliseconds(20) })), {
      stores,
      breakdowns
    })
    expect(outcomeOf(both)).toEqual({ type: 'completed', needs: [] })
    const survives = { file: { ...stores.file, survives: true } } as const
    const later = await journalOf(thenRestored(checkpointed({ to: ['file'], every: milliseconds(20) })), { stores: survives, breakdowns })
    expect(outcomeOf(later)).toEqual({ type: 'completed', needs: [] })
  })

  it('refuses what cannot be, in a sentence', async () => {
    const journal = await journalOf(
      giving(
        { type: 'reserve' },
        { type: 'seal', image: 'none' },
        { type: 'open', image: 'a', stores: ['m9'] },
        { type: 'open', image: 'a', stores: ['m1'], copies: 2 },
        { type: 'open', image: 'a', stores: ['m1'], parent: 'b' },
        { type: 'open', image: 'a', stores: [] },
        { type: 'restore', image: 'a', section: 'bulk' },
        { type: 'resume', where: 'target' }
      )
    )
    expect(signals(journal, 'refused').map(({ reason }) => reason)).toEqual([
      'here images of guests are kept, and nothing is there that could obey reserve',
      'no image is called none',
      'no store is called m9',
      'copies must be an integer from 1 to the number of stores (got 2 at 1)',
      'the parent b is no image',
      'an image needs stores, each named once',
      'the guest runs',
      'the guest runs'
    ])
  })

  it('refuses a world that cannot be', () => {
    expect(() => world({ stores: {} })).toThrow(new RangeError('checkpointing: stores must not be empty (got none)'))
    expect(() => world({ guests: {} })).toThrow(new RangeError('checkpointing: guests must not be empty (got none)'))
    expect(() => world({ copyPageNs: -1 })).toThrow(new RangeError('checkpointing: copyPageNs must be at least 0 and finite (got -1)'))
    expect(() => world({ breakdowns: [{ at: 0, what: 'store', name: 'x' }] })).toThrow(
      new RangeError('checkpointing: breakdowns: a store must be one of m1, m2 (got x)')
    )
    expect(() => world({ stores: { f: { type: 'file', bytesPerSecond: 0 } } })).toThrow(
      new RangeError('checkpointing: the rates of store f must be positive and finite (got 0)')
    )
  })
})

describe('restored', () => {
  it('is aborted, and the guest goes on where it was, when there is no such image', async () => {
    const journal = await journalOf(thenRestored(checkpointed({ to: ['m1'] }), { image: 'image 7' }))
    expect(outcomeOf(journal)).toEqual({ type: 'aborted', reason: 'image 7 cannot be restored', running: 'source' })
    expect(outcomeOf(await journalOf(restored()))).toEqual({ type: 'aborted', reason: 'no image can be restored', running: 'source' })
  })

  it('goes back to any point of a chain', async () => {
    for (const image of ['image 1', 'image 2', 'image 3', 'image 4']) {
      const of = checkpointed({
        to: ['m1', 'm2'],
        every: milliseconds(20),
        times: 4,
        fullEvery: 3,
        keep: 4,
        method: tlc({ everyNs: milliseconds(1) })
      })
      const journal = await journalOf(thenRestored(of, { image }))
      expect(signals(journal, 'verified').at(-1)).toMatchObject({ image, when: 'restored', lost: { count: 0 } })
    }
  })
})

describe('surviving', () => {
  it('goes on from its newest image, and checkpoints again, as often as it is told', async () => {
    const of = (restores: number) =>
      journalOf(surviving({ to: ['m1', 'm2'], every: milliseconds(20), times: 4, restores }), {
        breakdowns: [{ at: milliseconds(63), what: 'host', name: 'db' }]
      })
    const journal = await of(1)
    expect(outcomeOf(journal)).toEqual({ type: 'completed', needs: [] })
    expect(signals(journal, 'sealed').map(({ image }) => image)).toEqual(
      ['1.1', '1.2', '1.3', '2.1', '2.2', '2.3', '2.4'].map((name) => `image ${name}`)
    )
    expect(signals(journal, 'verified').map(({ lost }) => lost.count)).toEqual(Array.from({ length: 8 }, () => 0))
    expect(outcomeOf(await of(0))).toEqual({ type: 'lost', reason: 'the host of db failed' })
    expect(() => surviving({ to: ['m1'], restores: -1 })).toThrow(
      new RangeError('surviving: restores must be an integer from 0 on (got -1)')
    )
  })
})
