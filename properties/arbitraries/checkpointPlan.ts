import * as fc from 'fast-check'
import { link as linkOf } from '../../lib/network/link'
import type { World } from '../../lib/protocol/world'
import type { Time } from '../../lib/time/time'
import { type Breakdown, checkpointing } from '../../lib/world/checkpointing'
import { delayed } from '../../lib/world/delayed'
import type { Store } from '../../lib/world/stores'
import { eitherAlone } from './eitherAlone'
import { type GuestPlan, guestOf, guestPlans } from './guestPlan'
import { costs, costsOf, type WorldPlan } from './worldPlan'

/** Something that breaks after so many pages of time on the wire: the link, mended after so many more (absent: never), the guest's host, or a store. */
export type BreakdownPlan = { readonly afterPages: number; readonly what: 'link' | 'host' | CheckpointStore; readonly mendedAfter?: number }

/** The stores of every planned world: three memory servers, and a file at the host. */
export type CheckpointStore = 'm1' | 'm2' | 'm3' | 'file'

/**
 * A world that keeps images, as plain values: a small world (see `WorldPlan`, with times in pages on the wire), and its stores. `serverPages`: what a server's memory holds. `fileSyncPages`,
 * `fileSurvives`: of the file.
 */
export type CheckpointPlan = WorldPlan & {
  readonly copyPages?: number
  readonly serverPages?: number
  readonly fileSyncPages?: number
  readonly fileSurvives?: boolean
  readonly breakdowns?: readonly BreakdownPlan[]
}

/** A page on the wire, in nanoseconds: pipelines to be checked count their times in it. */
export const CHECKPOINT_PAGE_NS = 1000

const breakdowns: fc.Arbitrary<BreakdownPlan> = fc.record(
  {
    afterPages: fc.nat({ max: 2000 }),
    what: fc.constantFrom('link' as const, 'host' as const, 'm1' as const, 'm2' as const, 'file' as const),
    mendedAfter: fc.nat({ max: 300 })
  },
  { requiredKeys: ['afterPages', 'what'] }
)

/** Worlds of checkpoints by swarm: a guest of 1 to 64 pages at every fidelity, any workload, host and stores; each feature and each failure is absent from half of them. */
export const checkpointPlans: fc.Arbitrary<CheckpointPlan> = eitherAlone<CheckpointPlan, GuestPlan>(
  fc.record(
    {
      seed: fc.nat({ max: 1000 }),
      guest: guestPlans,
      second: guestPlans,
      fidelity: fc.constantFrom('versions' as const, 'bytes' as const, 'marks' as const),
      pageBytes: fc.constant(64),
      pageNs: fc.constant(CHECKPOINT_PAGE_NS),
      latencyPages: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20 })),
      batchAccesses: fc.integer({ min: 1, max: 5000 }),
      batchPages: fc.integer({ min: 1, max: 70 }),
      source: costs,
      copyPages: fc.nat({ max: 3 }),
      serverPages: fc.integer({ min: 1, max: 400 }),
      fileSyncPages: fc.nat({ max: 20 }),
      fileSurvives: fc.constant(true),
      breakdowns: fc.array(breakdowns, { maxLength: 3 }),
      delayPages: fc.integer({ min: 1, max: 20 })
    },
    { requiredKeys: ['seed', 'guest', 'fidelity', 'pageBytes', 'pageNs', 'latencyPages'] }
  )
)

/** The world of a plan. */
export const checkpointWorldOf = (plan: CheckpointPlan): World => {
  const { pageBytes, pageNs, copyPages = 0, serverPages, fileSyncPages = 0, breakdowns: broken = [] } = plan
  const headerBytes = 8
  const bytesPerSecond = ((pageBytes + headerBytes) * 1e9) / pageNs
  const server: Store = { type: 'server', ...(serverPages === undefined ? {} : { memoryBytes: serverPages * (pageBytes + headerBytes) }) }
  const guests = Object.fromEntries(
    [plan.guest, ...(plan.second === undefined ? [] : [plan.second])].map((guest, i) => [
      i === 0 ? 'guest' : 'second',
      guestOf(guest, plan)
    ])
  )
  const world = checkpointing({
    guests,
    stores: {
      m1: server,
      m2: server,
      m3: server,
      file: { type: 'file', bytesPerSecond, syncNs: fileSyncPages * pageNs, survives: plan.fileSurvives ?? false }
    },
    link: linkOf({ bytesPerSecond, latencyNs: plan.latencyPages * pageNs, headerBytes }),
    host: costsOf(plan.source, pageNs),
    copyPageNs: copyPages * pageNs,
    fidelity: plan.fidelity,
    batchAccesses: plan.batchAccesses,
    batchPages: plan.batchPages,
    breakdowns: broken.flatMap((one) =>
      Object.keys(guests)
        .map((name) => breakdownOf(one, name, pageNs))
        .slice(0, one.what === 'host' ? 2 : 1)
    )
  })
  return plan.delayPages === undefined ? world : delayed({ maxDelayNs: plan.delayPages * pageNs })(world)
}

const breakdownOf = ({ afterPages, what, mendedAfter }: BreakdownPlan, guest: string, pageNs: number): Breakdown => {
  const at = afterPages * pageNs
  if (what === 'link') return { at, what, ...(mendedAfter === undefined ? {} : { until: at + mendedAfter * pageNs }) }
  return what === 'host' ? { at, what, name: guest } : { at, what: 'store', name: what }
}

/** The time after which a run of this world is ended: enough for some checkpoints of the largest guest on the slowest host, and a restore. */
export const checkpointUntilOf = (plan: WorldPlan): Time => 40_000 * plan.pageNs
