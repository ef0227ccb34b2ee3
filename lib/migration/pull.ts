import * as E from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import * as pageSequence from '../memory/pageSequence'
import type { PageSet } from '../memory/pageSet'
import * as pageSet from '../memory/pageSet'
import type { Request } from '../protocol/command'
import type { Data } from '../protocol/data'
import { lanes } from '../protocol/lanes'
import type { Attempt, Failure } from '../protocol/phase'
import { andThen, asked, awaiting, done, failure, map, mapFailure, request } from '../protocol/phase'
import type { Signal } from '../protocol/signal'
import type { Prepaging } from './prepaging'

/**
 * What decides a pull. `prepaging`: the order of the background stream (`undefined`: demand only). `windowPages`: how many pages the background asks for at a
 * time (default 256, 1 MiB of 4 KiB pages, between the 64 KiB and 4 MiB of CRIU's lazy pages, criu/uffd.c). `windows`: how many such requests are under way
 * at once (default 2: one on the wire, one behind it, so that the link never waits for an answer).
 */
export type PullRules<S extends Data = Data> = {
  readonly prepaging?: Prepaging<S>
  readonly windowPages?: number
  readonly windows?: number
}

/**
 * The pull phase: the guest runs at the target and the missing pages come to it. The demand lane sends each faulted page at once; the background lane
 * sends the rest in the order of a prepaging rule, which every fault moves. A fault overtakes the background because it has its own lane and the
 * background asks for little at a time. No page is sent twice: the sender leaves out what the other lane has sent.
 *
 *     target   x fault p ....... resumes          x fault q ... resumes
 *     demand        [p]                               [q]
 *     background [ window ][ window ][ around p ][ around p ][ around q ] ...
 *
 * Demand only, it ends when every missing page has been touched, or the guest has ended; a barrier at its beginning tells whether there is a link at all. Either way it ends with a barrier: what has left must have arrived
 * before anybody lets the source go. With nothing missing nothing is asked for, the barrier neither: a link that is gone then loses nobody.
 */
export const pull =
  <S extends Data>({ prepaging, windowPages = 256, windows = 2 }: PullRules<S> = {}) =>
  (missing: PageSet): Attempt<unknown> =>
    missing.count === 0
      ? done(E.right(null))
      : pipe(
          prepaging === undefined
            ? demand({ missing, outstanding: 1, tag: 1, ending: false, refused: null }, [asked({ type: 'flush' })])
            : pipe(
                lanes(
                  {
                    demand: demand({ missing: null, outstanding: 0, tag: 0, ending: false, refused: null }),
                    background: background({ prepaging, windowPages, windows })(missing)
                  },
                  { until: 'background' }
                ),
                map(({ demand: asked, background: pushed }) => (E.isLeft(pushed) ? pushed : asked))
              ),
          andThen('flush', () => request({ type: 'flush' })),
          mapFailure((f) => ({ ...f, committed: true }))
        )

type Demand = {
  /** What is still missing when no background sends the rest; `null` when one does. */
  readonly missing: PageSet | null
  readonly outstanding: number
  readonly tag: number
  readonly ending: boolean
  readonly refused: Failure | null
}

/** The demand lane: one request a fault, ended by `wound`, by the guest's end, or by the last missing page. */
const demand = (state: Demand, requests: readonly Request[] = []): Attempt<unknown> => {
  const complete = state.ending || state.refused !== null || state.missing?.count === 0
  if (complete && state.outstanding === 0)
    return { requests, phase: { type: 'done', value: state.refused === null ? E.right(null) : E.left(state.refused) } }
  return awaiting(requests, 'demand', state, (signal) => {
    if (signal.type === 'faulted' && !(state.ending && state.missing !== null)) {
      const order = {
        type: 'send',
        pages: pageSequence.sequence([signal.page]),
        place: 'ifAbsent',
        unless: 'sent',
        overtake: true
      } as const
      return demand({ ...state, outstanding: state.outstanding + 1, tag: state.tag + 1 }, [asked(order, state.tag)])
    }
    if (signal.type === 'wound' || signal.type === 'exited') return demand({ ...state, ending: true })
    // A page may have left and never arrive: its guest waits for ever, faults no more, and no order is there to be refused.
    if (signal.type === 'failed' && state.missing !== null) return demand({ ...state, refused: failure('send', signal.reason) })
    if (!isAnswer(signal)) return undefined
    const outstanding = state.outstanding - 1
    if (signal.type === 'refused') return demand({ ...state, outstanding, refused: failure('send', signal.reason) })
    if (signal.type !== 'sent' || state.missing === null || signal.pages.type === 'PageSet') return demand({ ...state, outstanding })
    return demand({ ...state, outstanding, missing: pageSet.removeAll(state.missing, signal.pages) })
  })
}

type Background<S> = {
  /** What nobody has asked for yet. */
  readonly missing: PageSet
  readonly order: S
  readonly outstanding: number
  readonly tag: number
  readonly refused: Failure | null
}

/** The background lane: keeps `windows` requests under way until nothing is missing and all are answered. */
const background = <S extends Data>({ prepaging, windowPages, windows }: Required<PullRules<S>>) => {
  const topUp = (state: Background<S>): Attempt<unknown> => {
    const requests: Request[] = []
    let { missing, order, outstanding, tag } = state
    while (state.refused === null && outstanding < windows && missing.count > 0) {
      const [window, next] = prepaging.take(order, missing, windowPages)
      if (window.length === 0)
        throw new RangeError(`pull: ${prepaging.name} must give a page while ${missing.count} are missing (got none)`)
      requests.push(asked({ type: 'send', pages: window, place: 'ifAbsent', unless: 'sent' }, tag))
      missing = pageSet.removeAll(missing, window)
      order = next
      outstanding++
      tag++
    }
    if (outstanding === 0)
      return { requests, phase: { type: 'done', value: state.refused === null ? E.right(null) : E.left(state.refused) } }
    return waiting({ ...state, missing, order, outstanding, tag }, requests)
  }
  const waiting = (state: Background<S>, requests: readonly Request[]): Attempt<unknown> =>
    awaiting(requests, 'background', state, (signal) => {
      if (signal.type === 'faulted') {
        // A page already asked for is on its way: like the paper's handler, leave the pivot where it is.
        if (!pageSet.has(state.missing, signal.page)) return undefined
        const missing = pageSet.remove(state.missing, signal.page)
        return waiting({ ...state, missing, order: prepaging.faulted(state.order, signal.page) }, [])
      }
      if (!isAnswer(signal)) return undefined
      const refused = signal.type === 'refused' ? failure('send', signal.reason) : state.refused
      return topUp({ ...state, outstanding: state.outstanding - 1, refused })
    })
  return (missing: PageSet): Attempt<unknown> =>
    missing.count === 0 ? done(E.right(null)) : topUp({ missing, order: prepaging.start(missing), outstanding: 0, tag: 0, refused: null })
}

/** Whether a signal answers a request of this lane; each phase here only ever asks for pages. */
const isAnswer = (signal: Signal): boolean => 'to' in signal && signal.to.lane === ''
