import * as fc from 'fast-check'
import { memoryBytes } from '../../lib/guest/guest'
import type { HostCosts } from '../../lib/guest/hostCosts'
import { link as linkOf } from '../../lib/network/link'
import type { Where } from '../../lib/protocol/command'
import type { World } from '../../lib/protocol/world'
import { clock } from '../../lib/time/clock'
import type { Time } from '../../lib/time/time'
import { type DatacentreOptions, datacentre } from '../../lib/world/datacentre'
import { delayed } from '../../lib/world/delayed'
import type { Engine } from '../../lib/world/engine'
import type { Way } from '../../lib/world/stalls'
import type { Sender } from '../../lib/world/windows'
import type { DiskPlan } from './diskPlan'
import { eitherAlone } from './eitherAlone'
import { type GuestPlan, guestOf, guestPlans } from './guestPlan'

/** A machine's clock: offset, drift and granularity. */
export type ClockPlan = { readonly offsetNs: number; readonly driftPpm: number; readonly granularityNs: number }

/**
 * Something that breaks, at so many thousandths of the time in which a migration is likely to run; a link is mended after so many more (`mendedAfter`; absent:
 * never).
 */
export type FaultPlan = { readonly perMille: number; readonly what: 'link' | Where; readonly mendedAfter?: number }

/** A lane (absent: all of them) that stands still, from so many thousandths of that time on, for so many pages on the wire. */
export type StallPlan = { readonly lane?: string; readonly way?: Way; readonly perMille: number; readonly pages: number }

/** What a host costs, its times in pages on the wire. */
export type CostsPlan = {
  readonly firstWritePages?: number
  readonly hugePageSplitPages?: number
  readonly hugePagePages?: number
  readonly cores?: number
  readonly senderCores?: number
  readonly suspendPages?: number
  readonly resumePages?: number
  readonly syncPages?: number
}

/**
 * A world as plain values: what a swarm draws, shrinks and prints. `pageNs` is the time of a page on the wire, and all times named `...Pages` are counted in
 * it, so that a fast link and a slow one see the same things happen; `application` is in sixteenths of the link; `delayPages` delays and permutes all that
 * a pipeline hears; `disk`: that of `guest` (see `diskWorldPlans`); `sender`: the source keeps to windows (see `qemuWorldPlans`); `usedTarget`: the target's memory held something else before, where content is kept; what is absent is off.
 */
export type WorldPlan = {
  readonly seed: number
  readonly guest: GuestPlan
  readonly second?: GuestPlan
  readonly fidelity: NonNullable<DatacentreOptions['fidelity']>
  readonly pageBytes: number
  readonly pageNs: number
  readonly latencyPages: number
  readonly application?: number
  readonly redirectPages?: number
  readonly batchAccesses?: number
  readonly batchPages?: number
  readonly progressPages?: number
  readonly source?: CostsPlan
  readonly target?: CostsPlan
  readonly clocks?: { readonly source: ClockPlan; readonly target: ClockPlan }
  readonly fullTarget?: boolean
  readonly usedTarget?: boolean
  readonly faults?: readonly FaultPlan[]
  readonly stalls?: readonly StallPlan[]
  readonly delayPages?: number
  readonly disk?: DiskPlan
  readonly sender?: { readonly windowPages: number; readonly slicePages: number; readonly bufferPages?: number }
}

const clocks: fc.Arbitrary<ClockPlan> = fc.record({
  offsetNs: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  driftPpm: fc.integer({ min: -200, max: 200 }),
  granularityNs: fc.constantFrom(1, 10, 1000)
})

/** Host costs of any kind. */
export const costs: fc.Arbitrary<CostsPlan> = fc.record(
  {
    firstWritePages: fc.nat({ max: 4 }),
    hugePageSplitPages: fc.nat({ max: 4 }),
    hugePagePages: fc.constantFrom(1, 4, 16),
    cores: fc.integer({ min: 1, max: 3 }),
    senderCores: fc.constantFrom(0.25, 1),
    suspendPages: fc.nat({ max: 8 }),
    resumePages: fc.nat({ max: 8 }),
    syncPages: fc.nat({ max: 8 })
  },
  { requiredKeys: [] }
)

const faults: fc.Arbitrary<FaultPlan> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ perMille: fc.nat({ max: 1000 }), what: fc.constantFrom('link' as const, 'source' as const, 'target' as const) })
  },
  {
    weight: 1,
    arbitrary: fc.record({ perMille: fc.nat({ max: 1000 }), what: fc.constant('link' as const), mendedAfter: fc.nat({ max: 1000 }) })
  }
)

/** The lanes of the shipped pipelines, those of a send's further channels, and the one on which faults are told. */
const lanes = ['', 'demand', 'background', 'mtx', 'dtx', 'faults', '#1', '#2', 'background#1']

const stalls: fc.Arbitrary<StallPlan> = fc.record(
  {
    lane: fc.constantFrom(...lanes),
    way: fc.constantFrom('leaving' as const, 'arriving' as const, 'back' as const),
    perMille: fc.nat({ max: 1000 }),
    pages: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 200 }))
  },
  { requiredKeys: ['perMille', 'pages'] }
)

/**
 * Worlds by swarm: memory of 1 to 64 pages at every fidelity, any workload, link, host, clock and batch; each feature and each fault is absent from half of
 * them, so that it is neither always there nor always hidden behind another.
 */
export const worldPlans: fc.Arbitrary<WorldPlan> = eitherAlone<WorldPlan, GuestPlan>(
  fc.record(
    {
      seed: fc.nat({ max: 1000 }),
      guest: guestPlans,
      second: guestPlans,
      fidelity: fc.constantFrom('versions' as const, 'bytes' as const, 'marks' as const),
      pageBytes: fc.constantFrom(64, 4096),
      pageNs: fc.oneof(fc.constantFrom(16, 1000, 100_000), fc.integer({ min: 2, max: 100_000 })),
      latencyPages: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 100 })),
      application: fc.integer({ min: 1, max: 32 }),
      redirectPages: fc.nat({ max: 100 }),
      batchAccesses: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 5000 })),
      batchPages: fc.integer({ min: 1, max: 70 }),
      progressPages: fc.integer({ min: 1, max: 64 }),
      source: costs,
      target: costs,
      clocks: fc.record({ source: clocks, target: clocks }),
      fullTarget: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      usedTarget: fc.constant(true),
      faults: fc.array(faults, { maxLength: 2 }),
      stalls: fc.array(stalls, { maxLength: 3 }),
      delayPages: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 100 }))
    },
    { requiredKeys: ['seed', 'guest', 'fidelity', 'pageBytes', 'pageNs', 'latencyPages'] }
  )
)

/**
 * The same worlds, the guests of which are backed by huge pages at the target, placed as wholes: for pipelines that pull by them, as `GuestView` tells (`hugePages`). A pull of small pages
 * waits there for ever, and is not wrong for that anywhere else.
 */
export const hugePageWorldPlans: fc.Arbitrary<WorldPlan> = fc
  .tuple(worldPlans, fc.constantFrom(2, 4, 32))
  .map(([plan, pages]) => ({ ...plan, guest: { ...plan.guest, hugePages: { pages } } }))

/** The world of a plan, with parts of an engine in place of its own where the plan keeps content. */
export const worldOf = (plan: WorldPlan, parts: Engine = {}): World => {
  const { pageBytes, pageNs } = plan
  const bytesPerSecond = (pageBytes * 1e9) / pageNs
  const guests = Object.fromEntries(
    guestsOf(plan).map((guest, i) => [i === 0 ? 'guest' : 'second', guestOf(guest, plan, i === 0 ? plan.disk : undefined)])
  )
  const span = spanOf(plan)
  const instant = (perMille: number): Time => Math.floor((perMille * span) / 1000)
  const world = datacentre({
    guests,
    link: linkOf({
      bytesPerSecond,
      latencyNs: plan.latencyPages * pageNs,
      applicationBytesPerSecond: ((plan.application ?? 0) * bytesPerSecond) / 16
    }),
    source: costsOf(plan.source, pageNs),
    target: costsOf(plan.target, pageNs),
    clocks: plan.clocks && { source: clock(plan.clocks.source), target: clock(plan.clocks.target) },
    targetMemoryBytes: plan.fullTarget ? Math.max(...Object.values(guests).map(memoryBytes)) - 1 : undefined,
    fidelity: plan.fidelity,
    redirectNs: plan.redirectPages && plan.redirectPages * pageNs,
    batchAccesses: plan.batchAccesses,
    batchPages: plan.batchPages,
    progressNs: plan.progressPages && plan.progressPages * pageNs,
    ...(plan.sender && { sender: senderOf(plan.sender, pageBytes, pageNs) }),
    faults: plan.faults?.map(({ perMille, what, mendedAfter }) => ({
      at: instant(perMille),
      what,
      ...(mendedAfter === undefined || what !== 'link' ? {} : { until: instant(perMille + mendedAfter) })
    })),
    stalls: plan.stalls?.map(({ perMille, pages, ...which }) => ({
      ...which,
      from: instant(perMille),
      until: instant(perMille) + pages * pageNs
    })),
    engine: plan.fidelity === 'marks' ? {} : { ...(plan.usedTarget ? { usedTarget: true } : {}), ...parts }
  })
  return plan.delayPages === undefined ? world : delayed({ maxDelayNs: plan.delayPages * pageNs })(world)
}

/** The time, in ticks, after which a run of this world is ended: some hundred times what a migration of few rounds takes. */
export const untilOf = (plan: WorldPlan): Time => 50 * spanOf(plan)

/** The host costs of a plan, its times in pages of `pageNs`. */
export const costsOf = (plan: CostsPlan = {}, pageNs: number): Partial<HostCosts> => ({
  firstWriteNs: (plan.firstWritePages ?? 0) * pageNs,
  hugePageSplitNs: (plan.hugePageSplitPages ?? 0) * pageNs,
  hugePagePages: plan.hugePagePages ?? 512,
  cores: plan.cores,
  senderCores: plan.senderCores ?? 0,
  suspendNs: (plan.suspendPages ?? 0) * pageNs,
  resumeNs: (plan.resumePages ?? 0) * pageNs,
  syncNs: (plan.syncPages ?? 0) * pageNs
})

const guestsOf = ({ guest, second }: WorldPlan): readonly GuestPlan[] => (second === undefined ? [guest] : [guest, second])

/** The time in which a migration of few rounds is likely to run. */
const spanOf = (plan: WorldPlan): Time => {
  const wire = guestsOf(plan).reduce((sum, { pages, contextPages }) => sum + pages + contextPages, 0)
  const blocks = plan.disk?.storage === 'local' ? plan.disk.blocks * plan.disk.blockPages * Math.max(1, plan.disk.devicePages ?? 1) : 0
  const hosts = [plan.source, plan.target].reduce(
    (sum, of) => sum + (of?.suspendPages ?? 0) + (of?.resumePages ?? 0) + (of?.syncPages ?? 0),
    0
  )
  return plan.pageNs * (3 * (wire + blocks) + 16 * plan.latencyPages + 2 * hosts + 8 * (plan.delayPages ?? 0))
}

const senderOf = (
  { windowPages, slicePages, bufferPages }: NonNullable<WorldPlan['sender']>,
  pageBytes: number,
  pageNs: number
): Sender => ({
  windowNs: windowPages * pageNs,
  sliceNs: slicePages * pageNs,
  ...(bufferPages === undefined ? {} : { bufferBytes: bufferPages * pageBytes })
})
