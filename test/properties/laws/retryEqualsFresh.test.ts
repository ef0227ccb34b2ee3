import * as fc from 'fast-check'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { vm } from '../../../lib/guest/guest'
import { idle } from '../../../lib/guest/idle'
import { roundsAtMost } from '../../../lib/migration/stopRule'
import { chain, done } from '../../../lib/protocol/phase'
import type { Pipeline } from '../../../lib/protocol/pipeline'
import { runFold } from '../../../lib/stream/fold'
import { datacentre } from '../../../lib/world/datacentre'
import { hybrid } from '../../../pipelines/hybrid'
import { postcopy } from '../../../pipelines/postcopy'
import { precopy } from '../../../pipelines/precopy'
import { stopAndCopy } from '../../../pipelines/stopAndCopy'
import { retryKeepingPages } from '../../../properties/broken/retryKeepingPages'
import { invariants } from '../../../properties/invariants/invariants'
import { breaches } from '../../../properties/invariants/watcher'
import { journalOf } from '../../../properties/journalOf'
import { refusing } from '../../../properties/laws/refusing'
import { retryEqualsFresh } from '../../../properties/laws/retryEqualsFresh'

/** Tries once more when an attempt is aborted. */
const once =
  (pipeline: Pipeline): Pipeline =>
  (guest) =>
    pipe(
      pipeline(guest),
      chain('retry', (outcome) => (outcome.type === 'aborted' ? pipeline(guest) : done(outcome)))
    )

const techniques: readonly (readonly [string, Pipeline])[] = [
  ['stop-and-copy', stopAndCopy()],
  ['pre-copy', precopy({ until: roundsAtMost(3) })],
  ['post-copy', postcopy()],
  ['hybrid', hybrid()]
]

const world = datacentre({ guests: { guest: vm({ pages: 16, workload: idle() }) } })

describe('retry equals fresh', () => {
  it.each(techniques)(
    '%s, whichever order is refused: aborted and retried, it gives the orders of a fresh run and breaks no invariant',
    (_, pipeline) => {
      let aborted = 0
      fc.assert(
        fc.property(fc.nat({ max: 12 }), (n) => {
          const disturbed = refusing({ n })(world)
          const retried = once(pipeline)
          const journal = journalOf(retried, disturbed)
          if (journal.filter((e) => e.type === 'commanded' && e.command.order.type === 'preselect').length < 2) return
          aborted++
          expect(runFold(breaches(invariants), journal)).toEqual([])
          expect(retryEqualsFresh({ pipeline, retried, world, disturbed })).toBeUndefined()
        }),
        { numRuns: 40, seed: 1 }
      )
      expect(aborted).toBeGreaterThan(10)
    }
  )

  it('a retry that relies on what the first attempt sent differs, and is named with both orders', () => {
    const differs = retryEqualsFresh({ pipeline: stopAndCopy(), retried: retryKeepingPages, world, disturbed: world })
    expect(differs?.migration).toBe('guest')
    expect(differs?.fresh).not.toBe(differs?.retry)
  })

  it('refusing names the rule its number breaks', () => {
    expect(() => refusing({ n: -1 })).toThrow(new RangeError('refusing: n must be an integer from 0 on (got -1)'))
  })
})
