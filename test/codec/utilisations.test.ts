import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { planetLabSeries, utilisationsOfCsv } from '../../lib/codec/utilisations'
import { readUtilisations } from '../../pipelines/managers/readUtilisations'

describe('utilisations', () => {
  it('are read from a line for each VM, in percent', () => {
    const read = utilisationsOfCsv('a,0,50,100\r\nb,1,2.5,3\n\n')
    expect(read).toEqual(E.right({ names: ['a', 'b'], series: [Float64Array.of(0, 0.5, 1), Float64Array.of(0.01, 0.025, 0.03)] }))
    expect(planetLabSeries('7\n8\n')).toEqual(E.right(Float64Array.of(0.07, 0.08)))
  })

  it('say where they are wrong', () => {
    expect(utilisationsOfCsv('')).toEqual(E.left('there must be a line for each VM (got none)'))
    expect(utilisationsOfCsv('a,1\nb,1,2')).toEqual(E.left('line 2: every line must have as many samples as the first, 1 (got 2)'))
    expect(utilisationsOfCsv('a,1,x')).toEqual(E.left('line 1: sample 2 must be a percentage from 0 to 100 (got "x")'))
    expect(utilisationsOfCsv('a,1,')).toEqual(E.left('line 1: sample 2 must be a percentage from 0 to 100 (got "")'))
    expect(planetLabSeries('101')).toEqual(E.left('sample 1 must be a percentage from 0 to 100 (got "101")'))
    expect(planetLabSeries('')).toEqual(E.left('there must be samples (got none)'))
  })

  it('come from a file or from a folder of files, whose names say which VM', () => {
    const folder = mkdtempSync(join(tmpdir(), 'utilisations-'))
    try {
      writeFileSync(join(folder, 'b'), '3\n4\n')
      writeFileSync(join(folder, 'a'), '1\n2\n')
      expect(readUtilisations(folder)).toEqual(
        E.right({ names: ['a', 'b'], series: [Float64Array.of(0.01, 0.02), Float64Array.of(0.03, 0.04)] })
      )
      writeFileSync(join(folder, 'c'), '5\n')
      expect(readUtilisations(folder)).toEqual(E.left(`${folder}: there must be files, all with as many samples`))
      writeFileSync(join(folder, 'c'), '5\nx\n')
      expect(readUtilisations(folder)).toEqual(E.left(`${join(folder, 'c')}: sample 2 must be a percentage from 0 to 100 (got "x")`))
      expect(() => readUtilisations(join(folder, 'nothing'))).toThrow('ENOENT')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
