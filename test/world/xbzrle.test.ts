import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import type { Content } from '../../lib/memory/content'
import * as content from '../../lib/memory/content'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { datacentre, type Fault } from '../../lib/world/datacentre'
import { xbzrle } from '../../lib/world/xbzrle'
import { Driving } from './driving'

const sizes = { zero: 9, whole: 136, header: 8 }
const fidelities = ['versions', 'bytes'] as const

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant('write' as const), page: fc.nat({ max: 4 }), times: fc.integer({ min: 1, max: 30 }) })
    },
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('send' as const),
        page: fc.nat({ max: 4 }),
        mayDelta: fc.boolean(),
        zero: fc.nat({ max: 5 }).map((n) => n === 0)
      })
    },
    { weight: 1, arbitrary: fc.constant({ type: 'drop' as const }) }
  ),
  { minLength: 40, maxLength: 60 }
)

describe('xbzrle', () => {
  it('decode(encode(page)) is the page, in order and from either fidelity, whatever was sent before', () => {
    let deltas = 0
    fc.assert(
      fc.property(fc.constantFrom(...fidelities), fc.integer({ min: 1, max: 6 }), steps, (fidelity, cachePages, program) => {
        const of = { fidelity, size: 5, pageBytes: 128 }
        const source: Content = content.content(of)
        let target: Content = content.content(of)
        let coder = xbzrle({ cachePages }).open({ pages: 5, pageBytes: 128 })
        for (const step of program) {
          if (step.type === 'write') for (let i = 0; i < step.times; i++) content.write(source, step.page)
          else if (step.type === 'drop') {
            target = content.content(of)
            coder.forgotten()
          } else {
            const packet = coder.encode({
              page: step.page,
              content: content.read(source, step.page),
              isZero: step.zero,
              mayDelta: step.mayDelta,
              sizes
            })!
            if (packet.form === 'delta') deltas++
            expect(packet.form === 'delta' && !step.mayDelta).toBe(false)
            expect(packet.bytes).toBeLessThanOrEqual(sizes.whole)
            coder = coder.copy()
            for (const { page, content: placed } of coder.decode(packet, (page) => content.read(target, page)))
              content.place(target, page, placed)
            expect(pageSet.has(content.differing(source, target), step.page)).toBe(false)
          }
        }
      }),
      { numRuns: 200 }
    )
    expect(deltas).toBeGreaterThan(200)
  })

  it('remembers a page in the place of its number, and who comes later is who is remembered', () => {
    const coder = xbzrle({ cachePages: 2 }).open({ pages: 4, pageBytes: 128 })
    const form = (page: number) => coder.encode({ page, content: 7, isZero: false, mayDelta: true, sizes })!.form
    expect([0, 1, 0, 1, 2, 0, 1].map(form)).toEqual(['whole', 'whole', 'delta', 'delta', 'whole', 'whole', 'delta'])
  })

  it('refuses a cache without a page', () => {
    expect(() => xbzrle({ cachePages: 0 })).toThrow('xbzrle: cachePages must be an integer of at least 1 (got 0)')
  })
})

const PAGES = 8
const world = (fidelity: (typeof fidelities)[number], { writes = 0, faults = [] as readonly Fault[] } = {}) =>
  datacentre({
    guests: {
      a: vm({ pages: PAGES, contextBytes: 0, workload: writes === 0 ? undefined : uniform({ pages: PAGES, writesPerSecond: writes }) })
    },
    link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
    fidelity,
    faults
  })

const all = pageSet.full(PAGES)

describe('a world that sends differences', () => {
  it('gives equal memories and equal decisions whether it keeps versions or bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(100), (perRound, seed) => {
        const rounds = (fidelity: (typeof fidelities)[number]) => {
          const driving = new Driving(world(fidelity, { writes: perRound * 50_000 }), 'a', seed)
          driving.ask({ type: 'track', on: true })
          driving.order({ type: 'send', pages: all, place: 'always', encoding: 'delta' }).run(20_000)
          const told: unknown[] = []
          for (let round = 1; round <= 6; round++) {
            const synced = driving.ask({ type: 'sync' })
            const dirty = synced.type === 'synced' ? synced.dirty : all
            told.push(pageSet.toArray(dirty))
            if (round === 6) driving.ask({ type: 'pause' })
            driving.order({ type: 'send', pages: dirty, place: 'always', encoding: 'delta' }).run((round + 1) * 20_000)
          }
          const last = driving.ask({ type: 'sync' })
          if (last.type === 'synced') driving.ask({ type: 'send', pages: last.dirty, place: 'always', encoding: 'delta' })
          driving.ask({ type: 'flush' })
          driving.ask({ type: 'commit' })
          driving.ask({ type: 'resume', where: 'target' })
          const [compared] = driving.heard('compared')
          return { told, lost: compared.lost.count, regressed: compared.regressed.count, sent: driving.heard('sent') }
        }
        const [versions, bytes] = fidelities.map(rounds)
        expect(versions.told).toEqual(bytes.told)
        expect([versions.lost, bytes.lost, versions.regressed, bytes.regressed]).toEqual([0, 0, 0, 0])
        const [first, ...later] = bytes.sent
        expect(first.bytes).toBe(PAGES * 4104)
        for (const { bytes: size, pages } of later) expect(size).toBeLessThan(1 + 300 * (pages.type === 'PageSet' ? pages.count : 0))
      }),
      { numRuns: 40 }
    )
  })

  it('sends a page whole again after a link that broke while it was on its way', () => {
    for (const fidelity of fidelities) {
      const driving = new Driving(world(fidelity, { faults: [{ at: 8 * 1000 + 50, what: 'link', until: 10_000 }] }))
      driving.ask({ type: 'send', pages: all, place: 'always', encoding: 'delta' })
      driving.run(10_000).ask({ type: 'inquire' })
      driving.ask({ type: 'pause' })
      const again = driving.ask({ type: 'send', pages: all, place: 'always', encoding: 'delta' })
      expect(again.type === 'sent' && again.bytes).toBe(PAGES * 4104)
      driving.ask({ type: 'flush' })
      driving.ask({ type: 'commit' })
      driving.ask({ type: 'resume', where: 'target' })
      expect(driving.heard('compared').map(({ lost }) => lost.count)).toEqual([0])
    }
  })

  it('spoils a page that the target has dropped, for a difference needs what it was taken from', () => {
    const driving = new Driving(world('bytes'))
    driving.ask({ type: 'send', pages: all, place: 'always', encoding: 'delta' })
    driving.ask({ type: 'discard', pages: pageSet.fromPages(PAGES, [3]) })
    driving.ask({ type: 'pause' })
    driving.ask({ type: 'send', pages: pageSet.fromPages(PAGES, [3]), place: 'always', encoding: 'delta' })
    driving.ask({ type: 'flush' })
    driving.ask({ type: 'commit' })
    driving.ask({ type: 'resume', where: 'target' })
    expect(driving.heard('compared').map(({ lost }) => pageSet.toArray(lost))).toEqual([[3]])
  })

  it('costs a page that was written once a header, its frame, and the bytes that changed', () => {
    const driving = new Driving(world('bytes'))
    driving.ask({ type: 'send', pages: all, place: 'always', encoding: 'delta' })
    const again = driving.ask({ type: 'send', pages: all, place: 'always', encoding: 'delta' })
    expect(again.type === 'sent' && again.bytes).toBe(PAGES * (8 + 3))
  })

  it('lets a newcomer in only when who is there has not been used for its lifetime', () => {
    const coder = xbzrle({ cachePages: 2, lifetimeSyncs: 2 }).open({ pages: 8, pageBytes: 128 })
    const form = (page: number) => coder.encode({ page, content: 7, isZero: false, mayDelta: true, sizes })?.form
    expect([form(0), form(2), form(0), form(2)]).toEqual(['whole', 'whole', 'delta', 'whole'])
    coder.synced?.()
    expect([form(2), form(2)]).toEqual(['whole', 'whole'])
    coder.synced?.()
    // Page 0 was used last two syncs ago: page 2 takes its place, and keeps it.
    expect([form(2), form(2), form(0)]).toEqual(['whole', 'delta', 'whole'])
  })

  it('counts writes of so many bytes, several of which may fall on the same ones', () => {
    const bytesOf = (writeBytes: number, writes: number): number | undefined => {
      const coder = xbzrle({ writeBytes }).open({ pages: 8, pageBytes: 4096 })
      const wire = { zero: 9, whole: 4104, header: 8 }
      coder.encode({ page: 0, content: 1, isZero: false, mayDelta: true, sizes: wire })
      return coder.encode({ page: 0, content: 1 + writes, isZero: false, mayDelta: true, sizes: wire })?.bytes
    }
    // Header and frame, two lengths of two bytes and the bytes; of eight places a second write misses the first in seven of eight cases.
    expect([bytesOf(8, 0), bytesOf(8, 1), bytesOf(512, 1), bytesOf(512, 2)]).toEqual([11, 22, 527, 979])
    expect(bytesOf(4096, 3)).toBe(4104)
    expect(bytesOf(512, 1e6)).toBe(4104)
  })

  it('refuses lifetimes and writes that make no sense', () => {
    expect(() => xbzrle({ lifetimeSyncs: -1 })).toThrow('xbzrle: lifetimeSyncs must be an integer of at least 0 (got -1)')
    expect(() => xbzrle({ writeBytes: 0 })).toThrow('xbzrle: writeBytes must be an integer of at least 1 (got 0)')
  })
})
