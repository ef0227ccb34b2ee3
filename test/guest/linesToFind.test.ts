import { describe, expect, it } from 'vitest'
import { linesToFind } from '../../lib/guest/linesToFind'
import { scatteredLayout, uAreaLayout } from '../../lib/guest/processLayout'
import { key } from '../../lib/random/random'

describe('linesToFind', () => {
  it('is one line where a UArea has all', () => {
    for (let seed = 0; seed < 20; seed++) expect(linesToFind(uAreaLayout({ key: key(seed) }))).toBe(1)
  })

  it('is the whole table of threads, and a line for each other symbol, where the state is scattered', () => {
    for (let seed = 0; seed < 20; seed++) {
      const mixed = linesToFind(scatteredLayout({ key: key(seed) }))
      // 40 entries of 48 bytes are 30 lines, or 31 where they begin within one; ten other fields, some of which may share a line.
      expect(mixed).toBeGreaterThanOrEqual(30 + 4)
      expect(mixed).toBeLessThanOrEqual(31 + 10)
    }
  })

  it('is a line for each field where it is known which threads are whose', () => {
    const known = linesToFind(scatteredLayout({ key: key(1) }, { mixed: false }))
    expect(known).toBeGreaterThan(4)
    expect(known).toBeLessThanOrEqual(11)
  })

  it('counts shorter lines one by one', () => {
    const layout = scatteredLayout({ key: key(1) })
    expect(linesToFind(layout, 32)).toBeGreaterThan(linesToFind(layout, 64))
  })
})
