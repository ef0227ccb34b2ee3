import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeTrace, encodeTrace } from '../../lib/codec/traceFile'
import { type PageTrace, pageTrace, type TraceRegion } from '../../lib/guest/pageTrace'

const traces = fc
  .record({
    instructionsPerQuantum: fc.integer({ min: 1, max: 2000 }),
    gaps: fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 6 }),
    quanta: fc.array(fc.array(fc.tuple(fc.nat(1e6), fc.nat(1e6), fc.nat(1e6), fc.integer({ min: 0, max: 3 })), { maxLength: 12 }), {
      minLength: 1,
      maxLength: 12
    }),
    command: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 3 })
  })
  .map(madeTrace)

function madeTrace({
  instructionsPerQuantum,
  gaps,
  quanta,
  command
}: {
  instructionsPerQuantum: number
  gaps: [number, number][]
  quanta: [number, number, number, number][][]
  command: string[]
}): PageTrace {
  const pages = gaps.reduce((sum, [, length]) => sum + length, 0)
  const everyPage: [number, number, number, number][] = Array.from({ length: pages }, (_, page) => [page, 0, 0, 0])
  const starts = [0]
  const columns = { page: [] as number[], firstPosition: [] as number[], firstIsWrite: [] as number[], lastWritePosition: [] as number[] }
  for (const drawn of [...quanta, everyPage]) {
    const seen = new Set<number>()
    const touches = drawn
      .map(([page, first, last, kind]) => ({
        page: page % pages,
        first: first % instructionsPerQuantum,
        last: last % instructionsPerQuantum,
        kind
      }))
      .filter(({ page }) => !seen.has(page) && seen.add(page))
      .sort((one, other) => one.first - other.first)
    for (const { page, first, last, kind } of touches) {
      columns.page.push(page)
      columns.firstPosition.push(first)
      columns.firstIsWrite.push(kind >> 1)
      columns.lastWritePosition.push(kind === 0 ? -1 : kind === 2 ? first : Math.max(first, last))
    }
    starts.push(columns.page.length)
  }
  const regions: TraceRegion[] = []
  let end = 0
  let firstPage = 0
  for (const [gap, length] of gaps) {
    regions.push({ firstPage, virtualPage: end + gap, pages: length })
    end += gap + length
    firstPage += length
  }
  return pageTrace({
    instructionsPerQuantum,
    instructions: (starts.length - 1) * instructionsPerQuantum,
    regions,
    command,
    columns: {
      starts: Int32Array.from(starts),
      page: Int32Array.from(columns.page),
      firstPosition: Int32Array.from(columns.firstPosition),
      firstIsWrite: Uint8Array.from(columns.firstIsWrite),
      lastWritePosition: Int32Array.from(columns.lastWritePosition)
    }
  })
}

const small = madeTrace({
  instructionsPerQuantum: 1000,
  gaps: [
    [16, 4],
    [1000, 3]
  ],
  quanta: [
    [
      [0, 1, 900, 3],
      [1, 2, 2, 2],
      [4, 500, 600, 1]
    ],
    [[0, 1, 900, 3]]
  ],
  command: ['awk', 'BEGIN {}']
})

const decoded = (bytes: Uint8Array): PageTrace => {
  const result = decodeTrace(bytes)
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left))
  return result.right
}

describe('traceFile', () => {
  it('decode after encode: a trace comes back column by column', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const back = decoded(encodeTrace(trace))
        expect(back.columns).toEqual(trace.columns)
        expect(back.regions).toEqual(trace.regions)
        expect({ ...back.header, sha256: '' }).toEqual(trace.header)
      })
    )
  })

  it('encode after decode: the bytes come back', () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const bytes = encodeTrace(trace)
        expect(encodeTrace(decoded(bytes))).toEqual(bytes)
      }),
      { numRuns: 30 }
    )
  })

  it('every truncation is refused with a place', () => {
    const bytes = encodeTrace(small)
    for (let length = 0; length < bytes.length; length++) {
      const result = decodeTrace(bytes.subarray(0, length))
      expect(result).toMatchObject({ _tag: 'Left', left: { path: `trace: byte ${length}` } })
    }
  })
})
