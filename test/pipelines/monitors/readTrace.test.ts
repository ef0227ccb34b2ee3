import { mkdirSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { readTrace } from '../../../pipelines/monitors/readTrace'
import { writeBitbrains } from './bitbrainsFiles'
import { inFolder } from './inFolder'

const noon = 1376308800
const lost = Number.NaN

describe('a recorded day of a fleet', () => {
  it('is read of PlanetLab, from a folder or a file', () =>
    inFolder((path) => {
      writeFileSync(path('day.csv'), 'a,1,2,3\nb,4,5,6\n')
      expect(readTrace(path('day.csv'), { slots: 2 })).toEqual(
        E.right({ format: 'planetlab', names: ['a', 'b'], everyNs: 300e9, cpu: [Float64Array.of(0.01, 0.02), Float64Array.of(0.04, 0.05)] })
      )
      mkdirSync(path('day'))
      writeFileSync(path('day', 'a'), '1\n2\n')
      expect(readTrace(path('day'))).toEqual(
        E.right({ format: 'planetlab', names: ['a'], everyNs: 300e9, cpu: [Float64Array.of(0.01, 0.02)] })
      )
    }))

  it('is read of Bitbrains: CPU of the most there was, network both ways, memory in use, and what the VMs have', () =>
    inFolder((path) => {
      writeBitbrains(path('f', '2013-8', '1.csv'), [
        [noon + 7, 2599.999304, 1000, 1, 2],
        [noon + 299, 5719.998469, 2000, 3, 4],
        [noon + 299, 5719.998469, 2000, 3, 4],
        [noon + 910, 0, 0, 0, 0, 0]
      ])
      writeBitbrains(path('f', '2013-8', '2.csv'), [[noon + 600, 5199.998608, 1, 0, 0]])
      expect(readTrace(path('f'))).toEqual(
        E.right({
          format: 'bitbrains',
          names: ['1', '2'],
          everyNs: 300e9,
          fromSeconds: noon,
          cpu: [Float64Array.of(1, lost, lost, 0), Float64Array.of(0, 0, 1, 0)],
          network: [Float64Array.of(7 * 1024, lost, lost, 0), Float64Array.of(0, 0, 0, 0)],
          workingSets: [Float64Array.of(2000 * 1024, lost, lost, lost), Float64Array.of(0, 0, 1024, 0)],
          vms: Array.from({ length: 2 }, () => ({ mips: 5199.998608, cores: 2, memoryBytes: 2 ** 32 }))
        })
      )
    }))

  it('is read of observations, with as much as they tell, in slots of what mostly lies between two', () =>
    inFolder((path) => {
      const lines = ['3600,a,vm,0.5,10', '3600,h,host,1,10', '3660,a,vm,1.5,', '3780,a,vm,0.25,30', '3725,b,,0,0']
      writeFileSync(path('a.csv'), ['time,name,of,cpu,sentBytesPerSecond', ...lines].join('\n'))
      expect(readTrace(path('a.csv'))).toEqual(
        E.right({
          format: 'observations',
          names: ['a', 'b'],
          everyNs: 120e9,
          fromSeconds: 3600,
          cpu: [Float64Array.of(1, 0.25), Float64Array.of(0, 0)],
          network: [Float64Array.of(lost, 30), Float64Array.of(0, 0)]
        })
      )
      expect(readTrace(path('a.csv'), { everyNs: 60e9 })).toMatchObject({
        right: { cpu: [Float64Array.of(0.5, 1, lost, 0.25), Float64Array.of(0, 0, 0, 0)] }
      })
    }))

  it('says where it is wrong, and throws what the file system refuses', () =>
    inFolder((path) => {
      const of = (...lines: readonly string[]): unknown => {
        writeFileSync(path('a.csv'), lines.join('\n'))
        return readTrace(path('a.csv'), { everyNs: 1e9 })
      }
      expect(of('time,name,cpu', '0,a,1', '300,a,-1')).toEqual(
        E.left(`${path('a.csv')}: line 3: cpu must be a number from 0 on (got "-1")`)
      )
      expect(of('what,is,this')).toEqual(E.left(expect.stringContaining(`${path('a.csv')}: line 1: no such column`)))
      expect(of('time,name,of,cpu', '0,a,host,1')).toEqual(E.left(`${path('a.csv')}: there must be samples of a VM (got none)`))
      expect(of('time,name,cpu', '0,a,1', '1e9,a,1')).toEqual(
        E.left(`${path('a.csv')}: all samples must lie within 1048576 slots (got 1000000001)`)
      )
      expect(of('')).toEqual(E.left(`${path('a.csv')}: a first line that says what the file holds (got an empty file)`))
      mkdirSync(path('empty'))
      expect(readTrace(path('empty'))).toEqual(E.left(`${path('empty')}: a folder with a file for each VM (got a folder without files)`))
      expect(() => readTrace(path('none'))).toThrow('ENOENT')
      expect(() => readTrace(path(), { slots: 0 })).toThrow('readTrace: slots must be')
    }))
})
