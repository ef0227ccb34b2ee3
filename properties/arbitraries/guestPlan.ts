import * as fc from 'fast-check'
import type { Dependency } from '../../lib/guest/dependency'
import type { DeviceOptions } from '../../lib/guest/device'
import { container, type Guest, type GuestKind, process, thread, vm } from '../../lib/guest/guest'
import { pageClasses } from '../../lib/memory/pageClasses'
import * as pageSet from '../../lib/memory/pageSet'
import { type DiskPlan, diskOf } from './diskPlan'
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
 * A device as plain values: its state, and the times of saving and loading it, in pages on the wire; `fixed`: it cannot move, and is unplugged in so many pages of time (`null`: never).
 * It writes `pages` at a time (of those that the guest has) every `intervalPages` of time, from page `from` on; `unlogged`: the log does not see it.
 */
export type DevicePlan = {
  readonly statePages?: number
  readonly savePages?: number
  readonly loadPages?: number
  readonly parallel?: boolean
  readonly fixed?: number | null
  readonly dma?: { readonly intervalPages: number; readonly pages: number; readonly from?: number; readonly unlogged?: boolean }
}

/**
 * A guest as plain values. `contextPages`: its execution context in pages. `balloonPages`: the interval of its self-ballooning in pages of time on the wire.
 * `clears`: every so many stores make a page all zeros. `devices`: see `DevicePlan`. `hugePages`:
 * so many small pages are placed together at the target, or, split there, by themselves at a cost of so many pages of time. `compressionRatio`: what compression leaves of a page.
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
  readonly devices?: readonly DevicePlan[]
  readonly hugePages?: { readonly pages: number; readonly splitPages?: number }
  readonly compressionRatio?: number
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

const devices: fc.Arbitrary<DevicePlan> = fc.record(
  {
    statePages: fc.nat({ max: 8 }),
    savePages: fc.nat({ max: 16 }),
    loadPages: fc.nat({ max: 16 }),
    parallel: fc.boolean(),
    fixed: fc.oneof({ weight: 14, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.constantFrom(8, null) }),
    dma: fc.record(
      {
        intervalPages: fc.integer({ min: 4, max: 200 }),
        pages: fc.integer({ min: 1, max: 8 }),
        from: fc.nat({ max: 63 }),
        unlogged: fc.boolean()
      },
      { requiredKeys: ['intervalPages', 'pages'] }
    )
  },
  { requiredKeys: [] }
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
    devices: fc.array(devices, { minLength: 1, maxLength: 2 }),
    hugePages: fc.record({ pages: fc.constantFrom(2, 4, 32), splitPages: fc.nat({ max: 8 }) }),
    compressionRatio: fc.constantFrom(0.25, 1),
    dependencies
  },
  { requiredKeys: ['kind', 'pages', 'vcpus', 'contextPages', 'workload'] }
)

/** The guest of a plan with pages of `pageBytes`, on a link that carries one in `pageNs`; with a disk, where one is planned. */
export const guestOf = (
  plan: GuestPlan,
  { pageBytes, pageNs }: { readonly pageBytes: number; readonly pageNs: number },
  disk?: DiskPlan
): Guest => {
  const { pages, contextPages, dependencies: of, balloonPages, clears } = plan
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
    disk: disk && diskOf(disk, { pageBytes, pageNs }),
    hugePages: plan.hugePages && {
      pages: plan.hugePages.pages,
      ...(plan.hugePages.splitPages === undefined ? {} : { splitNs: plan.hugePages.splitPages * pageNs })
    },
    compressionRatio: plan.compressionRatio,
    devices: plan.devices?.map((one, i) => deviceOf(one, i, { pages, pageBytes, pageNs }))
  })
}

const deviceOf = (
  { statePages = 0, savePages = 0, loadPages = 0, parallel, fixed, dma }: DevicePlan,
  i: number,
  { pages, pageBytes, pageNs }: { readonly pages: number; readonly pageBytes: number; readonly pageNs: number }
): DeviceOptions => {
  const from = (dma?.from ?? 0) % pages
  return {
    name: `device ${i}`,
    stateBytes: statePages * pageBytes,
    saveNs: savePages * pageNs,
    loadNs: loadPages * pageNs,
    parallel,
    ...(fixed === undefined ? {} : { movable: false, unplugNs: fixed === null ? null : fixed * pageNs }),
    dma: dma && {
      intervalNs: dma.intervalPages * pageNs,
      pages: Math.min(dma.pages, pages - from),
      from,
      seen: dma.unlogged ? 'mapped' : 'logged'
    }
  }
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
