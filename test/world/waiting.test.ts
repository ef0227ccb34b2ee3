import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { uniform } from '../../lib/guest/uniform'
import { measure } from '../../lib/metrics/metrics'
import { onwards } from '../../lib/migration/onwards'
import { link } from '../../lib/network/link'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { runFold } from '../../lib/stream/fold'
import { datacentre } from '../../lib/world/datacentre'
import { postcopy } from '../../pipelines/postcopy'
import { type QemuOptions, qemu72, qemu102 } from '../../pipelines/qemu'
import { journalOf } from '../../properties/journalOf'

const GIGABIT = 125e6
const BUFFER = 2 ** 20

const moved = (pipeline: Pipeline, of: { readonly bufferBytes?: number; readonly faultNs?: number; readonly vcpus?: number } = {}) => {
  const { bufferBytes = BUFFER, faultNs = 0, vcpus = 1 } = of
  const world = datacentre({
    guests: { a: vm({ pages: 4096, workload: uniform({ pages: 4096, writesPerSecond: 100_000, vcpus }) }) },
    link: link({ bytesPerSecond: GIGABIT, latencyNs: 10_000 }),
    source: { sendPageNs: 2500 },
    target: { faultNs },
    sender: { windowNs: 100_000_000, sliceNs: 51_000_000, bufferBytes }
  })
  const {
    waitedTime,
    faults,
    outcome,
    resumeTime = 0
  } = runFold(measure(), journalOf(pipeline, world, { seed: 1, until: 5e9, maxEntries: 40_000 })).a
  if (waitedTime === undefined) throw new Error('the guest has not waited')
  expect(outcome?.type).toBe('completed')
  return { ...waitedTime, faults, resumeTime }
}

const stream = postcopy({ prepaging: onwards, windowPages: 32, connection: 'stream' })
const channel = postcopy({ prepaging: onwards, windowPages: 32 })

describe('a page that the guest waits for', () => {
  it('leaves behind what has been written to the socket, and no more: nearly its size over the rate of the link', () => {
    for (const bufferBytes of [2 ** 18, BUFFER]) {
      const { all, faults } = moved(stream, { bufferBytes })
      const mean = all / faults / ((bufferBytes * 1e9) / GIGABIT)
      expect(mean).toBeGreaterThan(0.7)
      expect(mean).toBeLessThan(1.3)
    }
  })

  it('overtakes it on a channel of its own', () => {
    const [behind, ahead] = [moved(stream), moved(channel)]
    expect(ahead.all / ahead.faults).toBeLessThan(behind.all / behind.faults / 20)
  })

  it('is waited for by so much longer as the target takes to ask', () => {
    const { all, faults } = moved(channel)
    const slow = moved(channel, { faultNs: 1_000_000 })
    expect(slow.all / slow.faults - all / faults).toBeGreaterThan(900_000)
    expect(slow.all / slow.faults - all / faults).toBeLessThan(1_300_000)
  })

  it('stops its own virtual CPU alone: all of them wait for less than each', () => {
    const { all, vcpus, resumeTime } = moved(stream, { vcpus: 4 })
    expect(vcpus).toHaveLength(4)
    for (const one of vcpus) {
      expect(one).toBeGreaterThanOrEqual(all)
      expect(one).toBeLessThanOrEqual(resumeTime)
    }
    expect(moved(stream).all).toBe(moved(stream).vcpus[0])
  })
})

describe("QEMU's post-copy", () => {
  const asked = (preempt: boolean): QemuOptions => ({
    downtimeLimitNs: 10_000_000,
    maxBandwidth: 50e6,
    postcopy: { afterSyncs: 1, maxBandwidth: 50e6, preempt }
  })
  const latency = (pipeline: Pipeline): number => {
    const { all, faults } = moved(pipeline)
    return all / faults
  }

  it('is waited for until the next window, but for 10.2 with preempt, whose pages go at once', () => {
    expect(latency(qemu102(asked(true)))).toBeLessThan(latency(qemu102(asked(false))) / 20)
    expect(latency(qemu72(asked(false)))).toBeGreaterThan(10_000_000)
  })

  it('of 7.2 with preempt does not wait behind the socket, and is held back by the limit all the same', () => {
    const [preempt, stream] = [latency(qemu72(asked(true))), latency(qemu72(asked(false)))]
    expect(preempt).toBeLessThan(stream / 2)
    expect(preempt).toBeGreaterThan(2 * latency(qemu102(asked(true))))
  })
})
