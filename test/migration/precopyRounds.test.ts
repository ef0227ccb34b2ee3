import * as fc from 'fast-check'
import * as O from 'fp-ts/lib/Option'
import { EMPTY, from, lastValueFrom, NEVER, of, Subject, throwError, toArray } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import { clarkDynamic, fixed } from '../../lib/migration/pacing'
import { type PrecopyOptions, type PrecopyRound, precopyRounds, precopyStep } from '../../lib/migration/precopyRounds'
import { none, peek, type SkipRule } from '../../lib/migration/skipRule'
import { never, or, residualBelow, roundsAtMost } from '../../lib/migration/stopRule'
import type { TimedBatch } from '../../lib/migration/timedBatch'

type Access = { readonly ns: number; readonly page: number; readonly write: boolean }

/** Cuts accesses in order of time into batches at these times. */
const batched = (accesses: readonly Access[], cuts: readonly number[]): readonly TimedBatch[] =>
  cuts.slice(1).map((toNs, i) => {
    const within = accesses.filter(({ ns }) => ns >= cuts[i] && ns < toNs)
    return {
      fromNs: cuts[i],
      toNs,
      accesses: Int32Array.from(within, ({ page, write }) => (page << 1) | Number(write)),
      times: within.map(({ ns }) => ns),
      length: within.length
    }
  })

const writes = (...of: readonly (readonly [ns: number, page: number])[]): readonly Access[] =>
  of.map(([ns, page]) => ({ ns, page, write: true }))

// One page of 1,000 bytes with its header every 10 ns.
const guest = { name: 'guest', pages: 8, pageBytes: 992 }
const options: PrecopyOptions = { guest, bytesPerSecond: 100e9, until: residualBelow({ pages: 1 }) }

const rounds = (
  accesses: readonly Access[],
  given: Partial<PrecopyOptions> = {},
  cuts: readonly number[] = [0, 1000]
): Promise<readonly PrecopyRound[]> => lastValueFrom(from(batched(accesses, cuts)).pipe(precopyRounds({ ...options, ...given }), toArray()))

const shape = ({ round, pages, skipped, startedAt, endedAt, dirtied, owed, stopped }: PrecopyRound) => ({
  round,
  pages,
  skipped,
  time: [startedAt, endedAt],
  dirtied,
  owed: [...owed],
  stops: stopped !== null
})

describe('precopyRounds', () => {
  it('sends all pages, then what was dirtied in the round before, until the rule stops', async () => {
    const found = await rounds(writes([5, 1], [30, 2], [79, 2], [80, 3], [95, 4]))
    expect(found.map(shape)).toEqual([
      { round: 1, pages: 8, skipped: 0, time: [0, 80], dirtied: 2, owed: [1, 2], stops: false },
      { round: 2, pages: 2, skipped: 0, time: [80, 100], dirtied: 2, owed: [3, 4], stops: false },
      { round: 3, pages: 2, skipped: 0, time: [100, 120], dirtied: 0, owed: [], stops: true }
    ])
    expect(found.map(({ bytes }) => bytes)).toEqual([8000, 2000, 2000])
  })

  it('leaves a page owed when it is written after its transmission or before it, and not when it is only read', async () => {
    const [first] = await rounds([...writes([0, 7], [79, 0]), { ns: 79, page: 3, write: false }])
    expect([...first.owed]).toEqual([0, 7])
  })

  it('with a peek leaves out the pages written again before their turn', async () => {
    // Round 1 leaves 4 and 6 out. Round 2 sends 1, 4, 6 from 60 on: 4 is written at 65, before its turn at 70, and 1 at 60, the instant of its own.
    const found = await rounds(writes([10, 1], [20, 4], [30, 6], [60, 1], [65, 4]), { skip: peek })
    expect(found.map(shape)).toEqual([
      { round: 1, pages: 6, skipped: 2, time: [0, 60], dirtied: 3, owed: [1, 4, 6], stops: false },
      { round: 2, pages: 2, skipped: 1, time: [60, 80], dirtied: 2, owed: [1, 4], stops: false },
      { round: 3, pages: 2, skipped: 0, time: [80, 100], dirtied: 0, owed: [], stops: true }
    ])
  })

  it('with a peek sends a page written at the instant of its transmission, and still owes it', async () => {
    const [, second] = await rounds(writes([10, 1], [20, 4], [70, 1], [80, 4]), { skip: peek })
    expect(shape(second)).toEqual({ round: 2, pages: 2, skipped: 0, time: [70, 90], dirtied: 2, owed: [1, 4], stops: false })
  })

  it('keeps owing what is held back and sends it when it is let go', async () => {
    const until = or(roundsAtMost(3), never)
    const found = await rounds(
      writes([10, 1], [20, 4]),
      {
        until,
        skip: (owing) => ({ hold: owing.last?.round === 1 ? owing.owed : none(owing).hold, peek: false })
      },
      [0, 100, 200, 300]
    )
    expect(found.map(shape)).toEqual([
      { round: 1, pages: 8, skipped: 0, time: [0, 80], dirtied: 2, owed: [1, 4], stops: false },
      // Nothing to send: the round lasts until the end of the batch.
      { round: 2, pages: 0, skipped: 0, time: [80, 100], dirtied: 0, owed: [1, 4], stops: false },
      { round: 3, pages: 2, skipped: 0, time: [100, 120], dirtied: 0, owed: [], stops: true }
    ])
  })

  it('sends at the pace given and never faster than the link', async () => {
    const paced = (bytesPerSecond: number) => rounds([], { pacing: fixed(bytesPerSecond) })
    expect((await paced(50e9))[0].endedAt).toBe(160)
    expect((await paced(500e9))[0].endedAt).toBe(80)
    const [, second] = await rounds(writes([10, 1], [20, 2]), {
      pacing: clarkDynamic({ minBytesPerSecond: 50e9, maxBytesPerSecond: 80e9, incrementBytesPerSecond: 50e9 })
    })
    // Two pages of 992 bytes in 160 ns are 12.4e9 bytes/s: 62.4e9 with the increment, so that 2,000 bytes take 32.05 ns.
    expect([second.startedAt, second.endedAt]).toEqual([160, 193])
  })

  it('spreads accesses without times evenly over their batch', async () => {
    const accesses = Int32Array.from([1, 2, 3, 4], (page) => (page << 1) | 1)
    const [first] = await lastValueFrom(of({ fromNs: 0, toNs: 160, accesses, length: 4 }).pipe(precopyRounds(options), toArray()))
    expect([...first.owed]).toEqual([1, 2])
  })

  it('says why it stopped, with the residual in the same round', async () => {
    const [, last, ...more] = await rounds(writes([10, 1], [89, 5], [90, 6]), { until: roundsAtMost(2) })
    expect(more).toEqual([])
    expect([last.stopped, [...last.owed]]).toEqual(['2 rounds have been made, at most 2', [5]])
  })

  it('is its step, folded over the batches', () => {
    const [batch] = batched(writes([10, 1]), [0, 200])
    const [outputs, state] = precopyStep(options)(null, batch)
    expect(outputs.map(({ stopped }) => stopped !== null)).toEqual([false, true])
    expect(precopyStep(options)(null, batch)).toEqual([outputs, state])
  })

  it('refuses options that mean nothing when it is built, and an access beyond the memory on the error channel', async () => {
    expect(() => precopyRounds({ ...options, bytesPerSecond: 0 })).toThrow(
      'precopyRounds: bytesPerSecond must be above 0 and finite (got 0)'
    )
    expect(() => precopyRounds({ ...options, headerBytes: -1 })).toThrow(
      'precopyRounds: headerBytes must be an integer of at least 0 (got -1)'
    )
    expect(() => precopyRounds({ ...options, remember: 0 })).toThrow('precopyRounds: remember must be an integer above 0 (got 0)')
    await expect(rounds(writes([10, 8]))).rejects.toThrow('page must be an integer from 0 to 7 (got 8)')
  })
})

/** Pre-copy told access by access, with a set of numbers for every set. */
const model = (accesses: readonly Access[], skip: SkipRule, untilNs: number) => {
  const found: unknown[] = []
  const isPeeking = skip === peek
  let [sending, startedAt, at] = [Array.from({ length: guest.pages }, (_, page) => page), 0, 0]
  for (let round = 1; ; round++) {
    const dirty = new Set<number>()
    const skipped: number[] = []
    const runTo = (ns: number): void => {
      for (; at < accesses.length && accesses[at].ns < ns; at++) if (accesses[at].write) dirty.add(accesses[at].page)
    }
    let sent = 0
    for (const page of sending) {
      runTo(startedAt + sent * 10)
      if (isPeeking && dirty.has(page)) skipped.push(page)
      else sent++
    }
    const endedAt = startedAt + sent * 10
    if (endedAt > untilNs) return found
    runTo(endedAt)
    const owed = [...dirty].sort((a, b) => a - b)
    const stops = owed.length === 0 || round === 6
    found.push({ round, pages: sent, skipped: skipped.length, time: [startedAt, endedAt], dirtied: owed.length, owed, stops })
    if (stops) return found
    ;[sending, startedAt] = [owed, endedAt]
  }
}

// Half of the accesses fall on an instant at which a transmission may begin or end.
const times = fc.oneof(
  fc.nat({ max: 399 }),
  fc.nat({ max: 39 }).map((n) => n * 10)
)

const accessLists = fc
  .array(fc.record({ ns: times, page: fc.nat({ max: 7 }), write: fc.boolean() }), { maxLength: 60 })
  .map((accesses) => accesses.sort((a, b) => a.ns - b.ns))

const cutLists = fc.uniqueArray(fc.integer({ min: 1, max: 399 }), { maxLength: 12 }).map((cuts) => [0, ...cuts.sort((a, b) => a - b), 400])

describe('the same rounds come out', () => {
  const until = or(residualBelow({ pages: 1 }), roundsAtMost(6))

  for (const skip of [none, peek])
    it(`whatever the batches, as a model counts them ${skip === peek ? 'with' : 'without'} a peek`, async () => {
      await fc.assert(
        fc.asyncProperty(accessLists, cutLists, async (accesses, cuts) => {
          const found = await rounds(accesses, { until, skip }, cuts)
          expect(found.map(shape)).toEqual(model(accesses, skip, 400))
        }),
        { numRuns: 300 }
      )
    })

  it('and no page is lost: what is owed at the end is what was written since its last transmission', async () => {
    await fc.assert(
      fc.asyncProperty(accessLists, cutLists, async (accesses, cuts) => {
        const found = await rounds(accesses, { until: roundsAtMost(2) }, cuts)
        const last = found[found.length - 1]
        const since = accesses.filter(({ ns, write }) => write && ns >= last.startedAt && ns < last.endedAt)
        expect(new Set(last.owed)).toEqual(new Set(since.map(({ page }) => page)))
      }),
      { numRuns: 300 }
    )
  })
})

describe('as an operator', () => {
  const quiet = (fromNs: number): TimedBatch => ({ fromNs, toNs: fromNs + 40, accesses: new Int32Array(0), length: 0 })
  const marbles = (run: Parameters<TestScheduler['run']>[0]) => new TestScheduler((a, b) => expect(a).toEqual(b)).run(run)
  const rule = () => O.none

  it('emits a round with the batch in which it ends, and completes with the one that stops', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const batches = cold('  a-b-c-d-|', { a: quiet(0), b: quiet(40), c: quiet(80), d: quiet(120) })
      const expected = '      --1-(2|) '
      const subscribed = '    ^---!    '
      const found = batches.pipe(precopyRounds({ ...options, until: roundsAtMost(2) }))
      expectObservable(found, '^--------!').toBe(expected, {
        1: expect.objectContaining({ round: 1, stopped: null }),
        2: expect.objectContaining({ round: 2, stopped: '2 rounds have been made, at most 2' })
      })
      expectSubscriptions(batches.subscriptions).toBe(subscribed)
    })
  })

  it('never, empty, error and early unsubscription pass through', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const operator = precopyRounds({ ...options, until: rule })
      expectObservable(NEVER.pipe(operator)).toBe('-')
      expectObservable(EMPTY.pipe(operator)).toBe('|')
      expectObservable(throwError(() => 'gone').pipe(operator)).toBe('#', undefined, 'gone')
      const batches = cold('a---', { a: quiet(0) })
      expectObservable(batches.pipe(operator), '^-!').toBe('---')
      expectSubscriptions(batches.subscriptions).toBe('^-!')
    })
  })

  it('is born anew with each subscription', async () => {
    const found = from(batched(writes([10, 1]), [0, 200])).pipe(precopyRounds(options), toArray())
    expect(await lastValueFrom(found)).toEqual(await lastValueFrom(found))
  })

  it('takes a batch that arrives while a round is being delivered after it', () => {
    const batches = new Subject<TimedBatch>()
    const seen: number[] = []
    batches.pipe(precopyRounds({ ...options, until: roundsAtMost(3) })).subscribe(({ round }) => {
      seen.push(round)
      if (round === 1) batches.next(quiet(80))
    })
    batches.next(quiet(0))
    batches.next(quiet(40))
    expect(seen).toEqual([1, 2])
  })
})
