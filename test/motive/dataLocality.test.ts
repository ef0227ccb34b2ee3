import { describe, expect, it } from 'vitest'
import { dataLocality } from '../../lib/motive/dataLocality'
import { clusterWith, seen, viewOf } from './views'

/** Clusters cc0, cc1, .. in a row, and io0 before the first. */
const place = (name: string): number => (name === 'io0' ? -1 : Number(name.slice(2)))
const hops = (a: string, b: string): number => Math.abs(place(a) - place(b))
const row = (at: Readonly<Record<number, readonly ReturnType<typeof seen>[]>>) =>
  viewOf([0, 1, 2, 3].map((i) => clusterWith(`cc${i}`, at[i] ?? [])))
const full = (name: string) => seen(name, { threads: 18 })
const rule = dataLocality({ hops })

describe('dataLocality', () => {
  it('moves a process to where the data go that it sends, io0.1 being on io0', () => {
    const [decision] = rule(row({ 3: [seen('p', { bytesTo: { 'io0.1': 1e6 } })] }))
    expect(decision).toMatchObject({ type: 'migrate', process: 'p', from: 'cc3', to: 'cc0' })
    const flits = 250_000 + 3907
    expect(decision.figures.nowNanojoules).toBeCloseTo((flits * (4 * 32 + 16)) / 1e3, 6)
    expect(decision.figures.thereNanojoules).toBeCloseTo((flits * (32 + 16)) / 1e3, 6)
    const own = Math.ceil(31_200 / 4) + Math.ceil(31_200 / 256)
    expect(decision.figures.moveNanojoules).toBeCloseTo((own * (3 * 32 + 16)) / 1e3, 6)
  })
  it('moves it to where its data come from', () => {
    expect(rule(row({ 0: [seen('source', { bytesTo: { p: 1e6 }, pages: 120 })], 3: [seen('p')] }))).toMatchObject([
      { type: 'migrate', process: 'p', to: 'cc0' }
    ])
  })
  it('moves to a neighbour where there is no room beside its partner', () => {
    const view = row({ 0: [seen('source', { threads: 18, bytesTo: { p: 1e6 } })], 3: [seen('p')] })
    expect(rule(view)).toMatchObject([{ type: 'migrate', process: 'p', to: 'cc1' }])
  })
  it('stays where the move would spend more than is saved', () => {
    expect(rule(row({ 3: [seen('p', { bytesTo: { io0: 9e3 } })] }))).toMatchObject([{ type: 'stay', process: 'p' }])
  })
  it('stays in the middle of whom it talks to', () => {
    expect(rule(row({ 0: [full('a')], 1: [seen('p', { bytesTo: { cc0: 1e6, cc2: 1e6 } })], 2: [full('b')] }))).toMatchObject([
      { type: 'stay' }
    ])
  })
  it('stays where little is expected of it any more', () => {
    const view = row({ 3: [seen('p', { bytesTo: { io0: 1e6 } })] })
    expect(dataLocality({ hops, remainingNs: () => 0.01e9 })(view)).toMatchObject([{ type: 'stay' }])
  })
  it('says nothing of processes that talk to nobody', () => {
    expect(rule(row({ 0: [seen('p')], 1: [seen('q', { ageNs: 0, bytesTo: { p: 9 } })] }))).toEqual([])
  })
  it('moves one of two that talk to each other, not both', () => {
    const view = row({ 0: [seen('p', { bytesTo: { q: 1e6 } })], 3: [seen('q', { bytesTo: { p: 1e6 } })] })
    expect(rule(view).filter(({ type }) => type === 'migrate')).toHaveLength(1)
  })
})
