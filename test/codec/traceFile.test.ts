import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { traceBodyWriter } from '../../lib/codec/traceBody'
import { decodeTrace, encodeTrace, traceFileHead } from '../../lib/codec/traceFile'
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

  it('every single changed byte is refused', () => {
    const bytes = encodeTrace(small)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const flipped = bytes.slice()
        flipped[at] ^= flip
        expect(decodeTrace(flipped)).toMatchObject({ _tag: 'Left' })
      }),
      { numRuns: 500 }
    )
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.slice()
      flipped[at] ^= 1
      expect(decodeTrace(flipped)).toMatchObject({ _tag: 'Left' })
    }
  })

  it('an arbitrary body under a right hash is refused or read whole, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
        expect(decodeTrace(fileOf({}, body))._tag).toBe('Left')
      })
    )
    const body = bodyOf(small)
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const flipped = body.slice()
        flipped[at] ^= flip
        const result = decodeTrace(fileOf({}, flipped))
        if (result._tag === 'Right') expect(decoded(encodeTrace(result.right)).columns).toEqual(result.right.columns)
      }),
      { numRuns: 300 }
    )
  })

  it('refusals name the place, the rule, what was found and what to do', () => {
    const bytes = encodeTrace(small)
    expect(refusal(new Uint8Array(0))).toBe('a.trace: byte 0: expected a trace file, got an empty file; record the trace anew')
    expect(refusal(Buffer.from('\x7fELF and so on'))).toBe(
      'a.trace: byte 0: expected the magic "thTRACE\\n", got ".ELF and"; give a file written by the record command'
    )
    const newer = bytes.slice()
    newer[8] = 2
    expect(refusal(newer)).toBe('a.trace: byte 8: expected version 1 of the format, got version 2; record the trace anew with this release')
    expect(refusal(bytes.subarray(0, bytes.length - 5))).toBe(
      `a.trace: byte ${bytes.length - 5}: expected a body of ${bodyOf(small).length} bytes, got ${bodyOf(small).length - 5} bytes ` +
        'and the end of the file; the file was cut short: copy it again or record the trace anew'
    )
    expect(refusal(Buffer.concat([bytes, Buffer.from('xy')]))).toBe(
      `a.trace: byte ${bytes.length}: expected the end of the file, got 2 bytes more; ` +
        'the file was changed after it was recorded: copy it again or record the trace anew'
    )
    expect(refusal(fileOf({ quanta: 0 }, bodyOf(small)))).toBe(
      'a.trace: header.quanta: expected an integer from 1 to 2147483646, got 0; record the trace anew'
    )
    expect(refusal(fileOf({ pageBytes: 5000 }, bodyOf(small)))).toBe(
      'a.trace: header.pageBytes: expected a power of two from 1024 to 2097152, got 5000; record the trace anew'
    )
    expect(refusal(fileOf({ quanta: 4 }, bodyOf(small)))).toBe(
      'a.trace: header.quanta: expected 3, as in the body, got 4; record the trace anew'
    )
    expect(refusal(fileOf({ pages: 2 ** 30 }, bodyOf(small)))).toBe(
      'a.trace: header.pages: expected at most 11, the entries of the body, got 1073741824; record the trace anew'
    )
    expect(refusal(fileOf({ instructions: 3001 }, bodyOf(small)))).toBe(
      'a.trace: header.instructions: expected 2001 to 3000 in 3 quanta, got 3001; record the trace anew'
    )
  })

  it('a page outside the guest is refused with its quantum', () => {
    expect(refusal(fileOf({ pages: 2 }, bodyOf(small)))).toBe(
      'a.trace: quantum 0: expected a page within the guest, 0 to 1, got page 2; record the trace anew'
    )
    const blocks: Uint8Array[] = []
    const writer = traceBodyWriter((block) => blocks.push(block))
    writer.touch(0, 0, false, -1)
    writer.endQuantum()
    writer.touch(5, 0, false, -1)
    writer.endQuantum()
    writer.end([{ firstPage: 0, virtualPage: 9, pages: 1 }], Int32Array.of(0))
    expect(refusal(fileOf({ pages: 1, quanta: 2, instructions: 2000 }, Buffer.concat(blocks)))).toBe(
      'a.trace: quantum 1: expected a page within the guest, 0 to 0, got a page that was never touched before; record the trace anew'
    )
  })

  it('a position outside its quantum is refused with its quantum', () => {
    expect(refusal(fileOf({ instructionsPerQuantum: 800, instructions: 2400 }, bodyOf(small)))).toBe(
      'a.trace: quantum 0: expected a last write from 1 to 799, got position 900 of page 0; record the trace anew'
    )
  })
})

describe('the shipped traces', () => {
  const folder = join(__dirname, '../../traces')
  const names = readdirSync(folder).filter((name) => name.endsWith('.trace'))

  it('are three', () => {
    expect(names).toEqual(['sort.trace', 'sqlite.trace', 'zstd.trace'])
  })

  it.each(names)('%s is whole, at most 2 MB, and as its README says', (name) => {
    const bytes = readFileSync(join(folder, name))
    const { header } = decoded(bytes)
    expect(bytes.length).toBeLessThanOrEqual(2_000_000)
    expect(header.pages).toBeGreaterThan(2500)
    expect(header.instructions).toBeGreaterThan(300e6)
    const rows = readFileSync(join(folder, 'README.md'), 'utf8').split('\n')
    const about = rows.filter((row) => row.startsWith(`| \`${name}\` |`)).join('\n')
    expect(about).toContain(createHash('sha256').update(bytes).digest('hex'))
    expect(about).toContain(header.command.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' '))
    for (const figure of [header.quanta, header.pages, bytes.length]) expect(about).toContain(figure.toLocaleString('en-US'))
    expect(about).toContain(header.program.version)
  })
})

const refusal = (bytes: Uint8Array): string => {
  const result = decodeTrace(bytes, 'a.trace')
  if (result._tag === 'Right') return 'accepted'
  const { path, expected, got, hint } = result.left
  return `${path}: expected ${expected}, got ${got}; ${hint}`
}

const bodyOf = (trace: PageTrace): Uint8Array => {
  const bytes = Buffer.from(encodeTrace(trace))
  return bytes.subarray(48 + bytes.readUInt32LE(12))
}

/** A file whose hashes are right, whatever its header and body say. */
const fileOf = (changes: Partial<PageTrace['header']>, body: Uint8Array): Uint8Array =>
  Buffer.concat([
    traceFileHead({ ...small.header, ...changes, bodyBytes: body.length, sha256: createHash('sha256').update(body).digest('hex') }),
    body
  ])
