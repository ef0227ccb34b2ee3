import { right } from 'fp-ts/lib/Either'
import { pipe } from 'fp-ts/lib/function'
import { describe, expect, it } from 'vitest'
import type { PageSet } from '../../../lib/memory/pageSet'
import * as pageSet from '../../../lib/memory/pageSet'
import * as stages from '../../../lib/migration/stages'
import { stopAndCopy } from '../../../lib/migration/stopAndCopy'
import type { Attempt } from '../../../lib/protocol/phase'
import { andThen, answers, asked, awaiting, done, request } from '../../../lib/protocol/phase'
import type { Outcome, Pipeline } from '../../../lib/protocol/pipeline'
import { explore } from '../../../properties/explore/explore'
import type { Choosing } from '../../../properties/explore/scope'

const waiting = (): Attempt<unknown> => request({ type: 'wake', afterNs: 1 })

/** Reads the log, waits `waits` times, and copies no page when two are dirty: what it read is remembered by a function, and in the data too when it is `kept`. */
const looking =
  (kept: boolean, waits = 1): Pipeline =>
  ({ pages }) => {
    const copying = (dirty: PageSet): Attempt<unknown> => {
      let first = waiting()
      for (let i = 1; i < waits; i++) first = pipe(first, andThen(`wait ${i}`, waiting))
      return pipe(
        first,
        andThen('copy', () => stopAndCopy(dirty.count === 2 ? pageSet.empty(pages) : 'hypervisor'))
      )
    }
    const look = (): Attempt<unknown> =>
      awaiting([asked({ type: 'sync' })], 'look', null, (signal) => {
        if (!answers(signal, 0) || signal.type !== 'synced') return undefined
        const { dirty } = signal
        return kept ? pipe(done(right<never, PageSet>(dirty)), andThen('next', copying)) : copying(dirty)
      })
    return pipe(
      stages.prepare(),
      andThen('track', () => request({ type: 'track', on: true })),
      andThen('wait', waiting),
      andThen('look', look),
      andThen('release', stages.release),
      stages.concluded
    )
  }

describe('what a phase remembers', () => {
  it.each([1, 2, 5])('is refused where it is not in its data, though it shows only %s answers later', (waits) => {
    expect(() => explore(looking(false, waits), { pages: 2, writes: 3, judgedEnds: 0 })).toThrow(RangeError)
    expect(() => explore(looking(false, waits), { pages: 2, writes: 3 })).toThrow(
      /^explore: phase pause.*remembers what is not in its name and data: /
    )
  })

  it('is explored where it is in its data', () => {
    const result = explore(looking(true), { pages: 2, writes: 3, judgedEnds: 0 })
    expect(result).toMatchObject({ left: { invariant: 'noPageLost' } })
  })

  it('is refused where a choice of its own is not in its data', () => {
    const forgetting: Choosing = {
      choosing: (choose) => () => {
        const waits = (chosen: boolean) =>
          awaiting([asked({ type: 'redirect' })], 'wait', null, () =>
            done<Outcome>({ type: 'aborted', reason: chosen ? 'chosen' : 'not chosen', running: 'source' })
          )
        return awaiting([asked({ type: 'preselect' })], 'decide', null, () => waits(choose()))
      }
    }
    expect(() => explore(forgetting, { pages: 1, writes: 0 })).toThrow(/^explore: phase wait remembers/)
  })

  it('may be a tag alone, which what is under way says too', () => {
    const tagged: Choosing = {
      choosing: (choose) => () => {
        const waits = (tag: number) =>
          awaiting([asked({ type: 'preselect' }, tag)], 'wait', null, (signal) =>
            answers(signal, tag) ? done<Outcome>({ type: 'aborted', reason: 'enough', running: 'source' }) : undefined
          )
        return awaiting([asked({ type: 'preselect' })], 'decide', null, () => waits(choose() ? 1 : 2))
      }
    }
    expect(explore(tagged, { pages: 1, writes: 0 })).toMatchObject({ right: { complete: true } })
  })
})
