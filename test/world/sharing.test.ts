import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import * as pageSet from '../../lib/memory/pageSet'
import { fixed } from '../../lib/migration/pacing'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { type LinkOptions, link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { journalOf } from '../../properties/journalOf'
import { Driving } from './driving'

const PAGE_NS = 1000
const PAGES = 256
const fidelities = ['marks', 'versions', 'bytes'] as const

const worldOf = (names: readonly string[], options: Partial<LinkOptions> = {}, fidelity: (typeof fidelities)[number] = 'versions') =>
  datacentre({
    guests: Object.fromEntries(names.map((name) => [name, vm({ pages: PAGES, contextBytes: 0 })])),
    link: link({ bytesPerSecond: 4104e6, latencyNs: 0, ...options }),
    fidelity
  })

const heard = <K extends Signal['type']>(journal: Journal, type: K): readonly Extract<Signal, { type: K }>[] =>
  journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === type ? [e.signal as Extract<Signal, { type: K }>] : []))

/** When each migration ended. */
const ends = (journal: Journal): Readonly<Record<string, number>> =>
  Object.fromEntries(journal.flatMap((e) => (e.type === 'ended' ? [[e.migration, e.at]] : [])))

describe('migrations that share a link', () => {
  it('alike take as many times longer as there are of them', () => {
    for (const fidelity of fidelities)
      for (const n of [1, 2, 4]) {
        const names = ['a', 'b', 'c', 'd'].slice(0, n)
        const at = ends(journalOf(stopAndCopy(), worldOf(names, {}, fidelity)))
        for (const name of names) expect(Math.abs(at[name] - n * PAGES * PAGE_NS)).toBeLessThanOrEqual(PAGE_NS)
      }
  })

  it('one that keeps to a pace leaves the rest to the other', () => {
    const quarter = 4104e6 / 4
    const paced = precopy({ until: roundsAtMost(1), pacing: fixed(quarter) })
    const journal = journalOf({ a: paced, b: stopAndCopy() }, worldOf(['a', 'b']))
    const [first] = heard(journal, 'sent').filter(({ to }) => to.migration === 'a')
    const [other] = heard(journal, 'sent').filter(({ to }) => to.migration === 'b')
    expect(first.at).toBe(4 * PAGES * PAGE_NS)
    expect(other.at).toBe(Math.ceil((PAGES * PAGE_NS * 4) / 3))
  })

  it('a pace above the fair share gets no more than the fair share', () => {
    const paced = precopy({ until: roundsAtMost(1), pacing: fixed((4104e6 * 3) / 4) })
    const at = heard(journalOf({ a: paced, b: paced }, worldOf(['a', 'b'])), 'sent').map((s) => s.at)
    expect(at.slice(0, 2)).toEqual([2 * PAGES * PAGE_NS, 2 * PAGES * PAGE_NS])
  })

  it('a migration has the whole link again when the other has ended, in the midst of a batch', () => {
    for (const fidelity of fidelities) {
      const driving = new Driving(worldOf(['a', 'b'], {}, fidelity))
      driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }, { migration: 'a' })
      driving.order({ type: 'send', pages: pageSet.fromPages(PAGES, [0, 1]), place: 'always' }, { migration: 'b' })
      driving.run(1e9)
      // Two pages of each in 4 us, then the other 254 alone.
      expect(driving.heard('sent').map(({ at, to }) => [to.migration, at])).toEqual([
        ['b', 4 * PAGE_NS],
        ['a', 4 * PAGE_NS + 254 * PAGE_NS]
      ])
    }
  })

  it('a migration that comes later takes its share from then on', () => {
    const driving = new Driving(worldOf(['a', 'b']))
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }, { migration: 'a' }).run(100 * PAGE_NS)
    driving.order({ type: 'send', pages: pageSet.full(PAGES), place: 'always' }, { migration: 'b' }).run(1e9)
    expect(driving.heard('sent').map(({ at, to }) => [to.migration, at])).toEqual([
      ['a', (100 + 2 * 156) * PAGE_NS],
      ['b', (100 + 2 * 156 + 100) * PAGE_NS]
    ])
  })

  it('lanes of one migration share as migrations do', () => {
    const driving = new Driving(worldOf(['a', 'b']))
    driving.order({ type: 'send', pages: pageSet.fromPages(PAGES, [0, 1, 2]), place: 'always' }, { lane: 'x' })
    driving.order({ type: 'send', pages: pageSet.fromPages(PAGES, [3, 4, 5]), place: 'always' }, { lane: 'y' })
    driving.order({ type: 'send', pages: pageSet.fromPages(PAGES, [0, 1, 2]), place: 'always' }, { migration: 'b' })
    expect(
      driving
        .run(1e9)
        .heard('sent')
        .map(({ at }) => at)
    ).toEqual([9 * PAGE_NS, 9 * PAGE_NS, 9 * PAGE_NS])
  })

  it('the bytes on the wire are no more than the link carries, at every progress fact', () => {
    for (const fidelity of fidelities) {
      const world = datacentre({
        guests: { a: vm({ pages: PAGES, contextBytes: 0 }), b: vm({ pages: PAGES, contextBytes: 0 }) },
        link: link({ bytesPerSecond: 4104e6, latencyNs: 0 }),
        progressNs: 700,
        fidelity
      })
      const journal = journalOf(stopAndCopy(), world)
      const seen = new Map<string, number>()
      const facts = heard(journal, 'progress')
      expect(facts.length).toBeGreaterThan(1000)
      for (const { at, bytes, pages, migration } of facts) {
        seen.set(migration, bytes)
        // A page is counted when its last byte has left, not when its batch was chosen.
        expect(Math.abs(pages - bytes / 4104)).toBeLessThanOrEqual(1)
        expect([...seen.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual((at * 4104) / PAGE_NS)
        expect(bytes).toBeGreaterThanOrEqual((at * 4104) / PAGE_NS / 2 - 2)
      }
    }
  })
})

describe('application traffic', () => {
  const used = (pipeline: Pipeline, names: readonly string[], applicationBytesPerSecond: number) => {
    const journal = journalOf(pipeline, worldOf(names, { applicationBytesPerSecond }))
    return { used: heard(journal, 'linkUsed'), ends: ends(journal) }
  }

  it('is one more flow: beside n migrations a greedy application gets one part in n + 1', () => {
    for (const [names, share] of [
      [['a'], 1 / 2],
      [['a', 'b'], 1 / 3],
      [['a', 'b', 'c'], 1 / 4]
    ] as const) {
      const found = used(stopAndCopy(), names, 4104e6)
      const span = PAGES * PAGE_NS * (names.length + 1)
      expect(found.used).toHaveLength(names.length)
      for (const { applicationBytes, applicationDemandBytes, at } of found.used) {
        expect(Math.abs(at - span)).toBeLessThanOrEqual(PAGE_NS)
        expect(Math.abs(applicationDemandBytes - (at * 4104) / PAGE_NS)).toBeLessThanOrEqual(1)
        expect(Math.abs(applicationBytes - applicationDemandBytes * share)).toBeLessThanOrEqual(4104)
      }
    }
  })

  it('that wants less than its share gets all of it, and the migration the rest', () => {
    const {
      used: [{ applicationBytes, applicationDemandBytes }],
      ends: { a }
    } = used(stopAndCopy(), ['a'], 4104e6 / 4)
    expect(Math.abs(applicationBytes - applicationDemandBytes)).toBeLessThanOrEqual(1)
    expect(a).toBe(Math.ceil((PAGES * PAGE_NS * 4) / 3))
  })

  it('is counted from the first order of the migration on', () => {
    const journal = journalOf(stopAndCopy(), worldOf(['a'], { applicationBytesPerSecond: 4104e6 }), { startAt: 1_000_000 })
    const [{ applicationDemandBytes, at }] = heard(journal, 'linkUsed')
    expect(applicationDemandBytes).toBe(((at - 1_000_000) * 4104) / PAGE_NS)
  })

  it('that wants more than the link gets no more than the link when nobody migrates', () => {
    const driving = new Driving(worldOf(['a'], { applicationBytesPerSecond: 2 * 4104e6 })).order({ type: 'preselect' }).run(1_000_000)
    driving.order({ type: 'release' })
    expect(driving.heard('linkUsed')).toMatchObject([{ applicationBytes: 4104e3, applicationDemandBytes: 2 * 4104e3 }])
  })

  it('gets nothing through once the link is gone', () => {
    const world = datacentre({
      guests: { a: vm({ pages: 4, contextBytes: 0 }) },
      link: link({ bytesPerSecond: 4104e6, latencyNs: 0, applicationBytesPerSecond: 4104e6 }),
      faults: [{ at: 1000, what: 'link' }]
    })
    const driving = new Driving(world).order({ type: 'track', on: true }).run(5000).order({ type: 'release' })
    expect(driving.heard('linkUsed')).toMatchObject([{ applicationBytes: 4104, applicationDemandBytes: 5 * 4104 }])
  })
})
