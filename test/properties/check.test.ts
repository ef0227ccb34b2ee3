import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { hybrids, precopies } from '../../properties/arbitraries/pipelineArbitraries'
import { precopyDroppingLastSync } from '../../properties/broken/precopyDroppingLastSync'
import { remembering } from '../../properties/broken/remembering'
import { resumeAtBoth } from '../../properties/broken/resumeAtBoth'
import { check } from '../../properties/check'
import { checkInSlices } from '../../properties/checkInSlices'
import type { Progress } from '../../properties/checkOptions'
import type { Counterexample } from '../../properties/counterexample'
import { noPageLost } from '../../properties/invariants/noPageLost'
import { onePrimary } from '../../properties/invariants/onePrimary'
import type { NamedPipeline } from '../../properties/namedPipeline'
import { smallWorldPlans } from '../../properties/smallWorldPlans'

const worlds = smallWorldPlans

const found = (result: E.Either<Counterexample, unknown>): Counterexample => {
  if (E.isRight(result)) throw new Error('nothing was found')
  return result.left
}

const counting = (pipeline: Pipeline): { readonly pipeline: Pipeline; readonly begun: () => number } => {
  let n = 0
  const counted: Pipeline = (guest) => {
    n++
    return pipeline(guest)
  }
  return { pipeline: counted, begun: () => n }
}

const broken: fc.Arbitrary<NamedPipeline> = fc.constantFrom(
  { name: 'good', pipeline: stopAndCopy() },
  { name: 'forgetful', pipeline: precopyDroppingLastSync },
  { name: 'twofold', pipeline: resumeAtBoth }
)

describe('check', () => {
  it('equal seeds give equal results, another seed another swarm', () => {
    const of = (seed: number) => check(hybrids, { runs: 15, seed, worlds })
    expect(of(1)).toEqual(of(1))
    expect(of(1)).not.toEqual(of(2))
  })

  it('a seed and a path lead to the very same counterexample', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const first = found(check(broken, { runs: 200, seed, worlds }))
        expect(check(broken, { runs: 7, seed, path: first.path, worlds })).toEqual(E.left(first))
      }),
      { numRuns: 5, seed: 1 }
    )
  })

  it('so they do where the worlds, the invariants or the repeats are others than usual', () => {
    const options = { runs: 200, seed: 3, worlds, invariants: [onePrimary], repeat: 2 }
    const first = found(check(resumeAtBoth, options))
    expect(first.invariant).toBe('onePrimary')
    expect(check(resumeAtBoth, { ...options, path: first.path })).toEqual(E.left(first))
  })

  it('a path makes one run, which is made twice unless none is', () => {
    const { path, seed } = found(check(precopyDroppingLastSync, { runs: 100, seed: 2, worlds }))
    for (const [repeat, runs] of [
      [16, 2],
      [true, 2],
      [false, 1]
    ] as const) {
      const good = counting(precopy())
      // The plan may have two guests in other worlds; small ones have one, so that each run begins one pipeline.
      expect(check(good.pipeline, { seed, path, worlds, repeat })).toMatchObject({ right: { runs: 1, interrupted: false } })
      expect(good.begun()).toBe(runs)
    }
  })

  it('a path that leads nowhere is an error', () => {
    for (const path of ['1:9999999', '1:9999999:0', 'here'])
      expect(() => check(stopAndCopy(), { seed: 1, path, worlds })).toThrow(
        new RangeError(`check: path must lead to a run of this check (got ${path})`)
      )
  })

  it('shrinking keeps to the invariant that was broken first, and every step is smaller', () => {
    const seen: Progress[] = []
    const { invariant, shrinks } = found(check(broken, { runs: 200, seed: 5, worlds, progress: (at) => seen.push(at) }))
    const shrinking = seen.flatMap((at) => (at.type === 'shrinking' ? [at] : []))
    expect(new Set(shrinking.map((at) => at.invariant))).toEqual(new Set([invariant]))
    expect(shrinks).toBeGreaterThan(0)
    expect(shrinking.at(-1)).toMatchObject({ shrinks })
    expect(shrinking.every(({ tried }, i) => i === 0 || tried >= shrinking[i - 1].tried)).toBe(true)
  })

  it('progress is told after every run', () => {
    const seen: Progress[] = []
    check(stopAndCopy(), { runs: 5, seed: 1, worlds, progress: (at) => seen.push(at) })
    expect(seen).toEqual([1, 2, 3, 4, 5].map((runs) => ({ type: 'searching', runs, of: 5 })))
  })

  it('the first and every n-th run after it is made twice, and no other', () => {
    const begun = (repeat: boolean | number | undefined): number => {
      const counted = counting(stopAndCopy())
      check(counted.pipeline, { runs: 33, seed: 1, worlds, repeat })
      return counted.begun() - 33
    }
    expect([begun(false), begun(0), begun(10), begun(undefined), begun(true)]).toEqual([0, 0, 4, 3, 33])
    expect(() => begun(-1)).toThrow('check: repeat must be a boolean or an integer from 0 on (got -1)')
  })

  it('a pipeline that remembers is caught by the runs that are made twice', () => {
    const result = found(check(remembering(), { runs: 200, seed: 2, worlds }))
    expect(result.invariant).toBe('sameSeedSameJournal')
  })

  it('an exception out of a pipeline breaks the invariant runs', () => {
    const throwing: Pipeline = () => {
      throw new Error('out of ideas')
    }
    const { invariant, violation, entries } = found(check(throwing, { runs: 1, seed: 1, worlds }))
    expect(invariant).toBe('runs')
    expect(violation.problem).toMatch(/^Error: out of ideas\n/)
    // What was written until then is there: how the journal began.
    expect(entries.map(({ type }) => type)).toEqual(['began'])
  })

  it('stop ends the search with what was done until then, also before the first run', () => {
    let asks = 0
    const few = check(precopies, { runs: 1000, seed: 1, worlds, stop: () => ++asks > 4 })
    expect(few).toMatchObject({ right: { runs: 4, interrupted: true } })
    expect(check(precopies, { seed: 1, worlds, stop: () => true })).toMatchObject({ right: { runs: 0, interrupted: true } })
  })

  it('stop ends shrinking with the smallest until then, which its path leads to', () => {
    const whole = found(check(precopyDroppingLastSync, { runs: 100, seed: 2, worlds }))
    let shrinks = 0
    const stopped = found(
      check(precopyDroppingLastSync, {
        runs: 100,
        seed: 2,
        worlds,
        progress: (at) => {
          if (at.type === 'shrinking') shrinks = at.shrinks
        },
        stop: () => shrinks === 2
      })
    )
    expect(stopped).toMatchObject({ invariant: whole.invariant, interrupted: true, shrinks: 2 })
    expect(whole.path.startsWith(stopped.path)).toBe(true)
    expect(check(precopyDroppingLastSync, { seed: 2, worlds, path: stopped.path })).toEqual(E.left({ ...stopped, interrupted: false }))
  })

  it('the journal of a counterexample breaks its invariant where it says', () => {
    const { entries, violation, journal } = found(
      check(precopyDroppingLastSync, { runs: 100, seed: 4, worlds, invariants: [noPageLost], repeat: false })
    )
    let state = noPageLost.fold.init()
    for (const entry of entries) state = noPageLost.fold.step(state, entry)
    expect(noPageLost.fold.done(state)[0]).toEqual(violation)
    expect(journal.trimEnd().split('\n')).toHaveLength(entries.length)
  })
})

describe('check in slices', () => {
  it('comes to what check comes to', async () => {
    for (const of of [hybrids, broken]) {
      const options = { runs: 60, seed: 1, worlds }
      expect(await checkInSlices(of, options)).toEqual(check(of, options))
    }
  })

  it('lets others work in between, and an abort ends it', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    const result = await checkInSlices(precopies, { runs: 1_000_000, seed: 1, worlds, signal: abort.signal })
    expect(result).toMatchObject({ right: { interrupted: true } })
    expect(E.isRight(result) && result.right.runs).toBeGreaterThan(0)
  })
})
