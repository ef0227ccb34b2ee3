import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { vm } from '../../lib/guest/guest'
import { idle } from '../../lib/guest/idle'
import { uniform } from '../../lib/guest/uniform'
import { run } from '../../lib/loop/run'
import { sequence } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { fixed, type Pacing } from '../../lib/migration/pacing'
import { type PushRules, push } from '../../lib/migration/push'
import { type Recollection, recalled } from '../../lib/migration/recollection'
import type { Pushed } from '../../lib/migration/round'
import { frequentlyDirtied, none, peek } from '../../lib/migration/skipRule'
import { elapsedAtLeast, never, residualBelow, roundsAtMost, sentAtMost } from '../../lib/migration/stopRule'
import { link } from '../../lib/network/link'
import { failure } from '../../lib/protocol/phase'
import { datacentre } from '../../lib/world/datacentre'
import { precopy } from '../../pipelines/precopy'
import { Asking } from '../protocol/asking'

const PAGES = 8
const guest = { name: 'guest', pages: PAGES, pageBytes: 1000 }
const set = (...pages: readonly number[]) => pageSet.fromPages(PAGES, pages)
const listed = (pages: pageSet.PageSet) => pageSet.toArray(pages)

/** A push under test that answers its orders in the order they came in; times are those of the answers. */
class Pushing {
  readonly asking: Asking<unknown>
  private next = 0

  constructor(rules: PushRules) {
    this.asking = new Asking<unknown>(push(rules)(guest))
  }

  types(): readonly string[] {
    return this.asking.orders().map(({ type }) => type)
  }

  done(at = 0): this {
    this.asking.answer(this.next++, { type: 'done' }, at)
    return this
  }

  selected(pages: pageSet.PageSet, at = 0): this {
    this.asking.answer(this.next++, { type: 'selected', pages, nonPageable: pageSet.empty(PAGES) }, at)
    return this
  }

  /** All that was asked for but `skipped` has been sent. */
  sent(at = 0, skipped: pageSet.PageSet = pageSet.empty(PAGES)): this {
    const { order } = this.asking.commands[this.next]
    if (order.type !== 'send' || order.pages.type !== 'PageSet') throw new Error(`a send was expected (got ${order.type})`)
    const pages = pageSet.difference(order.pages, skipped)
    this.asking.answer(this.next++, { type: 'sent', pages, skipped, bytes: pages.count * 1010 }, at)
    return this
  }

  synced(dirty: pageSet.PageSet, at = 0): this {
    this.asking.synced(this.next++, dirty, at)
    return this
  }

  refused(): this {
    this.asking.answer(this.next++, { type: 'refused', reason: 'no' })
    return this
  }

  wound(at = 0): this {
    this.asking.fact({ type: 'wound' }, at)
    return this
  }

  /** The pages that each round asked for. */
  rounds(): readonly (readonly number[])[] {
    return this.asking.orders().flatMap((o) => (o.type === 'send' && o.pages.type === 'PageSet' ? [listed(o.pages)] : []))
  }

  owed(): readonly number[] | undefined {
    const value = this.asking.value() as E.Either<unknown, { owed: pageSet.PageSet }> | undefined
    return value !== undefined && E.isRight(value) ? listed(value.right.owed) : undefined
  }
}

describe('push', () => {
  it('turns the dirty log on before it asks which pages there are', () => {
    const pushing = new Pushing({ until: never, level: 'guestOs' })
    expect(pushing.asking.orders()).toEqual([{ type: 'track', on: true }])
    pushing.done()
    expect(pushing.asking.orders()[1]).toEqual({ type: 'select', level: 'guestOs' })
  })

  it('sends all, then what was dirtied in the round before, until the rule stops it', () => {
    const pushing = new Pushing({ until: roundsAtMost(3) }).done().selected(set(0, 1, 2, 3))
    pushing
      .sent()
      .synced(set(1, 2, 7))
      .sent()
      .synced(set(2))
      .sent()
      .synced(set(5))
    expect(pushing.rounds()).toEqual([[0, 1, 2, 3], [1, 2, 7], [2]])
    expect(pushing.asking.orders().map((o) => (o.type === 'send' ? o.round : o.type))).toEqual([
      ...['track', 'select', 1, 'sync', 2, 'sync', 3, 'sync']
    ])
    expect(pushing.asking.value()).toEqual(E.right({ owed: set(5), reason: '3 rounds have been made, at most 3' }))
  })

  it('owes what was dirtied, what was skipped and what was held back', () => {
    const hold = ({ owed }: { readonly owed: pageSet.PageSet }) => ({ hold: pageSet.intersection(owed, set(6)), peek: true })
    const pushing = new Pushing({ until: roundsAtMost(1), skip: hold }).done().selected(set(0, 1, 5, 6))
    expect(pushing.asking.orders()[2]).toMatchObject({ type: 'send', unless: 'dirtied' })
    expect(pushing.rounds()).toEqual([[0, 1, 5]])
    expect(pushing.sent(0, set(5)).synced(set(1)).owed()).toEqual([1, 5, 6])
  })

  it('without a peek no page is left out', () => {
    const pushing = new Pushing({ until: never }).done().selected(set(0))
    const [, , send] = pushing.asking.orders()
    expect(send.type === 'send' && send.unless).toBeUndefined()
  })

  it('owes nothing of a sequence that a world says it has sent', () => {
    const pushing = new Pushing({ until: roundsAtMost(1) }).done().selected(set(0, 1))
    pushing.asking.answer(2, { type: 'sent', pages: sequence([0, 1]), skipped: set(), bytes: 2 })
    pushing.asking.synced(3, set(3))
    expect(pushing.owed()).toEqual([3])
  })

  it('tells its rules the round, the totals, the times and the recent dirty sets', () => {
    const heard: Pushed[] = []
    const until = (pushed: Pushed) => {
      heard.push(pushed)
      return O.none
    }
    const pushing = new Pushing({ until, skip: peek, remember: 2 }).done(5).selected(set(0, 1, 2, 3), 10)
    pushing.sent(50, set(3)).synced(set(1), 60).sent(70).synced(set(2), 80).sent(90).synced(set(4), 95)
    const first = { round: 1, pages: 3, skipped: 1, bytes: 3030, startedAt: 10, endedAt: 60, dirtied: 1 }
    const second = { round: 2, pages: 2, skipped: 0, bytes: 2020, startedAt: 60, endedAt: 80, dirtied: 1 }
    const third = { round: 3, pages: 1, skipped: 0, bytes: 1010, startedAt: 80, endedAt: 95, dirtied: 1 }
    const always = { guest, startedAt: 10, throttle: 0 }
    expect(heard.map(({ recent, owed, ...rest }) => ({ ...rest, recent: recent.map(listed), owed: listed(owed) }))).toEqual([
      { ...always, bytes: 3030, pages: 3, last: first, previous: null, recent: [[1]], owed: [1, 3] },
      { ...always, bytes: 5050, pages: 5, last: second, previous: first, recent: [[2], [1]], owed: [2] },
      { ...always, bytes: 6060, pages: 6, last: third, previous: second, recent: [[4], [2]], owed: [4] }
    ])
  })

  it('asks the skip rule before the first round, when there is nothing but what is owed', () => {
    const asked: object[] = []
    const skip = (owing: Parameters<typeof none>[0]) => {
      asked.push(owing)
      return none(owing)
    }
    new Pushing({ until: never, skip }).done().selected(set(0, 4))
    expect(asked).toEqual([{ guest, owed: set(0, 4), recent: [] }])
  })

  it('paces the first round without knowledge, and each further one after what the last was', () => {
    const asked: (number | undefined)[] = []
    const pushing = new Pushing({
      until: never,
      pacing: (pushed) => {
        asked.push(pushed?.last.round)
        return pushed === undefined ? 100 : 100 + pushed.last.dirtied
      }
    })
    pushing.done().selected(set(0)).sent().synced(set(1, 2))
    expect(asked).toEqual([undefined, 1])
    expect(pushing.asking.orders().flatMap((o) => (o.type === 'send' ? [o.bytesPerSecond] : []))).toEqual([100, 102])
    expect(new Pushing({ until: never, pacing: fixed(7) }).done().selected(set(0)).asking.orders()[2]).toMatchObject({ bytesPerSecond: 7 })
  })

  it('throttles before a round and only when the fraction changes, and tells the rules what it takes', () => {
    const heard: number[] = []
    const steps = [0, 0.2, 0.2, 0.5, 0]
    const pushing = new Pushing({
      until: (pushed) => {
        heard.push(pushed.throttle)
        return O.none
      },
      throttle: ({ last }) => steps[last.round - 1]
    })
    pushing.done().selected(set(0))
    for (let round = 1; round <= 5; round++) {
      pushing.sent().synced(set(round))
      if (pushing.types().at(-1) === 'throttle') pushing.done()
    }
    expect(pushing.asking.orders().map((o) => (o.type === 'throttle' ? o.fraction : o.type))).toEqual([
      ...['track', 'select', 'send', 'sync', 'send', 'sync', 0.2, 'send', 'sync', 'send', 'sync', 0.5, 'send', 'sync', 0, 'send']
    ])
    expect(heard).toEqual([0, 0, 0.2, 0.2, 0.5])
  })

  it('tells its rules what the pacing granted each round, and nothing where it was left to the link', () => {
    const heard: (number | undefined)[] = []
    const until = ({ last, previous }: Pushed) => {
      heard.push(last.granted, previous?.granted)
      return O.none
    }
    const pushing = new Pushing({ until, pacing: (pushed) => (pushed === undefined ? 100 : undefined) })
    pushing.done().selected(set(0)).sent().synced(set(1)).sent().synced(set(2))
    expect(heard).toEqual([100, undefined, undefined, 100])
  })

  it('gives up where one rule says so and the other would go on, before the commit', () => {
    const pushing = new Pushing({ until: roundsAtMost(3), giveUp: roundsAtMost(2) }).done().selected(set(0))
    pushing.sent().synced(set(1)).sent().synced(set(2))
    expect(pushing.asking.value()).toEqual(E.left({ ...failure('sync', 'given up: 2 rounds have been made, at most 2') }))
    const both = new Pushing({ until: roundsAtMost(1), giveUp: roundsAtMost(1) }).done().selected(set(0)).sent().synced(set(1))
    expect(both.owed()).toEqual([1])
  })

  it('sends its rounds in the order of a scan, and owes what it left', () => {
    const backwards = (pages: pageSet.PageSet) => sequence(listed(pages).reverse())
    const pushing = new Pushing({ until: roundsAtMost(1), order: backwards, skip: peek }).done().selected(set(0, 1, 5))
    expect(pushing.asking.orders()[2]).toMatchObject({ pages: sequence([5, 1, 0]), unless: 'dirtied' })
    pushing.asking.answer(2, { type: 'sent', pages: sequence([5, 0]), skipped: set(1), bytes: 2 })
    pushing.asking.synced(3, set(1))
    expect(pushing.owed()).toEqual([1])
  })

  it('hands on the bandwidth that the final copy is granted', () => {
    const final: Pacing = (pushed) => pushed!.last.dirtied * 100
    const pushing = new Pushing({ until: roundsAtMost(1), final }).done().selected(set(0)).sent().synced(set(1, 2))
    expect(pushing.asking.value()).toMatchObject({ right: { bytesPerSecond: 200 } })
    expect(() => new Pushing({ until: roundsAtMost(1), final: () => 0 }).done().selected(set(0)).sent().synced(set())).toThrow(
      'push: pacing must be undefined or above 0 bytes per second (got 0)'
    )
  })

  it('takes its first throttle before round 1', () => {
    const heard: number[] = []
    const until = ({ throttle }: Pushed) => {
      heard.push(throttle)
      return O.none
    }
    const pushing = new Pushing({ until, firstThrottle: 0.5, throttle: () => 0.5 }).done().selected(set(0))
    expect(pushing.types()).toEqual(['track', 'select', 'throttle'])
    pushing.done().sent().synced(set(1))
    expect(pushing.types().slice(2)).toEqual(['throttle', 'send', 'sync', 'send'])
    expect(heard).toEqual([0.5])
    expect(() => push({ until: never, firstThrottle: 1 })).toThrow('push: throttle must be from 0 to 0.99 (got 1)')
  })

  it('keeps what its rules need remembered, and asks no recollection twice about a round', () => {
    const dirtied: Recollection<readonly number[]> = {
      name: 'dirtied',
      start: [],
      step: (before, { last, noted }) => {
        expect(noted).toBeUndefined()
        return [...before, last.dirtied]
      }
    }
    const heard: (readonly number[])[] = []
    const until = (pushed: Pushed) => {
      heard.push(recalled(dirtied, pushed))
      return O.none
    }
    const pushing = new Pushing({ until, notes: [dirtied] }).done().selected(set(0))
    pushing.sent().synced(set(1, 2)).sent().synced(set(2))
    expect(heard).toEqual([[2], [2, 1]])
  })

  it('remembers three dirty sets unless told otherwise, however many rounds there are', () => {
    for (const remember of [undefined, 1, 3, 5]) {
      const counts: number[] = []
      const until = ({ recent }: Pushed) => {
        counts.push(recent.length)
        return O.none
      }
      const pushing = new Pushing({ until, remember }).done().selected(set(0))
      for (let round = 1; round <= 50; round++) pushing.sent().synced(set(round % PAGES))
      const most = remember ?? 3
      expect(counts).toEqual(Array.from({ length: 50 }, (_, i) => Math.min(i + 1, most)))
      const { phase } = { phase: pushing.asking.state() }
      expect(JSON.stringify(phase.type === 'awaiting' && phase.data).length).toBeLessThan(3000 + 300 * most)
    }
  })

  it('a page held back is sent when it is let go, and owed until then', () => {
    const pushing = new Pushing({ until: roundsAtMost(4), skip: frequentlyDirtied({ atLeast: 2, of: 2 }) }).done().selected(set(0, 1))
    pushing.sent().synced(set(0, 1)).sent().synced(set(0)).sent().synced(set()).sent()
    expect(pushing.rounds()).toEqual([[0, 1], [0, 1], [], [0]])
    expect(pushing.synced(set()).owed()).toEqual([])
  })

  it.each(['track', 'select', 'send', 'sync', 'throttle'] as const)(
    'a refused %s ends it with that failure, and asks for nothing more',
    (type) => {
      const pushing = new Pushing({ until: never, throttle: () => 0.5 })
      const script = [
        () => pushing.done(),
        () => pushing.selected(set(0, 1)),
        () => pushing.sent(),
        () => pushing.synced(set(1)),
        () => pushing.done()
      ]
      for (const go of script) {
        if (pushing.types().at(-1) === type) break
        go()
      }
      const before = pushing.types().length
      pushing.refused()
      expect(pushing.asking.value()).toEqual(E.left({ type: 'failure', order: type, reason: 'no', committed: false }))
      expect(pushing.types()).toHaveLength(before)
    }
  )
})

describe('a push that is told to wind down', () => {
  const reason = 'told to wind down'

  it('while tracking begins or pages are selected sends nothing, reads the log once, and owes all', () => {
    for (const early of [true, false]) {
      const pushing = new Pushing({ until: never })
      if (early) pushing.wound().done()
      else pushing.done().wound()
      pushing.selected(set(0, 1, 2)).synced(set(2, 5))
      expect(pushing.types()).toEqual(['track', 'select', 'sync'])
      expect(pushing.asking.value()).toEqual(E.right({ owed: set(0, 1, 2, 5), reason }))
    }
  })

  it('while pages are being sent cancels once, reads the log once, and owes the rest, in whichever order it is answered', () => {
    for (const cancelledFirst of [true, false]) {
      const pushing = new Pushing({ until: never })
        .done()
        .selected(set(0, 1, 2, 3))
        .wound()
        .wound()
      expect(pushing.types()).toEqual(['track', 'select', 'send', 'cancel'])
      const sent = () => pushing.asking.answer(2, { type: 'sent', pages: set(0, 1), skipped: set(), bytes: 2020 })
      const cancelled = () => pushing.asking.answer(3, { type: 'cancelled', unsent: set(2, 3) })
      for (const go of cancelledFirst ? [cancelled, sent] : [sent, cancelled]) {
        expect(pushing.types()).toHaveLength(4)
        go()
      }
      expect(pushing.types()).toEqual(['track', 'select', 'send', 'cancel', 'sync'])
      pushing.asking.synced(4, set(1, 6))
      expect(pushing.asking.value()).toEqual(E.right({ owed: set(1, 2, 3, 6), reason }))
    }
  })

  it('while the log is being read ends with it', () => {
    const pushing = new Pushing({ until: never }).done().selected(set(0, 1)).sent().wound().synced(set(1))
    expect(pushing.types()).toEqual(['track', 'select', 'send', 'sync'])
    expect(pushing.asking.value()).toEqual(E.right({ owed: set(1), reason }))
  })

  it('while the throttle changes sends nothing more, reads the log once, and owes all', () => {
    const pushing = new Pushing({ until: never, throttle: () => 0.5 }).done().selected(set(0, 1)).sent().synced(set(1))
    expect(pushing.types().at(-1)).toBe('throttle')
    pushing.wound().done().synced(set(4))
    expect(pushing.types()).toEqual(['track', 'select', 'send', 'sync', 'throttle', 'sync'])
    expect(pushing.asking.value()).toEqual(E.right({ owed: set(1, 4), reason }))
  })

  it('and then refused what is under way ends with that failure, once all is answered', () => {
    for (const cancelledFirst of [true, false]) {
      const pushing = new Pushing({ until: never }).done().selected(set(0, 1)).wound()
      const refused = () => pushing.asking.answer(2, { type: 'refused', reason: 'gone' })
      const cancelled = () => pushing.asking.answer(3, { type: 'cancelled', unsent: set(0, 1) })
      for (const go of cancelledFirst ? [cancelled, refused] : [refused, cancelled]) {
        expect(pushing.asking.value()).toBeUndefined()
        go()
      }
      expect(pushing.asking.value()).toMatchObject(E.left({ order: 'send', reason: 'gone' }))
    }
  })

  it('loses no page, at whichever moment it hears it and whatever is dirtied: what is not owed was sent after its last write', () => {
    const pages = fc.uniqueArray(fc.nat({ max: PAGES - 1 })).map((of) => set(...of))
    fc.assert(
      fc.property(
        fc.nat({ max: 25 }),
        fc.array(fc.record({ dirty: pages, part: fc.nat({ max: PAGES }), other: fc.boolean() }), { minLength: 12, maxLength: 12 }),
        fc.constantFrom(none, peek, frequentlyDirtied({ atLeast: 2, of: 3 })),
        (woundAt, turns, skip) => {
          const asking = new Asking(push({ until: roundsAtMost(10), skip, throttle: ({ last }) => (last.round % 3) / 10 })(guest))
          /** Written since they were last sent, or never sent; in the dirty log. */
          let stale: ReadonlySet<number> = new Set(listed(pageSet.full(PAGES)))
          let log: readonly number[] = []
          let events = 0
          const hear = (n: number): void => {
            if (events++ === woundAt) asking.fact({ type: 'wound' })
            const { order } = asking.commands[n]
            const { dirty, part, other } = turns[n % turns.length]
            if (order.type === 'select') asking.answer(n, { type: 'selected', pages: pageSet.full(PAGES), nonPageable: set() })
            else if (order.type === 'sync') {
              asking.synced(n, set(...log))
              log = []
            } else if (order.type === 'send' && order.pages.type === 'PageSet') {
              const cancel = asking.commands.findIndex((c, i) => i > n && c.order.type === 'cancel')
              const sent = cancel < 0 ? order.pages : pageSet.take(order.pages, part)
              stale = new Set([...[...stale].filter((page) => !pageSet.has(sent, page)), ...listed(dirty)])
              log = [...new Set([...log, ...listed(dirty)])]
              const answers = [
                () => asking.answer(n, { type: 'sent', pages: sent, skipped: set(), bytes: sent.count }),
                () => cancel >= 0 && asking.answer(cancel, { type: 'cancelled', unsent: pageSet.difference(pageSet.full(PAGES), sent) })
              ]
              for (const go of other ? answers.reverse() : answers) go()
            } else asking.answer(n, { type: 'done' })
          }
          for (let n = 0; n < asking.commands.length; n++) if (!asking.isAnswered(n)) hear(n)
          const value = asking.value()
          if (value === undefined || E.isLeft(value)) throw new Error('the push has not ended')
          for (const page of stale) expect([page, pageSet.has(value.right.owed, page)]).toEqual([page, true])
        }
      ),
      { numRuns: 300 }
    )
  })
})

describe('a push that no rule stops', () => {
  const world = (pages: number, writesPerSecond: number) =>
    datacentre({
      guests: { guest: vm({ pages, workload: writesPerSecond === 0 ? idle() : uniform({ pages, writesPerSecond }) }) },
      link: link({ gigabitsPerSecond: 1 })
    })

  it('ends when two rounds had nothing to send, and the migration completes', () => {
    for (const until of [never, residualBelow({ pages: 0 }), sentAtMost(3), elapsedAtLeast(1e12)]) {
      const outcomes: unknown[] = []
      let rounds = 0
      run(precopy({ until }), world(16, 0)).subscribe((entry) => {
        if (entry.type === 'signalled' && entry.signal.type === 'round') rounds++
        if (entry.type === 'ended') outcomes.push(entry.outcome)
      })
      expect(outcomes).toEqual([{ type: 'completed', needs: [] }])
      expect(rounds).toBe(3)
    }
  })

  it('goes on to the limit of the run while there is something to send', () => {
    const outcomes: unknown[] = []
    run(precopy({ until: never }), world(64, 1e6), { until: 1e8 }).subscribe((entry) => {
      if (entry.type === 'ended') outcomes.push(entry.outcome)
    })
    expect(outcomes).toEqual([{ type: 'limited', limit: '100 ms of simulated time' }])
  })

  it('refuses a throttle outside of 0 to 0.99 and a pacing that is not above 0, on the error channel', () => {
    const bugOf = (rules: Parameters<typeof precopy>[0]): unknown => {
      let found: unknown
      run(precopy(rules), world(64, 1e6)).subscribe({ error: (bug) => (found = bug) })
      return found
    }
    expect(bugOf({ until: roundsAtMost(3), throttle: () => 2 })).toEqual(new RangeError('push: throttle must be from 0 to 0.99 (got 2)'))
    expect(bugOf({ until: roundsAtMost(3), throttle: () => -1 })).toEqual(new RangeError('push: throttle must be from 0 to 0.99 (got -1)'))
    expect(bugOf({ pacing: () => 0 })).toEqual(new RangeError('push: pacing must be undefined or above 0 bytes per second (got 0)'))
    expect(bugOf({ pacing: () => Number.NaN })).toEqual(
      new RangeError('push: pacing must be undefined or above 0 bytes per second (got NaN)')
    )
  })
})
