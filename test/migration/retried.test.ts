import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { retried } from '../../lib/migration/retried'
import { roundsAtMost } from '../../lib/migration/stopRule'
import type { Order } from '../../lib/protocol/command'
import type { Journal } from '../../lib/protocol/journal'
import { done, map, request } from '../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../lib/protocol/pipeline'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'
import { broken, ordered, outcomeOf, PAGES, timesOf } from '../pipelines/breaking'
import { Asking } from '../protocol/asking'

const view = { name: 'a', pages: 8, pageBytes: 4096 }
const recovery = { patienceNs: 1_000_000 }

/** A pipeline of one question, whose answer decides its outcome. */
const asking =
  (outcomes: readonly Outcome[]): Pipeline =>
  () => {
    let n = 0
    return pipe(
      request({ type: 'preselect' }),
      map((answer) => (E.isLeft(answer) ? ({ type: 'aborted', reason: answer.left.reason, running: 'source' } as const) : outcomes[n++]))
    )
  }
const aborted = (reason: string): Outcome => ({ type: 'aborted', reason, running: 'source' })
const refused = { type: 'refused', reason: 'the link failed' } as const
const standing = { type: 'standing', primary: 'source', missing: undefined as never } as const

const pipelines: Readonly<Record<string, Pipeline>> = {
  stopAndCopy: stopAndCopy({ recovery }),
  precopy: precopy({ until: roundsAtMost(2), channels: 2, delta: true, recovery }),
  postcopy: postcopy({ windowPages: 3, recovery }),
  'postcopy on demand': postcopy({ prepaging: undefined, recovery }),
  hybrid: hybrid({ windowPages: 3, recovery })
}

describe('retried', () => {
  it('ends with whatever is not an abort', () => {
    const outcomes: readonly Outcome[] = [
      { type: 'completed', needs: ['a file'] },
      { type: 'lost', reason: 'x' },
      { type: 'undecided', reason: 'x' },
      { type: 'limited', limit: 'x' }
    ]
    for (const outcome of outcomes) {
      const one = new Asking(retried({ times: 3 })(() => done(outcome))(view))
      expect(one.orders()).toEqual([])
      expect(one.value()).toEqual(outcome)
    }
  })

  it('asks the target before it tries again, at most so many times, and says how often it tried', () => {
    const one = new Asking(retried({ times: 2, recovery })(asking([]))(view))
    for (let n = 0; n < 4; n++) one.answer(n, n % 2 === 0 ? refused : standing)
    expect(one.value()).toBeUndefined()
    one.answer(4, { type: 'refused', reason: 'full' })
    expect(one.orders().map(({ type }) => type)).toEqual(['preselect', 'inquire', 'preselect', 'inquire', 'preselect'])
    expect(one.value()).toEqual(aborted('attempt 3: full'))
    const never = new Asking(retried({ times: 0 })(asking([]))(view))
    never.answer(0, refused)
    expect(never.value()).toEqual(aborted('the link failed'))
  })

  it('ends with the outcome of a later attempt as it is, where that is no abort', () => {
    const outcome: Outcome = { type: 'completed', needs: ['a file'] }
    const one = new Asking(retried({ times: 2, recovery })(asking([outcome]))(view))
    expect(one.state()).toMatchObject({ name: 'retried(preselect > map > again)' })
    one.answer(0, refused)
    one.answer(1, standing)
    one.answer(2, { type: 'preselected', host: 'target', guestNs: 0 })
    expect(one.value()).toEqual(outcome)
  })

  it('gives up when the link is not mended in time', () => {
    const one = new Asking(retried({ times: 2, recovery: { patienceNs: 50 } })(asking([]))(view))
    one.answer(0, refused)
    one.answer(1, refused)
    one.answer(2, { type: 'done' }, 50)
    expect(one.value()).toEqual(aborted('the link failed'))
  })

  it('does not try again without a host to go to, nor with a guest that has ended', () => {
    for (const fact of [{ type: 'failed', what: 'target', reason: 'it burnt' }, { type: 'exited' }] as const) {
      const one = new Asking(retried({ times: 2 })(asking([]))(view))
      one.fact(fact)
      one.answer(0, refused)
      expect(one.orders()).toHaveLength(1)
      expect(one.value()).toEqual(aborted('the link failed'))
    }
  })

  it('does not try again with a guest that has ended while the link was waited for', () => {
    const one = new Asking(retried({ times: 2, recovery })(asking([]))(view))
    one.answer(0, refused)
    one.fact({ type: 'exited' })
    one.answer(1, standing)
    expect(one.value()).toEqual(aborted('the link failed'))
  })

  it('completes whenever the link breaks before the commit and is mended', () => {
    for (const [name, pipeline] of Object.entries(pipelines))
      for (const delayNs of [0, 2000]) {
        const again = retried({ times: 1, recovery })(pipeline)
        let attempts = 0
        for (const at of timesOf(broken(pipeline, [], { delayNs })))
          for (const forNs of [1, 20_000]) {
            const journal = broken(again, [{ at, what: 'link', until: at + forNs }], { delayNs })
            expect([name, at, forNs, outcomeOf(journal).type]).toEqual([name, at, forNs, 'completed'])
            if (ordered(journal, 'preselect') === 2) attempts++
          }
        expect(attempts).toBeGreaterThan(0)
      }
  })

  it('an attempt that follows an abort gives the orders that a first attempt gives', () => {
    const guests = { a: vm({ pages: PAGES, contextBytes: 2000, workload: idle() }) }
    for (const pipeline of [pipelines.stopAndCopy, pipelines.precopy, pipelines.postcopy, pipelines.hybrid]) {
      const fresh = broken(pipeline, [], { guests })
      // What the guest's clock shows is later in a later attempt; all else of an idle guest is the same.
      const expected = ordersOf(fresh)
      fc.assert(
        fc.property(fc.constantFrom(...timesOf(fresh)), fc.integer({ min: 1, max: 30_000 }), (at, forNs) => {
          const journal = broken(retried({ times: 1, recovery })(pipeline), [{ at, what: 'link', until: at + forNs }], { guests })
          const orders = ordersOf(journal)
          const second = orders.map(({ type }) => type).lastIndexOf('preselect')
          if (second > 0) expect(orders.slice(second)).toEqual(expected)
        }),
        { numRuns: 60 }
      )
    }
  })

  it('is refused a number of times that is none', () => {
    expect(() => retried({ times: -1 })).toThrow('retried: times must be an integer from 0 on (got -1)')
    expect(() => retried({ times: 1, recovery: { patienceNs: 0.5 } })).toThrow('retried: patienceNs must be an integer from 0 on (got 0.5)')
  })
})

const ordersOf = (journal: Journal): readonly Order[] =>
  journal.flatMap((e): readonly Order[] => {
    if (e.type !== 'commanded') return []
    const { order } = e.command
    return [order.type === 'resume' ? { ...order, clockNs: 0 } : order]
  })
