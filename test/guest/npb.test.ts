import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { npb, npbGuest, npbPages } from '../../lib/guest/npb'
import { type NpbName, npbArrays, npbFacts } from '../../lib/guest/npbArrays'
import { npbThousands } from '../../lib/guest/npbSeries'
import type { Workload } from '../../lib/guest/workload'
import { popcount } from '../../lib/memory/bitmap'
import { key } from '../../lib/random/random'
import { keepsTheLaws } from './workloadLaws'

const names: readonly NpbName[] = ['MG', 'IS', 'SP', 'BT']

/** The bitmaps of the pages dirtied in each of the first `n` intervals of so many seconds. */
const dirtied = (workload: Workload, n: number, seconds: number): readonly Int32Array[] => {
  const opened = Array.from({ length: workload.vcpus }, (_, vcpu) => workload.open(key(1), vcpu))
  return Array.from({ length: n }, () => {
    const words = new Int32Array(Math.ceil(workload.pages / 32))
    for (const one of opened) one.mark!(words, one.accessesPerSecond! * seconds)
    return words
  })
}

const counted = (sets: readonly Int32Array[]): readonly number[] => sets.map(popcount)
const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length
const both = (a: Int32Array, b: Int32Array): number => popcount(a.map((word, i) => word & b[i]))
const either = (of: readonly Int32Array[]): Int32Array => of.reduce((all, one) => all.map((word, i) => word | one[i]))

describe('npb', () => {
  keepsTheLaws(
    fc
      .record({ name: fc.constantFrom(...names), scale: fc.constantFrom(1, 1 / 64, 1 / 1024), beginAtS: fc.nat(80) })
      .map(({ name, ...options }) => npb(name, options))
  )

  it('has the published lengths, means and peaks, in thousands of pages', () => {
    const published = { MG: [39, 241, 594], IS: [76, 134, 242], SP: [35, 224, 650], BT: [33, 51, 84] }
    for (const name of names) {
      const thousands = npbThousands(name)
      expect([thousands.length, Math.round(mean(thousands)), Math.max(...thousands)]).toEqual(published[name])
    }
  })

  it('dirties exactly the distinct pages of its series in every second', () => {
    for (const name of names) {
      const thousands = npbThousands(name)
      expect(counted(dirtied(npb(name), thousands.length, 1))).toEqual(thousands.map((one) => one * 1000))
    }
  })

  it('a small guest dirties its part of them at the same times', () => {
    for (const name of names) {
      const thousands = npbThousands(name)
      expect(counted(dirtied(npb(name, { scale: 1 / 64 }), thousands.length, 1))).toEqual(
        thousands.map((one) => Math.round((one * 1000) / 64))
      )
    }
  })

  it('in three seconds MG, IS and BT come to no page twice, SP to its fields over and over', () => {
    const thrice = (name: NpbName): readonly number[] => counted(dirtied(npb(name), 10, 3))
    const sums = (name: NpbName): readonly number[] =>
      Array.from({ length: 10 }, (_, i) =>
        npbThousands(name)
          .slice(3 * i, 3 * i + 3)
          .reduce((sum, one) => sum + one * 1000, 0)
      )
    for (const name of ['MG', 'IS', 'BT'] as const) expect(thrice(name)).toEqual(sums(name))
    const ratios = thrice('SP').map((pages, i) => pages / sums('SP')[i])
    expect(Math.min(...ratios)).toBeLessThan(0.42)
    // Seconds 24 to 29 sweep rhs and nothing else.
    expect(thrice('SP').slice(8)).toEqual([npbArrays.SP[3].pages, npbArrays.SP[3].pages])
  })

  it('of what SP writes in a fast second nearly all was written the second before, of MG nothing', () => {
    const sp = dirtied(npb('SP'), 27, 1)
    expect(both(sp[25], sp[26]) / popcount(sp[26])).toBeGreaterThan(0.95)
    const mg = dirtied(npb('MG'), 20, 1)
    expect(both(mg[17], mg[18])).toBe(0)
  })

  it('writes u and r of MG, key_buff1 and key_buff2 of IS, all but forcing of SP, and rhs alone of BT, in the published time', () => {
    const pagesOf = (name: NpbName, ...arrays: readonly number[]): number => arrays.reduce((sum, i) => sum + npbArrays[name][i].pages, 0)
    const all = (name: NpbName): number => popcount(either(dirtied(npb(name), npbThousands(name).length, 1)))
    expect(all('MG')).toBe(pagesOf('MG', 0, 2))
    expect(all('IS')).toBe(pagesOf('IS', 1, 2))
    // 666,000 of u's 666,510 pages in its two seconds.
    expect(all('SP')).toBe(pagesOf('SP', 2, 3) + 666_000)
    expect(all('BT')).toBe(pagesOf('BT', 3))
  })

  it('has the published memory and working set, of which the arrays are all but about a GiB; the rest is zero and free', () => {
    for (const name of names) {
      const { all, used } = npbPages(name)
      expect(all).toBe(npbFacts[name].memoryGib * 262_144)
      expect(Math.abs(used / 262_144 - npbFacts[name].workingSetGib)).toBeLessThan(1e-5)
      const other = (used - npbArrays[name].reduce((sum, { pages }) => sum + pages, 0)) / 262_144
      expect(other).toBeGreaterThan(0.8)
      expect(other).toBeLessThan(1.2)
      const { pages, classes, workload } = npbGuest(name, { scale: 1 / 256 })
      expect([pages, classes.zero.count, classes.free.count]).toEqual([
        all / 256,
        pages - npbPages(name, { scale: 1 / 256 }).used,
        classes.zero.count
      ])
      expect(workload.pages).toBe(pages)
    }
  })

  it('is bound by memory from five cores on, unless told otherwise', () => {
    expect(npbGuest('MG', { scale: 1 / 256 }).usefulCores).toBe(5)
    expect(npbGuest('MG', { scale: 1 / 256, usefulCores: 8 }).usefulCores).toBe(8)
  })

  it('begins at any second of its series', () => {
    const thousands = npbThousands('BT')
    expect(counted(dirtied(npb('BT', { beginAtS: 30 }), 5, 1))).toEqual([30, 31, 32, 0, 1].map((second) => thousands[second] * 1000))
  })

  it('refuses what cannot be', () => {
    expect(() => npb('MG', { scale: 0 })).toThrow('npb: scale must be above 0 and at most 1 (got 0)')
    expect(() => npb('MG', { beginAtS: -1 })).toThrow('npb: beginAtS must be an integer of at least 0 (got -1)')
  })
})
