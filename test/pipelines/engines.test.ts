import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { sequence } from '../../lib/memory/pageSequence'
import { empty, toArray } from '../../lib/memory/pageSet'
import { metrics } from '../../lib/metrics/metrics'
import { perMigration } from '../../lib/metrics/perMigration'
import { alternatingAtMost, alternatingPush } from '../../lib/migration/engines/alternatingPush'
import { cloudHypervisor } from '../../lib/migration/engines/cloudHypervisor'
import { concluded, prepare, release } from '../../lib/migration/stages'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import { andThen } from '../../lib/protocol/phase'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { seconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import type { Sender } from '../../lib/world/windows'
import { engineOf, engines } from '../../pipelines/engines'
import { mplm } from '../../pipelines/mplm'
import { precopy } from '../../pipelines/precopy'
import { engines as reproduction } from '../../pipelines/reproduce/engines'
import { check } from '../../properties/check'
import { explain } from '../../properties/explain'
import { explorable } from '../../properties/explore/explorable'
import { explore } from '../../properties/explore/explore'
import type { Choose, Choosing } from '../../properties/explore/scope'
import { journalOf } from '../../properties/journalOf'

const PAGES = 4096
const BYTES_PER_SECOND = 125e6

/** What a pipeline makes of 16 MiB of which some are written over, on a link of 1 Gbit/s. */
const moved = (pipeline: Pipeline, writesPerSecond: number, pages = 1024, sender?: Sender) => {
  const guest = vm({ pages: PAGES, workload: uniform({ pages, writesPerSecond }) })
  const world = datacentre({ guests: { guest }, link: link({ bytesPerSecond: BYTES_PER_SECOND, latencyNs: 0 }), sender })
  return runFold(perMigration(metrics()), journalOf(pipeline, world, { until: seconds(20) })).guest
}

describe('the engines', () => {
  it('have names of their own, a version, a source and a sentence each', () => {
    expect(new Set(engines.map(({ name }) => name)).size).toBe(engines.length)
    for (const { name, version, source, sentence } of engines)
      for (const text of [name, version, source, sentence]) expect(text).toMatch(/\S/)
    expect(engines.map(({ name }) => name)).toEqual([
      ...['clark-2005', 'xen-2006', 'hyper-v-2008-r2', 'vmotion', 'qemu-1.2', 'qemu-1.4', 'qemu-1.6', 'hyper-v-2012-r2', 'p.haul', 'mplm'],
      ...['qemu-7.2', 'qemu-10.2', 'xen-today', 'cloud-hypervisor', 'cloud-hypervisor-ignore', 'kubevirt-ramp', 'kubevirt-stall']
    ])
  })

  it('are found by name', () => {
    expect(engineOf('mplm')).toBe(engines[9])
    expect(() => engineOf('qemu')).toThrow(/^engineOf: name must be one of clark-2005, .* \(got qemu\)$/)
  })

  it.each(engines.map(({ name }) => name))('%s moves a calm guest, and what arrives is what was there', (name) => {
    const { pipeline, sender } = engineOf(name)
    const { outcome, downtime, pagesTransferred } = moved(pipeline, 100, 64, sender)
    expect(outcome).toEqual({ type: 'completed', needs: [] })
    expect(downtime).toBeLessThan(seconds(1))
    expect(pagesTransferred).toBeGreaterThanOrEqual(PAGES)
  })

  it.each(engines.map(({ name }) => name))('%s passes every invariant on a swarm of small worlds', (name) => {
    const result = check(engineOf(name).pipeline, { runs: 10, seed: 4 })
    if (E.isLeft(result)) throw new Error(explain(result.left))
    expect(result.right.runs).toBe(10)
  })
})

describe('mplm', () => {
  it('sends no more than its bound, however fast the guest writes, and takes no longer than that takes on the link', () => {
    for (const writesPerSecond of [1000, 30_000, 300_000]) {
      const { outcome, pagesTransferred, totalTime = 0 } = moved(mplm({ intervalNs: 20_000_000 }), writesPerSecond)
      expect(outcome?.type).toBe('completed')
      const atMost = alternatingAtMost(PAGES) + PAGES
      expect(pagesTransferred).toBeLessThanOrEqual(atMost)
      expect(totalTime).toBeLessThanOrEqual((atMost * 4104 * 1e9) / BYTES_PER_SECOND + 10_000_000)
    }
  })

  it('reads the log every interval and sends dirty pages beside the others', () => {
    const calm = moved(mplm({ intervalNs: 20_000_000 }), 1000)
    const wild = moved(mplm({ intervalNs: 20_000_000 }), 300_000)
    expect(wild.pagesTransferred - calm.pagesTransferred).toBeGreaterThan(500)
  })

  it('is found out where what its live stage owes is forgotten', () => {
    const forgetting: Pipeline = (guest) =>
      pipe(
        prepare(),
        andThen('push', () => alternatingPush({ nonDirtyPages: 1, dirtyPages: 1, intervalNs: 0 })(guest)),
        andThen('stop-and-copy', () => stopAndCopy(empty(guest.pages))),
        andThen('release', release),
        concluded
      )
    expect(check(forgetting, { runs: 60, seed: 5 })).toMatchObject({
      left: { invariant: expect.stringMatching(/noPageLost|allSent|cleanOrOwed/) }
    })
  })

  it('passes every invariant with batches of one and a log that is read after each', () => {
    const result = check(mplm({ nonDirtyPages: 1, dirtyPages: 1, intervalNs: 0 }), { runs: 60, seed: 5 })
    if (E.isLeft(result)) throw new Error(explain(result.left))
  })
})

describe('every interleaving of 2 pages, 2 writes and a fault', () => {
  const explored = (of: Pipeline | Choosing) => {
    const result = explore(of, { pages: 2, writes: 2, faults: 1 })
    if (E.isLeft(result)) throw new Error(`${result.left.invariant}: ${result.left.problem}`)
    expect(result.right.complete).toBe(true)
    return result.right.outcomes
  }

  it('of mplm holds', () => {
    const outcomes = explored(explorable.find(({ name }) => name === 'mplm')!.of)
    expect(outcomes.map(({ type }) => type)).toEqual(expect.arrayContaining(['completed', 'aborted', 'undecided', 'lost']))
  })

  it('of a pre-copy that may be given up after each of its rounds holds', () => {
    const giving = (choose: Choose) => precopy({ until: roundsAtMost(2), giveUp: () => (choose() ? O.some('enough') : O.none) })
    const outcomes = explored({ choosing: giving })
    expect(outcomes).toContainEqual({ type: 'aborted', reason: 'given up: enough', running: 'source' })
    expect(outcomes).toContainEqual({ type: 'completed', needs: [] })
  })
})

describe('a migration that is given up', () => {
  it('leaves the guest running at the source, unthrottled, and nothing at the target', () => {
    const { outcome } = moved(precopy(cloudHypervisor({ downtimeNs: 0, timeoutNs: seconds(1) })), 100_000)
    expect(outcome).toMatchObject({
      type: 'aborted',
      running: 'source',
      reason: expect.stringMatching(/^given up: .* have passed, at least 1 s$/)
    })
    const result = check(precopy({ until: roundsAtMost(9), giveUp: roundsAtMost(2), throttle: () => 0.5 }), { runs: 60, seed: 6 })
    if (E.isLeft(result)) throw new Error(explain(result.left))
    expect(result.right.sometimes.aborts).toBeGreaterThan(0)
  })
})

describe('a push in an order of its own', () => {
  it('passes every invariant backwards, peeking', () => {
    const order = (pages: Parameters<typeof toArray>[0]) => sequence(toArray(pages).reverse())
    const result = check(precopy({ ...engineOf('xen-2006').rules, order, until: roundsAtMost(3) }), { runs: 60, seed: 7 })
    if (E.isLeft(result)) throw new Error(explain(result.left))
  })
})

describe('the comparison of the engines', () => {
  it('comes out as its verdicts say', async () => {
    const { tables, verdicts } = await reproduction.run({ seed: 1, progress: async () => undefined })
    expect(verdicts.filter(({ holds }) => !holds)).toEqual([])
    expect(tables.map(({ rows }) => rows.length)).toEqual([engines.length, engines.length, engines.length])
  }, 60_000)
})
