import * as fc from 'fast-check'
import { device } from '../../lib/guest/device'
import { link } from '../../lib/network/link'
import type { World } from '../../lib/protocol/world'
import { datacentre } from '../../lib/world/datacentre'
import type { Engine } from '../../lib/world/engine'
import { type GuestPlan, guestOf } from '../arbitraries/guestPlan'
import type { WorkloadPlan } from '../arbitraries/workloadPlan'
import type { WorldPlan } from '../arbitraries/worldPlan'

/** A span of time in pages on the wire, on one lane of the link. */
export type LaneStall = { readonly lane: string; readonly fromPages: number; readonly forPages: number }

/**
 * A world of the museum: a small one, with what a faulty data plane needs to show itself. `clearsEvery`: every so many stores a page is all zeros. `dma`: a device writes
 * so many pages at a time, after so many pages on the wire. `stalled`: what comes over a lane arrives later. `outages`: the link is broken for a while. `soiledTarget`:
 * the target's memory held something else before.
 */
export type MuseumPlan = WorldPlan & {
  readonly clearsEvery?: number
  readonly dma?: { readonly everyPages: number; readonly pages: number }
  readonly stalled?: readonly LaneStall[]
  readonly outages?: readonly { readonly fromPages: number; readonly forPages: number }[]
  readonly soiledTarget?: boolean
}

/** What the worlds of a piece have besides a guest that writes: of `pages` its memory is one; `lanes` may stand still; the classes named have some pages. */
export type Features = {
  readonly pages?: readonly number[]
  readonly clears?: boolean
  readonly device?: boolean
  readonly lanes?: readonly string[]
  readonly outages?: boolean
  readonly usedTarget?: boolean
  readonly classes?: readonly ('zero' | 'free' | 'ballooned')[]
  readonly two?: boolean
}

const PAGE_NS = 1000

/** Guests that write at random, in turn, or at the times that are written down; from hardly ever to faster than the link carries. */
const workloads: fc.Arbitrary<WorkloadPlan> = fc.oneof(
  fc.record({
    type: fc.constantFrom('uniform' as const, 'sweep' as const),
    writes: fc.integer({ min: 1, max: 48 }),
    reads: fc.nat({ max: 16 })
  }),
  fc.record({
    type: fc.constant('recorded' as const),
    quantumPages: fc.integer({ min: 1, max: 16 }),
    repeats: fc.constant(true),
    quanta: fc.array(
      fc.array(
        fc.record({ page: fc.nat({ max: 15 }), at: fc.nat({ max: 99 }), write: fc.boolean(), lastWrite: fc.integer({ min: -1, max: 99 }) }),
        { minLength: 1, maxLength: 4 }
      ),
      { minLength: 1, maxLength: 4 }
    )
  })
)

/** Small worlds with these features, drawn anew for each run. What they draw is the museum's own, so that seeds and paths stay true when the kit's swarm changes. */
export const museumWorlds = (features: Features = {}): fc.Arbitrary<MuseumPlan> => {
  const { pages = [1, 2, 3, 4, 5, 6, 7, 8], classes = [], lanes = [] } = features
  const some = fc.uniqueArray(fc.nat({ max: 15 }), { minLength: 1, maxLength: 4 })
  const none = fc.constant<readonly number[]>([])
  const of = (name: (typeof classes)[number]) => (classes.includes(name) ? some : none)
  const guest: fc.Arbitrary<GuestPlan> = fc.record({
    kind: fc.constant('vm' as const),
    pages: fc.constantFrom(...pages),
    vcpus: fc.constant(1),
    contextPages: fc.constant(0),
    workload: workloads,
    classes:
      classes.length === 0
        ? fc.constant(undefined)
        : fc.record({ ballooned: of('ballooned'), free: of('free'), cache: none, nonPageable: none, zero: of('zero') })
  })
  const spans = { fromPages: fc.nat({ max: 40 }), forPages: fc.integer({ min: 1, max: 40 }) }
  const when = <A>(wanted: boolean | undefined, arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
    wanted === true ? arbitrary : fc.constant(undefined)
  return fc.record({
    seed: fc.nat({ max: 1000 }),
    guest,
    second: when(features.two, guest),
    fidelity: fc.constantFrom('versions' as const, 'bytes' as const),
    pageBytes: fc.constant(64),
    pageNs: fc.constant(PAGE_NS),
    latencyPages: fc.nat({ max: 4 }),
    source: fc.record({ suspendPages: fc.nat({ max: 4 }) }),
    clearsEvery: when(features.clears, fc.integer({ min: 2, max: 4 })),
    dma: when(features.device, fc.record({ everyPages: fc.integer({ min: 2, max: 16 }), pages: fc.integer({ min: 1, max: 4 }) })),
    stalled: when(lanes.length > 0, fc.array(fc.record({ lane: fc.constantFrom(...lanes, ''), ...spans }), { minLength: 1, maxLength: 2 })),
    outages: when(features.outages, fc.array(fc.record(spans), { minLength: 1, maxLength: 2 })),
    soiledTarget: when(features.usedTarget, fc.boolean())
  })
}

/** The world of a plan, with an engine's parts in place of its own. */
export const museumWorldOf =
  (engine: Engine = {}) =>
  (plan: MuseumPlan): World => {
    const { pageBytes, pageNs, clearsEvery, dma, stalled = [], outages = [] } = plan
    const whole = plan.soiledTarget === true ? { ...engine, usedTarget: true } : engine
    const made = (of: GuestPlan) => ({
      ...guestOf(of, plan),
      ...(clearsEvery === undefined ? {} : { clears: clearsEvery }),
      ...(dma === undefined
        ? {}
        : { devices: [device({ name: 'dma', dma: { intervalNs: dma.everyPages * pageNs, pages: Math.min(dma.pages, of.pages) } }, of)] })
    })
    const from = ({ fromPages }: { readonly fromPages: number }): number => fromPages * pageNs
    const until = ({ fromPages, forPages }: { readonly fromPages: number; readonly forPages: number }): number =>
      (fromPages + forPages) * pageNs
    return datacentre({
      guests: { guest: made(plan.guest), ...(plan.second === undefined ? {} : { second: made(plan.second) }) },
      link: link({ bytesPerSecond: (pageBytes * 1e9) / pageNs, latencyNs: plan.latencyPages * pageNs }),
      source: { suspendNs: (plan.source?.suspendPages ?? 0) * pageNs },
      fidelity: plan.fidelity,
      faults: outages.map((of) => ({ at: from(of), what: 'link' as const, until: until(of) })),
      stalls: stalled.map((of) => ({ lane: of.lane, way: 'arriving' as const, from: from(of), until: until(of) })),
      engine: whole
    })
  }
