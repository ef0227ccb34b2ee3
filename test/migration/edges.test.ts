import * as E from 'fp-ts/lib/Either'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { sequence, toArray } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { activePush } from '../../lib/migration/activePush'
import { bubbling } from '../../lib/migration/bubbling'
import { byPage } from '../../lib/migration/byPage'
import { cancellable } from '../../lib/migration/cancellable'
import { lruOrder } from '../../lib/migration/lruOrder'
import { clarkDynamic } from '../../lib/migration/pacing'
import { precopyRounds } from '../../lib/migration/precopyRounds'
import { prefetchOrder } from '../../lib/migration/prefetchOrder'
import type { Prepaging } from '../../lib/migration/prepaging'
import { push } from '../../lib/migration/push'
import { frequentlyDirtied } from '../../lib/migration/skipRule'
import { stopAndCopy } from '../../lib/migration/stopAndCopy'
import { always, downtimeWithin, roundsAtMost } from '../../lib/migration/stopRule'
import { autoConverge } from '../../lib/migration/throttle'
import type { Step } from '../../lib/protocol/phase'
import type { Answer } from '../../lib/protocol/signal'
import { Asking } from '../protocol/asking'
import { pushed, round } from './pushed'

describe('rules at their edges', () => {
  it('always says that the first round has been made', () => {
    expect(always(pushed())).toEqual(O.some('the first round has been made'))
  })

  it('the expected downtime is that of the last round`s bandwidth, where it sent anything, not of the whole push', () => {
    const last = round({ round: 2, bytes: 100 * 4096, startedAt: 9e9, endedAt: 10e9 })
    const fastAtLast = pushed({ last, bytes: 110 * 4096, owed: pageSet.range(1000, 0, 50) })
    expect(downtimeWithin(500_000_000)(fastAtLast)).toEqual(O.some('the expected downtime, 500 ms, is within 500 ms'))
    expect(downtimeWithin(499_000_000)(fastAtLast)).toEqual(O.none)
  })

  it('roundsAtMost takes whole numbers above 0', () => {
    for (const n of [0, 1.5, -1]) expect(() => roundsAtMost(n)).toThrow(`roundsAtMost: n must be an integer above 0 (got ${n})`)
    expect(() => roundsAtMost(1)).not.toThrow()
  })

  it('frequentlyDirtied holds pages back and does not peek', () => {
    expect(frequentlyDirtied({ atLeast: 1, of: 1 })(pushed()).peek).toBe(false)
  })

  it('Clark`s pacing may have one bandwidth for its minimum and its maximum', () => {
    expect(clarkDynamic({ minBytesPerSecond: 5e6, maxBytesPerSecond: 5e6 })(undefined)).toBe(5e6)
  })

  it('auto-converge refuses no maximum, and a first step above it, and takes steps of nothing', () => {
    expect(() => autoConverge({ max: 0 })).toThrow('autoConverge: max must be above 0 and at most 0.99 (got 0)')
    expect(() => autoConverge({ initial: 0.5, max: 0.4 })).toThrow('autoConverge: initial must be above 0 and at most 0.4 (got 0.5)')
    expect(() => autoConverge({ increment: 0 })).not.toThrow()
  })
})

describe('orders of pages', () => {
  const fractions = [1.5, Number.NaN]

  it('say what they are', () => {
    const orders = [
      activePush,
      bubbling(),
      bubbling({ pivots: 3, edges: 'forward' }),
      lruOrder(sequence([2]), bubbling()),
      byPage('mine', () => 0)
    ]
    expect(orders.map(({ name }) => name)).toEqual([
      'activePush',
      'bubbling(1, dual)',
      'bubbling(3, forward)',
      'lruOrder(bubbling(1, dual))',
      'mine'
    ])
  })

  it('take whole numbers of pages, pivots and rounds only', () => {
    for (const n of fractions) {
      expect(() => bubbling({ pivots: n })).toThrow(`bubbling: pivots must be an integer above 0 (got ${n})`)
      expect(() => activePush.take(activePush.start(pageSet.full(4)), pageSet.full(4), n)).toThrow(
        `activePush: atMost must be an integer above 0 (got ${n})`
      )
      expect(() => frequentlyDirtied({ atLeast: n, of: 3 })).toThrow(`frequentlyDirtied: atLeast must be an integer above 0 (got ${n})`)
      expect(() => frequentlyDirtied({ atLeast: 1, of: n })).toThrow(`frequentlyDirtied: of must be an integer of at least 1 (got ${n})`)
      const options = { missing: pageSet.full(4), prepaging: activePush, pagesPerSecond: 1 }
      expect(() => prefetchOrder({ ...options, window: n })).toThrow(`prefetchOrder: window must be an integer above 0 (got ${n})`)
    }
  })

  it('go on with pages that came back behind them, and with none where nothing is missing', () => {
    const [all, none] = [pageSet.full(4), pageSet.empty(4)]
    for (const order of [activePush, bubbling(), bubbling({ pivots: 2 }), bubbling({ edges: 'forward' })] as readonly Prepaging[]) {
      const [first, after] = order.take(order.start(all), all, 3)
      expect(toArray(first)).toEqual([0, 1, 2])
      const [again, last] = order.take(after, pageSet.fromPages(4, [1, 3]), 1)
      expect(toArray(again)).toEqual([3])
      const [back] = order.take(last, pageSet.fromPages(4, [1]), 2)
      expect(toArray(back)).toEqual([1])
      expect(toArray(order.take(last, none, 2)[0])).toEqual([])
    }
  })
})

describe('rounds without a world', () => {
  const options = { guest: { name: 'guest', pages: 4, pageBytes: 100 }, bytesPerSecond: 1e9, until: always }

  it('take a finite bandwidth and whole numbers', () => {
    for (const bytesPerSecond of [Infinity, Number.NaN, -1])
      expect(() => precopyRounds({ ...options, bytesPerSecond })).toThrow(
        `precopyRounds: bytesPerSecond must be above 0 and finite (got ${bytesPerSecond})`
      )
    expect(() => precopyRounds({ ...options, headerBytes: 1.5 })).toThrow(
      'precopyRounds: headerBytes must be an integer of at least 0 (got 1.5)'
    )
    expect(() => precopyRounds({ ...options, remember: 1.5 })).toThrow('precopyRounds: remember must be an integer above 0 (got 1.5)')
    expect(() => precopyRounds({ ...options, headerBytes: 0, remember: 1 })).not.toThrow()
  })
})

/** Answers every order in turn, and lists the names of the states it goes through. */
const named = (step: Step<unknown>, answers: (type: string) => Answer | 'synced'): readonly string[] => {
  const asking = new Asking(step)
  const names: string[] = []
  for (let n = 0; asking.state().type === 'awaiting'; n++) {
    const state = asking.state()
    if (state.type === 'awaiting') names.push(state.name)
    const answer = answers(asking.orders()[n].type)
    if (answer === 'synced') asking.synced(n, pageSet.fromPages(4, [1]))
    else asking.answer(n, answer)
  }
  return names
}

const guest = { name: 'guest', pages: 4, pageBytes: 4096 }
const answered = (type: string): Answer | 'synced' =>
  type === 'sync'
    ? 'synced'
    : type === 'select'
      ? { type: 'selected', pages: pageSet.full(4), nonPageable: pageSet.empty(4) }
      : type === 'send'
        ? { type: 'sent', pages: pageSet.full(4), skipped: pageSet.empty(4), bytes: 9 }
        : type === 'pause'
          ? { type: 'suspended', guestNs: 0, clockNs: 3 }
          : type === 'commit'
            ? { type: 'committed' }
            : type === 'resume'
              ? { type: 'activated', where: 'target', guestNs: 0, clockNs: 0 }
              : type === 'redirect'
                ? { type: 'redirected' }
                : { type: 'done' }

describe('the states of a phase are told apart by their names', () => {
  it('a push tracks, selects, and goes round: send and sync', () => {
    expect(named(push({ until: roundsAtMost(2) })(guest), answered)).toEqual([
      'track > select > rounds',
      'select > rounds',
      'push(send > sync)',
      'push(sync > map)',
      'push(send > sync)',
      'push(sync > map)'
    ])
  })

  it('a round over several channels has a barrier ahead of its sync, and one with a new throttle begins with that', () => {
    const rules = { until: roundsAtMost(2), channels: 2, throttle: () => 0.5 }
    expect(named(push(rules)(guest), answered).slice(2)).toEqual([
      'push(send > sync)',
      'push(flush > sync > map)',
      'push(sync > map)',
      'push(throttle > send > sync)',
      'push(send > sync)',
      'push(flush > sync > map)',
      'push(sync > map)'
    ])
  })

  it('a push that was told to wind down before its first round has one sync left', () => {
    const asking = new Asking(push({ until: always })(guest))
    asking.fact({ type: 'wound' })
    asking.answer(0, { type: 'done' })
    asking.answer(1, answered('select') as Answer)
    expect(asking.state()).toMatchObject({ name: 'sync > map' })
    asking.synced(2, pageSet.fromPages(4, [1]))
    expect(asking.value()).toMatchObject(E.right({ reason: 'told to wind down' }))
  })

  it('a stop-and-copy names the stage that follows', () => {
    const names = named(stopAndCopy('hypervisor'), answered)
    expect(names.slice(0, 3)).toEqual(['pause > map > owed', 'select > map > final copy > switch over', 'send > switch over'])
    expect(new Set(names).size).toBe(names.length)
  })

  it('a send that can be cancelled sends, and then it is cancelling', () => {
    const order = { type: 'send', pages: pageSet.full(4), place: 'always' } as const
    const asking = new Asking(cancellable(order))
    expect(asking.state()).toMatchObject({ name: 'send', data: null })
    asking.fact({ type: 'wound' })
    expect(asking.state()).toMatchObject({ name: 'cancelling', data: null })
    asking.answer(1, { type: 'cancelled', unsent: pageSet.empty(4) })
    expect(asking.state()).toMatchObject({ name: 'cancelling', data: [true, null] })
  })
})
