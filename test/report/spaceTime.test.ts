import { describe, expect, it } from 'vitest'
import { fromPages } from '../../lib/memory/pageSet'
import type { Order } from '../../lib/protocol/command'
import type { Entry, Journal } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import type { Signal } from '../../lib/protocol/signal'
import { spaceTime } from '../../lib/report/spaceTime'
import { elided } from '../../lib/report/spaceTimeElision'
import { hybridKeepingStalePages } from '../../properties/broken/hybridKeepingStalePages'
import { precopyDroppingLastSync } from '../../properties/broken/precopyDroppingLastSync'
import { precopyPausingAfterLastSend } from '../../properties/broken/precopyPausingAfterLastSend'
import { releaseWithoutBarrier } from '../../properties/broken/releaseWithoutBarrier'
import { lostPage } from './spaceTimeJournals'

const migration = 'm'
const to = (n: number, lane = '') => ({ migration, lane, tag: n, n })
const asked = (at: number, n: number, order: Order, lane = ''): Entry => ({ type: 'commanded', at, command: { order, to: to(n, lane) } })
const heard = (signal: Signal): Entry => ({ type: 'signalled', at: signal.at, signal })
const pages = (...members: readonly number[]) => fromPages(8, members)

const rowsOf = (journal: Journal) => spaceTime()(journal).migrations[0].rows
const lives = (journal: Journal) =>
  rowsOf(journal).map(
    ({ lives: { source, target, link } }) =>
      [source, target].map(({ life, primary }) => `${life}${primary ? '!' : ''}`).join(' ') + (link ? '' : ' cut')
  )

describe('spaceTime', () => {
  it('joins a request and its answer, whatever stands between them', () => {
    const rows = rowsOf([
      asked(0, 0, { type: 'send', pages: pages(1), place: 'always' }, 'a'),
      asked(0, 1, { type: 'commit' }, 'b'),
      heard({ type: 'sent', at: 5, to: to(0, 'a'), pages: pages(1), skipped: pages(), bytes: 72 }),
      asked(6, 2, { type: 'sync' }),
      heard({ type: 'committed', at: 9, to: to(1, 'b') })
    ])
    expect(rows.map(({ shape, lane, of, answeredBy, ends }) => [shape, lane, of, answeredBy, ends])).toEqual([
      ['asks', 'a', undefined, 2, 'goes'],
      ['asks', 'b', undefined, 4, 'comes'],
      ['goes', 'a', 0, undefined, undefined],
      ['at', '', undefined, undefined, undefined],
      ['comes', 'b', 1, undefined, undefined]
    ])
  })

  it('follows who is where by what the oracle says and what was answered', () => {
    expect(
      lives([
        asked(0, 0, { type: 'reserve' }),
        heard({ type: 'reserved', at: 2, to: to(0), bytes: 64 }),
        heard({ type: 'hosts', at: 3, migration, primary: 'source', running: [] }),
        heard({ type: 'hosts', at: 4, migration, primary: 'target', running: [] }),
        heard({ type: 'hosts', at: 5, migration, primary: 'target', running: ['target'] }),
        heard({ type: 'failed', at: 6, migration, what: 'link', reason: 'cut' }),
        heard({ type: 'mended', at: 7, migration, what: 'link' }),
        heard({ type: 'released', at: 8, to: to(1), needs: [], guestNs: 8 }),
        asked(9, 2, { type: 'preselect' }),
        heard({ type: 'failed', at: 10, migration, what: 'source', reason: 'fire' })
      ])
    ).toEqual([
      'runs! nothing',
      'runs! still',
      'still! still',
      'still still!',
      'still runs!',
      'still runs! cut',
      'still runs!',
      'nothing runs!',
      'runs! nothing',
      'gone! nothing'
    ])
  })

  it('draws no message over a link that is known to be broken', () => {
    const abandoned = [asked(2, 1, { type: 'abandon' }), heard({ type: 'done', at: 3, to: to(1) })]
    const cut = heard({ type: 'failed', at: 1, migration, what: 'link', reason: 'cut' })
    expect(rowsOf(abandoned).map(({ shape }) => shape)).toEqual(['asks', 'comes'])
    expect(rowsOf([cut, ...abandoned]).map(({ shape }) => shape)).toEqual(['at', 'asks', 'at'])
  })

  it('says where a hop begins, and not where a migration is tried again', () => {
    const rows = rowsOf([
      asked(0, 0, { type: 'preselect' }),
      heard({ type: 'released', at: 1, to: to(1), needs: [], guestNs: 1 }),
      asked(2, 2, { type: 'preselect' }),
      asked(3, 3, { type: 'preselect' })
    ])
    expect(rows.map(({ words }) => words.includes('next hop'))).toEqual([false, false, true, false])
  })

  it('takes the copies from a target that has given up', () => {
    expect(
      lives([
        heard({ type: 'reserved', at: 2, to: to(0), bytes: 64 }),
        asked(3, 1, { type: 'abandon' }),
        heard({ type: 'done', at: 4, to: to(1) })
      ])
    ).toEqual(['runs! still', 'runs! still', 'runs! nothing'])
  })

  it('shows the violated migration first, and a violation after the last entry at the end', () => {
    const of = (name: string): Entry => ({ type: 'ended', at: 0, migration: name, outcome: { type: 'completed', needs: [] } })
    const journal = [of('a'), of('b'), of('b')]
    const shown = (violation: { readonly entry: number; readonly migration?: string }) =>
      spaceTime({ violation: { problem: 'wrong', ...violation } })(journal).migrations.map(({ name, violated }) => [name, violated])
    expect(shown({ entry: 1 })).toEqual([
      ['b', 0],
      ['a', undefined]
    ])
    expect(shown({ entry: 3 })).toEqual([
      ['b', 1],
      ['a', undefined]
    ])
    expect(shown({ entry: 3, migration: 'a' })).toEqual([
      ['a', 0],
      ['b', undefined]
    ])
  })

  const lost = (...before: readonly Entry[]): string | undefined => {
    const compared: Signal = {
      type: 'compared',
      at: 99,
      migration,
      when: 'activated',
      lost: pages(3),
      regressed: pages(),
      misread: pages(),
      owed: 0
    }
    const journal = [...before, heard(compared)]
    const [story] = spaceTime({ violation: { entry: before.length, problem: 'lost' } })(journal).migrations[0].stories
    expect(story.page).toBe(3)
    expect(story.events.at(-1)).toEqual({ entry: before.length, words: 'LOST: it is not at the target as it must be, and nobody owes it' })
    return story.moral
  }
  const send = asked(0, 0, { type: 'send', pages: pages(2, 3), place: 'always' })
  const sent = heard({ type: 'sent', at: 1, to: to(0), pages: pages(2, 3), skipped: pages(), bytes: 144 })
  const synced = (...dirty: readonly number[]) => heard({ type: 'synced', at: 2, migration, to: to(1), dirty: pages(...dirty) })
  const paused = heard({ type: 'hosts', at: 3, migration, primary: 'source', running: [] })
  const flush = [asked(4, 2, { type: 'flush' }), heard({ type: 'done', at: 5, to: to(2) })]

  it('tells what became of a lost page', () => {
    expect(lost()).toBe('It never left the source.')
    expect(lost(heard({ type: 'selected', at: 0, to: to(9), pages: pages(1), nonPageable: pages() }))).toBe(
      'It was not there when the pages were listed in 0; it came into use later, and never left the source.'
    )
    expect(lost(send, sent, synced(3))).toBe('What the log told of in 2 never left the source.')
    expect(lost(send, sent, asked(2, 1, { type: 'discard', pages: pages(3) }))).toBe(
      'The target was told to drop it in 2, and it did not leave again.'
    )
    expect(lost(send, heard({ type: 'sent', at: 1, to: to(0), pages: pages(2), skipped: pages(3), bytes: 72 }))).toBe(
      'It was left out in 1, and did not leave later.'
    )
    expect(lost(send, sent, synced(1), paused)).toBe(
      'It left in 1, and the log was read last in 2. But the guest ran on until 3: what it wrote after that reading nobody asked for.'
    )
    expect(lost(send, sent, paused, asked(3, 1, { type: 'sync' }), synced(1))).toBe(
      'It left in 1, and the log, read in 4 when the guest had stopped, does not name it: the log missed a store, or what came was not the page.'
    )
    expect(lost(synced(), send, sent, paused)).toBe(
      'It left in 2. But the guest ran on until 3: what it wrote after 1 nobody asked for, and nobody read the log again.'
    )
    expect(lost(paused, send, sent)).toBe('It left in 2, and nobody waited to hear that it had arrived.')
    expect(lost(paused, send, sent, ...flush)).toBe('It left last in 2.')
  })

  it('tells a story of every page that a planted fault loses', () => {
    const told = (pipeline: Pipeline) => lostPage(pipeline).migrations[0].stories.map(({ page, moral }) => `${page}: ${moral}`)
    expect(told(precopyDroppingLastSync)).toEqual([
      '1: It left in 16, and the log was read last in 18. But the guest ran on until 20: what it wrote after that reading nobody asked for.'
    ])
    expect(told(precopyPausingAfterLastSend)).toEqual([
      '0: It left in 17. But the guest ran on until 19: what it wrote after 16 nobody asked for, and nobody read the log again.'
    ])
    expect(told(hybridKeepingStalePages)[0]).toBe('0: What the log told of in 13 never left the source.')
    expect(told(releaseWithoutBarrier)).toEqual(['3: It left in 27, and nobody waited to hear that it had arrived.'])
  })
})

describe('elided', () => {
  const rows = (n: number) =>
    spaceTime()(Array.from({ length: n }, (_, i) => asked(i, i, { type: 'send', pages: pages(i % 8), place: 'always' }))).migrations[0]
  const shown = (n: number, limit: number, violated?: number) =>
    elided({ limit })({ ...rows(n), violated }).map((one) =>
      one.type === 'gap' ? `${one.first.entry}..${one.last.entry} (${one.count})` : one.row.entry
    )

  it('leaves out the middle', () => {
    expect(shown(6, 6)).toEqual([0, 1, 2, 3, 4, 5])
    expect(shown(9, 5)).toEqual([0, 1, 2, '3..6 (4)', 7, 8])
  })

  it('keeps what is around the violation, and draws a gap of one', () => {
    expect(shown(100, 10, 50)).toEqual([0, 1, 2, '3..46 (44)', 47, 48, 49, 50, 51, '52..97 (46)', 98, 99])
    expect(shown(7, 6)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})
