import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Series, timeSeries } from '../../lib/metrics/timeSeries'
import { chart } from '../../lib/report/chart'
import { runFold } from '../../lib/stream/fold'
import { cycles } from '../../lib/time/time'
import { migrations, postCopy, preCopy } from '../metrics/journals'

const pre = { name: 'pre-copy', series: runFold(timeSeries(), preCopy()) }
const post = { name: 'post-copy', series: runFold(timeSeries(), postCopy()) }

describe('chart', () => {
  it('shows two runs on one scale, and when each was down', () => {
    expect(chart({ width: 60, height: 3 })([pre, post]).split('\n')).toEqual([
      'pages left to send',
      '',
      'pre-copy: 800 ms in all, down 40 ms after 710 ms, 2 rounds',
      '1,000 ███▇▆▅▅▄▃▂▂▁                                   ░░░',
      '      ██████████████▇▆▅▅▄▃▃▂▁           ▂▁▁          ░░░',
      '      █████████████████████████▇▆▆▅▄▃▃▂▁████▇▆▆▅▄▄▃▂▁▓▓▓',
      '    0 ┴─────────────────────────────────┴────────────▓▓▓════',
      '',
      'post-copy: 810 ms in all, down 20 ms after 10 ms, 2 faults',
      '1,000 ▓▓██▇▆▆▅▄▃▃▂▁▁',
      '      ▓▓█████████████▇▇▇▆▆▅▅▅▄▄▄▃▃▂▂▂▁▁▁',
      '      ▓▓██████████████████████████████████▇▇▇▆▆▅▅▅▄▄▃▃▃▂▂▁▁▁',
      '    0 ▓▓════════════════════════════════════════════════════',
      '',
      '      ┬────────────┬────────────┬─────────────┬────────────┬',
      '      0         200 ms       400 ms        600 ms     800 ms',
      '─ runs at the source   ▓ down   ═ runs at the target   ┴ a round begins'
    ])
  })

  it('shows megabytes sent', () => {
    expect(chart({ width: 40, height: 2, quantity: 'megabytesSent' })([pre]).split('\n')).toEqual([
      'MB sent (10^6 bytes)',
      '',
      'pre-copy: 800 ms in all, down 40 ms after 710 ms, 2 rounds',
      '6.57                     ▁▂▂▂▂▂▃▄▅▆▆▓▓██',
      '                ▁▂▃▄▅▆▇▇████████████▓▓██',
      '   0 ┴─────────────────────┴────────▓▓══',
      '',
      '     ┬────────────────────┬─────────────',
      '     0                 500 ms',
      '─ runs at the source   ▓ down   ═ runs at the target   ┴ a round begins'
    ])
  })

  it('never exceeds its width, has no colours, and shows every pause', () => {
    fc.assert(
      fc.property(migrations('m'), fc.integer({ min: 40, max: 120 }), fc.integer({ min: 1, max: 6 }), (entries, width, height) => {
        const series = runFold(timeSeries(), entries)
        const lines = chart({ width, height })([{ name: 'any', series }]).split('\n')
        const drawing = lines.filter((line) => !/any:|runs at the source/.test(line))
        expect(drawing.every((line) => line.length <= width)).toBe(true)
        expect(lines.join('')).not.toContain('\u001b')
        expect(drawing.some((line) => line.includes('▓'))).toBe(series.downtimes.length > 0)
      })
    )
  })

  it('draws a pause shorter than a column, and several pauses', () => {
    const series: Series = {
      ...pre.series,
      downtimes: [
        { from: 300e6, to: 300e6 + 1000 },
        { from: 500e6, to: 500e6 + 2000 }
      ]
    }
    const lines = chart({ height: 1 })([{ name: 'a', series }]).split('\n')
    expect(lines[2]).toBe('a: 800 ms in all, down 3 µs in 2 pauses, 2 rounds')
    expect(lines[4].match(/▓/g)).toHaveLength(2)
  })

  it('shows a few pages left as the lowest mark, none as nothing', () => {
    const series: Series = {
      from: 0,
      to: 1000,
      points: [
        { at: 0, bytes: 0, pages: 0, pagesLeft: 1_000_000 },
        { at: 100, bytes: 0, pages: 0, pagesLeft: 1 },
        { at: 500, bytes: 0, pages: 0, pagesLeft: 1 },
        { at: 500, bytes: 0, pages: 0, pagesLeft: 0 }
      ],
      downtimes: [],
      switched: undefined,
      rounds: [],
      faults: 0
    }
    const lines = chart({ height: 1, width: 60 })([{ name: 'a', series }]).split('\n')
    expect(lines[2]).toBe('a: 1 µs in all, never down')
    expect(lines[3]).toMatch(/^1,000,000 █[▁-█]{4,6}▁{20,22}$/)
  })

  it('knows the unit of the ticks', () => {
    expect(chart({ unit: cycles({ hertz: 400_000_000 }) })([pre])).toContain('pre-copy: 2 s in all, down 100 ms after 1.775 s')
  })

  it('refuses a size in which nothing can be seen', () => {
    expect(() => chart({ width: 39 })).toThrow(new RangeError('chart: width must be an integer >= 40 (got 39)'))
    expect(() => chart({ height: 0 })).toThrow(new RangeError('chart: height must be an integer >= 1 (got 0)'))
  })
})
