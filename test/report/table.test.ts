import { describe, expect, it } from 'vitest'
import { type Metrics, metrics } from '../../lib/metrics/metrics'
import { columns, outcomeInWords } from '../../lib/report/columns'
import { legend } from '../../lib/report/legend'
import { decimalsFor, formatBytes, formatNumber } from '../../lib/report/numbers'
import { shownColumns, table } from '../../lib/report/table'
import { runFold } from '../../lib/stream/fold'
import { cycles } from '../../lib/time/time'
import { postCopy, preCopy } from '../metrics/journals'

const pre = { name: 'pre-copy', metrics: runFold(metrics(), preCopy()) }
const post = { name: 'post-copy', metrics: runFold(metrics(), postCopy()) }
const changed = (changes: Partial<Metrics>) => ({ name: 'changed', metrics: { ...pre.metrics, ...changes } })

describe('table', () => {
  it('has a row for each run, units in the header and numbers to the right', () => {
    expect(table()([pre, post]).split('\n')).toEqual([
      'technique total prepare down service resume  sent wire slowed dirtied    peak link rounds faults',
      '             ms      ms   ms      ms     ms pages   MB      % pages/s pages/s    %',
      '────────────────────────────────────────────────────────────────────────────────────────────────',
      'pre-copy    800     710   40      50     50 1,600 6.57   18.8     857   1,000   25      2      0',
      'post-copy   810      10   20      20    780 1,000 4.10   24.7       -       -    -      0      2',
      'All completed.'
    ])
  })

  it('says how runs ended that did not complete, and leaves out what no run has', () => {
    const aborted = changed({
      outcome: { type: 'aborted', reason: 'link down', running: 'source' },
      totalTime: 1_234_567_890,
      resumeTime: undefined
    })
    expect(
      table()([{ ...aborted, metrics: { ...aborted.metrics, linkDegradation: undefined, pageDirtyRate: undefined } }]).split('\n')
    ).toEqual(
      [
        'technique total prepare down service  sent wire slowed rounds faults outcome',
        '              s      ms   ms      ms pages   MB      %',
        '────────────────────────────────────────────────────────────────────────────────────────────────',
        'changed    1.23     710   40      50 1,600 6.57   18.8      2      0 aborted, runs at source: link down'
      ].map((line, i) => (i === 2 ? expect.stringMatching(/^─+$/) : line))
    )
  })

  it('is Markdown', () => {
    expect(table({ form: 'markdown' })([post])).toBe(
      [
        '| technique | total, ms | prepare, ms | down, ms | service, ms | resume, ms | sent, pages | wire, MB | slowed, % | rounds | faults | outcome |',
        '| :-- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | :-- |',
        '| post-copy | 810 | 10 | 20 | 20 | 780 | 1,000 | 4.10 | 24.7 | 0 | 2 | completed |'
      ].join('\n')
    )
  })

  it('is CSV with every column in its base unit', () => {
    const named = { name: 'a, "b"', metrics: { ...pre.metrics, outcome: { type: 'completed' as const, needs: ['disk'] } } }
    expect(table({ form: 'csv' })([named, post])).toBe(
      [
        'technique,total (ns),prepare (ns),down (ns),service (ns),resume (ns),sent (pages),wire (B),slowed (fraction),dirtied (pages/s),peak (pages/s),link (fraction),rounds,faults,waited (ns),network (B/s),outcome',
        '"a, ""b""",800000000,710000000,40000000,50000000,50000000,1600,6566400,0.1875,857.1428571428571,1000,0.25,2,0,,,"completed, needs disk"',
        'post-copy,810000000,10000000,20000000,20000000,780000000,1000,4104000,0.24691358024691357,,,,0,2,,,completed'
      ].join('\n')
    )
  })

  it('writes whole nanoseconds as they are', () => {
    const times = { totalTime: 144_366_592, preparationTime: 126_745_024, downtime: 17_593_568, serviceDowntime: 17_621_568 }
    expect(table({ form: 'csv' })([changed(times)])).toContain('\nchanged,144366592,126745024,17593568,17621568,50000000,')
    for (const column of columns().slice(0, 5))
      for (let ns = 126_745_024; ns < 126_746_024; ns++) {
        const all = { totalTime: ns, preparationTime: ns, downtime: ns, serviceDowntime: ns, resumeTime: ns }
        expect(column.value(changed(all).metrics)).toBe(ns)
      }
  })

  it('shows each column in a unit in which its smallest value can be seen', () => {
    const cells = (changes: Partial<Metrics>) => shownColumns([changed(changes), pre]).find(({ column }) => column.name === 'down')
    expect(cells({ downtime: 2_500_000_000 })).toMatchObject({ scale: { unit: 'ms' }, cells: ['2,500', '40'] })
    expect(cells({ downtime: 4_000_000_500 })).toMatchObject({ scale: { unit: 'ms' }, cells: ['4,000.0', '40.0'] })
    expect(cells({ downtime: 400_000_000_000 })).toMatchObject({ scale: { unit: 's' }, cells: ['400.000', '0.040'] })
    expect(cells({ downtime: 250_000 })).toMatchObject({ scale: { unit: 'ms' }, cells: ['0.250', '40.000'] })
    expect(cells({ downtime: 250 })).toMatchObject({ scale: { unit: 'µs' }, cells: ['0.250', '40,000.000'] })
    expect(shownColumns([changed({ downtime: 0 })]).find(({ column }) => column.name === 'down')).toMatchObject({
      scale: { unit: 'ns' },
      cells: ['0']
    })
  })

  it('knows the unit of the ticks', () => {
    expect(table({ form: 'csv', unit: cycles({ hertz: 400_000_000 }) })([pre])).toContain('pre-copy,2000000000,1775000000,100000000,')
  })
})

describe('legend', () => {
  it('says what each column of the table means', () => {
    const lines = legend([post]).split('\n')
    expect(lines).toHaveLength(shownColumns([post]).length)
    expect(lines[2]).toBe("down     the guest's downtime: from its last instruction at the source to its first at the target")
    expect(legend([changed({ guestThroughput: 1e6, waitedTime: { all: 1, vcpus: [1] } })]).split('\n')).toHaveLength(columns().length)
  })
})

describe('outcomeInWords', () => {
  it('says how and where', () => {
    expect(outcomeInWords(undefined)).toBe('not ended')
    expect(outcomeInWords({ type: 'undecided', reason: 'link down' })).toBe('undecided: link down')
    expect(outcomeInWords({ type: 'limited', limit: '30 rounds' })).toBe('limited: 30 rounds')
  })
})

describe('numbers', () => {
  it('of bytes have a unit that suits them', () => {
    expect([0, 999, 1000, 102_400_000, 2.5e9, 1e13].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '102.4 MB',
      '2.5 GB',
      '10,000.0 GB'
    ])
  })

  it('have commas between thousands and the decimals asked for', () => {
    expect([formatNumber(0), formatNumber(999), formatNumber(1000), formatNumber(1_234_567.891, 2), formatNumber(-1234.5, 1)]).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567.89',
      '-1,234.5'
    ])
  })

  it('have as many decimals as their smallest needs', () => {
    expect([[1, 20], [100.5, 2000.1], [1.5], [0.25, 1], [0.01], [0, 0.5], [0]].map(decimalsFor)).toEqual([0, 0, 2, 3, 3, 3, 0])
  })
})
