import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { sweep } from '../../lib/guest/sweep'
import type { Workload } from '../../lib/guest/workload'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { milliseconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { qemu12, qemu14, qemu16 } from '../../pipelines/qemu1x'
import { journalOf } from '../../properties/journalOf'

const PAGE = 4104

/** 20,000 pages on a link of 100,000 a second, from a source with QEMU's windows. */
const journal = (pipeline: Pipeline, workload: Workload, until = milliseconds(30_000)): readonly Entry[] =>
  journalOf(
    pipeline,
    datacentre({
      guests: { a: vm({ pages: 20_000, contextBytes: 0, workload }) },
      link: link({ bytesPerSecond: PAGE * 100_000, latencyNs: 0 }),
      sender: { windowNs: milliseconds(100), sliceNs: milliseconds(51) }
    }),
    { until }
  )

const orders = (entries: readonly Entry[]) => entries.flatMap((entry) => (entry.type === 'commanded' ? [entry.command.order] : []))
const sends = (entries: readonly Entry[]) => orders(entries).flatMap((order) => (order.type === 'send' ? [order] : []))
const lastCopy = (entries: readonly Entry[]): number | undefined => {
  const pages = sends(entries).at(-1)?.pages
  return pages?.type === 'PageSet' ? pages.count : undefined
}
const throttles = (entries: readonly Entry[]) => orders(entries).flatMap((order) => (order.type === 'throttle' ? [order.fraction] : []))
const outcome = (entries: readonly Entry[]) => entries.flatMap((entry) => (entry.type === 'ended' ? [entry.outcome.type] : []))

describe('qemu14', () => {
  it('sends 32 MiB/s and stops as soon as 30 ms of that are left, in the middle of a round, and copies them without a limit', () => {
    const all = journal(qemu14(), idle())
    expect(sends(all).map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([33_554_432, undefined])
    // 817.6 pages a window, 245 pages in 30 ms: the first look at which fewer are left is that of the 25th window, with none left.
    expect(lastCopy(journal(qemu14({ downtimeLimitNs: milliseconds(200) }), idle()))).toBeGreaterThan(817)
    expect(lastCopy(journal(qemu14({ downtimeLimitNs: milliseconds(200) }), idle()))).toBeLessThan(1636)
  })

  it('sends as the link allows where no bandwidth is set, looking once a slice', () => {
    const all = journal(qemu14({ maxBandwidth: Number.POSITIVE_INFINITY, downtimeLimitNs: milliseconds(60) }), idle())
    // 5,100 pages a slice: 4,700 are left at the third look, 6,000 are what 60 ms carry.
    expect(lastCopy(all)).toBeGreaterThan(4500)
    expect(lastCopy(all)).toBeLessThan(5000)
  })

  it('takes nothing from the guest and goes on for as long as it dirties more', () => {
    const all = journal(qemu14(), sweep({ pages: 10_000, writesPerSecond: 20_000 }), milliseconds(5000))
    expect([outcome(all), throttles(all)]).toEqual([['limited'], []])
  })

  it('refuses limits that make no sense', () => {
    expect(() => qemu14({ downtimeLimitNs: -1 })).toThrow('windowedPush: downtimeLimitNs must be at least 0 (got -1)')
    expect(() => qemu14({ maxBandwidth: 0 })).toThrow('windowedPush: bytesPerSecond must be above 0 (got 0)')
  })
})

describe('qemu16', () => {
  it('brakes a guest that qemu14 cannot move, and moves it', () => {
    const writing = sweep({ pages: 10_000, writesPerSecond: 20_000 })
    const all = journal(qemu16(), writing)
    expect([outcome(all), throttles(all)]).toEqual([['completed'], [30 / 41]])
    expect(outcome(journal(qemu16({ autoConverge: false }), writing))).toEqual(['limited'])
  })
})

describe('qemu12', () => {
  it('takes the bandwidth of its bursts for that of the copy, so that it stops with 1/0.6 of what the limit allows', () => {
    const at = (pipeline: Pipeline) => lastCopy(journal(pipeline, idle()))!
    const downtimeLimitNs = milliseconds(600)
    // 8,176 pages a second: 600 ms carry 4,905, and 8,176 are taken for as many; a window is 818.
    expect(at(qemu14({ downtimeLimitNs }))).toBeGreaterThan(4905 - 818)
    expect(at(qemu14({ downtimeLimitNs }))).toBeLessThan(4905)
    expect(at(qemu12({ downtimeLimitNs }))).toBeGreaterThan(8176 - 818)
    expect(at(qemu12({ downtimeLimitNs }))).toBeLessThan(8176)
    expect(at(qemu12({ downtimeLimitNs, held: 0.99 }))).toBeLessThan(4960)
  })

  it('stops the guest while it sends, from the first window on', () => {
    expect(throttles(journal(qemu12(), idle()))).toEqual([0.6])
    expect(throttles(journal(qemu12({ guestWaits: 0.5 }), idle()))).toEqual([0.3])
    expect(throttles(journal(qemu12({ guestWaits: 0 }), idle()))).toEqual([])
  })

  it('refuses what cannot be', () => {
    for (const held of [0, 1]) expect(() => qemu12({ held })).toThrow(`qemu12: held must be above 0 and at most 0.99 (got ${held})`)
    expect(() => qemu12({ guestWaits: 2 })).toThrow('qemu12: guestWaits must be from 0 to 1 (got 2)')
    expect(() => qemu12({ downtimeLimitNs: -1 })).toThrow(RangeError)
  })
})

describe('a world and a seed', () => {
  it('give each of them one journal', () => {
    const writing = sweep({ pages: 10_000, writesPerSecond: 20_000 })
    for (const pipeline of [qemu12(), qemu14(), qemu16()])
      expect(journal(pipeline, writing, milliseconds(3000))).toEqual(journal(pipeline, writing, milliseconds(3000)))
  })
})
