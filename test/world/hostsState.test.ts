import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { hostCosts } from '../../lib/guest/hostCosts'
import * as content from '../../lib/memory/content'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { Engine } from '../../lib/world/engine'
import type { Fidelity, Hosts } from '../../lib/world/hosts'
import * as hosts from '../../lib/world/hosts'
import { xbzrle } from '../../lib/world/xbzrle'

const PAGES = 5
const fidelities = ['marks', 'versions', 'bytes'] as const
const pages = fc.uniqueArray(fc.nat({ max: PAGES - 1 }))
const page = fc.nat({ max: PAGES - 1 })

/** What may be done to hosts; `send` reads a page, and places it at once. */
const acts = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('touch' as const), page, write: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('send' as const),
      page,
      how: fc.constantFrom('always' as const, 'ifAbsent' as const, 'ifNewer' as const),
      delta: fc.boolean()
    })
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('discard' as const, 'trap' as const), pages }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('device' as const), pages }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('track' as const), on: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'sync' as const,
        'pause' as const,
        'resumeSource' as const,
        'resumeTarget' as const,
        'commit' as const,
        'abandon' as const,
        'nothingArrives' as const,
        'depart' as const,
        'compare' as const,
        'activate' as const
      )
    })
  }
)
type Act = typeof acts extends fc.Arbitrary<infer T> ? T : never

const set = (list: readonly number[]) => pageSet.fromPages(PAGES, list)

/** Does it; answers what was told, so that two hosts can be compared by what they say. */
const act = (h: Hosts, a: Act): unknown => {
  const untrapped: number[] = []
  switch (a.type) {
    case 'touch':
      return hosts.isTrapped(h, a.page) ? 'waits' : hosts.touch(h, (a.page << 1) | (a.write ? 1 : 0))
    case 'send': {
      hosts.choose(h, a.page)
      const reading = hosts.isCoded(h, a.delta) && h.exact !== undefined ? hosts.encode(h, a.page, a.delta) : hosts.read(h, a.page)
      hosts.place(h, a.page, reading, a.how, 0, (one) => untrapped.push(one))
      return [reading, untrapped]
    }
    case 'discard':
      return hosts.discard(h, set(a.pages))
    case 'trap':
      return hosts.trap(h, set(a.pages))
    case 'device':
      hosts.deviceMaps(h, a.pages)
      return hosts.deviceWrites(h, a.pages)
    case 'track':
      return hosts.track(h, a.on)
    case 'sync':
      return pageSet.toArray(hosts.sync(h))
    case 'pause':
      return hosts.pause(h)
    case 'resumeSource':
      return hosts.resume(h, 'source')
    case 'resumeTarget':
      return hosts.resume(h, 'target')
    case 'commit':
      return hosts.commit(h)
    case 'abandon':
      return hosts.abandon(h)
    case 'nothingArrives':
      return hosts.nothingArrives(h)
    case 'depart':
      return hosts.depart(h)
    case 'compare':
    case 'activate': {
      const { lost, regressed, misread, owed } = hosts.compare(h, a.type === 'activate' ? 'activated' : 'released')
      return [...[lost, regressed, misread].map(pageSet.toArray), owed, hosts.running(h), pageSet.toArray(hosts.missing(h))]
    }
  }
}

const made = (fidelity: Fidelity, engine: Engine, clears?: number): Hosts =>
  hosts.hosts({
    guest: vm({
      pages: PAGES,
      pageBytes: 64,
      contextBytes: 0,
      clears,
      classes: pageClasses({ size: PAGES, zero: set([3, 4]), guestOs: set([0, 1, 2, 3]) })
    }),
    costs: hostCosts({ firstWriteNs: 3, hugePageSplitNs: 5, hugePagePages: 2 }),
    link: link({ bytesPerSecond: 1e9 }),
    fidelity,
    engine
  })
const worlds = fc.tuple(fc.constantFrom(...fidelities), fc.boolean(), fc.boolean()).map(
  ([fidelity, coded, used]) =>
    () =>
      made(
        fidelity,
        fidelity === 'marks' ? {} : { ...(coded ? { coding: xbzrle({ cachePages: 3 }) } : {}), ...(used ? { usedTarget: true } : {}) },
        coded ? 3 : undefined
      )
)
const programs = fc.array(acts, { maxLength: 40 })

describe('two hosts', () => {
  it('key(copy(h)) = key(h)', () => {
    fc.assert(
      fc.property(worlds, programs, (make, program) => {
        const h = make()
        for (const a of program) act(h, a)
        expect(hosts.key(hosts.copy(h))).toBe(hosts.key(h))
      }),
      { numRuns: 500 }
    )
  })

  it('and their copy go their own ways: what is done to one is not done to the other', () => {
    fc.assert(
      fc.property(worlds, programs, programs, (make, program, more) => {
        const h = make()
        for (const a of program) act(h, a)
        const before = hosts.key(h)
        const other = hosts.copy(h)
        for (const a of more) act(other, a)
        expect(hosts.key(h)).toBe(before)
        const again = hosts.copy(h)
        for (const a of more) act(h, a)
        expect(hosts.key(other)).toBe(hosts.key(h))
        expect(hosts.key(again)).toBe(before)
      }),
      { numRuns: 500 }
    )
  })

  it('with one key go on alike: they say the same, whatever is done to them, and have one key again', () => {
    let merged = 0
    fc.assert(
      fc.property(worlds, fc.array(programs, { minLength: 12, maxLength: 12 }), programs, (make, pasts, future) => {
        const seen = new Map<string, Hosts>()
        for (const past of pasts) {
          const h = make()
          for (const a of past.slice(0, 4)) act(h, a)
          const key = hosts.key(h)
          const twin = seen.get(key)
          seen.set(key, hosts.copy(h))
          if (twin === undefined) continue
          merged++
          for (const a of future) {
            expect(act(twin, a)).toEqual(act(h, a))
            expect(hosts.key(twin)).toBe(hosts.key(h))
          }
        }
      }),
      { numRuns: 400 }
    )
    expect(merged).toBeGreaterThan(100)
  })

  it('that differ in anything that can be told have two keys', () => {
    fc.assert(
      fc.property(worlds, programs, programs, (make, one, other) => {
        const [a, b] = [make(), make()]
        for (const x of one) act(a, x)
        for (const x of other) act(b, x)
        const told = (h: Hosts) => {
          const again = hosts.copy(h)
          const compared = (['compare', 'activate'] as const).map((type) => act(hosts.copy(again), { type }))
          return JSON.stringify([
            compared,
            pageSet.toArray(hosts.sync(again)),
            again.primary,
            h.tracking,
            Array.from({ length: PAGES }, (_, i) => [hosts.isTrapped(h, i), hosts.isZero(h, i), hosts.isLeftOut(h, i, 'sent')])
          ])
        }
        if (told(a) !== told(b)) expect(hosts.key(a)).not.toBe(hosts.key(b))
      }),
      { numRuns: 500 }
    )
  })

  it('can be keyed with memories of a quarter of a million bytes each', () => {
    const h = hosts.hosts({
      guest: vm({ pages: 64, contextBytes: 0 }),
      costs: hostCosts(),
      link: link({ bytesPerSecond: 1e9 }),
      fidelity: 'bytes'
    })
    for (let i = 0; i < 3000; i++) content.write(h.exact!.source, i % 3)
    const before = hosts.key(h)
    hosts.touch(h, (63 << 1) | 1)
    expect(hosts.key(h)).not.toBe(before)
  })

  it('know what is there: a trap on a page that has been placed stops nobody, and an absent page is placed over nothing', () => {
    for (const fidelity of fidelities) {
      const h = made(fidelity, {})
      const send = (of: number, how: 'always' | 'ifAbsent') => hosts.place(h, of, hosts.read(h, of), how, 0, () => {})
      send(0, 'ifAbsent')
      hosts.touch(h, (0 << 1) | 1)
      send(0, 'ifAbsent')
      hosts.pause(h)
      hosts.trap(h, set([0, 1]))
      expect([hosts.isTrapped(h, 0), hosts.isTrapped(h, 1)]).toEqual([false, true])
      hosts.discard(h, set([0]))
      hosts.trap(h, set([0, 1]))
      expect(hosts.isTrapped(h, 0)).toBe(true)
    }
  })
})
