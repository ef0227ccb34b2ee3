import * as fc from 'fast-check'
import type { Dependency } from '../../lib/guest/dependency'
import { container, type Guest, type GuestKind, process, thread, vm } from '../../lib/guest/guest'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { type WorkloadPlan, workloadOf, workloadPlans } from './workloadPlan'

/** Pages by class, as page numbers; those beyond the guest's memory do not count, and a page is of the first class that names it. */
export type ClassesPlan = {
  readonly ballooned: readonly number[]
  readonly free: readonly number[]
  readonly cache: readonly number[]
  readonly nonPageable: readonly number[]
  readonly zero: readonly number[]
}

/**
 * A guest as plain values. `contextPages`: its execution context in pages. `balloonPages`: the interval of its self-ballooning in pages of time on the wire.
 * `clears`: every so many stores make a page all zeros. `device`: it writes so many pages at a time (of those that the guest has), each so many pages of time on
 * the wire.
 */
export type GuestPlan = {
  readonly kind: GuestKind
  readonly pages: number
  readonly vcpus: number
  readonly contextPages: number
  readonly workload: WorkloadPlan
  readonly classes?: ClassesPlan
  readonly balloonPages?: number
  readonly clears?: number
  readonly device?: { readonly intervalPages: number; readonly pages: number }
  readonly dependencies?: readonly Dependency[]
}

const somePages = fc.uniqueArray(fc.nat({ max: 63 }), { maxLength: 16 })

const dependencies: fc.Arbitrary<readonly Dependency[]> = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('file' as const, 'communicator' as const, 'shared' as const, 'kernel' as const),
    name: fc.constantFrom('log', 'socket', 'segment'),
    policy: fc.oneof(
      { weight: 4, arbitrary: fc.record({ type: fc.constant('moved' as const), bytes: fc.nat({ max: 1000 }) }) },
      { weight: 4, arbitrary: fc.record({ type: fc.constant('rebound' as const), ns: fc.nat({ max: 1000 }) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          type: fc.constant('forwarded' as const),
          usesPerSecond: fc.nat({ max: 100_000 }),
          nsPerUse: fc.nat({ max: 1000 })
        })
      },
      { weight: 1, arbitrary: fc.constant({ type: 'refused' as const, reason: 'it cannot leave its host' }) }
    )
  }),
  { maxLength: 3, selector: ({ name }) => name }
)

/** Guests of 1 to 64 pages; each thing that can be off is off in half of them. */
export const guestPlans: fc.Arbitrary<GuestPlan> = fc.record(
  {
    kind: fc.constantFrom('process' as const, 'vm' as const, 'container' as const, 'thread' as const),
    pages: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 64 })),
    vcpus: fc.integer({ min: 1, max: 3 }),
    contextPages: fc.nat({ max: 4 }),
    workload: workloadPlans,
    classes: fc.record({ ballooned: somePages, free: somePages, cache: somePages, nonPageable: somePages, zero: somePages }),
    balloonPages: fc.integer({ min: 8, max: 200 }),
    clears: fc.integer({ min: 2, max: 5 }),
    device: fc.record({ intervalPages: fc.integer({ min: 4, max: 200 }), pages: fc.integer({ min: 1, max: 8 }) }),
    dependencies
  },
  { requiredKeys: ['kind', 'pages', 'vcpus', 'contextPages', 'workload'] }
)

/** The guest of a plan with pages of `pageBytes`, on a link that carries one in `pageNs`. */
export const guestOf = (plan: GuestPlan, { pageBytes, pageNs }: { readonly pageBytes: number; readonly pageNs: number }): Guest => {
  const { pages, contextPages, dependencies: of, balloonPages, clears, device } = plan
  const workload = workloadOf(plan.workload, { pages, vcpus: plan.vcpus, pageNs })
  const make = { process, vm, container, thread }[plan.kind]
  return make({
    pages,
    pageBytes,
    contextBytes: contextPages * pageBytes,
    workload,
    classes: plan.classes === undefined ? undefined : classesOf(plan.classes, pages),
    dependencies: of,
    balloon:
      balloonPages === undefined
        ? undefined
        : { intervalNs: balloonPages * pageNs, shrinkPages: 2, cacheFraction: 0.5, backOffIntervals: 2 },
    clears,
    device: device && { intervalNs: device.intervalPages * pageNs, pages: Math.min(device.pages, pages) }
  })
}

const classesOf = (plan: ClassesPlan, size: number) => {
  const of = (pages: readonly number[]) =>
    pageSet.fromPages(
      size,
      pages.filter((page) => page < size)
    )
  const hypervisor = pageSet.complement(of(plan.ballooned))
  const guestOs = pageSet.difference(hypervisor, of(plan.free))
  const cache = pageSet.intersection(of(plan.cache), guestOs)
  return pageClasses({
    size,
    hypervisor,
    guestOs,
    cache,
    nonPageable: pageSet.difference(pageSet.intersection(of(plan.nonPageable), guestOs), cache),
    zero: pageSet.difference(pageSet.intersection(of(plan.zero), hypervisor), cache)
  })
}
