import * as fc from 'fast-check'
import type { SlotDistribution } from '../../lib/memory/slotDistribution'
import type { IsoFault, IsoOptions } from '../../lib/world/isoOptions'
import type { ChipWiring } from '../../lib/world/mppaWiring'
import { onChip } from '../../lib/world/onChip'

/**
 * What a thread of a plan does next: takes a cell of so many words and links it to the one before (`cell`), gives one back (`drop`, the how manieth), pushes a pointer to its last cell, moves, ends
 * and begins again elsewhere (`again`), or tries what is not allowed (`reach`).
 */
export type IsoStep =
  | { readonly type: 'cell'; readonly words: number }
  | { readonly type: 'drop'; readonly which: number }
  | { readonly type: 'push' }
  | { readonly type: 'move'; readonly to: number }
  | { readonly type: 'again'; readonly node: number }
  | { readonly type: 'reach' }

/** Something that breaks at so many thousandths of the time the run takes at most; a link is back after `backMs` microseconds (absent: never). */
export type IsoBreak = { readonly what: 'host' | 'link'; readonly node: number; readonly atUs: number; readonly backUs?: number }

/**
 * Nodes and threads as plain values: what a swarm draws, shrinks and prints. Small slots and small areas, so that runs are short of and caches overflow; `mapped`: small memories, too (absent: no bound). `chip`: on the clusters of a chip, at
 * that fidelity (absent: over a crossbar). `slotBytes`: default `PLAN_SLOT_BYTES`.
 */
export type IsoPlan = {
  readonly nodes: number
  readonly slots: number
  readonly stackSlots: number
  readonly distribution: SlotDistribution
  readonly cache: number
  readonly busy: number
  readonly mapped?: number
  readonly jitterUs: number
  readonly releaseUs: number
  readonly naive: boolean
  readonly threads: readonly { readonly node: number; readonly steps: readonly IsoStep[] }[]
  readonly breaks: readonly IsoBreak[]
  readonly seed: number
  readonly slotBytes?: number
  readonly chip?: 'hop' | 'flit'
}

/** Bytes of a slot in a plan that says nothing else. */
export const PLAN_SLOT_BYTES = 256

const step = (nodes: number): fc.Arbitrary<IsoStep> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        type: fc.constant('cell' as const),
        words: fc.oneof(fc.integer({ min: 3, max: 8 }), fc.integer({ min: 3, max: 150 }))
      })
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('drop' as const), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.constant<IsoStep>({ type: 'push' }) },
    { weight: 5, arbitrary: fc.record({ type: fc.constant('move' as const), to: fc.nat(nodes - 1) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('again' as const), node: fc.nat(nodes - 1) }) },
    { weight: 1, arbitrary: fc.constant<IsoStep>({ type: 'reach' }) }
  )

const distribution = (nodes: number, slots: number): fc.Arbitrary<SlotDistribution> =>
  fc.oneof(
    fc.record({ type: fc.constant('cyclic' as const), chunk: fc.constantFrom(1, 2, 3, 16) }),
    fc.constant<SlotDistribution>({ type: 'block' }),
    fc.record({ type: fc.constant('centralized' as const), node: fc.nat(nodes - 1) }),
    fc.array(fc.nat(nodes - 1), { minLength: slots, maxLength: slots }).map((owners): SlotDistribution => ({ type: 'custom', owners }))
  )

const breaking = (nodes: number): fc.Arbitrary<IsoBreak> =>
  fc.record(
    {
      what: fc.constantFrom('host' as const, 'link' as const),
      node: fc.nat(nodes - 1),
      atUs: fc.nat(2000),
      backUs: fc.integer({ min: 1, max: 2000 })
    },
    { requiredKeys: ['what', 'node', 'atUs'] }
  )

/** Draws plans; `breaks: false`: nothing breaks. */
export const isoPlan = ({ breaks }: { readonly breaks: boolean }): fc.Arbitrary<IsoPlan> =>
  fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 12, max: 64 })).chain(([nodes, slots]) =>
    fc.record(
      {
        nodes: fc.constant(nodes),
        slots: fc.constant(slots),
        stackSlots: fc.integer({ min: 1, max: 3 }),
        distribution: distribution(nodes, slots),
        cache: fc.constantFrom(0, 1, 2, 1024),
        busy: fc.constantFrom(2, 1000),
        mapped: fc.integer({ min: 3, max: 24 }),
        jitterUs: fc.constantFrom(0, 3, 200),
        releaseUs: fc.constantFrom(0, 5, 300),
        naive: fc.constantFrom(false, false, false, true),
        threads: fc.array(fc.record({ node: fc.nat(nodes - 1), steps: fc.array(step(nodes), { maxLength: 25 }) }), {
          minLength: 1,
          maxLength: 4
        }),
        breaks: breaks ? fc.array(breaking(nodes), { maxLength: 2 }) : fc.constant([]),
        seed: fc.nat(1000)
      },
      {
        requiredKeys: [
          'nodes',
          'slots',
          'stackSlots',
          'distribution',
          'cache',
          'busy',
          'jitterUs',
          'releaseUs',
          'naive',
          'threads',
          'breaks',
          'seed'
        ]
      }
    )
  )

/** The same plans on the clusters of a chip, where nothing that breaks comes back, and all takes longer. */
export const isoPlanOnChip = ({ breaks }: { readonly breaks: boolean }): fc.Arbitrary<IsoPlan> =>
  fc
    .tuple(isoPlan({ breaks }), fc.constantFrom('hop' as const, 'hop' as const, 'flit' as const))
    .map(([plan, chip]) => ({ ...plan, jitterUs: 0, chip, breaks: plan.breaks.map(stayingBroken(2)) }))

/** Plans of the size of a chip: 16 clusters, 512 KiB of memory each in slots of 4 KiB, dealt as PM2 has it, and blocks of up to 200 KiB, so that memory runs out and long runs are negotiated for. */
export const isoPlanOfChip = ({ breaks }: { readonly breaks: boolean }): fc.Arbitrary<IsoPlan> =>
  fc.record({
    nodes: fc.constant(16),
    slots: fc.constant(2048),
    slotBytes: fc.constant(4096),
    stackSlots: fc.constant(2),
    distribution: fc.constant<SlotDistribution>({ type: 'cyclic', chunk: 16 }),
    cache: fc.constantFrom(2, 1024),
    busy: fc.constant(1000),
    mapped: fc.constant(128),
    jitterUs: fc.constant(0),
    releaseUs: fc.constantFrom(1, 300),
    naive: fc.constant(false),
    threads: fc.array(fc.record({ node: fc.nat(15), steps: fc.array(largeStep, { maxLength: 8 }) }), { minLength: 1, maxLength: 8 }),
    breaks: breaks ? fc.array(breaking(16).map(stayingBroken(10)), { minLength: 1, maxLength: 3 }) : fc.constant([]),
    seed: fc.nat(1000),
    chip: fc.constant('hop' as const)
  })

const largeStep: fc.Arbitrary<IsoStep> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cell' as const), words: fc.integer({ min: 3, max: 25_600 }) }) },
  { weight: 3, arbitrary: step(16) }
)

const stayingBroken =
  (longer: number) =>
  ({ what, node, atUs }: IsoBreak): IsoBreak => ({ what, node, atUs: longer * atUs })

/** The world of a plan; `wiring` of its chip, so that one serves many. */
export const isoOptionsOf = (plan: IsoPlan, wiring?: ChipWiring): IsoOptions => ({
  ...(plan.chip !== undefined && onChip({ fidelity: plan.chip, ...(wiring && { wiring }) })),
  nodes: plan.nodes,
  area: { slots: plan.slots, slotBytes: plan.slotBytes ?? PLAN_SLOT_BYTES, stackSlots: plan.stackSlots, topAddress: 2 ** 24 },
  distribution: plan.distribution,
  limits: { cache: plan.cache, busy: plan.busy, ...(plan.mapped !== undefined && { mapped: plan.mapped }) },
  memoryBytes: undefined,
  allocator: plan.naive ? 'naive' : 'iso',
  ...(plan.chip === undefined && { network: { jitterNs: plan.jitterUs * 1000 } }),
  costs: { releaseNs: plan.releaseUs * 1000 },
  faults: plan.breaks.map(faultOf),
  seed: plan.seed
})

const faultOf = ({ what, node, atUs, backUs }: IsoBreak): IsoFault => {
  const at = atUs * 1000
  if (what === 'host') return { at, host: node }
  return { at, link: node, ...(backUs !== undefined && { until: at + backUs * 1000 }) }
}
