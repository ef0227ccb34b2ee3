import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as O from 'fp-ts/lib/Option'
import { describe, expect, it } from 'vitest'
import { sequence } from '../../lib/memory/pageSequence'
import * as pageSet from '../../lib/memory/pageSet'
import { guestExited, hearing, hostFailed } from '../../lib/migration/hearing'
import { push } from '../../lib/migration/push'
import type { Pushed } from '../../lib/migration/round'
import { concluded, prepare, release, switchOver } from '../../lib/migration/stages'
import { never, roundsAtMost } from '../../lib/migration/stopRule'
import { awaiting, done, failure, request, type Step } from '../../lib/protocol/phase'
import type { Answer, Fact } from '../../lib/protocol/signal'
import { Asking } from '../protocol/asking'

const refused: Answer = { type: 'refused', reason: 'cut' }
const standing = (primary: 'source' | 'target'): Answer => ({ type: 'standing', primary, missing: pageSet.empty(4) })
const failed = (what: 'link' | 'source' | 'target') => ({ type: 'failed', what, reason: `the ${what} failed` }) as const
const nameOf = (asking: Asking<unknown>): string => {
  const state = asking.state()
  return state.type === 'awaiting' ? state.name : 'done'
}

describe('hearing', () => {
  const fact = (of: Exclude<Fact, { type: 'synced' }>) => ({ ...of, at: 0, migration: 'm' })

  it('knows a host that has failed from a link that has, and a guest that has ended', () => {
    expect([failed('link'), failed('source'), failed('target'), { type: 'exited' } as const].map((one) => hostFailed(fact(one)))).toEqual([
      false,
      true,
      true,
      false
    ])
    expect([failed('source'), { type: 'exited' } as const].map((one) => guestExited(fact(one)))).toEqual([false, true])
  })

  it('keeps what it heard in its state, asks for nothing itself, and passes over the rest', () => {
    const asking = new Asking(hearing(guestExited)(request({ type: 'flush' })))
    expect(asking.state()).toMatchObject({ name: 'flush', data: [false, null] })
    expect(asking.fact(failed('link'))).toBe(false)
    expect(asking.fact({ type: 'exited' })).toBe(true)
    expect(asking.fact({ type: 'exited' })).toBe(false)
    expect(asking.state()).toMatchObject({ name: 'flush', data: [true, null] })
    expect(asking.orders()).toEqual([{ type: 'flush' }])
    asking.answer(0, { type: 'done' })
    expect(asking.value()).toMatchObject([{ _tag: 'Right' }, true])
  })

  it('hears what its phase takes as well', () => {
    const takes: Step<string> = awaiting([], 'takes', null, (signal) => done(signal.type))
    const asking = new Asking(hearing(guestExited)(takes))
    asking.fact({ type: 'exited' })
    expect(asking.value()).toEqual(['exited', true])
  })
})

describe('the stages', () => {
  it('name what follows', () => {
    const asking = new Asking(prepare())
    expect(nameOf(asking)).toBe('preselect > reserve')
    const switching = new Asking(switchOver({ clockNs: 7, missing: pageSet.full(4) }))
    const names = [nameOf(switching)]
    const answers: readonly Answer[] = [
      { type: 'done' },
      { type: 'done' },
      { type: 'committed' },
      { type: 'activated', where: 'target', guestNs: 0, clockNs: 7 },
      { type: 'redirected' }
    ]
    answers.forEach((answer, n) => {
      switching.answer(n, answer)
      names.push(nameOf(switching))
    })
    expect(names).toEqual([
      'sendContext > flush > commit > resume > redirect > map',
      'flush > commit > resume > redirect > map',
      'commit > learn the outcome > resume > redirect > map',
      'resume > redirect > map',
      'redirect > map',
      'done'
    ])
  })

  /** A switch whose commit has been refused, for the given patience. */
  const uncommitted = (patienceNs: number, ...before: readonly Exclude<Fact, { type: 'synced' }>[]): Asking<E.Either<unknown, unknown>> => {
    const asking = new Asking<E.Either<unknown, unknown>>(switchOver({ clockNs: 0, recovery: { patienceNs } }))
    asking.answer(0, { type: 'done' })
    asking.answer(1, { type: 'done' })
    for (const fact of before) asking.fact(fact)
    asking.answer(2, refused)
    return asking
  }

  it('a commit that the target says it has goes on there', () => {
    const asking = uncommitted(9)
    expect(asking.orders()[3]).toEqual({ type: 'inquire' })
    asking.answer(3, standing('target'))
    expect(asking.orders()[4]).toMatchObject({ type: 'resume', where: 'target' })
  })

  it('one that it says it has not is a failure before the commit', () => {
    const asking = uncommitted(9)
    asking.answer(3, standing('source'))
    expect(asking.value()).toEqual(E.left({ ...failure('inquire', 'cut'), committed: false }))
  })

  it('one whose outcome nobody can tell is a failure of the commit, at once where a host is gone or there is no patience', () => {
    const undecided = E.left({ ...failure('commit', 'cut'), committed: false })
    expect(uncommitted(0).value()).toEqual(undecided)
    expect(uncommitted(9, failed('target')).value()).toEqual(undecided)
    expect(uncommitted(9, failed('link')).value()).toBeUndefined()
  })

  it('a patience that is none is refused by the name of the switch', () => {
    const asking = new Asking(switchOver({ clockNs: 0, recovery: { patienceNs: -1 } }))
    asking.answer(0, { type: 'done' })
    expect(() => asking.answer(1, { type: 'done' })).toThrow('switchOver: patienceNs must be an integer from 0 on (got -1)')
  })

  it('a release that is refused is a failure after the commit', () => {
    const asking = new Asking(release())
    asking.answer(0, refused)
    expect(asking.value()).toEqual(E.left({ ...failure('release', 'cut'), committed: true }))
  })

  it('an abort takes everything back, stage by stage', () => {
    const asking = new Asking(concluded(done(E.left(failure('flush', 'cut')))))
    const states = [nameOf(asking)]
    for (const [n, answer] of (
      [{ type: 'activated', where: 'source', guestNs: 0, clockNs: 0 }, { type: 'done' }, { type: 'done' }, { type: 'done' }] as const
    ).entries()) {
      asking.answer(n, answer)
      states.push(nameOf(asking))
    }
    expect(asking.orders()).toEqual([
      { type: 'resume', where: 'source' },
      { type: 'throttle', fraction: 0 },
      { type: 'track', on: false },
      { type: 'abandon' }
    ])
    expect(states).toEqual([
      'resume > unthrottle > untrack > abandon',
      'throttle > untrack > abandon',
      'track > abandon',
      'abandon > map',
      'done'
    ])
    expect(nameOf(new Asking(concluded(pipe(release()))))).toBe('release > map > map > conclude')
  })
})

describe('a push', () => {
  const guest = { name: 'guest', pages: 4, pageBytes: 4096 }
  const none = pageSet.empty(4)
  /** A push of these pages whose orders are answered: what each round sends and dirties. */
  const pushing = (rules: Parameters<typeof push>[0], pages: pageSet.PageSet, rounds: readonly (readonly [Answer, pageSet.PageSet])[]) => {
    const asking = new Asking(push(rules)(guest))
    asking.answer(0, { type: 'done' })
    asking.answer(1, { type: 'selected', pages, nonPageable: none })
    for (const [sent, dirty] of rounds) {
      asking.answer(asking.orders().length - 1, sent)
      if (rules.channels !== undefined) asking.answer(asking.orders().length - 1, { type: 'done' })
      asking.synced(asking.orders().length - 1, dirty)
    }
    return asking
  }
  const sent = (pages: pageSet.PageSet): Answer => ({ type: 'sent', pages, skipped: none, bytes: pages.count })

  it('that has nothing to send twice says so, once it has had two rounds', () => {
    const one = pushing({ until: never }, none, [[sent(none), none]])
    expect(one.value()).toBeUndefined()
    const two = pushing({ until: never }, none, [
      [sent(none), none],
      [sent(none), none]
    ])
    expect(two.value()).toEqual(E.right({ owed: none, reason: 'two rounds had nothing to send' }))
  })

  it('goes on after a round without pages when the next one has some', () => {
    const some = pageSet.fromPages(4, [1])
    const asking = pushing({ until: never }, none, [
      [sent(none), some],
      [sent(some), none]
    ])
    expect(asking.value()).toBeUndefined()
  })

  it('sends over whatever is there, over its channels, and from its second round on as deltas', () => {
    const asking = pushing({ until: never, channels: 3, delta: true }, pageSet.full(4), [[sent(pageSet.full(4)), pageSet.full(4)]])
    const sends = asking.orders().filter(({ type }) => type === 'send')
    expect(sends).toMatchObject([
      { place: 'always', channels: 3, round: 1 },
      { place: 'always', channels: 3, round: 2, encoding: 'delta' }
    ])
    expect(sends[0]).not.toHaveProperty('encoding')
  })

  it('counts the pages of a sequence, and owes them no longer', () => {
    const seen: Pushed[] = []
    const until = (pushed: Pushed): O.Option<string> => {
      seen.push(pushed)
      return O.none
    }
    const listed: Answer = { type: 'sent', pages: sequence([2, 3]), skipped: none, bytes: 2 }
    pushing({ until }, pageSet.full(4), [[listed, none]])
    expect(seen[0]).toMatchObject({ last: { pages: 2 }, owed: pageSet.fromPages(4, [0, 1]) })
  })

  it('takes whole numbers of channels, and up to 99 hundredths of the guest', () => {
    for (const channels of [0, 1.5])
      expect(() => push({ until: never, channels })).toThrow(`push: channels must be an integer above 0 (got ${channels})`)
    const most = pushing({ until: roundsAtMost(2), throttle: () => 0.99 }, pageSet.full(4), [[sent(none), none]])
    expect(most.orders().at(-1)).toEqual({ type: 'throttle', fraction: 0.99 })
  })
})
