import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeTrace } from '../../lib/codec/traceFile'
import type { PageTrace } from '../../lib/guest/pageTrace'
import { addressOfPage, traceEntries } from '../../lib/guest/traceEntries'
import { type LackeyParserOptions, lackeyParser } from '../../pipelines/record/lackeyParser'
import { pageMap } from '../../pipelines/record/pageMap'
import { type RecordOptions, record } from '../../pipelines/record/record'

type Quantum = readonly (readonly [page: string, first: number, firstIsWrite: number, last: number])[]

const parsed = (text: string, pieces: readonly number[], options: Partial<LackeyParserOptions> = {}) => {
  const quanta: [number, number, number, number][][] = []
  const notes: string[] = []
  const parser = lackeyParser(
    { pageBytes: 4096, instructionsPerQuantum: 3, maxInstructions: Number.POSITIVE_INFINITY, ...options },
    ({ count, pageId, firstPosition, firstIsWrite, lastWritePosition }) => {
      const entries = Array.from({ length: count }, (_, at) => at)
      quanta.push(entries.map((at) => [pageId[at], firstPosition[at], firstIsWrite[at], lastWritePosition[at]]))
    },
    (line) => notes.push(line)
  )
  let kept = Buffer.alloc(0)
  const bytes = Buffer.from(text)
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const end = at + (pieces.length === 0 ? bytes.length : Math.max(1, pieces[piece % pieces.length]))
    kept = Buffer.concat([kept, bytes.subarray(at, end)])
    kept = kept.subarray(parser.push(kept, kept.length))
    at = end
  }
  parser.end()
  const virtualPages = parser.virtualPages()
  const named = quanta.map((quantum): Quantum => quantum.map(([id, ...rest]) => [virtualPages[id].toString(16), ...rest]))
  return { quanta: named, notes, counts: parser.counts() }
}

const SAMPLE = `==77== Lackey, an example Valgrind tool
I  00401000,4
 L 1ffefff010,8
I  00401004,4
 S 1ffefff010,8
 S 00500ffc,8
I  00401008,4
 M 00500ff8,4
I  00400ffe,4
 S 00500010,4
I  00401002,4
 L ffffffffff600ffc,4
==77== Exit code:       0
`

describe('lackeyParser', () => {
  it('gathers pages by quantum with first touches and last writes', () => {
    expect(parsed(SAMPLE, [])).toEqual({
      quanta: [
        [
          ['401', 0, 0, -1],
          ['1ffefff', 0, 0, 1],
          ['500', 1, 1, 2],
          ['501', 1, 1, 1]
        ],
        [
          ['400', 0, 0, -1],
          ['401', 0, 0, -1],
          ['500', 0, 1, 0],
          ['ffffffffff600', 1, 0, -1]
        ]
      ],
      notes: ['==77== Lackey, an example Valgrind tool', '==77== Exit code:       0'],
      counts: { instructions: 5, reads: 8, writes: 4, pages: 6, quanta: 2 }
    })
  })

  it('reads the same whatever the pieces it gets', () => {
    const whole = parsed(SAMPLE, [])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (pieces) => {
        expect(parsed(SAMPLE, pieces)).toEqual(whole)
      })
    )
  })

  it('stops after the accesses of the last instruction wanted', () => {
    const { counts, quanta } = parsed(SAMPLE, [1], { maxInstructions: 2 })
    expect(counts).toMatchObject({ instructions: 2, reads: 3, writes: 2, quanta: 1 })
    expect(quanta[0][2]).toEqual(['500', 1, 1, 1])
  })

  it('an access touches the next page from its first byte there', () => {
    const { quanta } = parsed('I  00401000,4\n S 00500ffc,4\n S 00600ffe,2\n S 00700fff,2\n', [])
    expect(quanta[0].map(([page]) => page)).toEqual(['401', '500', '600', '700', '701'])
  })

  it('follows a larger page size', () => {
    const { quanta } = parsed('I  00401000,4\n S 005fffff,1\n S 00600000,1\n', [], { pageBytes: 2 ** 21 })
    expect(quanta).toEqual([[['2', 0, 0, 0], ['3', 0, 1, 0]]]) // biome-ignore format: one quantum
  })

  it('agrees with a plain reading of random traces', () => {
    const lines = fc.array(
      fc.tuple(
        fc.constantFrom('I ', ' L', ' S', ' M'),
        fc.nat(40).map((page) => page * page * page),
        fc.nat(4095),
        fc.integer({ min: 1, max: 9000 })
      ),
      { minLength: 1, maxLength: 200 }
    )
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 20 }), (drawn, instructionsPerQuantum) => {
        const accesses = [['I ', 1, 0, 4] as const, ...drawn]
        const text = accesses.map(
          ([kind, page, offset, size]) => `${kind} ${(page * 4096 + offset).toString(16).padStart(8, '0')},${size}\n`
        )
        expect(parsed(text.join(''), [], { instructionsPerQuantum }).quanta).toEqual(plainly(accesses, instructionsPerQuantum))
      })
    )
  })

  it('names a line it cannot read', () => {
    for (const line of ['I  xyz,4', ' L 00401000', ' S 00401000,', 'I  00401000,4 more', 'I  11112222333344445,4'])
      expect(() => parsed(`I  00401000,4\n${line}\n`, [])).toThrow(
        new Error(`lackeyParser: line after instruction 1: ${JSON.stringify(line)}`)
      )
    expect(() => parsed(' L 00401000,4\n', [])).toThrow('an access before any instruction')
  })
})

const plainly = (accesses: readonly (readonly [string, number, number, number])[], instructionsPerQuantum: number): Quantum[] => {
  const quanta: Map<string, [number, number, number]>[] = []
  let instructions = 0
  for (const [kind, page, offset, size] of accesses) {
    if (kind === 'I ') instructions++
    const at = instructions - 1
    const quantum = (quanta[Math.floor(at / instructionsPerQuantum)] ??= new Map())
    const position = at % instructionsPerQuantum
    for (let each = page; each <= page + Math.floor((offset + size - 1) / 4096); each++) {
      const name = each.toString(16)
      const entry = quantum.get(name) ?? [position, kind === ' S' ? 1 : 0, -1]
      quantum.set(name, [entry[0], entry[1], kind === ' S' || kind === ' M' ? position : entry[2]])
    }
  }
  return quanta.map((quantum) => [...quantum].map(([page, entry]) => [page, ...entry]))
}

describe('pageMap', () => {
  it('numbers pages in address order and keeps neighbours together', () => {
    expect(pageMap(Float64Array.of(7, 5, 2 ** 40, 6, 9))).toEqual({
      regions: [
        { firstPage: 0, virtualPage: 5, pages: 3 },
        { firstPage: 3, virtualPage: 9, pages: 1 },
        { firstPage: 4, virtualPage: 2 ** 40, pages: 1 }
      ],
      numberOfId: Int32Array.of(2, 0, 4, 1, 3)
    })
  })
})

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'transhume-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const quiet = { progress: () => undefined }

const recorded = async (options: Partial<RecordOptions> & { readonly command: readonly string[] }) => {
  const result = await record({ output: join(folder, 'a.trace'), cleanEnvironment: true, force: true, ...options }, quiet)
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left))
  const trace = decodeTrace(readFileSync(result.right.output))
  if (trace._tag === 'Left') throw new Error(JSON.stringify(trace.left))
  return { recording: result.right, trace: trace.right, bytes: readFileSync(result.right.output) }
}

const hasValgrind = spawnSync('valgrind', ['--version']).status === 0
if (!hasValgrind) console.warn('record.test: Valgrind is not installed (apt-get install valgrind): recording anew is skipped')

describe.skipIf(!hasValgrind)('record (needs Valgrind; skipped where it is missing)', () => {
  const writtenPages = (trace: PageTrace): Set<number> =>
    new Set([...traceEntries(trace)].filter(({ lastWritePosition }) => lastWritePosition >= 0).map(({ page }) => page))

  it('records a small program twice alike, with plausible counts', { timeout: 120_000 }, async () => {
    const first = await recorded({ command: ['/bin/true'], instructionsPerQuantum: 10_000 })
    const second = await recorded({ command: ['/bin/true'], instructionsPerQuantum: 10_000 })
    const { header } = first.trace
    expect(first.recording.programEnd).toEqual({ type: 'exited', code: 0 })
    expect(header).toMatchObject({ command: ['/bin/true'], program: { name: 'true', version: 'unknown' }, pageBytes: 4096 })
    expect(header.recordedWith).toMatch(/^valgrind-3\./)
    // Loading and linking the C library takes 10^5 instructions and some hundred pages; a tenth to ten times that on another system.
    expect(header.instructions).toBeGreaterThan(10_000)
    expect(header.instructions).toBeLessThan(2_000_000)
    expect(header.pages).toBeGreaterThan(20)
    expect(header.pages).toBeLessThan(1000)
    expect(header.quanta).toBe(Math.ceil(header.instructions / 10_000))
    expect(header.reads).toBeGreaterThan(header.instructions)
    expect(header.writes).toBeLessThan(header.instructions)
    expect(second.trace.columns).toEqual(first.trace.columns)
    expect(Buffer.compare(second.bytes, first.bytes)).toBe(0)
  })

  it('sees a program fill as many pages as it asks for, and the exit code it ends with', { timeout: 120_000 }, async () => {
    const awk = (length: number) => ['awk', `BEGIN { a = "x"; while (length(a) < ${length}) a = a a; exit 3 }`]
    const little = await recorded({ command: awk(2 ** 10) })
    const much = await recorded({ command: awk(2 ** 20) })
    expect(much.recording.programEnd).toEqual({ type: 'exited', code: 3 })
    const more = writtenPages(much.trace).size - writtenPages(little.trace).size
    expect(more).toBeGreaterThanOrEqual(2 ** 20 / 4096)
    expect(more).toBeLessThan((6 * 2 ** 20) / 4096)
    const stack = addressOfPage(much.trace, much.trace.header.pages - 1) ?? 0n
    expect(stack).toBeGreaterThan(0x1f_0000_0000n)
  })

  it('stops at the instructions asked for and keeps the trace', { timeout: 120_000 }, async () => {
    const { recording, trace } = await recorded({ command: ['/bin/true'], instructionsPerQuantum: 700, maxInstructions: 5000 })
    expect(recording.programEnd).toEqual({ type: 'stopped' })
    expect(trace.header).toMatchObject({ instructions: 5000, quanta: 8 })
  })

  it('an interruption leaves no file', { timeout: 120_000 }, async () => {
    const before = readdirSync(folder)
    const abort = new AbortController()
    const output = join(folder, 'interrupted.trace')
    const command = ['awk', 'BEGIN { while (1) n++ }']
    const result = await record({ command, output, signal: abort.signal }, { progress: () => abort.abort() })
    expect(result).toMatchObject({ _tag: 'Left', left: { exitCode: 130 } })
    expect(readdirSync(folder)).toEqual(before)
  })

  it('a program that is killed leaves no file', { timeout: 120_000 }, async () => {
    const before = readdirSync(folder)
    const command = ['sh', '-c', 'kill -SEGV $$']
    const result = await record({ command, output: join(folder, 'killed.trace') }, quiet)
    expect(result).toMatchObject({ _tag: 'Left', left: { exitCode: 1, got: 'killed by SIGSEGV' } })
    expect(readdirSync(folder)).toEqual(before)
  })

  it('refuses what it cannot do before it starts', async () => {
    const there = join(folder, 'there.trace')
    writeFileSync(there, 'kept')
    const text = async (options: RecordOptions) => {
      const result = await record(options, quiet)
      if (result._tag === 'Right') return 'recorded'
      const { path, expected, got, hint, exitCode } = result.left
      return `${exitCode} ${path}: expected ${expected}, got ${got}; ${hint}`
    }
    const output = join(folder, 'never.trace')
    expect(await text({ command: ['/bin/true'], output: there })).toBe(
      `2 --output: expected a file that does not exist yet, got ${there}; name another file, or add --force to replace it`
    )
    expect(readFileSync(there, 'utf8')).toBe('kept')
    expect(await text({ command: ['no-such-program'], output })).toBe(
      '2 command: expected a program on the PATH, got no-such-program; ' +
        'check the spelling; shell syntax needs sh -c, which records the shell itself'
    )
    expect(await text({ command: [], output })).toBe(
      '2 command: expected a program to run after --, got nothing; npm start -- record -- COMMAND ...'
    )
    expect(await text({ command: ['/bin/true'], output, instructionsPerQuantum: 0 })).toBe(
      '2 --quantum: expected a whole number of instructions from 1 to 2^30, got 0; try --quantum 100000'
    )
    expect(await text({ command: ['/bin/true'], output, pageBytes: 5000 })).toBe(
      '2 --page-bytes: expected a power of two from 1024 to 2097152, got 5000; leave it out for 4096'
    )
    expect(existsSync(output)).toBe(false)
  })
})

describe('record without Valgrind', () => {
  it('says how to install it', async () => {
    const path = process.env.PATH
    process.env.PATH = folder
    try {
      const result = await record({ command: ['/bin/true'], output: join(folder, 'never.trace') }, quiet)
      expect(result).toEqual({
        _tag: 'Left',
        left: {
          path: 'valgrind',
          expected: 'Valgrind on the PATH',
          got: 'no such program',
          hint: 'install it: apt-get install valgrind',
          exitCode: 2
        }
      })
    } finally {
      process.env.PATH = path
    }
  })
})
