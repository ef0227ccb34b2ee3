import * as fc from 'fast-check'
import * as O from 'fp-ts/lib/Option'
import { pageClasses } from '../../../lib/memory/pageClasses'
import * as pageSet from '../../../lib/memory/pageSet'
import { activePush } from '../../../lib/migration/activePush'
import { bubbling } from '../../../lib/migration/bubbling'
import { hops } from '../../../lib/migration/hops'
import { retried } from '../../../lib/migration/retried'
import * as skipRule from '../../../lib/migration/skipRule'
import * as stopRule from '../../../lib/migration/stopRule'
import * as throttle from '../../../lib/migration/throttle'
import type { Pipeline } from '../../../lib/protocol/pipeline'
import { hybrid } from '../../../pipelines/hybrid'
import { postcopy } from '../../../pipelines/postcopy'
import { precopy } from '../../../pipelines/precopy'
import { stopAndCopy } from '../../../pipelines/stopAndCopy'
import { plantedFaults } from '../../../properties/broken/plantedFaults'
import type { Choice } from '../../../properties/explore/choices'
import type { Choosing, Scope } from '../../../properties/explore/scope'
import type { Walk } from '../../../properties/explore/walk'
import { walk } from '../../../properties/explore/walk'
import { fuzzed } from './fuzzed'

/** A pipeline, or one that asks, by name. */
export type Tried = { readonly name: string; readonly pipeline: Pipeline | Choosing }

const rules = fc.record({
  until: fc.integer({ min: 1, max: 4 }).map(stopRule.roundsAtMost),
  skip: fc.constantFrom(skipRule.none, skipRule.peek, skipRule.frequentlyDirtied({ atLeast: 1, of: 2 })),
  throttle: fc.constantFrom(throttle.none, throttle.autoConverge()),
  channels: fc.constantFrom(undefined, 2, 3),
  delta: fc.boolean()
})
const pulls = fc.record({
  prepaging: fc.constantFrom(undefined, activePush, bubbling(), bubbling({ pivots: 2 })),
  windowPages: fc.integer({ min: 1, max: 3 }),
  windows: fc.integer({ min: 1, max: 3 }),
  recovery: fc.constantFrom(undefined, { patienceNs: 0 })
})
const one: fc.Arbitrary<Pipeline> = fc.oneof(
  fc.constantFrom('hypervisor' as const, 'guestOs' as const).map((level) => stopAndCopy({ level })),
  rules.map(precopy),
  pulls.map(postcopy),
  fc.tuple(rules, pulls).map(([push, pull]) => hybrid({ ...push, ...pull }))
)

/** Shipped pipelines with rules that look at no time, alone, tried again, one after the other, or asking when to stop. */
export const shipped: fc.Arbitrary<Tried> = fc.oneof(
  { weight: 4, arbitrary: one.map((pipeline) => ({ name: 'one', pipeline })) },
  { weight: 2, arbitrary: one.map((pipeline) => ({ name: 'retried', pipeline: retried({ times: 2 })(pipeline) })) },
  { weight: 2, arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }).map((all) => ({ name: 'hops', pipeline: hops(all) })) },
  {
    weight: 1,
    arbitrary: fc.constant({
      name: 'asking',
      pipeline: { choosing: (choose: () => boolean) => precopy({ until: () => (choose() ? O.some('enough') : O.none) }) }
    })
  }
)

/** Wrong pipelines that go wrong without clocks, without disks, and in plain worlds. */
export const broken: fc.Arbitrary<Tried> = fc.constantFrom(
  ...plantedFaults().flatMap(({ name, wrap, pipeline }) =>
    wrap === undefined && name !== 'remembering' && !name.startsWith('mirroring') ? [{ name, pipeline }] : []
  )
)

/** Pipelines that give any orders in any sequence. */
export const nonsense: fc.Arbitrary<Tried> = fc.integer().map((seed) => ({ name: `fuzzed(${seed})`, pipeline: fuzzed(seed) }))

/** Small scopes with everything in them that a scope can have but engines. */
export const scopes: fc.Arbitrary<Scope> = fc.integer({ min: 1, max: 4 }).chain((pages) =>
  fc.record({
    pages: fc.constant(pages),
    writes: fc.nat({ max: 6 }),
    faults: fc.nat({ max: 2 }),
    looks: fc.constantFrom(0, 0, 1, 2),
    guest: fc.record({
      contextBytes: fc.constantFrom(0, 100),
      devices: fc.constantFrom(
        [],
        [],
        [{ name: 'nic', stateBytes: 50, loadNs: 5 }],
        [
          { name: 'clock', loadNs: 1 },
          { name: 'disk', saveNs: 1 }
        ]
      ),
      hugePages: fc.constantFrom(undefined, undefined, { pages: 2 }),
      clears: fc.constantFrom(undefined, 2),
      classes: fc
        .tuple(fc.constantFrom([], [0]), fc.constantFrom([], [pages - 1]))
        .map(([zero, nonPageable]) =>
          pageClasses({ size: pages, zero: pageSet.fromPages(pages, zero), nonPageable: pageSet.fromPages(pages, nonPageable) })
        )
    })
  })
)

/** Which of the choices is taken each time; writes, and failures before the guest is at the target, are often declined. */
export const turns: fc.Arbitrary<readonly number[]> = fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 120, size: 'max' })

/** The walk that these turns are, and its choices. */
export const walked = (
  pipeline: Pipeline | Choosing,
  scope: Scope,
  taken: readonly number[]
): { readonly walk: Walk; readonly path: readonly Choice[] } => {
  const along = walk(pipeline, scope)
  const path: Choice[] = []
  for (const turn of taken) {
    const possible = along.choices()
    if (possible.length === 0 || along.wrong() !== undefined) break
    const drawn = possible[turn % possible.length]
    const early = drawn.type === 'fail' && !along.state.conduct.hosts.atTarget
    const declined = (drawn.type === 'write' && turn % 7 < 3) || (early && turn % 11 < 9)
    const choice: Choice = { ...(declined ? possible[0] : drawn), said: turn % 5 === 0 ? [true] : [] }
    along.take(choice)
    path.push(choice)
  }
  return { walk: along, path }
}
