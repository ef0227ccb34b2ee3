import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { disk } from '../../lib/guest/disk'
import { vm } from '../../lib/guest/guest'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import { clock } from '../../lib/time/clock'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { journalOf } from '../../properties/journalOf'
import { Driving } from './driving'

const PAGES = 8
const BYTES = PAGES * 4096
const all = pageSet.full(PAGES)
const zero = pageSet.fromPages(PAGES, [6, 7])
const fidelities = ['marks', 'versions', 'bytes'] as const

const world = (options: Partial<DatacentreOptions> = {}, writes = 0, names: readonly string[] = ['a']) =>
  datacentre({
    guests: Object.fromEntries(
      names.map((name) => [
        name,
        vm({
          pages: PAGES,
          contextBytes: 0,
          classes: pageClasses({ size: PAGES, zero }),
          workload: writes === 0 ? undefined : uniform({ pages: 6, writesPerSecond: writes })
        })
      ])
    ),
    link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
    ...options
  })

/** Stop-and-copy, order by order; answers what was sent. */
const hop = (driving: Driving, { pages = all, migration = 'a' } = {}) => {
  const ask = (order: Parameters<Driving['ask']>[0]) => driving.ask(order, { migration })
  expect(ask({ type: 'preselect' }).type).toBe('preselected')
  expect(ask({ type: 'reserve' })).toMatchObject({ type: 'reserved' })
  const suspended = ask({ type: 'pause' })
  const sent = ask({ type: 'send', pages, place: 'always' })
  ask({ type: 'flush' })
  ask({ type: 'commit' })
  ask({ type: 'resume', where: 'target', clockNs: suspended.type === 'suspended' ? suspended.clockNs : 0 })
  return { ask, sent: sent.type === 'sent' ? sent.bytes : 0 }
}

describe('a guest that goes on to another host', () => {
  it('has the same memory there, hop after hop, whatever it wrote in between', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fidelities),
        fc.integer({ min: 0, max: 5e6 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(20),
        (fidelity, writes, hops, seed) => {
          const driving = new Driving(world({ fidelity }, writes), 'a', seed)
          for (let i = 0; i < hops; i++) {
            hop(driving).ask({ type: 'release' })
            driving.run(driving.now() + 3000)
          }
          const compared = driving.heard('compared')
          expect(compared.length).toBe(2 * hops)
          for (const { lost, regressed, misread, owed } of compared)
            expect([lost.count, regressed.count, misread.count, owed]).toEqual([0, 0, 0, 0])
          const primaries = driving.heard('hosts').map(({ primary, running }) => `${primary} ${running.join()}`)
          const one = ['source ', 'target ', 'target target', 'source source']
          expect(primaries).toEqual(
            Array.from({ length: hops }, () => one)
              .flat()
              .slice(0, -1)
          )
        }
      ),
      { numRuns: 150 }
    )
  })

  it('has nothing at the next target: what is not sent there is lost', () => {
    for (const fidelity of fidelities) {
      const driving = new Driving(world({ fidelity }, 1e7))
      hop(driving).ask({ type: 'release' })
      driving.run(driving.now() + 20_000)
      hop(driving, { pages: pageSet.fromPages(PAGES, [0, 1, 2]) })
      const { lost } = driving.heard('compared').at(-1)!
      expect([fidelity, pageSet.toArray(lost)]).toEqual([fidelity, [3, 4, 5]])
    }
  })

  it('owns what it found in the memory of a host that had held something else: that is newer than nothing, and lost when it is used and not sent', () => {
    const few = pageSet.range(PAGES, 0, 7)
    const cases = [
      { writesPerSecond: 0, pages: few, lost: [] },
      { writesPerSecond: 0, pages: all, lost: [] },
      { writesPerSecond: 1e5, pages: few, lost: [7] },
      { writesPerSecond: 1e5, pages: all, lost: [] }
    ]
    for (const fidelity of ['versions', 'bytes'] as const)
      for (const { writesPerSecond, pages, lost } of cases) {
        const driving = new Driving(
          datacentre({
            guests: {
              a: vm({
                pages: PAGES,
                contextBytes: 0,
                classes: pageClasses({ size: PAGES, guestOs: few }),
                workload: writesPerSecond === 0 ? undefined : sweep({ pages: PAGES, writesPerSecond })
              })
            },
            link: link({ bytesPerSecond: 4104e9, latencyNs: 0 }),
            fidelity,
            engine: { usedTarget: true }
          })
        )
        hop(driving, { pages: few }).ask({ type: 'release' })
        driving.run(driving.now() + 85_000)
        driving.ask({ type: 'preselect' })
        driving.ask({ type: 'reserve' })
        driving.ask({ type: 'discard', pages: all })
        hop(driving, { pages }).ask({ type: 'release' })
        const told = driving.heard('compared').at(-1)!
        expect([fidelity, pageSet.toArray(told.lost), pageSet.toArray(told.regressed)]).toEqual([fidelity, lost, []])
      }
  })

  it('keeps its zero pages and classes: pages written on one host are in use on the next', () => {
    for (const fidelity of fidelities) {
      const driving = new Driving(
        datacentre({
          guests: {
            a: vm({
              pages: PAGES,
              contextBytes: 0,
              classes: pageClasses({ size: PAGES, zero, guestOs: pageSet.range(PAGES, 0, 4) }),
              workload: uniform({ pages: PAGES, writesPerSecond: 1e7 })
            })
          },
          link: link({ bytesPerSecond: 4104e6, latencyNs: 100 }),
          fidelity
        })
      )
      driving.ask({ type: 'pause' })
      driving.ask({ type: 'resume', where: 'source' })
      const first = hop(driving)
      first.ask({ type: 'release' })
      driving.run(driving.now() + 30_000)
      const { sent, ask } = hop(driving)
      expect([fidelity, sent]).toEqual([fidelity, PAGES * 4104])
      const selected = ask({ type: 'select', level: 'guestOs' })
      expect(selected.type === 'selected' && selected.pages.count).toBe(PAGES)
    }
    const idle = new Driving(world())
    expect(hop(idle).sent).toBe(6 * 4104 + 2 * 9)
    idle.ask({ type: 'release' })
    expect(hop(idle).sent).toBe(6 * 4104 + 2 * 9)
  })

  it('never sees its own clock run backwards, whatever the hosts’ clocks show', () => {
    const offsets = fc.integer({ min: -1_000_000, max: 1_000_000 })
    fc.assert(
      fc.property(offsets, offsets, fc.integer({ min: 1, max: 4 }), (source, target, hops) => {
        const driving = new Driving(world({ clocks: { source: clock({ offsetNs: source }), target: clock({ offsetNs: target }) } }))
        for (let i = 0; i < hops; i++) {
          hop(driving).ask({ type: 'release' })
          driving.run(driving.now() + 1000)
        }
        const shown = driving.signals.flatMap((s) => (s.type === 'suspended' || s.type === 'activated' ? [s.clockNs] : []))
        expect(shown.length).toBe(2 * hops)
        expect(shown).toEqual([...shown].sort((a, b) => a - b))
        const ran = driving.signals.flatMap((s) => ('guestNs' in s && s.type !== 'preselected' ? [s.guestNs] : []))
        expect(ran).toEqual([...ran].sort((a, b) => a - b))
      })
    )
  })

  it('goes on without the host it has left, and only when that has let go', () => {
    const driving = new Driving(world({ faults: [{ at: 100_000, what: 'source' }] }))
    hop(driving)
    driving.ask({ type: 'preselect' })
    expect(driving.ask({ type: 'reserve' }).type).toBe('reserved')
    expect(driving.heard('hosts').at(-1)).toMatchObject({ primary: 'target', running: ['target'] })
    driving.ask({ type: 'release' })
    driving.run(100_001)
    hop(driving)
    expect(driving.heard('hosts').at(-1)).toMatchObject({ primary: 'target', running: ['target'] })
    expect(driving.heard('compared').at(-1)!.lost.count).toBe(0)
  })

  it('leaves what was still on its way to the old host behind', () => {
    const driving = new Driving(world({ stalls: [{ lane: 'slow', way: 'arriving', from: 0, until: 60_000 }] }, 1e7))
    driving.order({ type: 'send', pages: all, place: 'always' }, { lane: 'slow' }).run(9000)
    driving.ask({ type: 'preselect' })
    driving.ask({ type: 'pause' })
    driving.ask({ type: 'send', pages: all, place: 'always' })
    driving.ask({ type: 'commit' })
    driving.ask({ type: 'resume', where: 'target' })
    driving.ask({ type: 'release' })
    driving.run(driving.now() + 3000)
    const { ask } = hop(driving)
    driving.run(100_000)
    ask({ type: 'release' })
    for (const { lost, regressed } of driving.heard('compared')) expect([lost.count, regressed.count]).toEqual([0, 0])
  })
})

describe('the target’s memory', () => {
  const refused = (driving: Driving, migration: string) => driving.ask({ type: 'reserve' }, { migration }).type === 'refused'

  it('is given back by a migration that is abandoned', () => {
    const driving = new Driving(world({ targetMemoryBytes: BYTES }, 0, ['a', 'b']))
    expect(refused(driving, 'a')).toBe(false)
    expect(refused(driving, 'a')).toBe(false)
    expect(refused(driving, 'b')).toBe(true)
    driving.ask({ type: 'abandon' }, { migration: 'a' })
    expect(refused(driving, 'b')).toBe(false)
    expect(refused(driving, 'a')).toBe(true)
  })

  it('is given back by itself when the link is dead, and not twice', () => {
    const driving = new Driving(world({ targetMemoryBytes: BYTES, faults: [{ at: 1000, what: 'link', until: 2000 }] }, 0, ['a', 'b']))
    expect(refused(driving, 'a')).toBe(false)
    driving.run(1500)
    driving.ask({ type: 'abandon' }, { migration: 'a' })
    driving.ask({ type: 'abandon' }, { migration: 'a' })
    driving.run(2500)
    for (const migration of ['a', 'b']) driving.ask({ type: 'inquire' }, { migration })
    expect(refused(driving, 'b')).toBe(false)
    expect(refused(driving, 'a')).toBe(true)
  })

  it('is kept by a guest that is there: it cannot be abandoned any more', () => {
    const driving = new Driving(world({ targetMemoryBytes: BYTES }, 0, ['a', 'b']))
    hop(driving)
    expect(driving.ask({ type: 'abandon' })).toMatchObject({ type: 'refused', reason: 'the guest is at the target' })
    driving.ask({ type: 'release' })
    expect(refused(driving, 'b')).toBe(true)
  })

  it('is another host’s at the next hop, and the one before has its own back when the guest has been let go', () => {
    const driving = new Driving(world({ targetMemoryBytes: BYTES }, 0, ['a', 'b']))
    hop(driving).ask({ type: 'release' })
    const { ask } = hop(driving)
    expect(refused(driving, 'b')).toBe(true)
    ask({ type: 'release' })
    expect(refused(driving, 'b')).toBe(false)
    hop(driving).ask({ type: 'release' })
  })
})

describe('a migration that is abandoned', () => {
  it('places nothing more at the target, and refuses what it still had on the link', () => {
    const driving = new Driving(world({ stalls: [{ lane: 'slow', way: 'arriving', from: 0, until: 60_000 }] }, 2e6))
    driving.order({ type: 'send', pages: pageSet.fromPages(PAGES, [0, 1, 2, 3]), place: 'always' }, { lane: 'slow' }).run(5000)
    driving.order({ type: 'send', pages: all, place: 'always', bytesPerSecond: 1e6 }, { lane: 'long' })
    driving.order({ type: 'flush' }, { lane: 'long' }).order({ type: 'commit' }, { lane: 'slow' })
    driving.ask({ type: 'abandon' })
    expect(driving.heard('refused').map(({ to, reason }) => [to.lane, reason])).toEqual(
      ['long', 'long', 'slow'].map((lane) => [lane, 'the target has abandoned the migration'])
    )
    hop(driving).ask({ type: 'release' })
    driving.run(100_000)
    expect(driving.heard('hosts').at(-1)).toMatchObject({ primary: 'target', running: ['target'] })
    for (const { lost, regressed } of driving.heard('compared')) expect([lost.count, regressed.count]).toEqual([0, 0])
  })

  it('is one that the target has not taken over: a commit that came before it wins', () => {
    const driving = new Driving(world())
    driving.ask({ type: 'pause' })
    driving.order({ type: 'commit' }).order({ type: 'abandon' }, { lane: 'b' }).run(10_000)
    expect(driving.heard('committed').length).toBe(1)
    expect(driving.heard('refused').map(({ to }) => to.lane)).toEqual(['b'])
  })
})

describe('the target’s store', () => {
  const guests = Object.fromEntries(
    ['a', 'b'].map((name) => [name, vm({ name, pages: 4, disk: disk({ blocks: 3, blockBytes: 4096, storage: 'local' }) })])
  )
  const reserve = (driving: Driving, migration: string) => driving.ask({ type: 'reserve' }, { migration })

  it('is reserved for a disk that moves, or refused with the reason, and given back by a migration that is abandoned', () => {
    const driving = new Driving(datacentre({ guests, targetDiskBytes: 5 * 4096 }))
    expect(reserve(driving, 'a').type).toBe('reserved')
    expect(reserve(driving, 'b')).toMatchObject({
      type: 'refused',
      reason: "the target's store has 8192 bytes left and the guest's disk needs 12288"
    })
    driving.ask({ type: 'abandon' }, { migration: 'a' })
    expect(reserve(driving, 'b').type).toBe('reserved')
  })

  it('takes no memory where the disk is refused', () => {
    const driving = new Driving(
      datacentre({ guests: { ...guests, c: vm({ name: 'c', pages: 4 }) }, targetDiskBytes: 1, targetMemoryBytes: 4 * 4096 })
    )
    expect(reserve(driving, 'a').type).toBe('refused')
    expect(reserve(driving, 'c').type).toBe('reserved')
  })

  it('leaves a guest at the source, with the reason in the outcome, and asks nothing for a disk that both hosts share', () => {
    const outcome = (storage: 'shared' | 'local') =>
      journalOf(
        precopy(),
        datacentre({ guests: { a: vm({ pages: 4, disk: disk({ blocks: 3, blockBytes: 4096, storage }) }) }, targetDiskBytes: 4096 })
      ).at(-1)
    expect(outcome('local')).toMatchObject({
      outcome: { type: 'aborted', running: 'source', reason: "the target's store has 4096 bytes left and the guest's disk needs 12288" }
    })
    expect(outcome('shared')).toMatchObject({ outcome: { type: 'completed' } })
    expect(() => datacentre({ guests, targetDiskBytes: -1 })).toThrow('datacentre: targetDiskBytes must not be negative (got -1)')
  })
})
