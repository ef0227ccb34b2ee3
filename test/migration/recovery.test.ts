import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { recover } from '../../lib/migration/recovery'
import { Asking } from '../protocol/asking'

const refused = { type: 'refused', reason: 'the link failed' } as const
const mended = { type: 'mended', what: 'link' } as const
const standing = { type: 'standing', primary: 'target', missing: pageSet.fromPages(8, [2, 3]) } as const
const orders = (asking: Asking<unknown>) => asking.orders().map((o) => (o.type === 'wake' ? `wake ${o.afterNs}` : o.type))
const recovering = (patienceNs = 100) => new Asking(recover({ patienceNs }))

describe('recover', () => {
  it('ends with what the target says when it can be asked at once', () => {
    const asking = recovering()
    asking.answer(0, standing)
    expect(orders(asking)).toEqual(['inquire'])
    expect(asking.value()).toEqual(
      E.right({ primary: 'target', missing: standing.missing, notices: { faulted: [], exited: false, gone: null } })
    )
  })

  it('waits for the link, takes its timer back, and asks again', () => {
    const asking = recovering()
    asking.answer(0, refused, 10)
    asking.fact(mended, 30)
    expect(orders(asking)).toEqual(['inquire', 'wake 100', 'cancel'])
    asking.answer(1, { type: 'done' }, 30)
    asking.answer(2, { type: 'cancelled', unsent: pageSet.empty(8) }, 30)
    expect(orders(asking).slice(3)).toEqual(['inquire'])
    asking.answer(3, standing, 32)
    expect(asking.value()).toMatchObject({ _tag: 'Right' })
  })

  it('asks again at once when the link was mended while a question was on its way to be refused', () => {
    const asking = recovering()
    asking.fact(mended, 5)
    asking.answer(0, refused, 6)
    expect(orders(asking)).toEqual(['inquire', 'inquire'])
    asking.answer(1, refused, 8)
    expect(orders(asking)).toEqual(['inquire', 'inquire', 'wake 98'])
  })

  it('counts its patience from the first refusal, over every break', () => {
    const asking = recovering()
    asking.answer(0, refused, 10)
    asking.fact(mended, 30)
    asking.answer(1, { type: 'done' }, 30)
    asking.answer(2, { type: 'cancelled', unsent: pageSet.empty(8) }, 30)
    asking.answer(3, refused, 60)
    expect(orders(asking).at(-1)).toBe('wake 50')
    asking.answer(4, { type: 'done' }, 110)
    expect(asking.value()).toMatchObject(E.left({ reason: 'the link was not mended within 100 ns' }))
  })

  it('gives up when a question is refused after its patience', () => {
    const asking = recovering()
    asking.fact(mended)
    asking.answer(0, refused, 0)
    asking.fact(mended, 50)
    asking.answer(1, refused, 99)
    asking.answer(2, refused, 100)
    expect(asking.value()).toMatchObject(E.left({ order: 'inquire', reason: 'the link was not mended within 100 ns' }))
  })

  it('gives up at once when a host is gone, heard before the refusal, after it, or while the timer is taken back', () => {
    const gone = { type: 'failed', what: 'source', reason: 'it burnt' } as const
    const before = recovering()
    before.fact(gone)
    before.answer(0, refused)
    const after = recovering()
    after.answer(0, refused)
    after.fact(gone)
    const between = recovering()
    between.answer(0, refused)
    between.fact(mended)
    between.fact(gone)
    for (const asking of [after, between]) {
      expect(asking.value()).toBeUndefined()
      asking.answer(2, { type: 'cancelled', unsent: pageSet.empty(8) })
      asking.answer(1, { type: 'done' })
    }
    for (const asking of [before, after, between]) expect(asking.value()).toMatchObject(E.left({ reason: 'it burnt' }))
  })

  it('without patience asks once', () => {
    const asking = recovering(0)
    asking.answer(0, refused)
    expect(orders(asking)).toEqual(['inquire'])
    expect(asking.value()).toMatchObject(E.left({ reason: 'the link failed' }))
  })

  it('keeps what is told meanwhile, once', () => {
    const asking = recovering()
    asking.fact({ type: 'faulted', page: 3, vcpu: 0 })
    asking.answer(0, refused)
    asking.fact({ type: 'faulted', page: 2, vcpu: 1 })
    asking.fact({ type: 'faulted', page: 3, vcpu: 0 })
    asking.fact(mended)
    asking.fact({ type: 'exited' })
    asking.answer(1, { type: 'done' })
    asking.answer(2, { type: 'cancelled', unsent: pageSet.empty(8) })
    asking.answer(3, standing)
    expect(asking.value()).toMatchObject(E.right({ notices: { faulted: [3, 2], exited: true, gone: null } }))
  })

  it('never ends with a request unanswered, and never misses a link that is mended after a refusal', () => {
    const happenings = fc.array(fc.constantFrom('answer', 'break', 'mend', 'fault', 'late') as fc.Arbitrary<string>, { maxLength: 40 })
    fc.assert(
      fc.property(happenings, fc.integer({ min: 1, max: 50 }), (list, patienceNs) => {
        const asking = recovering(patienceNs)
        let alive = false
        let wokenAt = Number.POSITIVE_INFINITY
        /** Facts may be heard late, and in any order. */
        const unheard: (() => void)[] = []
        const open = (): readonly number[] => asking.commands.map((_, n) => n).filter((n) => !asking.isAnswered(n))
        let standingAt: boolean | undefined
        const reply = (n: number, at: number): void => {
          const { order } = asking.commands[n]
          if (order.type === 'inquire') {
            standingAt = alive
            asking.answer(n, alive ? standing : refused, at)
          } else if (order.type === 'cancel') {
            asking.answer(n, { type: 'cancelled', unsent: pageSet.empty(8) }, at)
            wokenAt = at
          } else if (at >= wokenAt) asking.answer(n, { type: 'done' }, at)
        }
        list.forEach((what, at) => {
          for (const n of open()) {
            const { order } = asking.commands[n]
            if (order.type === 'wake' && wokenAt === Number.POSITIVE_INFINITY) wokenAt = at + order.afterNs
          }
          if (what === 'break') alive = false
          if (what === 'mend' && !alive) {
            alive = true
            unheard.push(() => asking.fact(mended, at))
          }
          if (what === 'fault') asking.fact({ type: 'faulted', page: 2, vcpu: 0 }, at)
          if (what === 'late') for (const tell of unheard.splice(0)) tell()
          if (what === 'answer') {
            const [n] = open()
            if (n !== undefined) {
              reply(n, at)
              if (asking.commands[n].order.type === 'wake' && asking.isAnswered(n)) wokenAt = Number.POSITIVE_INFINITY
            }
          }
        })
        if (asking.value() !== undefined) {
          expect(open()).toEqual([])
          return
        }
        alive = true
        asking.fact(mended, 1000)
        for (let turn = 0; turn < 10 && asking.value() === undefined; turn++) for (const n of open()) reply(n, 1000)
        expect(asking.value()).toBeDefined()
        expect(standingAt).toBe(true)
        expect(open()).toEqual([])
      }),
      { numRuns: 500 }
    )
  })

  it('is refused a patience that is no whole number', () => {
    for (const patienceNs of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => recover({ patienceNs })).toThrow(`recover: patienceNs must be an integer from 0 on (got ${patienceNs})`)
  })
})
