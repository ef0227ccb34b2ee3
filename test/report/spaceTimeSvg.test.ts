import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry, Journal } from '../../lib/protocol/journal'
import { spaceTime } from '../../lib/report/spaceTime'
import { spaceTimeSvg } from '../../lib/report/spaceTimeSvg'
import { beginnings, continuations } from '../codec/entries'
import { smallJournals, swarmJournal, swarmRuns } from './spaceTimeJournals'
import { xmlProblem } from './xml'

const anyEntries: fc.Arbitrary<Journal> = fc
  .tuple(beginnings, fc.array(continuations, { maxLength: 12 }))
  .map(([first, others]) => [first, ...others])

const entriesIn = (svg: string): readonly number[] => [...svg.matchAll(/<g><title>entry (\d+) at /g)].map(([, n]) => Number(n))
const leftOutIn = (svg: string): number => [...svg.matchAll(/… (\d+) entries, \d+ to \d+ …/g)].reduce((sum, [, n]) => sum + Number(n), 0)

describe('spaceTimeSvg', () => {
  it('draws post-copy as it was reviewed', async () => {
    const svg = spaceTimeSvg({ title: 'Post-copy of four pages', caption: ['seed small'] })(spaceTime()(smallJournals().postcopy))
    await expect(svg).toMatchFileSnapshot('golden/postcopy.svg')
  })

  it('is XML and shows every entry that is not left out, the violated one always', () => {
    fc.assert(
      fc.property(swarmRuns, fc.constantFrom(5, 60, Infinity), fc.nat(), (run, limit, at) => {
        const journal = swarmJournal(run)
        const entry = at % (journal.length + 1)
        const diagram = spaceTime({ violation: { entry, problem: 'wrong here', invariant: 'i' } })(journal)
        const svg = spaceTimeSvg({ limit })(diagram)
        expect(xmlProblem(svg)).toBe(undefined)
        expect(svg).toContain('seen: wrong here')
        const numbers = entriesIn(svg)
        expect(numbers.length + leftOutIn(svg) + diagram.began.length).toBe(journal.length)
        if (entry > 0 && entry < journal.length) expect(numbers).toContain(entry)
        expect(svg).not.toMatch(/NaN|undefined|Infinity/)
      }),
      { numRuns: 40 }
    )
  })

  it('is XML whatever entries, names and pages there are', () => {
    fc.assert(
      fc.property(anyEntries, fc.nat({ max: 14 }), fc.string({ unit: 'binary' }), (journal, entry, text) => {
        const svg = spaceTimeSvg({ title: text, caption: [text] })(
          spaceTime({ violation: { entry, problem: text, sentence: text } })(journal)
        )
        expect(xmlProblem(svg)).toBe(undefined)
      }),
      { numRuns: 150 }
    )
  })

  it('escapes what XML would take for markup', () => {
    const journal: readonly Entry[] = [
      { type: 'ended', at: 0, migration: '<m & "n">', outcome: { type: 'lost', reason: "it's <b>\u0000" } }
    ]
    const svg = spaceTimeSvg({ title: 'a<b&c"d' })(spaceTime()(journal))
    expect(svg).toContain('<title>a&#60;b&#38;c&#34;d</title>')
    expect(svg).toContain('>migration &#60;m &#38; &#34;n&#34;&#62;</text>')
    expect(svg).toContain('lost: it&#39;s &#60;b&#62;\\u0000')
  })

  it('has its own background, a title and a description, and needs nothing else', () => {
    const svg = spaceTimeSvg({ caption: ['seed 7'] })(spaceTime({ violation: { entry: 9, problem: 'gone', sentence: 'It stays.' } })([]))
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" role="img" [^>]*>\n<title>[^<]+<\/title>\n<desc>seed 7 · expected: It stays\. · seen: gone<\/desc>/
    )
    expect(svg).toContain('fill="#ffffff"')
    expect(svg).not.toMatch(/href|url\(|@import/)
  })

  it('draws the violated entry on red, and a lane in its own colour', () => {
    const { postcopy } = smallJournals()
    expect(spaceTimeSvg()(spaceTime()(postcopy))).not.toContain('#fde2e1')
    expect(spaceTimeSvg()(spaceTime({ violation: { entry: 7, problem: 'wrong' } })(postcopy))).toContain('#fde2e1')
    expect(spaceTimeSvg()(spaceTime()(postcopy))).toContain('fill="#9a4d00">[')
  })

  it('refuses a limit in which nothing can be seen', () => {
    expect(() => spaceTimeSvg({ limit: 4 })).toThrow(new RangeError('spaceTimeSvg: limit must be at least 5 (got 4)'))
  })
})

describe('xmlProblem', () => {
  it('finds what is not XML', () => {
    expect(xmlProblem('<a b="1"><c/>x &#38;</a>')).toBe(undefined)
    for (const wrong of [
      '',
      'x',
      '<a>',
      '<a></b>',
      '<a/><b/>',
      '<a>&</a>',
      '<a b="&"/>',
      '<a b="<"/>',
      '<a b="1" b="2"/>',
      '<a>\u0000</a>',
      '<a>1 < 2</a>'
    ])
      expect([wrong, xmlProblem(wrong)]).not.toEqual([wrong, undefined])
  })
})
