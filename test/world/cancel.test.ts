import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSequence from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { link } from '../../lib/network/link'
import type { Pages } from '../../lib/protocol/command'
import { datacentre } from '../../lib/world/datacentre'
import { exactly } from '../pipelines/exactly'
import { Driving } from './driving'

const PAGE_NS = 1000
const fidelities = ['marks', 'versions', 'bytes'] as const

const asSet = (pages: Pages, size: number) => (pages.type === 'PageSet' ? pages : pageSet.fromPages(size, pageSequence.toArray(pages)))

type Plan = {
  readonly pages: number
  readonly asked: readonly number[]
  readonly asSequence: boolean
  readonly zero: readonly number[]
  readonly writes: number
  readonly peek: boolean
  readonly batchPages: number
  readonly at: number
  readonly fidelity: (typeof fidelities)[number]
}

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 80 }).chain((pages) =>
  fc.record({
    pages: fc.constant(pages),
    asked: fc.oneof(fc.constant(Array.from({ length: pages }, (_, page) => page)), fc.uniqueArray(fc.nat({ max: pages - 1 }))),
    asSequence: fc.boolean(),
    zero: fc.oneof(fc.constant([]), fc.uniqueArray(fc.nat({ max: pages - 1 }))),
    writes: fc.constantFrom(0, 1e5, 3e6),
    peek: fc.boolean(),
    batchPages: fc.integer({ min: 1, max: 40 }),
    at: fc.oneof(
      fc.nat({ max: pages * PAGE_NS }),
      fc.nat({ max: pages }).map((n) => n * PAGE_NS)
    ),
    fidelity: fc.constantFrom(...fidelities)
  })
)

const worldOf = ({ pages, zero, writes, batchPages, fidelity }: Plan) =>
  datacentre({
    guests: {
      a: vm({
        pages,
        contextBytes: 0,
        workload: writes === 0 ? undefined : uniform({ pages, writesPerSecond: writes }),
        classes: pageClasses({ size: pages, zero: pageSet.fromPages(pages, zero) })
      })
    },
    link: link({ bytesPerSecond: 4104e6, latencyNs: 0, zeroPageBytes: 9 }),
    batchPages,
    fidelity
  })

/** Sends the plan's pages, cancels at its time, and runs until both have been answered. */
const cancelled = (plan: Plan) => {
  const driving = new Driving(worldOf(plan))
  driving.ask({ type: 'track', on: true })
  const pages = plan.asSequence ? pageSequence.sequence([...plan.asked].reverse()) : pageSet.fromPages(plan.pages, plan.asked)
  driving.order({ type: 'send', pages, place: 'always', unless: plan.peek ? 'dirtied' : undefined })
  driving.run(plan.at).order({ type: 'cancel', tag: 0 }, { tag: 1 })
  const at = driving.now()
  driving.run(at + 2 * PAGE_NS)
  const [sent] = driving.heard('sent')
  const [answer] = driving.heard('cancelled')
  if (sent === undefined || answer === undefined) throw new Error('the send and its cancellation were not both answered')
  return { driving, sent, answer, asked: pageSet.fromPages(plan.pages, plan.asked) }
}

describe('a cancelled send', () => {
  it('each page asked for is sent, skipped or unsent, and only one of them', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { sent, answer, asked } = cancelled(plan)
        const parts = [asSet(sent.pages, plan.pages), sent.skipped, answer.unsent]
        expect(pageSet.toArray(parts.reduce(pageSet.union))).toEqual(pageSet.toArray(asked))
        expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(asked.count)
      }),
      { numRuns: 500 }
    )
  })

  it('counts the bytes that were on the wire: no more than the link carries until the page under way has left', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { sent } = cancelled(plan)
        const pages = asSet(sent.pages, plan.pages)
        expect(sent.bytes).toBeLessThanOrEqual((sent.at * 4104) / PAGE_NS)
        expect(sent.at).toBeLessThanOrEqual(plan.at + PAGE_NS)
        if (plan.writes === 0) {
          const zeros = pageSet.intersection(pages, pageSet.fromPages(plan.pages, plan.zero)).count
          expect(sent.bytes).toBe((pages.count - zeros) * 4104 + zeros * 9)
        }
      }),
      { numRuns: 500 }
    )
  })

  it('ends with the page under way', () => {
    for (const fidelity of fidelities)
      for (const [at, count] of [
        [0, 1],
        [1, 1],
        [999, 1],
        [1001, 2],
        [4500, 5],
        [9999, 10]
      ]) {
        const asked = Array.from({ length: 10 }, (_, page) => page)
        const plan = { pages: 10, asked, asSequence: false, zero: [], writes: 0, peek: false, batchPages: 4, at, fidelity }
        const { sent, answer } = cancelled(plan)
        expect([fidelity, at, asSet(sent.pages, 10).count, sent.at]).toEqual([fidelity, at, count, count * PAGE_NS])
        expect(pageSet.toArray(answer.unsent)).toEqual(asked.slice(count))
      }
  })

  it('counts a page of zeros as it began to leave, although it has been written since', () => {
    for (const fidelity of fidelities) {
      const workload = exactly(64, [{ page: 0, at: 50, write: true }])
      const guest = vm({ pages: 64, contextBytes: 0, workload, classes: pageClasses({ size: 64, zero: pageSet.full(64) }) })
      const world = datacentre({ guests: { a: guest }, link: link({ bytesPerSecond: 4104e6, latencyNs: 0, zeroPageBytes: 9 }), fidelity })
      const driving = new Driving(world).order({ type: 'send', pages: pageSet.full(64), place: 'always' }).run(100)
      driving.order({ type: 'cancel', tag: 0 }, { tag: 1 }).run(1e6)
      const [{ pages, bytes, at }] = driving.heard('sent')
      expect([fidelity, asSet(pages, 64).count, bytes, at]).toEqual([fidelity, 46, 46 * 9, 101])
    }
  })

  it('at the target is what was sent and nothing else: a guest that stands still has lost the unsent pages, were it resumed there', () => {
    fc.assert(
      fc.property(
        plans.map((plan) => ({ ...plan, writes: 0 })),
        (plan) => {
          const { driving, sent, answer, asked } = cancelled(plan)
          driving.ask({ type: 'pause' })
          driving.ask({ type: 'flush' })
          driving.ask({ type: 'commit' })
          driving.ask({ type: 'resume', where: 'target' })
          const [{ lost, regressed }] = driving.heard('compared')
          const neverAsked = pageSet.difference(pageSet.full(plan.pages), asked)
          const nonZero = pageSet.complement(pageSet.fromPages(plan.pages, plan.zero))
          const missing = pageSet.intersection(pageSet.union(pageSet.union(answer.unsent, sent.skipped), neverAsked), nonZero)
          // Marks err on the side of stale: an unsent page of zeros counts as lost.
          const known = plan.fidelity === 'marks' ? pageSet.intersection(lost, nonZero) : lost
          expect(pageSet.toArray(known)).toEqual(pageSet.toArray(missing))
          expect(regressed.count).toBe(0)
        }
      ),
      { numRuns: 300 }
    )
  })

  it('cancelled again is answered as often, and counts its pages once', () => {
    for (const fidelity of fidelities) {
      const plan = { pages: 8, asked: [], asSequence: false, zero: [], writes: 0, peek: false, batchPages: 8, at: 0, fidelity }
      const driving = new Driving(worldOf(plan)).order({ type: 'send', pages: pageSet.full(8), place: 'always' }).run(2500)
      driving.order({ type: 'cancel', tag: 0 }, { tag: 1 }).order({ type: 'cancel', tag: 0 }, { tag: 2 }).run(1e6)
      expect(driving.heard('sent').map(({ at, bytes }) => [at, bytes])).toEqual([[3000, 3 * 4104]])
      expect(driving.heard('cancelled').map(({ unsent, to }) => [to.tag, unsent.count])).toEqual([
        [1, 5],
        [2, 5]
      ])
    }
  })

  it('that waits behind another of its lane sends nothing', () => {
    for (const fidelity of fidelities) {
      const plan = { pages: 8, asked: [], asSequence: false, zero: [], writes: 0, peek: false, batchPages: 4, at: 0, fidelity }
      const driving = new Driving(worldOf(plan))
      driving.order({ type: 'send', pages: pageSet.fromPages(8, [0, 1, 2, 3]), place: 'always' }, { tag: 0 })
      driving.order({ type: 'send', pages: pageSet.fromPages(8, [4, 5]), place: 'always' }, { tag: 1 })
      driving.run(1500).order({ type: 'cancel', tag: 1 }, { tag: 2 })
      expect(driving.heard('sent').map(({ at, bytes, to }) => [at, bytes, to.tag])).toEqual([[1500, 0, 1]])
      expect(pageSet.toArray(driving.heard('cancelled')[0].unsent)).toEqual([4, 5])
      driving.run(1e6)
      expect(driving.heard('sent').map(({ at, bytes, to }) => [at, bytes, to.tag])).toEqual([
        [1500, 0, 1],
        [4000, 4 * 4104, 0]
      ])
    }
  })

  it('that has already ended, or never was, leaves nothing unsent', () => {
    const plan = {
      pages: 8,
      asked: [0],
      asSequence: false,
      zero: [],
      writes: 0,
      peek: false,
      batchPages: 4,
      at: 0,
      fidelity: 'versions'
    } as const
    const driving = new Driving(worldOf(plan))
    driving.order({ type: 'send', pages: pageSet.fromPages(8, [0]), place: 'always' }).run(5000)
    driving.order({ type: 'cancel', tag: 0 }, { tag: 1 }).order({ type: 'cancel', tag: 7 }, { tag: 2 })
    expect(driving.heard('cancelled').map(({ unsent }) => unsent.count)).toEqual([0, 0])
  })
})
