import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HostCosts, hostCosts, idealHost, laneRate, speed } from '../../lib/guest/hostCosts'

const costs = fc
  .record({
    cores: fc.oneof(fc.constant(undefined), fc.double({ min: 0.1, max: 64, noNaN: true })),
    senderCores: fc.double({ min: 0, max: 4, noNaN: true })
  })
  .map(hostCosts)
const loads = fc.record({
  vcpus: fc.integer({ min: 1, max: 64 }),
  senders: fc.integer({ min: 0, max: 16 }),
  throttle: fc.double({ min: 0, max: 1, noNaN: true })
})

describe('hostCosts', () => {
  it('costs nothing by default', () => {
    expect(hostCosts()).toEqual(idealHost)
    const { hugePagePages, cores, dumpBytesPerSecond, rebuildBytesPerSecond, ...rest } = idealHost
    expect([hugePagePages, cores, dumpBytesPerSecond, rebuildBytesPerSecond]).toEqual([512, undefined, undefined, undefined])
    expect([...new Set(Object.values(rest))]).toEqual([0])
    expect(speed(idealHost, { vcpus: 8, senders: 5, throttle: 0 })).toBe(1)
  })

  it('refuses what no host costs', () => {
    const refused = (wrong: Partial<HostCosts>, text: string) => expect(() => hostCosts(wrong)).toThrow(new RangeError(text))
    refused({ firstWriteNs: -1 }, 'hostCosts: firstWriteNs must be an integer of at least 0 (got -1)')
    refused({ hugePageSplitNs: 0.5 }, 'hostCosts: hugePageSplitNs must be an integer of at least 0 (got 0.5)')
    refused({ syncNs: Number.NaN }, 'hostCosts: syncNs must be an integer of at least 0 (got NaN)')
    refused({ hugePagePages: 500 }, 'hostCosts: hugePagePages must be a power of two from 1 to 2^30 (got 500)')
    refused({ cores: 0 }, 'hostCosts: cores must be positive and finite (got 0)')
    refused({ scanPageNs: -1 }, 'hostCosts: scanPageNs must be at least 0 and finite (got -1)')
    refused({ receivePageNs: Number.POSITIVE_INFINITY }, 'hostCosts: receivePageNs must be at least 0 and finite (got Infinity)')
    refused({ senderCores: -0.1 }, 'hostCosts: senderCores must be at least 0 and finite (got -0.1)')
  })
})

describe('speed', () => {
  it('speed falls as senders, virtual CPUs or throttle grow, and never leaves 0 to 1', () => {
    fc.assert(
      fc.property(costs, loads, loads, (host, a, b) => {
        const less = {
          vcpus: Math.min(a.vcpus, b.vcpus),
          senders: Math.min(a.senders, b.senders),
          throttle: Math.min(a.throttle, b.throttle)
        }
        const slow = speed(host, a)
        expect(slow).toBeGreaterThanOrEqual(0)
        expect(slow).toBeLessThanOrEqual(1)
        // Cores that are as many as the virtual CPUs grow with them.
        if (host.cores !== undefined || a.vcpus === less.vcpus) expect(speed(host, less)).toBeGreaterThanOrEqual(slow - 1e-12)
      })
    )
  })

  it('a sender that takes a whole core of one halves the guest', () => {
    expect(speed(hostCosts({ senderCores: 1 }), { vcpus: 1, senders: 1, throttle: 0 })).toBe(0.5)
    expect(speed(hostCosts({ senderCores: 1, cores: 4 }), { vcpus: 2, senders: 2, throttle: 0 })).toBe(1)
    expect(speed(hostCosts({ cores: 1 }), { vcpus: 2, senders: 0, throttle: 0.5 })).toBe(0.25)
  })

  it('virtual CPUs on fewer cores have their part of them', () => {
    expect(speed(idealHost, { vcpus: 8, senders: 2, throttle: 0, pinned: 2 })).toBe(0.25)
    expect(speed(idealHost, { vcpus: 8, senders: 0, throttle: 0.5, pinned: 4 })).toBe(0.25)
    expect(speed(idealHost, { vcpus: 2, senders: 0, throttle: 0, pinned: 12 })).toBe(1)
    expect(speed(hostCosts({ cores: 1 }), { vcpus: 4, senders: 0, throttle: 0, pinned: 2 })).toBe(0.25)
  })

  it('a guest that memory bounds keeps its pace down to the cores that are useful to it, and from there on in proportion', () => {
    const paces = [8, 5, 4, 2, 1].map((pinned) => speed(idealHost, { vcpus: 8, senders: 0, throttle: 0, pinned, useful: 5 }))
    expect(paces).toEqual([1, 1, 0.8, 0.4, 0.2])
    expect(speed(hostCosts({ senderCores: 1 }), { vcpus: 3, senders: 1, throttle: 0, useful: 2 })).toBe(1)
    expect(speed(idealHost, { vcpus: 8, senders: 0, throttle: 0.5, pinned: 2, useful: 5 })).toBe(0.2)
    expect(speed(idealHost, { vcpus: 2, senders: 0, throttle: 0, pinned: 1, useful: 5 })).toBe(0.5)
  })

  it('pace is min(1, cores / useful), and never below what it is in proportion', () => {
    const few = fc.record({
      vcpus: fc.integer({ min: 1, max: 64 }),
      pinned: fc.double({ min: 0.1, max: 64, noNaN: true }),
      useful: fc.double({ min: 0.1, max: 64, noNaN: true })
    })
    fc.assert(
      fc.property(few, ({ vcpus, pinned, useful }) => {
        const pace = speed(idealHost, { vcpus, senders: 0, throttle: 0, pinned, useful })
        expect(pace).toBeCloseTo(Math.min(1, Math.min(pinned, vcpus) / Math.min(useful, vcpus)), 12)
        expect(pace).toBeGreaterThanOrEqual(speed(idealHost, { vcpus, senders: 0, throttle: 0, pinned }) - 1e-12)
      })
    )
  })

  it('a guest throttled by 1 stands still', () => {
    expect(speed(idealHost, { vcpus: 2, senders: 0, throttle: 1 })).toBe(0)
  })
})

describe('laneRate', () => {
  it("is the bytes over the larger of both sides' times", () => {
    fc.assert(
      fc.property(
        fc.nat(9000),
        fc.nat(9000),
        fc.nat(9000),
        fc.integer({ min: 1, max: 512 }),
        fc.nat(512),
        (scan, send, receive, pages, z) => {
          const zeros = Math.min(pages, z)
          const rate = laneRate(
            { source: hostCosts({ scanPageNs: scan, sendPageNs: send }), target: hostCosts({ receivePageNs: receive }) },
            { pages, zeros, bytes: 4096 * pages }
          )
          const ns = Math.max(pages * scan + (pages - zeros) * send, (pages - zeros) * receive)
          expect(rate).toBe(ns === 0 ? Number.POSITIVE_INFINITY : (4096 * pages * 1e9) / ns)
        }
      )
    )
  })

  it('a page that the target has not had costs freshPageNs besides, and running virtual CPUs lengthen what a sender does', () => {
    const source = hostCosts({ scanPageNs: 10, sendPageNs: 50, freshPageNs: 40, crowding: 0.02 })
    const rate = (of: { readonly fresh?: number; readonly busyCores?: number }): number =>
      1e9 / laneRate({ source, target: hostCosts() }, { pages: 10, zeros: 4, bytes: 1, ...of })
    expect(rate({})).toBeCloseTo(10 * 10 + 6 * 50)
    expect(rate({ fresh: 7 })).toBeCloseTo(10 * 10 + 6 * 50 + 7 * 40)
    expect(rate({ fresh: 7, busyCores: 5 })).toBeCloseTo((10 * 10 + 6 * 50 + 7 * 40) * 1.1)
  })
})
