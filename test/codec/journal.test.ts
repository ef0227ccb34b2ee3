import * as fc from 'fast-check'
import { isRight, right } from 'fp-ts/lib/Either'
import { from, lastValueFrom, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { isObject } from '../../lib/codec/closed'
import { decodedJournal, decodeEntry, decodeJournal, encodeEntry, encodeJournal, formatDamage, readJournal } from '../../lib/codec/journal'
import { sequence } from '../../lib/memory/pageSequence'
import { equals, fromPages, full, isPageSet } from '../../lib/memory/pageSet'
import type { Entry } from '../../lib/protocol/journal'
import { beginnings, continuations } from './entries'

expect.addEqualityTesters([(a, b) => (isPageSet(a) && isPageSet(b) ? a.size === b.size && equals(a, b) : undefined)])

const journals = fc.tuple(beginnings, fc.array(continuations, { maxLength: 5 })).map(([first, rest]) => [first, ...rest])
const to = { migration: 'm', lane: 'push', tag: 0, n: 7 }
const began: Entry = {
  type: 'began',
  at: 0,
  version: 1,
  seed: 'x',
  guests: { m: { name: 'vm', pages: 100, pageBytes: 4096 } },
  world: { limitNs: Infinity, hosts: ['a', 'b'] }
}
const sent: Entry = {
  type: 'signalled',
  at: 12,
  signal: { type: 'sent', at: 12, pages: sequence([50, 49, 51, 52, 53, 54, 7]), skipped: fromPages(100, [3, 4, 9]), bytes: 28728, to }
}

describe('encodeEntry', () => {
  it('writes one line with its fields in a fixed order', () => {
    expect(encodeEntry(began)).toBe(
      '{"type":"began","at":0,"version":1,"seed":"x","guests":{"m":{"name":"vm","pages":100,"pageBytes":4096}},' +
        '"world":{"hosts":["a","b"],"limitNs":{"value":"Infinity"}}}'
    )
    expect(encodeEntry(sent)).toBe(
      '{"type":"signalled","at":12,"signal":{"type":"sent","at":12,"pages":{"order":[50,49,[51,55],7]},' +
        '"skipped":{"pages":100,"runs":[3,5,9,10]},"bytes":28728,"to":{"migration":"m","lane":"push","tag":0,"n":7}}}'
    )
  })

  it('writes 36 GiB of pages in one short run', () => {
    const entry: Entry = { type: 'commanded', at: 0, command: { order: { type: 'discard', pages: full(9_437_184) }, to } }
    expect(encodeEntry(entry)).toContain('{"pages":9437184,"runs":[0,9437184]}')
    expect(decodeEntry(encodeEntry(entry), 1)).toEqual(right(entry))
  })
})

describe('decodeEntry', () => {
  it('decodeEntry(encodeEntry(e), n) = right(e)', () => {
    fc.assert(
      fc.property(fc.oneof(beginnings, continuations), (entry) => {
        expect(decodeEntry(encodeEntry(entry), 1)).toEqual(right(entry))
      })
    )
  })

  it('keeps a field that must be there and is undefined', () => {
    const entry: Entry = { ...began, world: undefined } as Entry
    expect(decodeEntry(encodeEntry(entry), 1)).toStrictEqual(right(entry))
  })

  it('encodes what it decoded to the same line', () => {
    fc.assert(
      fc.property(fc.oneof(beginnings, continuations), (entry) => {
        const line = encodeEntry(entry)
        const read = decodeEntry(line, 1)
        expect(isRight(read) && encodeEntry(read.right)).toBe(line)
      })
    )
  })

  const told = (line: string) => {
    const read = decodeEntry(line, 3)
    return isRight(read) ? 'read' : formatDamage(read.left)
  }

  it('says line, path, expected and got', () => {
    expect(told('{"type":"sig')).toBe('line 3: expected an object in JSON, got {"type":"sig')
    expect(told('3')).toBe('line 3: expected an object, got 3')
    expect(told('{"type":"heard","at":1}')).toBe('line 3: type: expected one of "began", "commanded", "signalled", "ended", got "heard"')
    expect(told('{"type":"signalled","at":-1,"signal":{"type":"exited","at":"soon","migration":"m"}}')).toBe(
      'line 3: at: expected an integer >= 0, got -1\nline 3: signal.at: expected an integer >= 0, got "soon"'
    )
    expect(
      told('{"type":"commanded","at":1,"command":{"order":{"type":"wake","afterMs":3},"to":{"migration":"m","lane":"","tag":0,"n":0}}}')
    ).toBe(
      'line 3: command.order.afterNs: expected an integer >= 0, got nothing\n' +
        'line 3: command.order.afterMs: expected no such field (the fields are afterNs), got 3'
    )
    expect(told('{"type":"ended","at":1,"migration":"m","outcome":{"type":"completed","needs":["a",2]}}')).toBe(
      'line 3: outcome.needs[1]: expected a string, got 2'
    )
  })

  it('refuses page sets and sequences that are damaged', () => {
    const discard = (pages: string) =>
      told(
        `{"type":"commanded","at":1,"command":{"order":{"type":"discard","pages":${pages}},"to":{"migration":"m","lane":"","tag":0,"n":0}}}`
      )
    const send = (pages: string) =>
      told(
        `{"type":"commanded","at":1,"command":{"order":{"type":"send","pages":${pages},"place":"always"},"to":{"migration":"m","lane":"","tag":0,"n":0}}}`
      )
    const runs = 'line 3: command.order.pages.runs: expected runs [from, to, ...] that ascend with gaps and stay within 10 pages'
    expect(discard('{"pages":10,"runs":[0,4,7,8]}')).toBe('read')
    expect(discard('{"pages":10,"runs":[0,11]}')).toBe(`${runs}, got [0,11]`)
    expect(discard('{"pages":10,"runs":[0,4,4,8]}')).toBe(`${runs}, got [4,8]`)
    expect(discard('{"pages":10,"runs":[5]}')).toBe(`${runs}, got [5]`)
    expect(discard('{"pages":10,"runs":[6,6]}')).toBe(`${runs}, got [6,6]`)
    expect(discard('{"pages":-1,"runs":[]}')).toBe('line 3: command.order.pages.pages: expected an integer from 0 to 2^30, got -1')
    expect(send('{"order":[5,[6,9],1]}')).toBe('read')
    expect(
      encodeEntry({ type: 'commanded', at: 1, command: { order: { type: 'send', pages: sequence([7, 8, 9, 3, 4]), place: 'always' }, to } })
    ).toContain('{"order":[[7,10],3,4]}')
    expect(send('{"order":[5,[6,6]]}')).toBe(
      'line 3: command.order.pages.order[1]: expected a page or a run [from, to] of pages, got [6,6]'
    )
    expect(send('{"order":[5,[4,9]]}')).toBe('line 3: command.order.pages.order: expected pages that are all different, got [5,[4,9]]')
  })

  it('tells another version, and nothing else', () => {
    expect(told('{"type":"began","at":0,"version":2,"universe":{}}')).toBe(
      'line 3: version: expected 1 (the version of journals that this package reads), got 2'
    )
  })

  it('one changed character never reads as the same entry', () => {
    fc.assert(
      fc.property(continuations, fc.nat(), fc.constantFrom('x', '}', '9', '"'), (entry, place, character) => {
        const line = encodeEntry(entry)
        const i = place % line.length
        fc.pre(line[i] !== character)
        const read = decodeEntry(line.slice(0, i) + character + line.slice(i + 1), 1)
        expect(isRight(read) ? encodeEntry(read.right) : 'damage').not.toBe(line)
      })
    )
  })

  it('an unknown field anywhere is told by its name', () => {
    // Where any name may stand: in a message, and in counts by the names of machines.
    const open = new Set(['message', 'sent', 'received', 'stores'])
    const objectsIn = (json: unknown): Record<string, unknown>[] =>
      Array.isArray(json)
        ? json.flatMap(objectsIn)
        : isObject(json)
          ? [json as Record<string, unknown>, ...Object.entries(json).flatMap(([key, value]) => (open.has(key) ? [] : objectsIn(value)))]
          : []
    fc.assert(
      fc.property(continuations, fc.nat(), (entry, place) => {
        const json = JSON.parse(encodeEntry(entry))
        const all = objectsIn(json)
        all[place % all.length].colour = 'red'
        expect(told(JSON.stringify(json))).toMatch(/colour: expected no such field \(the fields are .*\), got "red"/)
      })
    )
  })
})

describe('decodeJournal', () => {
  const lines = (journal: readonly Entry[]) => [...encodeJournal(journal)]
  const texts = (all: readonly string[]) => [...decodeJournal(all)].map((r) => (isRight(r) ? r.right.type : formatDamage(r.left)))
  const ended: Entry = { type: 'ended', at: 20, migration: 'm', outcome: { type: 'completed', needs: [] } }

  it('decodeJournal(encodeJournal(j)) = j, each right', () => {
    fc.assert(
      fc.property(journals, (journal) => {
        expect([...decodeJournal(encodeJournal(journal))]).toEqual(journal.map(right))
      })
    )
  })

  it('the operator reads the same as the iterable', async () => {
    const damaged = [...lines([began, sent]), 'x\n', ...lines([ended])]
    for (const given of [lines([began, sent, ended]), damaged, [], ['\n'], lines([sent])]) {
      expect(await lastValueFrom(from(given).pipe(decodedJournal(), toArray()))).toEqual([...decodeJournal(given)])
    }
  })

  it('readJournal(text) is the journal, whatever blank lines it has', () => {
    fc.assert(
      fc.property(journals, (journal) => {
        expect(readJournal(lines(journal).join('\r\n'))).toEqual(right(journal))
      }),
      { numRuns: 30 }
    )
  })

  it('reads line by line and ends at the first damage', () => {
    let asked = 0
    const counted = function* () {
      for (const line of [...lines([began]), '{}', ...lines([ended])]) {
        asked++
        yield line
      }
    }
    expect([...decodeJournal(counted())].map((r) => r._tag)).toEqual(['Right', 'Left'])
    expect(asked).toBe(2)
  })

  it('must begin once, with began', () => {
    expect(texts(lines([sent]))).toEqual(['line 1: type: expected "began", which stands first in a journal, got "signalled"'])
    expect(texts(lines([began, began]))).toEqual([
      'began',
      'line 2: type: expected an entry that is not "began": the journal has begun, got "began"'
    ])
    expect(texts([])).toEqual(['line 1: expected a journal, which begins with "began", got nothing'])
    expect(texts(['', ...lines([began]), '', 'oops'])).toEqual(['began', 'line 4: expected an object in JSON, got oops'])
  })
})
