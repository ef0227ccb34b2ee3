import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { firstValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import type { Accesses, Workload } from '../../lib/guest/workload'
import { run } from '../../lib/loop/run'
import { link } from '../../lib/network/link'
import type { Order } from '../../lib/protocol/command'
import type { Entry } from '../../lib/protocol/journal'
import { andThen, chain, done, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { seconds } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { dirtyRings } from '../../lib/world/dirtyRings'

const limit = { type: 'dirtyLimit', bytesPerSecond: 2 ** 20, ringPages: 1024, periodNs: 1e9 } as const
const MEBIBYTE = 256

describe('dirtyRings', () => {
  it('notes a page once until its ring is read, and puts nobody to sleep before a period has ended', () => {
    const rings = dirtyRings(limit, { vcpus: 2, pages: 5000, pageBytes: 4096 })
    expect([rings.wrote(0, 7), rings.wrote(0, 7), rings.wrote(1, 7)]).toEqual([0, -1, -1])
    rings.reap()
    expect([rings.wrote(1, 7), rings.wrote(0, 7)]).toEqual([0, -1])
  })

  it('puts to sleep whoever fills his own ring, by what he dirtied in the last period, and protects his pages again', () => {
    const rings = dirtyRings(limit, { vcpus: 2, pages: 50 * MEBIBYTE, pageBytes: 4096 })
    for (let page = 0; page < 40 * MEBIBYTE; page++) expect(rings.wrote(0, page)).toBe(0)
    rings.sample()
    // 4 MiB at 40 MiB/s fill in 100 ms; 97 % too much.
    const sleep = Math.floor((100_000 * 97) / 3) * 1000
    expect(rings.sleepsNs()).toEqual([sleep, 0])
    rings.reap()
    for (let page = 0; page < 1023; page++) expect(rings.wrote(0, page)).toBe(0)
    expect(rings.wrote(0, 0)).toBe(-1)
    for (let page = 2000; page < 3023; page++) expect(rings.wrote(1, page)).toBe(0)
    expect(rings.wrote(1, 3023)).toBe(0)
    expect(rings.wrote(0, 1023)).toBe(sleep)
    expect(rings.wrote(0, 0)).toBe(0)
    expect(rings.wrote(1, 0)).toBe(-1)
  })
})

const PAGES = 20_000

/** One virtual CPU for each number, which goes over the memory at so many accesses a second: writes above 0, reads below. */
const going = (rates: readonly number[]): Workload => ({
  name: 'going',
  vcpus: rates.length,
  pages: PAGES,
  description: { type: 'going', rates },
  open: (_, vcpu): Accesses => {
    let made = 0
    return {
      accessesPerSecond: Math.abs(rates[vcpu]),
      fill: (accesses, _times, n) => {
        for (let i = 0; i < n; i++) accesses[i] = ((made++ % PAGES) << 1) | (rates[vcpu] > 0 ? 1 : 0)
        return n
      }
    }
  }
})

/** Logs, gives an order, lets so many seconds pass with a sync after each, pauses. */
const watching =
  (order: Order, ns: number): Pipeline =>
  () =>
    pipe(
      request({ type: 'track', on: true }),
      andThen('order', () => request(order)),
      andThen('wait', () => request({ type: 'wake', afterNs: ns })),
      andThen('sync', () => request({ type: 'sync' })),
      andThen('wait', () => request({ type: 'wake', afterNs: seconds(1) })),
      andThen('sync', () => request({ type: 'sync' })),
      andThen('pause', () => request({ type: 'pause' })),
      chain('end', (paused) => done<Outcome>({ type: 'aborted', reason: E.isLeft(paused) ? paused.left.reason : '', running: 'source' }))
    )

const watched = async (rates: readonly number[], order: Order = limit, ns = seconds(4)) => {
  const world = datacentre({ guests: { a: vm({ pages: PAGES, workload: going(rates) }) }, link: link({ gigabitsPerSecond: 10 }) })
  const journal: readonly Entry[] = await firstValueFrom(run(watching(order, ns), world, { until: seconds(60) }).pipe(toArray()))
  const signals = journal.flatMap((entry) => (entry.type === 'signalled' ? [entry.signal] : []))
  const dirtied = signals.flatMap((signal) => (signal.type === 'synced' ? [signal.dirty.count] : [])).at(-1)!
  const ran = signals.flatMap((signal) => (signal.type === 'suspended' ? [signal.guestNs / signal.at] : []))[0]
  const reason = signals.flatMap((signal) => (signal.type === 'refused' ? [signal.reason] : []))[0]
  return { dirtied, ran, reason }
}

describe('a dirty limit', () => {
  it('slows who writes and not who reads', async () => {
    const { ran: writer } = await watched([40_000])
    const { ran: reader } = await watched([-40_000])
    const { ran: both } = await watched([40_000, -40_000])
    expect(reader).toBe(1)
    expect(writer).toBeLessThan(0.3)
    expect(both).toBeCloseTo((1 + writer) / 2, 2)
  })

  it('brings what a virtual CPU dirties to within 25 MiB/s of the limit', async () => {
    const mebibytes = 60
    const { dirtied } = await watched([40_000], { ...limit, bytesPerSecond: mebibytes * 2 ** 20 }, seconds(20))
    expect((await watched([40_000], { type: 'throttle', fraction: 0 })).dirtied).toBe(PAGES)
    expect(dirtied / MEBIBYTE).toBeGreaterThan(mebibytes - 26)
    expect(dirtied / MEBIBYTE).toBeLessThan(mebibytes + 26)
  })

  it('leaves alone who dirties less', async () => {
    expect((await watched([2000])).ran).toBe(1)
  })

  it('is refused where it makes no sense', async () => {
    const reasons = [{ bytesPerSecond: 1e6 }, { ringPages: 1000 }, { periodNs: 0 }].map((wrong) => watched([1], { ...limit, ...wrong }))
    expect((await Promise.all(reasons)).map(({ reason }) => reason)).toEqual([
      'a dirty limit must be at least 1 MiB per second, and finite (got 1000000)',
      'a dirty ring must have a power of two of pages, from 1024 to 65536 (got 1000)',
      "a dirty limit's period must be a whole number of nanoseconds above 0 (got 0)"
    ])
  })
})
