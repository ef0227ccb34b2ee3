import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AccessBatch, firstWindow, type Window, type WindowState, type WriteSample, windowStep } from '../../lib/memory/accessWindows'
import { fromPages, toArray } from '../../lib/memory/pageSet'

const options = { size: 200, windowNs: 10 }
const accessOf = (page: number, isWrite: boolean): number => (page << 1) | Number(isWrite)
const ran = (inputs: readonly (WriteSample | AccessBatch)[]): readonly Window[] => {
  let state: WindowState = firstWindow('test', options)
  const all: Window[] = []
  for (const input of inputs) {
    const [ended, after] = windowStep(options.windowNs, state, input)
    all.push(...ended)
    state = after
  }
  return all
}
const shown = (windows: readonly Window[]): unknown => windows.map(({ at, pages }) => [at, toArray(pages)])

const batches = fc
  .array(
    fc.record({
      gap: fc.nat({ max: 15 }),
      length: fc.integer({ min: 1, max: 40 }),
      writes: fc.array(fc.tuple(fc.nat({ max: 199 }), fc.boolean()), { maxLength: 30 })
    }),
    { maxLength: 8 }
  )
  .map((list) => {
    let at = 0
    return list.map(({ gap, length, writes }): AccessBatch => {
      const fromNs = at + gap
      at = fromNs + length
      return { fromNs, toNs: at, accesses: Int32Array.from(writes, ([page, isWrite]) => accessOf(page, isWrite)), length: writes.length }
    })
  })

describe('windowStep', () => {
  it('gives each write to the window of its own time, whatever the batches', () => {
    fc.assert(
      fc.property(batches, (list) => {
        const end = list.at(-1)?.toNs ?? 0
        const model = Array.from({ length: Math.floor(end / 10) }, () => new Set<number>())
        for (const { fromNs, toNs, accesses, length } of list)
          for (let i = 0; i < length; i++) {
            const window = Math.floor((fromNs + ((toNs - fromNs) * i) / length) / 10)
            if ((accesses[i] & 1) === 1 && window < model.length) model[window].add(accesses[i] >> 1)
          }
        expect(shown(ran(list))).toEqual(model.map((set, i) => [(i + 1) * 10, [...set].sort((a, b) => a - b)]))
      })
    )
  })

  it('the same accesses cut into other batches give the same windows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 199 }), { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 39 }), (pages, cut) => {
        const batch = (from: number, to: number): AccessBatch => {
          const accesses = Int32Array.from(pages.slice(from, to), (page) => accessOf(page, true))
          return { fromNs: from * 3, toNs: to * 3, accesses, length: accesses.length }
        }
        const at = Math.min(cut, pages.length)
        expect(shown(ran([batch(0, at), batch(at, pages.length)]))).toEqual(shown(ran([batch(0, pages.length)])))
      })
    )
  })

  it('a sample at a boundary belongs to the window that ends there, and time alone ends windows', () => {
    const sample = (at: number, ...list: number[]): WriteSample => ({ at, pages: fromPages(200, list) })
    expect(shown(ran([sample(3, 1), sample(10, 2), sample(11, 3), sample(40)]))).toEqual([
      [10, [1, 2]],
      [20, [3]],
      [30, []],
      [40, []]
    ])
  })

  it('windows may start elsewhere', () => {
    expect(firstWindow('test', { size: 4, windowNs: 10, startNs: 7 }).endNs).toBe(17)
  })
})
