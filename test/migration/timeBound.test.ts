import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asFastAsPossible } from '../../lib/guest/asFastAsPossible'
import { dependency } from '../../lib/guest/dependency'
import { type Disk, disk } from '../../lib/guest/disk'
import { type Guest, vm } from '../../lib/guest/guest'
import type { HostCosts } from '../../lib/guest/hostCosts'
import { hotCold } from '../../lib/guest/hotCold'
import { sweep } from '../../lib/guest/sweep'
import { uniform } from '../../lib/guest/uniform'
import type { Workload } from '../../lib/guest/workload'
import type { WorkloadOptions } from '../../lib/guest/workloadOptions'
import { zipf } from '../../lib/guest/zipf'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { preparationTime } from '../../lib/metrics/preparationTime'
import type { DiskBound } from '../../lib/migration/diskBound'
import type { DiskRules } from '../../lib/migration/diskRules'
import { fixed } from '../../lib/migration/pacing'
import { never, roundsAtMost } from '../../lib/migration/stopRule'
import { type TimeBoundOptions, timeBound } from '../../lib/migration/timeBound'
import { type Link, link } from '../../lib/network/link'
import { runFold } from '../../lib/stream/fold'
import type { Time } from '../../lib/time/time'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { tlm } from '../../pipelines/tlm'
import { boundedTime } from '../../properties/invariants/boundedTime'
import { breaches } from '../../properties/invariants/watcher'
import { journalOf } from '../../properties/journalOf'

const workloadsOf = (most: number): fc.Arbitrary<Workload> =>
  fc
    .record({
      of: fc.constantFrom<((options: WorkloadOptions) => Workload)[]>(uniform, sweep, hotCold, zipf),
      pages: fc.integer({ min: 2, max: most }),
      writesPerSecond: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1000, max: 5_000_000 })),
      vcpus: fc.integer({ min: 1, max: 8 })
    })
    .map(({ of, ...options }) => of(options))

const workloads = workloadsOf(200)

type Mirror = { readonly rules: DiskRules; readonly bound: DiskBound }

/** How a disk comes along, and what the bound is told of it. */
const mirrors: fc.Arbitrary<Mirror> = fc
  .record({
    blocks: fc.constantFrom('all' as const, 'used' as const),
    mirror: fc.constantFrom('continuously' as const, 'rounds' as const, 'paused' as const),
    start: fc.constantFrom('ahead' as const, 'beside' as const),
    channels: fc.integer({ min: 1, max: 3 }),
    rounds: fc.integer({ min: 1, max: 4 }),
    bytesPerSecond: fc.option(fc.constantFrom(2e7, 2e8), { nil: undefined }),
    intervalNs: fc.integer({ min: 100_000, max: 10_000_000 })
  })
  .map(({ rounds, bytesPerSecond, intervalNs, ...both }) => ({
    rules: {
      ...both,
      intervalNs,
      until: roundsAtMost(rounds),
      ...(bytesPerSecond === undefined ? {} : { pacing: fixed(bytesPerSecond) })
    },
    bound: { ...both, rounds, bytesPerSecond }
  }))

const disks: fc.Arbitrary<Disk> = fc
  .record({
    workload: workloadsOf(40),
    more: fc.nat(20),
    blockBytes: fc.constantFrom(512, 4096, 16384),
    free: fc.nat(20),
    storage: fc.constantFrom('local' as const, 'local' as const, 'local' as const, 'shared' as const),
    readBytesPerSecond: fc.constantFrom(undefined, 3e7, 3e8),
    writeBytesPerSecond: fc.constantFrom(undefined, 2e7, 2e8)
  })
  .map(({ workload, more, free, ...of }) => {
    const size = workload.pages + more
    return disk({
      ...of,
      workload,
      blocks: size,
      classes: pageClasses({
        size,
        guestOs: pageSet.complement(
          pageSet.fromPages(
            size,
            Array.from({ length: free % size }, (_, i) => i)
          )
        )
      })
    })
  })

const guests: fc.Arbitrary<Guest> = fc
  .record({
    disk: fc.option(disks, { nil: undefined }),
    workload: workloads,
    more: fc.nat(50),
    contextBytes: fc.nat(1e6),
    movedBytes: fc.nat(1e5),
    ns: fc.nat(1e6),
    saveNs: fc.nat(1e6)
  })
  .map(({ workload, more, contextBytes, movedBytes, ns, saveNs, disk: own }) =>
    vm({
      disk: own,
      workload,
      pages: workload.pages + more,
      contextBytes,
      devices: [
        { name: 'gpu', stateBytes: movedBytes, saveNs, loadNs: ns },
        { name: 'nic', stateBytes: 1000, saveNs: 7, loadNs: 9, parallel: true }
      ],
      dependencies: [
        dependency({ kind: 'kernel', name: 'k', policy: { type: 'moved', bytes: movedBytes } }),
        dependency({ kind: 'file', name: 'f', policy: { type: 'rebound', ns } })
      ]
    })
  )

const links: fc.Arbitrary<Link> = fc
  .record({
    bytesPerSecond: fc.constantFrom(12.5e6, 125e6, 1.25e9),
    latencyNs: fc.oneof(fc.constant(0), fc.nat(1e6)),
    application: fc.constantFrom(0, 0.1, 0.5, 3)
  })
  .map(({ application, ...options }) => link({ ...options, applicationBytesPerSecond: application * options.bytesPerSecond }))

const costs: fc.Arbitrary<Partial<HostCosts>> = fc.record(
  {
    scanPageNs: fc.nat(5000),
    sendPageNs: fc.nat(20_000),
    freshPageNs: fc.nat(20_000),
    crowding: fc.constantFrom(0, 0.02, 0.5),
    receivePageNs: fc.nat(20_000),
    firstTouchNs: fc.nat(20_000),
    syncNs: fc.nat(500_000),
    suspendNs: fc.nat(100_000),
    resumeNs: fc.nat(100_000),
    firstWriteNs: fc.nat(20_000),
    senderCores: fc.constantFrom(0, 1)
  },
  { requiredKeys: [] }
)

type Case = Required<Pick<TimeBoundOptions, 'guest' | 'link' | 'source' | 'target'>> & {
  readonly guest: Guest
  readonly intervalNs: Time | null
  readonly overcommit: readonly { readonly after: number; readonly cores: number }[]
  readonly redirectNs: Time
  readonly mirror?: Mirror
}

const cases: fc.Arbitrary<Case> = fc.record({
  guest: guests,
  link: links,
  source: costs,
  target: costs,
  intervalNs: fc.oneof(fc.constant(null), fc.integer({ min: 100_000, max: 50_000_000 })),
  overcommit: fc.array(fc.record({ after: fc.constantFrom(0, 0.2, 0.8), cores: fc.constantFrom(0.5, 1, 2) }), { maxLength: 2 }),
  redirectNs: fc.nat(1e6),
  mirror: mirrors
})

const boundOf = ({ mirror, ...one }: Case) => timeBound({ ...one, disk: mirror?.bound })
const tlmOf = ({ mirror, ...one }: Case) => tlm({ ...one, disk: mirror?.rules })

const worldOf = ({ guest, link, source, target, redirectNs }: Case) =>
  datacentre({ guests: { m: guest }, link, source, target, redirectNs })

const RUNS = Number(process.env.RUNS ?? 60)
const SEED = process.env.SEED === undefined ? undefined : Number(process.env.SEED)

describe('timeBound', () => {
  it('no run takes longer', () => {
    fc.assert(
      fc.property(cases, fc.nat(1000), (one, seed) => {
        const { liveNs, downNs, totalNs } = boundOf(one)
        const journal = journalOf(tlmOf(one), worldOf(one), { seed })
        expect(journal.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'completed' } })
        expect(runFold(breaches([boundedTime({ totalNs, downtimeNs: downNs })]), journal)).toEqual([])
        expect(runFold(preparationTime, journal)!).toBeLessThanOrEqual(liveNs)
      }),
      { numRuns: RUNS, seed: SEED }
    )
  })

  it('is nearly reached by a guest that writes behind mtx, so that dtx always has something to send', () => {
    const guest = vm({ pages: 8192, workload: uniform({ pages: 1200, writesPerSecond: 1_000_000 }) })
    const one = {
      guest,
      link: link({ gigabitsPerSecond: 1 }),
      source: {},
      target: {},
      intervalNs: 50_000_000,
      overcommit: [],
      redirectNs: 0
    }
    const { liveNs } = timeBound(one)
    const paused = journalOf(tlm(one), worldOf(one), { seed: 1 }).find((e) => e.type === 'signalled' && e.signal.type === 'suspended')!
    expect(paused.at).toBeGreaterThan(0.85 * liveNs)
    expect(paused.at).toBeLessThanOrEqual(liveNs)
  })

  it('counts the suspension as live, as the guest runs until it stands still', () => {
    const guest = vm({ pages: 256, workload: asFastAsPossible({ pages: 256, pageNs: 1000 }) })
    const wire = link({ gigabitsPerSecond: 1 })
    const source = { suspendNs: 1_000_000 }
    const one = { guest, link: wire, source, target: {}, intervalNs: null, overcommit: [], redirectNs: 0 }
    const { liveNs } = timeBound(one)
    const paused = journalOf(tlm(one), worldOf(one), { seed: 1 }).find((e) => e.type === 'signalled' && e.signal.type === 'suspended')!
    expect(paused.at).toBeGreaterThan(timeBound({ ...one, source: {} }).liveNs)
    expect(paused.at).toBeLessThanOrEqual(liveNs)
  })

  it('is broken by pre-copy of a guest that writes faster than the link carries', () => {
    const guest = vm({ workload: uniform({ pages: 1024, writesPerSecond: 500_000 }) })
    const one = {
      guest,
      link: link({ gigabitsPerSecond: 1 }),
      source: {},
      target: {},
      intervalNs: 5_000_000,
      overcommit: [],
      redirectNs: 0
    }
    const { totalNs } = timeBound(one)
    const journal = journalOf(precopy({ until: () => ({ _tag: 'None' }) }), worldOf(one), { seed: 1, until: 3 * totalNs })
    expect(runFold(breaches([boundedTime({ totalNs })]), journal)).not.toEqual([])
  })

  it('names the rates it is computed from', () => {
    const guest = vm({ workload: uniform({ pages: 64, writesPerSecond: 1000 }) })
    const of = (bytesPerSecond: number, application = 0, otherFlows = 0) => {
      const one = timeBound({
        guest,
        link: link({ bytesPerSecond, applicationBytesPerSecond: application }),
        source: { sendPageNs: 4104 },
        otherFlows
      })
      return [one.mtxBytesPerSecond, one.stage3BytesPerSecond]
    }
    expect(of(1e9)).toEqual([0.5e9, 1e9])
    expect(of(4e9)).toEqual([1e9, 1e9])
    expect(of(1e9, 9e9)).toEqual([1e9 / 3, 0.5e9])
    expect(of(1e9, 0, 2)).toEqual([0.25e9, 1e9 / 3])
  })

  it('with a disk is nearly reached where every round finds all of it written again', () => {
    const own = disk({ blockBytes: 4096, workload: asFastAsPossible({ pages: 512, pageNs: 1000 }) })
    const guest = vm({ workload: uniform({ pages: 512, writesPerSecond: 1000 }), disk: own })
    const one: Case = {
      guest,
      link: link({ gigabitsPerSecond: 1 }),
      source: {},
      target: {},
      intervalNs: null,
      overcommit: [],
      redirectNs: 0,
      mirror: { rules: { until: roundsAtMost(4), mirror: 'rounds' }, bound: { rounds: 4, mirror: 'rounds' } }
    }
    const { liveNs, totalNs, ...of } = boundOf(one)
    expect(of.disk).toEqual({ bytesPerSecond: 125e6, rounds: 4 })
    expect(of.unbounded).toBeUndefined()
    const journal = journalOf(tlmOf(one), worldOf(one), { seed: 1 })
    expect(runFold(preparationTime, journal)!).toBeGreaterThan(0.97 * liveNs)
    expect(runFold(breaches([boundedTime({ totalNs })]), journal)).toEqual([])
    // Without the disk in it the bound would be a fifth of the truth.
    expect(timeBound({ ...one, guest: { ...guest, disk: undefined } }).totalNs).toBeLessThan(0.5 * totalNs)
  })

  it('says beforehand that there is none where nothing limits the rounds of a disk, which then go on for ever', () => {
    const own = disk({ blockBytes: 4096, workload: asFastAsPossible({ pages: 8, pageNs: 1000 }) })
    const guest = vm({ pages: 8, disk: own })
    const wire = link({ gigabitsPerSecond: 1 })
    const of = (bound: DiskBound) => timeBound({ guest, link: wire, disk: bound })
    expect(of({ rounds: Number.POSITIVE_INFINITY })).toMatchObject({
      totalNs: Number.POSITIVE_INFINITY,
      unbounded: 'nothing limits the rounds of its disk, and what the guest writes there may keep them going for ever'
    })
    const endless = journalOf(tlm({ disk: { until: never } }), datacentre({ guests: { m: guest }, link: wire }), {
      seed: 1,
      until: 100_000_000
    })
    expect(endless.at(-1)).toMatchObject({ type: 'ended', outcome: { type: 'limited' } })
    for (const bound of [{ mirror: 'paused', rounds: Number.POSITIVE_INFINITY }, { rounds: 1 }] as const)
      expect(of(bound)).not.toHaveProperty('unbounded')
    expect(() => of({ rounds: 0 })).toThrow('timeBound: disk: rounds must be an integer above 0, or Infinity (got 0)')
    expect(() => of({ bytesPerSecond: 0 })).toThrow('timeBound: disk: bytesPerSecond must be above 0 (got 0)')
  })

  it('refuses what is no interval and no number of flows', () => {
    const guest = vm({ pages: 1 })
    const of = (more: Partial<TimeBoundOptions>) => () => timeBound({ guest, link: link({ gigabitsPerSecond: 1 }), ...more })
    expect(of({ intervalNs: 0 })).toThrow('timeBound: intervalNs must be an integer above 0, or null (got 0)')
    expect(of({ otherFlows: -1 })).toThrow('timeBound: otherFlows must be an integer from 0 on (got -1)')
  })
})
