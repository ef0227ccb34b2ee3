import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PageTrace, pageTrace, type TraceColumns } from '../../lib/guest/pageTrace'
import { openTrace, type TracePlayback } from '../../lib/guest/traceAccesses'
import { addressOfPage, traceEntries } from '../../lib/guest/traceEntries'
import { summary } from '../../lib/guest/traceSummary'

type Touch = readonly [page: number, first: number, firstIsWrite: 0 | 1, last: number]

const traceOf = (quanta: readonly (readonly Touch[])[], instructionsPerQuantum = 100): PageTrace => {
  const touches = quanta.flat()
  const columns: TraceColumns = {
    starts: Int32Array.from([0, ...quanta.map((_, index) => quanta.slice(0, index + 1).flat().length)]),
    page: Int32Array.from(touches, ([page]) => page),
    firstPosition: Int32Array.from(touches, ([, first]) => first),
    firstIsWrite: Uint8Array.from(touches, ([, , isWrite]) => isWrite),
    lastWritePosition: Int32Array.from(touches, ([, , , last]) => last)
  }
  const pages = 1 + touches.reduce((most, [page]) => Math.max(most, page), 0)
  const instructions = quanta.length * instructionsPerQuantum
  return pageTrace({ instructionsPerQuantum, instructions, regions: [{ firstPage: 0, virtualPage: 16, pages }], columns })
}

const played = (trace: PageTrace, playback: TracePlayback, limit: number, capacity: number): [time: number, access: number][] => {
  const cursor = openTrace(trace, playback)
  const accesses = new Int32Array(capacity)
  const times = new Float64Array(capacity)
  const all: [number, number][] = []
  for (let filled = -1; filled !== 0 && all.length < limit; ) {
    const next = cursor.nextTime()
    filled = cursor.fill(accesses, times, Math.min(capacity, limit - all.length))
    expect(next).toBe(filled === 0 ? Number.POSITIVE_INFINITY : times[0])
    for (let at = 0; at < filled; at++) all.push([times[at], accesses[at]])
  }
  return all
}

/** The same accesses in the plainest way: an object each, and a stable sort by position. */
const modelled = (trace: PageTrace): [number, number][] => {
  const all: { readonly at: number; readonly turn: 0 | 1; readonly access: number }[] = []
  for (const { quantum, page, firstPosition, firstIsWrite, lastWritePosition } of traceEntries(trace)) {
    const base = quantum * trace.header.instructionsPerQuantum
    all.push({ at: base + firstPosition, turn: 0, access: 2 * page + Number(firstIsWrite) })
    if (lastWritePosition > firstPosition || (lastWritePosition >= 0 && !firstIsWrite))
      all.push({ at: base + lastWritePosition, turn: 1, access: 2 * page + 1 })
  }
  return all.sort((one, other) => one.at - other.at || one.turn - other.turn).map(({ at, access }) => [at, access])
}

const traces = fc
  .array(fc.array(fc.tuple(fc.nat(79), fc.nat(299), fc.nat(299), fc.nat(3)), { maxLength: 120 }), { minLength: 1, maxLength: 5 })
  .map((quanta) => {
    const everyPage = Array.from({ length: 80 }, (_, page): [number, number, number, number] => [page, page, 299 - page, page % 4])
    const drawn = [...quanta, everyPage].map((touches) => {
      const seen = new Set<number>()
      return touches
        .filter(([page]) => !seen.has(page) && seen.add(page))
        .sort((one, other) => one[1] - other[1])
        .map(([page, first, last, kind]): Touch => {
          if (kind === 0) return [page, first, 0, -1]
          return [page, first, kind === 1 ? 0 : 1, kind === 2 ? first : Math.max(first, last)]
        })
    })
    return traceOf(drawn, 300)
  })

describe('pageTrace', () => {
  it('names the quantum that contradicts itself', () => {
    const message = (quanta: readonly (readonly Touch[])[]) => {
      try {
        traceOf(quanta)
        return 'accepted'
      } catch (error) {
        return (error as Error).message
      }
    }
    expect(message([[[0, 0, 0, -1]], [[-1, 0, 0, -1]]])).toBe('pageTrace: quantum 1: expected pages 0 to 0 (got page -1)')
    expect(message([[[0, 7, 0, -1], [0, 8, 0, -1]]])).toBe('pageTrace: quantum 0: expected each page once (got page 0 twice)') // biome-ignore format: one quantum
    expect(message([[[0, 7, 0, -1], [1, 6, 0, -1]]])).toBe('pageTrace: quantum 0: expected first touches in order, 7 to 99 (got position 6 of page 1)') // biome-ignore format: one quantum
    expect(message([[[0, 100, 0, -1]]])).toBe('pageTrace: quantum 0: expected first touches in order, 0 to 99 (got position 100 of page 0)')
    expect(message([[[0, 7, 0, 6]]])).toBe('pageTrace: quantum 0: expected a last write from 7 to 99 (got position 6 of page 0)')
    expect(message([[[0, 7, 1, -1]]])).toBe('pageTrace: quantum 0: expected a last write from 7 to 99 (got position -1 of page 0)')
    expect(message([[[1, 7, 0, -1]]])).toBe('pageTrace: header.pages: expected 1, the pages touched (got 2)')
    expect(message([])).toBe('pageTrace: header.quanta: expected at least 1 quantum (got 0, an empty trace)')
  })

  it('gives the program address of a page', () => {
    const trace = traceOf([[[0, 0, 0, -1], [1, 1, 0, -1]]]) // biome-ignore format: one quantum
    expect([addressOfPage(trace, 0), addressOfPage(trace, 1), addressOfPage(trace, 2)]).toEqual([0x10000n, 0x11000n, undefined])
  })
})

describe('openTrace', () => {
  it('a page read and later written gives two accesses, a page written once gives one', () => {
    const trace = traceOf([[[3, 2, 0, 90], [7, 5, 1, 5], [0, 5, 1, 40], [1, 6, 0, -1], [2, 6, 0, 6], [4, 6, 0, -1], [5, 6, 0, -1], [6, 99, 0, 99]]]) // biome-ignore format: one quantum
    const all = played(trace, { instructionsPerSecond: 1e9, atEnd: 'exit' }, 100, 100)
    expect(all.map(([at, access]) => `${at} ${access & 1 ? 'write' : 'read'} ${access >> 1}`)).toEqual([
      ...['2 read 3', '5 write 7', '5 write 0', '6 read 1', '6 read 2', '6 read 4', '6 read 5', '6 write 2'],
      ...['40 write 0', '90 write 3', '99 read 6', '99 write 6']
    ])
  })

  it('plays what a plain sort of all accesses gives, whatever the batch', () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 50 }), (trace, capacity) => {
        expect(played(trace, { instructionsPerSecond: 1e9, atEnd: 'exit' }, 1e6, capacity)).toEqual(modelled(trace))
      })
    )
  })

  it('repeats with its clock running on', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const once = modelled(trace)
        const again = once.map(([at, access]): [number, number] => [at + trace.header.instructions, access])
        expect(played(trace, { instructionsPerSecond: 1e9, atEnd: 'repeat' }, 2 * once.length, 64)).toEqual([...once, ...again])
      }),
      { numRuns: 30 }
    )
  })

  it('times are whole nanoseconds that never fall at any speed', () => {
    fc.assert(
      fc.property(traces, fc.double({ min: 1e6, max: 1e11, noNaN: true }), (trace, instructionsPerSecond) => {
        const all = played(trace, { instructionsPerSecond, atEnd: 'exit' }, 1e6, 32)
        const slow = modelled(trace).map(([at]) => Math.floor(at * (1e9 / instructionsPerSecond)))
        expect(all.map(([time]) => time)).toEqual(slow)
        expect(all.every(([time], at) => Number.isSafeInteger(time) && (at === 0 || time >= all[at - 1][0]))).toBe(true)
      })
    )
  })

  it('refuses a speed that is no speed', () => {
    expect(() => openTrace(traceOf([[[0, 0, 0, -1]]]), { instructionsPerSecond: 0, atEnd: 'exit' })).toThrow(
      new RangeError('openTrace: instructionsPerSecond must be positive and finite (got 0)')
    )
  })
})

describe('summary', () => {
  it('counts pages once per bin and once per window', () => {
    const trace = traceOf([
      [[0, 0, 0, 50], [1, 1, 0, -1]],
      [[0, 0, 1, 50], [2, 1, 1, 1]],
      [[0, 0, 0, -1], [2, 3, 0, 3]],
      [[2, 3, 0, -1], [1, 9, 0, -1]]
    ]) // biome-ignore format: a quantum a line
    const got = summary(trace, { bins: 2, windows: [1, 2, 4], instructionsPerSecond: 1e8 })
    expect(got).toMatchObject({
      pages: 3,
      pagesRead: 3,
      pagesWritten: 2,
      quanta: 4,
      durationNs: 4000,
      touchedPageQuanta: 8,
      writtenPageQuanta: 4
    })
    expect(got.dirtyRate).toEqual([
      { fromNs: 0, toNs: 2000, pagesTouched: 3, pagesWritten: 2, pagesPerSecond: 1e6 },
      { fromNs: 2000, toNs: 4000, pagesTouched: 3, pagesWritten: 1, pagesPerSecond: 5e5 }
    ])
    expect(got.workingSet).toEqual([
      { windowNs: 1000, windows: 4, meanPages: 1, leastPages: 0, mostPages: 2, hotPages: 2 },
      { windowNs: 2000, windows: 2, meanPages: 1.5, leastPages: 1, mostPages: 2, hotPages: 2 }
    ])
  })

  it('a bin of one quantum: the pages written in the bins add up to writtenPageQuanta', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const { dirtyRate, writtenPageQuanta, touchedPageQuanta } = summary(trace, { bins: trace.header.quanta })
        expect(dirtyRate.reduce((sum, { pagesWritten }) => sum + pagesWritten, 0)).toBe(writtenPageQuanta)
        expect(dirtyRate.reduce((sum, { pagesTouched }) => sum + pagesTouched, 0)).toBe(touchedPageQuanta)
      })
    )
  })

  it('refuses a count of bins that is none', () => {
    expect(() => summary(traceOf([[[0, 0, 0, -1]]]), { bins: 0 })).toThrow(
      new RangeError('summary: bins must be a whole number from 1 (got 0)')
    )
  })
})
