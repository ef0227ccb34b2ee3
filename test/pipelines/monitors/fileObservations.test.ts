import { mkdirSync, writeFileSync } from 'node:fs'
import { firstValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { bitbrainsObservations, bitbrainsVms } from '../../../pipelines/monitors/bitbrainsObservations'
import { csvObservations } from '../../../pipelines/monitors/csvObservations'
import { planetLabObservations } from '../../../pipelines/monitors/planetLabObservations'
import { writeBitbrains } from './bitbrainsFiles'
import { given, inFolder } from './inFolder'

const noon = 1376308800

describe('a CSV file of observations', () => {
  it('has any of the fields in any order, times in s or as dates, and names in quotes', () =>
    inFolder(async (path) => {
      writeFileSync(
        path('a.csv'),
        '\uFEFFname,time,of,cpu,memoryBytes\r\nweb,2013-08-12T12:00:00Z,vm,0.5,\r\n"a, ""b""",2013-08-12T14:00:00.5+02:00,host,NaN,1e9\n\nweb,1376308801,,1.1,0'
      )
      const midday = 12 * 3600e9
      expect(await given(csvObservations(path('a.csv')))).toEqual([
        { name: 'web', of: 'vm', at: midday, cpu: 0.5 },
        { name: 'a, "b"', of: 'host', at: midday + 5e8, memoryBytes: 1e9 },
        { name: 'web', of: 'vm', at: midday + 1e9, cpu: 1.1, memoryBytes: 0 }
      ])
      expect(await given(csvObservations(path('a.csv'), { fromSeconds: noon }).pipe(take(1)))).toMatchObject([{ at: 0 }])
    }))

  it('gives all that stands before a line that is wrong, which it names', () =>
    inFolder(async (path) => {
      const of = async (...lines: readonly string[]): Promise<unknown> => {
        writeFileSync(path('a.csv'), lines.join('\n'))
        return given(csvObservations(path('a.csv')))
      }
      const first = { name: 'a', of: 'vm', at: 0 }
      expect(await of('time,name,cpu', '0,a,', '1,a,x', '2,a,1')).toEqual([
        first,
        `${path('a.csv')}: expected line 3: cpu must be a number from 0 on, got "x"`
      ])
      expect(await of('time,name', '0,a', 'noon,a')).toEqual([
        first,
        expect.stringContaining('line 3: time must be in s or as in RFC 3339, got "noon"')
      ])
      expect(await of('time,name', '2013-02-31T99:00:00Z,a')).toEqual([expect.stringContaining('line 2: time must be')])
      expect(await of('time,name', '0,a,1')).toEqual([
        expect.stringContaining('line 2: there must be 2 cells, as in the first line, got 3')
      ])
      expect(await of('time,name', '0,"a')).toEqual([expect.stringContaining('line 2: a double quote does not end')])
      expect(await of('time,name', '0,')).toEqual([expect.stringContaining('line 2: name must not be empty')])
      expect(await of('time,name,of', '0,a,VM')).toEqual([expect.stringContaining('line 2: of must be vm or host, got "VM"')])
      expect(await of('time,cpu')).toEqual([expect.stringContaining('line 1: there must be a column name, got time, cpu')])
      expect(await of('time,name,cpus')).toEqual([
        expect.stringMatching(/line 1: no such column \(the columns are time, name, of, cpu,.*got "cpus"/)
      ])
      expect(await of('time,name,time')).toEqual([expect.stringContaining('line 1: every column must be named once, got "time" twice')])
      expect(await of('')).toEqual([`${path('a.csv')}: expected a first line that names the columns, got an empty file`])
      expect(await given(csvObservations(path('none')))).toEqual([expect.stringContaining('ENOENT')])
    }))

  it('is read as it goes: what nobody asks for is not looked at', () =>
    inFolder(async (path) => {
      const lines = Array.from({ length: 5000 }, (_, i) => `${i},vm${i % 7},0.${i % 10}`)
      writeFileSync(path('a.csv'), ['time,name,cpu', ...lines, 'nonsense'].join('\n'))
      expect(await firstValueFrom(csvObservations(path('a.csv')).pipe(take(4000), toArray()))).toHaveLength(4000)
      expect(await given(csvObservations(path('a.csv')))).toHaveLength(5001)
    }))
})

describe('the folders of PlanetLab', () => {
  it('are read side by side, a sample of each VM after the other', () =>
    inFolder(async (path) => {
      writeFileSync(path('b'), '3\n4\nx\n')
      writeFileSync(path('a'), '1\n2\n')
      expect(await given(planetLabObservations(path()))).toEqual([
        { name: 'a', of: 'vm', at: 0, cpu: 0.01 },
        { name: 'b', of: 'vm', at: 0, cpu: 0.03 },
        { name: 'a', of: 'vm', at: 300e9, cpu: 0.02 },
        { name: 'b', of: 'vm', at: 300e9, cpu: 0.04 },
        `${path('b')}: expected line 3: a sample must be a percentage from 0 to 100, got "x"`
      ])
    }))

  it('are the same as a file with a line for each VM', () =>
    inFolder(async (path) => {
      mkdirSync(path('day'))
      writeFileSync(path('day', 'b'), '3\n4\n')
      writeFileSync(path('day', 'a'), '1\n2\n')
      writeFileSync(path('day.csv'), 'a,1,2\nb,3,4\n')
      expect(await given(planetLabObservations(path('day')))).toEqual(await given(planetLabObservations(path('day.csv'))))
      writeFileSync(path('day.csv'), 'a,1,2\nb,3,101\n')
      expect(await given(planetLabObservations(path('day.csv')))).toEqual([
        `${path('day.csv')}: expected line 2: sample 2 must be a percentage from 0 to 100, got "101"`
      ])
    }))
})

describe('the traces of Bitbrains', () => {
  it('have times in s in spite of what they say, KB of 1,024, and no memory where none is provisioned', () =>
    inFolder(async (path) => {
      writeBitbrains(path('1.csv'), [
        [noon, 5719.998469, 2_097_152, 1, 2],
        [noon + 300, 0, 0, 0, 0.5, 0]
      ])
      expect(await given(bitbrainsObservations(path()))).toEqual([
        {
          name: '1',
          of: 'vm',
          at: 12 * 3600e9,
          cpu: expect.closeTo(1.1, 6),
          receivedBytesPerSecond: 1024,
          sentBytesPerSecond: 2048,
          allottedBytes: 2 ** 32,
          memoryBytes: 2 ** 31
        },
        { name: '1', of: 'vm', at: 12 * 3600e9 + 300e9, cpu: 0, receivedBytesPerSecond: 0, sentBytesPerSecond: 512 }
      ])
    }))

  it('are merged by time, the months of a VM one after another, and repeated rows come twice', () =>
    inFolder(async (path) => {
      writeBitbrains(path('rnd', '2013-7', '10.csv'), [[noon + 7, 10, 1, 0, 0]])
      writeBitbrains(path('rnd', '2013-7', '2.csv'), [
        [noon, 20, 1, 0, 0],
        [noon + 300, 21, 1, 0, 0],
        [noon + 300, 21, 1, 0, 0],
        [noon + 2400, 22, 1, 0, 0]
      ])
      writeBitbrains(path('rnd', '2013-8', '10.csv'), [[noon + 307, 11, 1, 0, 0]])
      writeFileSync(path('rnd', 'README'), 'not a VM')
      const seen = await given(bitbrainsObservations(path('rnd'), { fromSeconds: noon }))
      expect(seen.map((one) => (typeof one === 'string' ? one : [one.name, one.at / 1e9, Math.round((one.cpu ?? 0) * 5200)]))).toEqual([
        ['2', 0, 20],
        ['10', 7, 10],
        ['2', 300, 21],
        ['2', 300, 21],
        ['10', 307, 11],
        ['2', 2400, 22]
      ])
      expect(bitbrainsVms(path()).map(({ name }) => name)).toEqual(['rnd/2', 'rnd/10'])
    }))

  it('say which file and line is wrong, behind what came before', () =>
    inFolder(async (path) => {
      writeBitbrains(path('1.csv'), [[noon, 20, 1, 0, 0]])
      writeFileSync(path('1.csv'), `${noon + 300};\t2;\t1;\tmany`, { flag: 'a' })
      expect(await given(bitbrainsObservations(path('1.csv')))).toEqual([
        expect.objectContaining({ name: '1' }),
        `${path('1.csv')}: expected line 3: there must be 11 cells, as in the first line, got 4`
      ])
      writeBitbrains(path('1.csv'), [[noon, Number.NaN, 1, 0, 0]])
      expect(await given(bitbrainsObservations(path('1.csv')))).toEqual([
        `${path('1.csv')}: expected line 2: CPU usage [MHZ] must be a number from 0 on, got "NaN"`
      ])
      writeFileSync(path('1.csv'), 'CPU usage [%]\n')
      expect(await given(bitbrainsObservations(path('1.csv')))).toEqual([
        expect.stringContaining('line 1: there must be columns Timestamp [ms], CPU cores,')
      ])
    }))
})
