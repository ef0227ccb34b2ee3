import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { uniform } from '../../lib/guest/uniform'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { measure } from '../../lib/metrics/metrics'
import { push } from '../../lib/migration/push'
import { roundsAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import type { Compression } from '../../lib/protocol/compression'
import { runFold } from '../../lib/stream/fold'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { qemu72 } from '../../pipelines/qemu'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { journalOf } from '../../properties/journalOf'
import { Driving } from './driving'

const PAGES = 64
const PAGE = 4096
/** A byte takes a nanosecond. */
const wire = link({ bytesPerSecond: 1e9, latencyNs: 0 })

const driven = (fidelity: DatacentreOptions['fidelity'] = 'versions', guest = {}, seen: Partial<DatacentreOptions> = {}) =>
  new Driving(
    datacentre({ guests: { a: vm({ pages: PAGES, contextBytes: 0, workload: idle(), ...guest }) }, link: wire, fidelity, ...seen })
  )

const send = (driving: Driving, compression: Compression | undefined, pages = pageSet.full(PAGES), channels?: number) => {
  driving.ask({ type: 'pause' })
  const from = driving.now()
  const answer = driving.ask({ type: 'send', pages, place: 'always', compression, channels })
  if (answer.type !== 'sent') throw new Error(JSON.stringify(answer))
  return { ns: driving.now() - from, bytes: answer.bytes }
}

describe('compression', () => {
  it('takes max(pages × bytes / compression rate, pages × bytes / decompression rate, bytes on the wire / link)', () => {
    const rate = fc.integer({ min: 20, max: 4000 }).map((megabytes) => megabytes * 1e6)
    const threads = fc.integer({ min: 1, max: 8 })
    const compression = fc.record({
      ratio: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100),
      bytesPerSecond: rate,
      threads,
      decompressionBytesPerSecond: rate,
      decompressionThreads: threads
    })
    fc.assert(
      fc.property(
        compression,
        fc.constantFrom('marks' as const, 'versions' as const, 'bytes' as const),
        fc.integer({ min: 1, max: 4 }),
        (of, fidelity, channels) => {
          const { ns, bytes } = send(driven(fidelity), of, undefined, channels)
          const each = 8 + Math.ceil(PAGE * of.ratio)
          expect(bytes).toBe(PAGES * each)
          const content = PAGES * PAGE
          const law = Math.max(
            (content * 1e9) / (of.bytesPerSecond * of.threads),
            (content * 1e9) / (of.decompressionBytesPerSecond * of.decompressionThreads),
            bytes
          )
          expect(ns / law).toBeGreaterThan(0.999)
          // A channel that has no page left over leaves the threads of its share idle: with one channel the law is exact.
          if (channels === 1) expect(ns - law).toBeLessThan(PAGES + 1)
        }
      ),
      { numRuns: 60 }
    )
  })

  it('has the ratio of the guest’s memory, that of its page class, or its own, and zero pages stay what they are', () => {
    const classes = pageClasses({
      size: PAGES,
      guestOs: pageSet.range(PAGES, 0, 48),
      cache: pageSet.range(PAGES, 32, 48),
      zero: pageSet.range(PAGES, 0, 8)
    })
    for (const fidelity of ['marks', 'versions'] as const) {
      const rates = { bytesPerSecond: 1e12 }
      const of = (compression: Compression) => send(driven(fidelity, { classes, compressionRatio: 0.5 }), compression).bytes
      const zeros = 8 * 9
      expect(of(rates)).toBe(zeros + 56 * (8 + 2048))
      expect(of({ ...rates, ratio: 0.25 })).toBe(zeros + 56 * (8 + 1024))
      expect(of({ ...rates, cacheRatio: 0.125, freeRatio: 1 })).toBe(zeros + 24 * (8 + 2048) + 16 * (8 + 512) + 16 * (8 + 4096))
    }
  })

  it('is refused where it makes no sense, and beside differences', () => {
    const asked = (compression: Compression, more = {}) =>
      driven().ask({ type: 'send', pages: pageSet.full(PAGES), place: 'always', compression, ...more })
    expect(asked({ ratio: 0, bytesPerSecond: 1 })).toMatchObject({
      reason: 'compression: ratio must be above 0 and at most 1, what is left of a page that does not shrink (got 0)'
    })
    expect(asked({ bytesPerSecond: 0 })).toMatchObject({ reason: 'compression: bytesPerSecond must be positive and finite (got 0)' })
    expect(asked({ bytesPerSecond: 1, threads: 1.5 })).toMatchObject({
      reason: 'compression: threads must be an integer from 1 to 256 (got 1.5)'
    })
    expect(asked({ bytesPerSecond: 1 }, { encoding: 'delta' })).toMatchObject({
      reason: 'a page is written in one way: encoded, or compressed'
    })
    expect(() => push({ until: roundsAtMost(1), delta: true, compression: { bytesPerSecond: 1 } })).toThrow(
      'push: delta must not be together with compression (got both)'
    )
    expect(() => stopAndCopy({ compression: { bytesPerSecond: -1 } })).toThrow(
      'stopAndCopy: compression: bytesPerSecond must be positive and finite (got -1)'
    )
    expect(() => vm({ pages: 1, compressionRatio: 0 })).toThrow(
      'vm: compressionRatio must be above 0 and at most 1, what is left of a page that does not shrink (got 0)'
    )
  })

  it('pays with every technique where the link is what is slow, and costs where the processor is', () => {
    const world = datacentre({ guests: { a: vm({ pages: PAGES, compressionRatio: 0.25 }) }, link: wire })
    const totals = (compression?: Compression) =>
      [stopAndCopy({ compression }), precopy({ compression }), postcopy({ compression }), hybrid({ compression })].map((pipeline) => {
        const { outcome, totalTime, bytesTransferred } = runFold(measure(), journalOf(pipeline, world)).a
        expect(outcome!.type).toBe('completed')
        return { totalTime: totalTime!, bytesTransferred }
      })
    const plain = totals()
    const fast = totals({ bytesPerSecond: 4e9 })
    const slow = totals({ bytesPerSecond: 50e6 })
    plain.forEach(({ totalTime, bytesTransferred }, i) => {
      expect(fast[i].bytesTransferred / bytesTransferred).toBeCloseTo((8 + 1024) / (8 + 4096), 2)
      expect(fast[i].totalTime).toBeLessThan(totalTime)
      expect(slow[i].totalTime).toBeGreaterThan(totalTime)
    })
  })

  const cored = (compressorCores: number, cores: number) => {
    const world = datacentre({
      guests: { a: vm({ pages: 256, workload: uniform({ pages: 256, writesPerSecond: 0, readsPerSecond: 1000, vcpus: 2 }) }) },
      link: wire,
      source: { cores, compressorCores },
      target: { cores, compressorCores }
    })
    const pipeline = precopy({ until: roundsAtMost(1), compression: { ratio: 0.5, bytesPerSecond: 1e7, threads: 2 } })
    const { totalTime, applicationDegradation } = runFold(measure(), journalOf({ a: pipeline }, world)).a
    return { totalTime: totalTime!, degradation: applicationDegradation }
  }

  it('takes no core unless a host says so, and then from a guest that uses all of them, and from itself', () => {
    const free = cored(0, 2)
    expect(free).toEqual(cored(1, 4))
    const shared = cored(1, 2)
    // Four threads ask for two cores: each has half of one.
    expect(shared.totalTime / free.totalTime).toBeCloseTo(2, 1)
    expect(shared.degradation).toBeCloseTo(0.5, 1)
    expect(free.degradation).toBeLessThan(0.05)
  })

  it('of a page that does not shrink leaves the page, and no more', () => {
    const grown = { ratio: 1.1, bytesPerSecond: 1e9 }
    const reason = 'compression: ratio must be above 0 and at most 1, what is left of a page that does not shrink (got 1.1)'
    expect(() => push({ until: roundsAtMost(1), compression: grown })).toThrow(`push: ${reason}`)
    expect(() => qemu72({ multifd: { compression: grown } })).toThrow(`qemu: ${reason}`)
    expect(() => qemu72({ xbzrle: true, multifd: { compression: { bytesPerSecond: 1e9 } } })).toThrow(
      'qemu: xbzrle must not be together with a compression of multifd (got both)'
    )
  })

  it("of multifd is that of its channels' threads", () => {
    const world = datacentre({ guests: { a: vm({ pages: 256, workload: idle() }) }, link: wire })
    const journal = journalOf({ a: qemu72({ multifd: { channels: 3, compression: { ratio: 0.5, bytesPerSecond: 1e8 } } }) }, world)
    const sends = journal.flatMap((e) => (e.type === 'commanded' && e.command.order.type === 'send' ? [e.command.order.compression] : []))
    expect(sends[0]).toEqual({ ratio: 0.5, bytesPerSecond: 1e8, threads: 3, decompressionThreads: 3 })
  })
})
