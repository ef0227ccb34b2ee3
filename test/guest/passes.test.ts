import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PassesOptions, passes } from '../../lib/guest/passes'
import { key } from '../../lib/random/random'
import { first, keepsTheLaws } from './workloadLaws'

/** Strokes of 1 to 3 microseconds, in which each virtual CPU makes 10 to 100 writes a microsecond. */
const someOptions: fc.Arbitrary<PassesOptions> = fc
  .record({
    vcpus: fc.integer({ min: 1, max: 4 }),
    writes: fc.integer({ min: 10, max: 100 }),
    paths: fc.array(
      fc.array(
        fc.record({
          from: fc.integer({ min: 0, max: 300 }),
          pages: fc.integer({ min: 4, max: 200 }),
          streams: fc.integer({ min: 1, max: 9 })
        }),
        { minLength: 1, maxLength: 3 }
      ),
      { minLength: 1, maxLength: 2 }
    ),
    strokes: fc.array(
      fc.record({ times: fc.integer({ min: 1, max: 3 }), share: fc.double({ min: 0, max: 1, noNaN: true }), path: fc.nat(1) }),
      {
        minLength: 1,
        maxLength: 5
      }
    )
  })
  .map(({ vcpus, writes, paths, strokes }) => ({
    vcpus,
    paths,
    writesPerSecond: writes * vcpus * 1e6,
    strokes: strokes.map(({ times, share, path }) => ({
      forNs: times * 1000,
      pages: Math.floor(share * writes * vcpus * times),
      path: path % paths.length
    }))
  }))

const pagesOf = (accesses: readonly number[]): readonly number[] => accesses.map((access) => access >>> 1)

describe('passes', () => {
  keepsTheLaws(someOptions.map(passes))

  const slowAndFast = passes({
    paths: [[{ from: 10, pages: 6 }]],
    strokes: [
      { forNs: 8, pages: 2 },
      { forNs: 8, pages: 8 }
    ],
    writesPerSecond: 1e9
  })

  it('a slow stroke writes each page several times in a row, a fast one goes on, and the pass begins anew', () => {
    expect(pagesOf(first(slowAndFast, 18).accesses)).toEqual([10, 10, 10, 10, 11, 11, 11, 11, 12, 13, 14, 15, 10, 11, 12, 13, 14, 14])
  })

  it('virtual CPUs have a share each of a pass, and paths go on where they were left', () => {
    const workload = passes({
      paths: [[{ from: 0, pages: 8 }], [{ from: 100, pages: 8, streams: 2 }]],
      strokes: [
        { forNs: 2, pages: 4 },
        { forNs: 2, pages: 4, path: 1 }
      ],
      writesPerSecond: 2e9,
      vcpus: 2
    })
    expect([0, 1].map((vcpu) => pagesOf(first(workload, 8, 1, vcpu).accesses))).toEqual([
      [0, 1, 100, 102, 2, 3, 101, 103],
      [4, 5, 104, 106, 6, 7, 105, 107]
    ])
  })

  it('a stroke of p pages dirties p pages', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(fc.integer({ min: 8, max: 400 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        (vcpus, series, streams) => {
          const workload = passes({
            paths: [[{ from: 3, pages: 2500, streams }]],
            strokes: series.map((pages) => ({ forNs: 1e9, pages })),
            writesPerSecond: 400 * vcpus,
            vcpus
          })
          const opened = Array.from({ length: vcpus }, (_, vcpu) => workload.open(key(1), vcpu))
          for (const pages of series) {
            const words = new Int32Array(80)
            expect(opened.reduce((sum, one) => sum + one.mark!(words, 400), 0)).toBe(pages)
          }
        }
      ),
      { numRuns: 60 }
    )
  })

  it('marks what it would have filled, in any mixture of the two', () => {
    fc.assert(
      fc.property(someOptions, fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 8 }), (options, sizes) => {
        const workload = passes(options)
        const [whole, mixed] = [workload.open(key(3), 0), workload.open(key(3), 0)]
        const size = Math.ceil(workload.pages / 32)
        const words = new Int32Array(size)
        const model = new Int32Array(size)
        sizes.forEach((n, i) => {
          const accesses = new Int32Array(n)
          whole.fill(accesses, new Float64Array(0), n)
          let newly = 0
          for (const access of accesses) {
            const bit = 1 << (access >>> 1)
            if ((model[access >>> 6] & bit) === 0) newly++
            model[access >>> 6] |= bit
          }
          if (i % 3 === 2) {
            const filled = new Int32Array(n)
            mixed.fill(filled, new Float64Array(0), n)
            expect(filled).toEqual(accesses)
            for (const access of filled) words[access >>> 6] |= 1 << (access >>> 1)
          } else expect(mixed.mark!(words, n)).toBe(newly)
          expect(words).toEqual(model)
        })
      }),
      { numRuns: 100 }
    )
  })

  it('refuses what cannot be', () => {
    const good: PassesOptions = { paths: [[{ from: 0, pages: 8 }]], strokes: [{ forNs: 1e9, pages: 4 }], writesPerSecond: 8, vcpus: 2 }
    expect(() => passes({ ...good, writesPerSecond: 0 })).toThrow('passes: writesPerSecond must be above 0 and at most 1e12 (got 0)')
    expect(() => passes({ ...good, paths: [] })).toThrow('passes: paths must not be empty (got none)')
    expect(() => passes({ ...good, paths: [[{ from: 0, pages: 1 }]] })).toThrow(
      'passes: a pass must have a page for each virtual CPU (got 1 for 2)'
    )
    expect(() => passes({ ...good, strokes: [] })).toThrow('passes: strokes must not be empty (got none)')
    expect(() => passes({ ...good, writesPerSecond: 9 })).toThrow(
      'passes: every virtual CPU must make a whole number of writes in a stroke (got 4.5 in 1000000000 ns)'
    )
    expect(() => passes({ ...good, strokes: [{ forNs: 1e9, pages: 9 }] })).toThrow(
      "passes: a stroke's pages must be an integer from 0 to its 8 writes (got 9)"
    )
    expect(() => passes({ ...good, strokes: [{ forNs: 1e9, pages: 1, path: 1 }] })).toThrow(
      'passes: path must be an integer from 0 to 0 (got 1)'
    )
  })
})
