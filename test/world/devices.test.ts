import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DeviceOptions } from '../../lib/guest/device'
import { devicePresets } from '../../lib/guest/devicePresets'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import * as pageSet from '../../lib/memory/pageSet'
import { measure } from '../../lib/metrics/metrics'
import { unplugging } from '../../lib/migration/unplugging'
import { link } from '../../lib/network/link'
import type { Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { runFold } from '../../lib/stream/fold'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { devicesMoved } from '../../properties/invariants/devicesMoved'
import { journalOf } from '../../properties/journalOf'
import { Driving } from './driving'

const PAGES = 32
const LATENCY = 1000
/** A byte takes a nanosecond. */
const wire = link({ bytesPerSecond: 1e9, latencyNs: LATENCY })

const worldOf = (
  devices: readonly DeviceOptions[],
  options: Partial<DatacentreOptions> = {},
  workload: Workload = uniform({ pages: PAGES, writesPerSecond: 1e5 })
) => datacentre({ guests: { a: vm({ pages: PAGES, contextBytes: 5000, devices, workload }) }, link: wire, ...options })

const moved = (devices: readonly DeviceOptions[], pipeline: Pipeline = stopAndCopy(), options: Partial<DatacentreOptions> = {}) =>
  journalOf(pipeline, worldOf(devices, options))
const downtime = (journal: Journal): number => runFold(measure(), journal).a.downtime
const told = (journal: Journal) =>
  journal.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'device' ? [entry.signal] : []))
const inShort = ({ device, done }: Extract<Signal, { readonly type: 'device' }>): string => `${done} ${device}`

describe('the state of devices', () => {
  it('is saved, sent with the context and loaded within the downtime, and the journal tells when', () => {
    const disk = { name: 'disk', stateBytes: 20_000, saveNs: 7000, loadNs: 40_000 }
    const none = moved([])
    const with1 = moved([disk])
    expect(downtime(with1) - downtime(none)).toBe(7000 + 20_000 + 40_000 - 4 * LATENCY)
    expect(told(with1).map(inShort)).toEqual(['saved disk', 'loaded disk'])
    const [saved, loaded] = told(with1)
    expect(saved).toMatchObject({ bytes: 20_000, ns: 7000 })
    expect(loaded.at - saved.at).toBe(25_000 + LATENCY + 40_000)
  })

  it('is loaded while the commit goes back and forth: what takes less than that costs nothing', () => {
    const quick = moved([{ name: 'disk', loadNs: 4 * LATENCY }])
    expect(downtime(quick)).toBe(downtime(moved([])))
    expect(downtime(moved([{ name: 'disk', loadNs: 4 * LATENCY + 1 }]))).toBe(downtime(quick) + 1)
  })

  it('takes the sum of the times of devices that go one after the other, and those that go beside them hide in it', () => {
    const ns = fc.nat({ max: 50_000 })
    const one = fc.record({ saveNs: ns, loadNs: ns.map((n) => n + 4 * LATENCY), parallel: fc.boolean(), stateBytes: fc.nat({ max: 9000 }) })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (list) => {
        const devices = list.map((d, i) => ({ ...d, name: `${i}` }))
        const time = (what: 'saveNs' | 'loadNs') =>
          Math.max(
            devices.reduce((n, d) => n + (d.parallel ? 0 : d[what]), 0),
            ...devices.map((d) => (d.parallel ? d[what] : 0))
          )
        const bytes = devices.reduce((n, d) => n + d.stateBytes, 0)
        expect(downtime(moved(devices)) - downtime(moved([]))).toBe(time('saveNs') + bytes + time('loadNs') - 4 * LATENCY)
      }),
      { numRuns: 30 }
    )
  })

  it('moves with every technique, once', () => {
    for (const pipeline of [stopAndCopy(), precopy(), postcopy(), hybrid()]) {
      const journal = moved([devicePresets.vga, devicePresets['virtio-net']], pipeline)
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
      expect(told(journal).map(inShort)).toEqual(['saved vga', 'saved virtio-net', 'loaded vga', 'loaded virtio-net'])
      expect(runFold(devicesMoved.fold, journal)).toEqual([])
    }
  })

  it('is not loaded when the link breaks before it has arrived, and an abort takes it back', () => {
    const devices = [{ name: 'disk', stateBytes: 50_000, loadNs: 9000 }]
    const whole = moved(devices)
    const [saved, loaded] = told(whole).map(({ at }) => at)
    for (const at of [saved + 1, saved + 55_000 + LATENCY - 1]) {
      const journal = moved(devices, stopAndCopy(), { faults: [{ at, what: 'link' }] })
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'aborted', running: 'source' } })
      expect(told(journal).map(inShort)).toEqual(['saved disk'])
    }
    const late = moved(devices, stopAndCopy(), { faults: [{ at: saved + 55_000 + LATENCY, what: 'link' }] })
    expect(loaded).toBe(saved + 55_000 + LATENCY + 9000)
    expect(told(late)).not.toEqual([])
  })

  it('that was saved while the guest ran is told from a right one', () => {
    const driving = new Driving(worldOf([{ name: 'disk', stateBytes: 1 }]))
    for (const order of [{ type: 'preselect' }, { type: 'reserve' }, { type: 'sendContext' }, { type: 'pause' }] as const)
      driving.ask(order)
    const journal = [
      { type: 'began', at: 0, version: 1, seed: 1, guests: {}, world: worldOf([{ name: 'disk' }]).description },
      ...driving.signals.map((signal) => ({ type: 'signalled', at: signal.at, signal }))
    ] as Journal
    expect(runFold(devicesMoved.fold, journal).map(({ problem }) => problem)[0]).toContain('while the guest runs')
  })
})

describe('a device that cannot move', () => {
  const gpu = { ...devicePresets.passthrough, name: 'gpu' }

  it('has the migration refused at the reservation, with its name and reason, before anything was sent', () => {
    const journal = moved([gpu], precopy())
    const reason = 'device gpu cannot move: it is a device of its host, given to the guest as it is'
    expect(journal.at(-1)).toMatchObject({ outcome: { type: 'aborted', reason, running: 'source' } })
    const asked = journal.flatMap((entry) => (entry.type === 'commanded' ? [entry.command.order.type] : []))
    expect(asked.slice(0, 2)).toEqual(['preselect', 'reserve'])
    expect(asked).not.toContain('send')
  })

  it('is unplugged first where that is asked for: it takes its time, and the guest goes without', () => {
    const dma = { intervalNs: 100_000, pages: 4 }
    const journal = moved([{ ...gpu, dma }], unplugging(stopAndCopy()))
    expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
    expect(told(journal).map(inShort)).toEqual(['unplugged gpu'])
    expect(told(journal)[0]).toMatchObject({ at: 2_000_000_000, ns: 2_000_000_000 })
    const driving = new Driving(worldOf([{ ...gpu, dma }], {}, idle()))
    const dirty = (): number => {
      driving.ask({ type: 'sync' })
      return driving.heard('synced').at(-1)!.dirty.count
    }
    driving.ask({ type: 'track', on: true })
    driving.run(1_000_000)
    expect(dirty()).toBe(PAGES)
    driving.ask({ type: 'plug', on: false })
    dirty()
    driving.run(driving.now() + 1_000_000)
    expect(dirty()).toBe(0)
    driving.ask({ type: 'plug', on: true })
    driving.run(driving.now() + 1_000_000)
    expect(dirty()).toBe(PAGES)
  })

  it('is plugged in again when the migration is aborted', () => {
    const journal = moved([gpu], unplugging(precopy()), { targetMemoryBytes: 0 })
    expect(journal.at(-1)).toMatchObject({ outcome: { type: 'aborted', running: 'source' } })
    expect(told(journal).map(inShort)).toEqual(['unplugged gpu', 'plugged gpu'])
  })

  it('that cannot be unplugged either aborts it, and so does a guest that stands still', () => {
    const stuck = moved([{ name: 'gpu', movable: false }], unplugging(precopy()))
    expect(stuck.at(-1)).toMatchObject({ outcome: { type: 'aborted', reason: 'device gpu cannot be unplugged' } })
    const driving = new Driving(worldOf([gpu]))
    driving.ask({ type: 'pause' })
    expect(driving.ask({ type: 'plug', on: false })).toMatchObject({ reason: 'devices are plugged and unplugged while the guest runs' })
  })
})

describe('a device whose writes the log does not see', () => {
  const blind = { name: 'gpu', dma: { intervalNs: 100_000, pages: 1, from: 8, mapped: 8, seen: 'mapped' as const } }

  it('has all that it may write counted as dirty at every reading', () => {
    for (const fidelity of ['marks', 'versions', 'bytes'] as const) {
      const driving = new Driving(worldOf([blind], { fidelity }, idle()))
      driving.ask({ type: 'track', on: true })
      for (let i = 0; i < 3; i++) {
        driving.ask({ type: 'sync' })
        expect(pageSet.toArray(driving.heard('synced').at(-1)!.dirty)).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
      }
    }
  })

  it('keeps them out of every pull: they move while the guest stands still', () => {
    for (const pipeline of [postcopy(), hybrid(), precopy()]) {
      const journal = moved([blind], pipeline)
      expect(journal.at(-1)).toMatchObject({ outcome: { type: 'completed' } })
      const trapped = journal.flatMap((entry) =>
        entry.type === 'commanded' && entry.command.order.type === 'resume' && entry.command.order.missing !== undefined
          ? pageSet.toArray(entry.command.order.missing)
          : []
      )
      expect(trapped.filter((page) => page >= 8 && page < 16)).toEqual([])
      const lost = journal.flatMap((entry) =>
        entry.type === 'signalled' && entry.signal.type === 'compared' ? [entry.signal.lost.count] : []
      )
      expect(lost).toEqual([0, 0])
    }
  })
})

describe('the writes of several devices', () => {
  it('go on while the virtual CPUs are throttled or pinned, and stop with the pause', () => {
    const devices = [
      { name: 'a', dma: { intervalNs: 1000, pages: 1, from: 0, mapped: 1 } },
      { name: 'b', dma: { intervalNs: 1000, pages: 2, from: 4, mapped: 4 } }
    ]
    const driving = new Driving(worldOf(devices, {}, idle()))
    const dirty = () => {
      driving.ask({ type: 'sync' })
      return pageSet.toArray(driving.heard('synced').at(-1)!.dirty)
    }
    driving.ask({ type: 'track', on: true })
    driving.ask({ type: 'throttle', fraction: 0.99 })
    driving.ask({ type: 'pin', cores: 0.01 })
    driving.run(2000)
    expect(dirty()).toEqual([0, 4, 5, 6, 7])
    driving.ask({ type: 'pause' })
    driving.run(9000)
    expect(dirty()).toEqual([])
  })

  it('wait at the target for pages that are missing, and have them fetched', () => {
    const devices = [{ name: 'disk', dma: { intervalNs: 10_000, pages: 4, from: 4, mapped: 4 } }]
    const world = worldOf(devices, {}, idle())
    const journal = journalOf(postcopy({ prepaging: undefined }), world, { until: 2e6 })
    const faults = journal.flatMap((entry) => (entry.type === 'signalled' && entry.signal.type === 'faulted' ? [entry.signal] : []))
    expect(faults.map(({ page, vcpu }) => [page, vcpu])).toEqual([4, 5, 6, 7].map((page) => [page, 1]))
  })
})
