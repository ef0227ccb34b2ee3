import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { encodeJournal } from '../../lib/codec/journal'
import { hops } from '../../lib/migration/hops'
import { retried } from '../../lib/migration/retried'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Journal } from '../../lib/protocol/journal'
import { done, map, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { broken, lastGiven, ordered, outcomeOf, timesOf } from '../pipelines/breaking'
import { Asking } from '../protocol/asking'

const view = { name: 'a', pages: 8, pageBytes: 4096 }
const recovery = { patienceNs: 1_000_000 }
const pre = precopy({ until: roundsAtMost(2), channels: 2, delta: true, recovery })
const post = postcopy({ windowPages: 3, recovery })
const demand = postcopy({ prepaging: undefined, recovery })
const both = hybrid({ windowPages: 3, recovery })

const signalsOf = <T extends Signal['type']>(journal: Journal, type: T): readonly Extract<Signal, { type: T }>[] =>
  journal.flatMap((e) => (e.type === 'signalled' && e.signal.type === type ? [e.signal as Extract<Signal, { type: T }>] : []))

describe('hops', () => {
  // What a hop must keep is in the invariants, with which `broken` judges every run: no page lost at either end of each hop, the guest's clock never backwards.
  it('A to B to C and back: a guest that reads and writes all the while is whole after each hop', () => {
    const journeys: readonly (readonly Pipeline[])[] = [
      [pre, pre, pre],
      [post, post, post],
      [stopAndCopy({ recovery }), both, pre],
      [both, demand, both],
      [demand, pre, post]
    ]
    for (const journey of journeys)
      for (const [delayNs, fidelity] of [
        [0, 'bytes'],
        [0, 'marks'],
        [2500, 'versions']
      ] as const) {
        if (fidelity === 'marks' && journey.includes(pre)) continue
        const journal = broken(hops(journey), [], { delayNs, fidelity })
        expect(outcomeOf(journal)).toEqual({ type: 'completed', needs: [] })
        const compared = signalsOf(journal, 'compared')
        expect(compared.map(({ when }) => when)).toEqual(Array.from({ length: 3 }, () => ['activated', 'released']).flat())
        for (const { lost, regressed, misread } of compared) expect([lost.count, regressed.count, misread.count]).toEqual([0, 0, 0])
        const clocks = [...signalsOf(journal, 'suspended'), ...signalsOf(journal, 'activated')].sort((a, b) => a.at - b.at)
        expect(clocks).toHaveLength(6)
        clocks.slice(1).forEach(({ clockNs, guestNs }, i) => {
          expect(clockNs).toBeGreaterThanOrEqual(clocks[i].clockNs)
          expect(guestNs).toBeGreaterThanOrEqual(clocks[i].guestNs)
        })
      }
  })

  it('hops([p]) gives the journal of p', () => {
    for (const pipeline of [pre, post, demand, both])
      expect([...encodeJournal(broken(hops([pipeline]), []))]).toEqual([...encodeJournal(broken(pipeline, []))])
  })

  it('hops([hops([p, q]), r]) gives the journal of hops([p, q, r])', () => {
    expect([...encodeJournal(broken(hops([hops([pre, post]), both]), []))]).toEqual([...encodeJournal(broken(hops([pre, post, both]), []))])
  })

  it('ends with the first hop that does not complete, and says which it was', () => {
    const completed: Pipeline = () => done({ type: 'completed', needs: ['a file'] })
    const cases: readonly (readonly [Outcome, Outcome])[] = [
      [
        { type: 'aborted', reason: 'full', running: 'source' },
        { type: 'aborted', reason: 'hop 2 of 3: full', running: 'source' }
      ],
      [
        { type: 'lost', reason: 'gone' },
        { type: 'lost', reason: 'hop 2 of 3: gone' }
      ],
      [
        { type: 'limited', limit: '3 rounds' },
        { type: 'limited', limit: 'hop 2 of 3: 3 rounds' }
      ]
    ]
    for (const [outcome, told] of cases)
      expect(hops([completed, () => done(outcome), completed])(view).phase).toEqual({ type: 'done', value: told })
  })

  it('of one pipeline ends as that does, with no word of a hop', () => {
    const outcome: Outcome = { type: 'aborted', reason: 'full', running: 'source' }
    expect(hops([() => done(outcome)])(view).phase).toEqual({ type: 'done', value: outcome })
  })

  it('is told apart from what it repeats by its name', () => {
    const journey = hops([() => map((): Outcome => ({ type: 'lost', reason: 'gone' }))(request({ type: 'preselect' }))])(view)
    expect(journey.phase).toMatchObject({ name: 'hops(preselect > map)' })
  })

  it('completes with what any host on the way is still needed for, each once', () => {
    const needing =
      (...needs: readonly string[]): Pipeline =>
      () =>
        done({ type: 'completed', needs })
    expect(hops([needing('a', 'b'), needing(), needing('b', 'c')])(view).phase).toEqual({
      type: 'done',
      value: { type: 'completed', needs: ['a', 'b', 'c'] }
    })
  })

  it('takes a guest that has ended no further', () => {
    const asking: Pipeline = () =>
      pipe(
        request({ type: 'preselect' }),
        map((): Outcome => ({ type: 'completed', needs: [] }))
      )
    for (const ends of [true, false]) {
      const journey = new Asking(hops([asking, asking])(view))
      if (ends) journey.fact({ type: 'exited' })
      journey.answer(0, { type: 'preselected', host: 'target', guestNs: 0 })
      expect(journey.orders()).toHaveLength(ends ? 1 : 2)
      expect(journey.value()).toEqual(ends ? { type: 'completed', needs: [] } : undefined)
    }
  })

  it('a link that breaks at any event and is mended stops no journey whose hops are tried again', () => {
    const journey = hops([pre, both, post].map(retried({ times: 2, recovery })))
    const whole = broken(journey, [])
    expect(lastGiven(whole, 'release')).toBeGreaterThan(0)
    for (const at of timesOf(whole))
      for (const forNs of [1, 20_000]) {
        const journal = broken(journey, [{ at, what: 'link', until: at + forNs }])
        expect([at, forNs, outcomeOf(journal).type]).toEqual([at, forNs, 'completed'])
        expect(ordered(journal, 'release')).toBe(3)
      }
  })

  it('are refused without pipelines', () => {
    expect(() => hops([])).toThrow('hops: pipelines must not be empty (got none)')
  })
})
