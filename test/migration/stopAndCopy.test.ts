import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import * as pageSet from '../../lib/memory/pageSet'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import type { Answer } from '../../lib/protocol/signal'
import { Asking } from '../protocol/asking'

const set = (...pages: readonly number[]) => pageSet.fromPages(8, pages)

/** Answers every order but the first of kind `refused`, until that or the end; the last log names `dirty`. */
const played = (
  owed: Parameters<typeof stopAndCopy>[0],
  dirty: pageSet.PageSet,
  refused?: string,
  rules: Parameters<typeof stopAndCopy>[1] = { recovery: { patienceNs: 0 } }
): Asking<E.Either<unknown, unknown>> => {
  const asking = new Asking(stopAndCopy(owed, rules))
  for (let n = 0; n < asking.commands.length; n++) {
    const { order } = asking.commands[n]
    const answers: Partial<Record<typeof order.type, Answer>> = {
      pause: { type: 'suspended', guestNs: 5, clockNs: 77 },
      select: { type: 'selected', pages: set(1, 2, 3), nonPageable: set() },
      send: { type: 'sent', pages: set(), skipped: set(), bytes: 0 },
      commit: { type: 'committed' },
      resume: { type: 'activated', where: 'target', guestNs: 5, clockNs: 77 },
      redirect: { type: 'redirected' }
    }
    if (order.type === refused) asking.answer(n, { type: 'refused', reason: 'no' })
    else if (order.type === 'sync') asking.synced(n, dirty)
    else asking.answer(n, answers[order.type] ?? { type: 'done' })
  }
  return asking
}

const types = (asking: Asking<unknown>) => asking.orders().map(({ type }) => type)
const copied = (asking: Asking<unknown>) =>
  asking.orders().flatMap((o) => (o.type === 'send' && o.pages.type === 'PageSet' ? [pageSet.toArray(o.pages)] : []))

const switching = ['sendContext', 'flush', 'commit', 'resume', 'redirect']

describe('stopAndCopy', () => {
  it('of a level looks its pages up when the guest has stopped, and reads no log', () => {
    const asking = played('guestOs', set())
    expect(types(asking)).toEqual(['pause', 'select', 'send', ...switching])
    expect(asking.orders()[1]).toEqual({ type: 'select', level: 'guestOs' })
    expect(copied(asking)).toEqual([[1, 2, 3]])
    expect(asking.value()).toMatchObject({ _tag: 'Right' })
  })

  it('of a residual reads the log once the guest has stopped, and sends what is owed and what the log names', () => {
    const asking = played(set(0, 4), set(4, 7))
    expect(types(asking)).toEqual(['pause', 'sync', 'send', ...switching])
    expect(copied(asking)).toEqual([[0, 4, 7]])
  })

  it('with nothing owed and nothing in the log still goes all the way', () => {
    expect(types(played(set(), set()))).toEqual(['pause', 'sync', 'send', ...switching])
  })

  it('sends as fast as it can, over whatever is at the target, and leaves nothing out', () => {
    const [, , send] = played(set(1), set()).orders()
    expect(send).toEqual({ type: 'send', pages: set(1), place: 'always' })
  })

  it('spreads the copy over channels and writes it as deltas where it is told to', () => {
    const [, , send] = played(set(1), set(), undefined, { channels: 2, delta: true }).orders()
    expect(send).toEqual({ type: 'send', pages: set(1), place: 'always', channels: 2, encoding: 'delta' })
  })

  it("hands the guest's clock on to the target, where nothing is missing", () => {
    expect(
      played(set(1), set())
        .orders()
        .find(({ type }) => type === 'resume')
    ).toEqual({ type: 'resume', where: 'target', clockNs: 77 })
  })

  it('asks for one thing at a time', () => {
    const asking = new Asking(stopAndCopy('hypervisor'))
    expect(types(asking)).toEqual(['pause'])
    asking.answer(0, { type: 'suspended', guestNs: 0, clockNs: 0 })
    expect(types(asking)).toEqual(['pause', 'select'])
  })

  it('refused before the commit has not committed, and asks for nothing more', () => {
    for (const order of ['pause', 'sync', 'send', 'sendContext', 'flush', 'commit'] as const) {
      const asking = played(set(1), set(2), order)
      expect(asking.value()).toEqual(E.left({ type: 'failure', order, reason: 'no', committed: false }))
      expect(types(asking).at(-1)).toBe(order)
    }
    expect(played('hypervisor', set(), 'select').value()).toMatchObject(E.left({ order: 'select', committed: false }))
  })

  it('refused after the commit has committed', () => {
    for (const order of ['resume', 'redirect'] as const)
      expect(played(set(1), set(2), order).value()).toEqual(E.left({ type: 'failure', order, reason: 'no', committed: true }))
  })
})
