import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import * as pageSet from '../../lib/memory/pageSet'
import { measure } from '../../lib/metrics/metrics'
import { type TimeBoundedRules, timeBounded } from '../../lib/migration/timeBounded'
import { link } from '../../lib/network/link'
import type { Order } from '../../lib/protocol/command'
import { runFold } from '../../lib/stream/fold'
import { milliseconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { tlm } from '../../pipelines/tlm'
import { check } from '../../properties/check'
import { journalOf } from '../../properties/journalOf'
import { Asking } from '../protocol/asking'

const PAGES = 10
const guest = { name: 'guest', pages: PAGES, pageBytes: 4096 }
const set = (...pages: readonly number[]) => pageSet.fromPages(PAGES, pages)

/** A time-bounded phase under test, by what it has asked for on each lane. */
class Walking {
  readonly asking: Asking<unknown>

  constructor(rules: TimeBoundedRules = {}, selected = pageSet.full(PAGES)) {
    this.asking = new Asking<unknown>(timeBounded(rules)(guest))
    this.answer('track', { type: 'done' }).answer('select', { type: 'selected', pages: selected, nonPageable: set() })
  }

  /** What is asked for and not yet answered, as `lane type pages`. */
  open(): readonly string[] {
    return this.unanswered().map(({ lane, order }) => [lane, order.type, ...pagesOf(order)].filter((part) => part !== '').join(' '))
  }

  /** The page at which dtx begins. */
  beginsAt(): number | undefined {
    const dtx = this.unanswered().find(({ lane, order }) => lane === 'dtx' && order.type === 'send')
    return dtx?.order.type === 'send' ? dtx.order.from : undefined
  }

  private unanswered() {
    return this.asking.commands.map((command, n) => ({ ...command, n })).filter(({ n }) => !this.asking.isAnswered(n))
  }

  answer(type: Order['type'], answer: Parameters<Asking<unknown>['answer']>[1], lane = ''): this {
    this.asking.answer(this.unanswered().find((one) => one.order.type === type && one.lane === lane)!.n, answer)
    return this
  }

  sent(lane: 'mtx' | 'dtx', ...pages: readonly number[]): this {
    return this.answer('send', { type: 'sent', pages: set(...pages), skipped: set(), bytes: 0 }, lane)
  }

  /** The interval is over: the timer, and what each sender had sent by then. */
  over(sent: { readonly mtx?: readonly number[]; readonly dtx?: readonly number[] }): this {
    this.answer('wake', { type: 'done' }, 'alarm')
    for (const lane of ['mtx', 'dtx'] as const) {
      const pages = sent[lane]
      if (pages !== undefined) this.sent(lane, ...pages).answer('cancel', { type: 'cancelled', unsent: set() }, lane)
    }
    return this
  }

  updated(...dirty: readonly number[]): this {
    this.asking.synced(this.unanswered().find(({ order }) => order.type === 'sync')!.n, set(...dirty))
    return this
  }
}

const pagesOf = (order: Order): readonly string[] =>
  order.type === 'send' && order.pages.type === 'PageSet'
    ? [pageSet.toArray(order.pages).join(), order.place]
    : order.type === 'pin'
      ? [String(order.cores)]
      : []

describe('timeBounded', () => {
  it('sends from the first page on, and has nothing for dtx before the first update', () => {
    expect(new Walking().open()).toEqual(['mtx send 0,1,2,3,4,5,6,7,8,9 ifAbsent', 'alarm wake'])
  })

  it('holds both senders for an update; then mtx leaves out what was written, and dtx has it', () => {
    const walking = new Walking().over({ mtx: [0, 1, 2] })
    expect(walking.open()).toEqual(['sync'])
    walking.updated(1, 5)
    expect(walking.open()).toEqual(['mtx send 3,4,6,7,8,9 ifAbsent', 'dtx send 1,5 always', 'alarm wake'])
    walking.over({ mtx: [3], dtx: [1] }).updated(3, 9)
    expect(walking.open()).toEqual(['mtx send 4,6,7,8 ifAbsent', 'dtx send 3,5,9 always', 'alarm wake'])
  })

  it('holds dtx when mtx has come to the last page, goes on to the next update, and ends with what dtx still owes, behind a barrier', () => {
    const walking = new Walking().over({ mtx: [0, 1, 2, 3, 4, 5, 6, 7] }).updated(0, 1, 2)
    walking.sent('mtx', 8, 9)
    expect(walking.open()).toEqual(['dtx send 0,1,2 always', 'alarm wake', 'dtx cancel'])
    walking.sent('dtx', 0).answer('cancel', { type: 'cancelled', unsent: set(1, 2) }, 'dtx')
    expect(walking.open()).toEqual(['alarm wake'])
    walking.over({}).updated(7)
    expect(walking.open()).toEqual(['flush'])
    walking.answer('flush', { type: 'done' })
    expect(walking.asking.value()).toEqual(E.right({ owed: set(1, 2, 7), reason: 'mtx has come to the last page' }))
  })

  it('lets dtx go on where it was held, around and around', () => {
    const walking = new Walking().over({ mtx: [0] }).updated(2, 5, 7)
    expect(walking.beginsAt()).toBe(0)
    walking.over({ mtx: [], dtx: [2] }).updated(3)
    expect([walking.beginsAt(), walking.open()[1]]).toEqual([5, 'dtx send 3,5,7 always'])
    walking.over({ mtx: [], dtx: [5, 7] }).updated(8)
    expect([walking.beginsAt(), walking.open()[1]]).toEqual([3, 'dtx send 3,8 always'])
    walking.over({ mtx: [], dtx: [3, 8] }).updated(1)
    expect(walking.beginsAt()).toBe(8)
    walking.over({ mtx: [], dtx: [1] }).updated()
    walking.over({ mtx: [] }).updated(0, 2)
    expect([walking.beginsAt(), walking.open()[1]]).toEqual([1, 'dtx send 0,2 always'])
  })

  it('ends at an update that names all that mtx has left', () => {
    const walking = new Walking()
      .over({ mtx: [0, 1, 2, 3, 4, 5, 6, 7] })
      .updated(8, 9)
      .answer('flush', { type: 'done' })
    expect(walking.asking.value()).toEqual(E.right({ owed: set(8, 9), reason: 'mtx has come to the last page' }))
  })

  it('without an interval sends everything once, and reads the log once', () => {
    const walking = new Walking({ intervalNs: null })
    expect(walking.open()).toEqual(['mtx send 0,1,2,3,4,5,6,7,8,9 ifAbsent'])
    walking.sent('mtx', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9).updated(4).answer('flush', { type: 'done' })
    expect(walking.asking.value()).toEqual(E.right({ owed: set(4), reason: 'mtx has come to the last page' }))
  })

  it('of nothing ends at the first update', () => {
    expect(new Walking({}, set()).open()).toEqual(['alarm wake'])
    expect(new Walking({ intervalNs: null }, set()).open()).toEqual(['sync'])
  })

  it('puts the guest on fewer cores at the updates after mtx has passed the points', () => {
    const walking = new Walking({
      overcommit: [
        { after: 0.5, cores: 2 },
        { after: 0.2, cores: 4 }
      ]
    })
    expect(
      walking
        .over({ mtx: [0] })
        .updated()
        .open()
    ).toEqual(['mtx send 1,2,3,4,5,6,7,8,9 ifAbsent', 'alarm wake'])
    expect(
      walking
        .over({ mtx: [1] })
        .updated()
        .open()
    ).toEqual(['pin 4'])
    walking.answer('pin', { type: 'done' }).over({ mtx: [2, 3, 4, 5] })
    expect(walking.updated().open()).toEqual(['pin 2'])
    expect(walking.answer('pin', { type: 'done' }).open()).toEqual(['mtx send 6,7,8,9 ifAbsent', 'alarm wake'])
  })

  it('puts it there at the first update, and not before, when the point is 0', () => {
    const walking = new Walking({ overcommit: [{ after: 0, cores: 1 }] })
    expect(walking.open()).toEqual(['mtx send 0,1,2,3,4,5,6,7,8,9 ifAbsent', 'alarm wake'])
    expect(walking.over({ mtx: [] }).updated().open()).toEqual(['pin 1'])
  })

  it('told to wind down, or when the link fails, cancels senders and timer at once', () => {
    for (const fact of [{ type: 'wound' }, { type: 'failed', what: 'link', reason: 'cut' }] as const) {
      const walking = new Walking().over({ mtx: [0] }).updated(0)
      walking.asking.fact(fact)
      expect(walking.open().filter((one) => one.includes('alarm'))).toEqual(['alarm wake', 'alarm cancel'])
      walking.answer('wake', { type: 'done' }, 'alarm').answer('cancel', { type: 'cancelled', unsent: set() }, 'alarm')
      expect(walking.open()).toEqual(['mtx send 1,2,3,4,5,6,7,8,9 ifAbsent', 'dtx send 0 always', 'mtx cancel', 'dtx cancel'])
    }
  })

  it('wound down owes all that was not sent', () => {
    const walking = new Walking().over({ mtx: [0] }).updated(0)
    walking.asking.fact({ type: 'wound' })
    walking.answer('wake', { type: 'done' }, 'alarm').answer('cancel', { type: 'cancelled', unsent: set() }, 'alarm')
    for (const lane of ['mtx', 'dtx'] as const)
      walking.sent(lane, ...(lane === 'mtx' ? [1, 2] : [])).answer('cancel', { type: 'cancelled', unsent: set() }, lane)
    walking.updated(2).answer('flush', { type: 'done' })
    expect(walking.asking.value()).toEqual(E.right({ owed: set(0, 2, 3, 4, 5, 6, 7, 8, 9), reason: 'told to wind down' }))
  })

  it('hands a refusal on when all lanes have ended', () => {
    const walking = new Walking().over({ mtx: [0] }).updated(0)
    walking.answer('send', { type: 'refused', reason: 'cut' }, 'mtx').sent('dtx', 0)
    walking.answer('cancel', { type: 'cancelled', unsent: set() }, 'dtx').answer('wake', { type: 'done' }, 'alarm')
    expect(walking.asking.value()).toMatchObject(E.left({ order: 'send', reason: 'cut' }))
  })

  it('refuses what is no interval, no part and no number of cores', () => {
    expect(() => timeBounded({ intervalNs: 0 })).toThrow('timeBounded: intervalNs must be an integer above 0, or null (got 0)')
    expect(() => timeBounded({ overcommit: [{ after: 1.1, cores: 1 }] })).toThrow('timeBounded: after must be from 0 to 1 (got 1.1)')
    expect(() => timeBounded({ overcommit: [{ after: 1, cores: 0 }] })).toThrow('timeBounded: cores must be above 0 and finite (got 0)')
  })
})

describe('tlm', () => {
  const measured = (options: Parameters<typeof tlm>[0], writesPerSecond = 200_000) =>
    runFold(
      measure(),
      journalOf(
        tlm(options),
        datacentre({
          guests: { m: vm({ workload: hotCold({ pages: 16_384, writesPerSecond, vcpus: 8 }), network: { bytesPerSecond: 1e6 } }) },
          link: link({ gigabitsPerSecond: 1 })
        }),
        { seed: 1 }
      )
    ).m
  const intervalNs = milliseconds(100)

  it('is down for less time when the guest is put on fewer cores, whose network gets less', () => {
    const [free, two, one] = [[], [{ after: 0.2, cores: 2 }], [{ after: 0.2, cores: 1 }]].map((overcommit) =>
      measured({ intervalNs, overcommit })
    )
    expect([free, two, one].map(({ outcome }) => outcome!.type)).toEqual(['completed', 'completed', 'completed'])
    expect(two.downtime).toBeLessThan(free.downtime)
    expect(one.downtime).toBeLessThan(two.downtime)
    expect(two.guestThroughput).toBeLessThan(free.guestThroughput!)
    expect(one.guestThroughput).toBeLessThan(two.guestThroughput!)
  })

  it('of a guest that writes slower than dtx sends is down for longer without updates while it runs', () => {
    expect(measured({ intervalNs: null }, 10_000).downtime).toBeGreaterThan(2 * measured({ intervalNs }, 10_000).downtime)
  })

  it('keeps every invariant in a swarm of worlds', () => {
    for (const options of [
      { intervalNs: 20_000 },
      { intervalNs: null },
      { intervalNs: 100_000, overcommit: [{ after: 0.2, cores: 0.5 }] }
    ]) {
      const result = check(tlm(options), { runs: 60, seed: 4 })
      expect(E.isRight(result) || result.left).toBe(true)
    }
  })
})
