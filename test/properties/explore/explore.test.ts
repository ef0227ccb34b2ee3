import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { activePush } from '../../../lib/migration/activePush'
import { hops } from '../../../lib/migration/hops'
import { retried } from '../../../lib/migration/retried'
import * as skipRule from '../../../lib/migration/skipRule'
import * as stages from '../../../lib/migration/stages'
import { or, roundsAtMost } from '../../../lib/migration/stopRule'
import type { Failure } from '../../../lib/protocol/phase'
import { andThen, chain, done, iterate, request } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import { runFold } from '../../../lib/stream/fold'
import { hybrid } from '../../../pipelines/hybrid'
import { postcopy } from '../../../pipelines/postcopy'
import { precopy } from '../../../pipelines/precopy'
import { stopAndCopy } from '../../../pipelines/stopAndCopy'
import { tlm } from '../../../pipelines/tlm'
import { plantedFaults } from '../../../properties/broken/plantedFaults'
import { dataKey } from '../../../properties/explore/dataKey'
import type { ExploreOptions, Shortest } from '../../../properties/explore/explore'
import { explore, exploring } from '../../../properties/explore/explore'
import { journalOfPath } from '../../../properties/explore/journalOfPath'
import type { Choose, Choosing, Scope } from '../../../properties/explore/scope'
import { invariants } from '../../../properties/invariants/invariants'
import { tree } from './tree'

const until = roundsAtMost(2)
const asking: Choosing = {
  choosing: (choose: Choose) => precopy({ until: or(roundsAtMost(3), () => (choose() ? O.some('enough') : O.none)) })
}
const right: readonly (readonly [string, Pipeline | Choosing])[] = [
  ['stop-and-copy', stopAndCopy()],
  ['pre-copy of two rounds', precopy({ until })],
  ['pre-copy that may stop after any round', asking],
  ['pre-copy that leaves out what has been written again', precopy({ until, skip: skipRule.peek })],
  ['pre-copy that holds back hot pages', precopy({ until, skip: skipRule.frequentlyDirtied({ atLeast: 1, of: 2 }) })],
  ['pre-copy over two channels', precopy({ until, channels: 2 })],
  ['pre-copy by deltas', precopy({ until, delta: true })],
  ['post-copy by bubbling', postcopy()],
  ['post-copy by active push', postcopy({ prepaging: activePush })],
  ['post-copy by demand alone', postcopy({ prepaging: undefined })],
  ['post-copy that waits for no link', postcopy({ recovery: { patienceNs: 0 } })],
  ['hybrid', hybrid()],
  ['TLM', tlm({ intervalNs: 1 })],
  ['TLM without updates, over-committed', tlm({ intervalNs: null, overcommit: [{ after: 0, cores: 1 }] })],
  ['pre-copy tried again', retried({ times: 1 })(precopy({ until }))],
  ['post-copy tried again', retried({ times: 1 })(postcopy())],
  ['two hops', hops([stopAndCopy(), postcopy()])]
]
/** Wrong where time and special worlds are no matter; `remembering` is no pure pipeline, and an exploration's guest has no disk. */
const wrong = plantedFaults().filter(({ name, wrap }) => wrap === undefined && name !== 'remembering' && !name.startsWith('mirroring'))

const SMALLEST: readonly Scope[] = [
  { pages: 1, writes: 1, faults: 0 },
  { pages: 2, writes: 1, faults: 0 },
  { pages: 2, writes: 2, faults: 0 },
  { pages: 1, writes: 0, faults: 1 },
  {
    pages: 1,
    writes: 0,
    guest: { dependencies: [{ kind: 'file', name: 'log', policy: { type: 'forwarded', usesPerSecond: 1, nsPerUse: 1 } }] }
  }
]

const shortestOf = (pipeline: Pipeline): readonly [Shortest, Scope] => {
  for (const scope of SMALLEST) {
    const result = explore(pipeline, scope)
    if (E.isLeft(result)) return [result.left, scope]
  }
  throw new Error('nothing is wrong')
}

describe('explore', () => {
  it.each(right)('%s holds in every interleaving of 2 pages, 2 writes and a fault', (_name, pipeline) => {
    const result = explore(pipeline, { pages: 2, writes: 2, faults: 1 })
    if (E.isLeft(result)) throw new Error(`${result.left.invariant}: ${result.left.problem} ${JSON.stringify(result.left.path)}`)
    expect(result.right.complete).toBe(true)
    const types = new Set(result.right.outcomes.map(({ type }) => type))
    expect([...types]).toEqual(expect.arrayContaining(['completed', 'aborted', 'lost']))
  })

  it.each(wrong.map((fault) => [fault.name, fault] as const))(
    '%s is found, and the data centre’s journal of the path is broken too',
    (_name, { pipeline }) => {
      const [{ invariant, path, journal }, scope] = shortestOf(pipeline)
      expect(journal).toEqual(journalOfPath(pipeline, path, scope))
      expect(journal[0]).toMatchObject({ type: 'began', world: { world: 'datacentre' } })
      const found = invariants.find(({ name }) => name === invariant)
      if (found === undefined) throw new Error(`no invariant of journals is called ${invariant}`)
      expect(runFold(found.fold, journal)).not.toEqual([])
    }
  )

  it.each([...right.map(([name, pipeline]) => [name, pipeline] as const), ...wrong.map(({ name, pipeline }) => [name, pipeline] as const)])(
    '%s comes to the same, and goes wrong at the same depth, where no two states are taken to be the same',
    (_name, pipeline) => {
      for (const scope of [
        { pages: 1, writes: 1, faults: 0 },
        { pages: 1, writes: 0, faults: 1 }
      ]) {
        const one = tree(pipeline, scope, 40)
        const merged = explore(pipeline, { ...scope, judgedEnds: 0 })
        if (E.isRight(merged)) {
          expect(one.wrong).toEqual(new Set())
          expect(new Set(merged.right.outcomes.map(dataKey))).toEqual(one.outcomes)
        } else if (merged.left.invariant !== 'ends') {
          expect(merged.left.path.length).toBe(one.depth)
          expect(one.wrong).toContain(merged.left.invariant)
        } else expect(one.wrong).toEqual(new Set())
      }
    }
  )

  it('tells states apart by what is handed on from one phase to a later one, though only a function remembers it', () => {
    const handing: Choosing = {
      choosing: (choose) => () =>
        pipe(
          request({ type: 'preselect' }),
          chain('decide', () => done(choose())),
          chain('wait', (chosen: boolean) =>
            pipe(
              request({ type: 'redirect' }),
              chain('tell', () => done<Outcome>({ type: 'aborted', reason: chosen ? 'chosen' : 'not chosen', running: 'source' }))
            )
          )
        )
    }
    const result = explore(handing, { pages: 1, writes: 0 })
    if (E.isLeft(result)) throw new Error(result.left.problem)
    expect(result.right.outcomes.map((outcome) => 'reason' in outcome && outcome.reason).sort()).toEqual(['chosen', 'not chosen'])
  })

  it('names the state from which there is no way to an end', () => {
    const result = explore(wrong.find(({ name }) => name === 'neverEnding')!.pipeline, { pages: 1, writes: 0 })
    expect(result).toMatchObject({ left: { invariant: 'ends' } })
  })

  it('names a pipeline that orders for ever what is answered at once, and shows how that begins', () => {
    const busy: Pipeline = () =>
      pipe(
        stages.prepare(),
        andThen('busy', () =>
          iterate(
            'loop',
            0,
            () => request({ type: 'sync' }),
            () => E.left<number, E.Either<Failure, readonly string[]>>(0)
          )
        ),
        stages.concluded
      )
    const result = explore(busy, { pages: 1, writes: 1 })
    if (E.isRight(result)) throw new Error('it rests')
    const { invariant, problem, replayed, journal, path } = result.left
    expect([invariant, problem, replayed]).toEqual([
      'ends',
      'the pipeline orders again and again what is answered at once: after 10000 signals nothing else could happen yet',
      false
    ])
    expect(path.at(-1)).toMatchObject({ type: 'answer' })
    expect(journal.length).toBeLessThan(60)
    expect(journal.slice(-10).map((entry) => (entry.type === 'commanded' ? entry.command.order.type : ''))).toContain('sync')
  })

  it('says where the data centre does not come to the same, because the pipeline looks at times', () => {
    const late: Pipeline = () =>
      pipe(
        request({ type: 'preselect' }),
        chain('decide', (answer: E.Either<Failure, { readonly at: number }>) =>
          done<Outcome>(
            E.isRight(answer) && answer.right.at > 0 ? { type: 'lost', reason: 'late' } : { type: 'lost', reason: 'lost already' }
          )
        )
      )
    const result = explore(late, { pages: 1, writes: 0 })
    expect(result).toMatchObject({
      left: { invariant: 'outcomeHolds', replayed: false }
    })
    expect(E.isLeft(result) && result.left.journal[0]).toMatchObject({ world: { world: 'explored' } })
  })

  it.each<readonly [ExploreOptions, string]>([
    [{ pages: 0 }, 'explore: pages must be a positive integer (got 0)'],
    [{ pages: 1.5 }, 'explore: pages must be a positive integer (got 1.5)'],
    [{ writes: -1 }, 'explore: writes must be a non-negative integer (got -1)'],
    [{ faults: 0.5 }, 'explore: faults must be a non-negative integer (got 0.5)'],
    [{ faults: Number.NaN }, 'explore: faults must be a non-negative integer (got NaN)'],
    [{ fail: ['nobody' as 'link'] }, 'explore: fail must be some of link, source, target (got "nobody")'],
    [{ maxStates: 0 }, 'explore: maxStates must be a positive integer (got 0)'],
    [{ judgedEnds: -1 }, 'explore: judgedEnds must be a non-negative integer (got -1)']
  ])('refuses %j', (options, message) => {
    expect(() => explore(stopAndCopy(), options)).toThrow(new RangeError(message))
  })

  it('stops at so many states and says that it is not complete', () => {
    const result = explore(precopy({ until }), { pages: 3, writes: 4, maxStates: 1000 })
    expect(result).toMatchObject({ right: { complete: false } })
    expect(E.isRight(result) && result.right.states).toBeLessThan(1100)
  })

  it('comes to the same in slices, and says how far it is', () => {
    const told: number[] = []
    const whole = explore(precopy({ until }), { pages: 3, writes: 2, progress: ({ states }) => told.push(states) })
    const slices: number[] = []
    const steps = exploring(precopy({ until }), { pages: 3, writes: 2 })
    let last = steps.next()
    for (; last.done !== true; last = steps.next()) slices.push(last.value.states)
    expect(last.value).toEqual(whole)
    expect(slices).toEqual(told)
  })
})
