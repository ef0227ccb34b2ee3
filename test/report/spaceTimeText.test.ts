import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Journal } from '../../lib/protocol/journal'
import { spaceTime } from '../../lib/report/spaceTime'
import { spaceTimeText } from '../../lib/report/spaceTimeText'
import { fitted, printable, widthOf, wrapped } from '../../lib/report/spaceTimeWidth'
import { cycles } from '../../lib/time/time'
import { precopyDroppingLastSync } from '../../properties/broken/precopyDroppingLastSync'
import { beginnings, continuations } from '../codec/entries'
import { lostPage, smallJournals, swarmJournal, swarmRuns } from './spaceTimeJournals'

/** The numbers of the entries that a text shows, and of those that it says it leaves out. */
const numbersIn = (text: string): readonly number[] => [...text.matchAll(/^ *(\d+) +[\d.]+ (?:ns|µs|ms|s) {2}/gm)].map(([, n]) => Number(n))
const leftOutIn = (text: string): number => [...text.matchAll(/… (\d+) entries, \d+ to \d+ …/g)].reduce((sum, [, n]) => sum + Number(n), 0)

const anyEntries: fc.Arbitrary<Journal> = fc
  .tuple(beginnings, fc.array(continuations, { maxLength: 12 }))
  .map(([first, others]) => [first, ...others])

describe('spaceTimeText', () => {
  for (const [name, journal] of Object.entries(smallJournals()))
    it(`draws ${name} as it was reviewed`, async () => {
      await expect(`${spaceTimeText()(spaceTime()(journal))}\n`).toMatchFileSnapshot(`golden/${name}.txt`)
    })

  it('explains a lost page as it was reviewed', async () => {
    const caption = ['seed 0', 'again: npm start -- check precopyDroppingLastSync']
    await expect(`${spaceTimeText({ caption })(lostPage(precopyDroppingLastSync))}\n`).toMatchFileSnapshot('golden/lostPage.txt')
  })

  it('shows every entry that is not left out, the violated one always, in lines of at most its width', () => {
    fc.assert(
      fc.property(
        swarmRuns,
        fc.integer({ min: 72, max: 140 }),
        fc.constantFrom(5, 13, 60, Infinity),
        fc.option(fc.nat(), { nil: undefined }),
        (run, width, limit, at) => {
          const journal = swarmJournal(run)
          const entry = at === undefined ? undefined : at % (journal.length + 1)
          const violation = entry === undefined ? undefined : { entry, problem: 'wrong here' }
          const diagram = spaceTime({ violation })(journal)
          const text = spaceTimeText({ width, limit })(diagram)
          for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width)
          const numbers = numbersIn(text)
          expect(new Set(numbers).size).toBe(numbers.length)
          expect(numbers.length + leftOutIn(text)).toBe(journal.length)
          if (entry !== undefined) {
            expect(text).toContain('wrong here')
            expect(numbers).toContain(
              Math.min(entry, journal.length - 1) === 0 ? 0 : diagram.migrations[0].rows[diagram.migrations[0].violated ?? 0].entry
            )
          }
          if (limit === Infinity && entry === undefined) expect([...numbers].sort((a, b) => a - b)).toEqual([...journal.keys()])
          expect(text).not.toContain('\u001b')
        }
      ),
      { numRuns: 60 }
    )
  })

  it('draws any entries, whatever their names and pages, in lines of at most its width', () => {
    fc.assert(
      fc.property(anyEntries, fc.nat({ max: 14 }), fc.integer({ min: 72, max: 140 }), (journal, entry, width) => {
        const text = spaceTimeText({ width })(spaceTime({ violation: { entry, problem: 'wrong' } })(journal))
        for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width)
      }),
      { numRuns: 300 }
    )
  })

  it('leaves a caption whole, so that it can be copied', () => {
    const caption = `npm start -- check --path ${'0:'.repeat(200)}`
    expect(
      spaceTimeText({ caption: [caption, 'a\nb'] })(spaceTime()([]))
        .split('\n')
        .slice(0, 2)
    ).toEqual([caption, 'a\\u000ab'])
  })

  it('knows the unit of the ticks', () => {
    const journal: Journal = [{ type: 'ended', at: 4, migration: 'm', outcome: { type: 'completed', needs: [] } }]
    expect(spaceTimeText({ unit: cycles({ hertz: 400_000_000 }) })(spaceTime()(journal))).toContain('    0   10 ns  ║')
  })

  it('refuses a width and a limit in which nothing can be seen', () => {
    expect(() => spaceTimeText({ width: 71 })).toThrow(new RangeError('spaceTimeText: width must be an integer from 72 to 140 (got 71)'))
    expect(() => spaceTimeText({ width: 141 })).toThrow(RangeError)
    expect(() => spaceTimeText({ limit: 4 })).toThrow(new RangeError('spaceTimeText: limit must be at least 5 (got 4)'))
    expect(() => spaceTimeText({ limit: Number.NaN })).toThrow(RangeError)
  })
})

describe('width', () => {
  it('of wide characters is two, of combining and invisible ones none', () => {
    expect(['abc', '║▶◀◇…µ', '日本', 'e\u0301', '😀', '한', 'ａ', 'a\u200db', '✕●○■▲'].map(widthOf)).toEqual([3, 6, 4, 1, 2, 2, 2, 2, 5])
  })

  it('is what a text is cut and broken to', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 20 }), (text, columns) => {
        expect(widthOf(fitted(text, columns))).toBeLessThanOrEqual(columns)
        const lines = wrapped(text, columns)
        for (const one of lines) expect(widthOf(one)).toBeLessThanOrEqual(columns)
        expect(lines.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''))
      })
    )
    expect(wrapped('the quick brown fox', 9)).toEqual(['the quick', 'brown fox'])
    expect(wrapped('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij'])
  })

  it('is not broken by what would steer a terminal', () => {
    expect(printable('a\nb\u001b[31mc\u202ed')).toBe('a\\u000ab\\u001b[31mc\\u202ed')
  })
})
