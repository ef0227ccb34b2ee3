import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dirtyPagesPerSecond, dtxRatio, type RegimeName, regime, regimes, regimeText } from '../../lib/guest/regimes'
import { popcount } from '../../lib/memory/bitmap'
import { key } from '../../lib/random/random'
import { keepsTheLaws } from './workloadLaws'

const names = Object.keys(regimes) as readonly RegimeName[]
const someRegimes = fc.record({
  name: fc.constantFrom(...names),
  pages: fc.integer({ min: 5000, max: 500_000 }),
  vcpus: fc.integer({ min: 1, max: 8 })
})

describe('regimes', () => {
  keepsTheLaws(someRegimes.map(({ name, ...options }) => regime(name, options)))

  it('a second of a regime dirties its pages, and its locality of them return in the next', () => {
    fc.assert(
      fc.property(someRegimes, ({ name, ...options }) => {
        const workload = regime(name, options)
        const opened = Array.from({ length: workload.vcpus }, (_, vcpu) => workload.open(key(1), vcpu))
        const [first, second] = [1, 2].map(() => {
          const words = new Int32Array(Math.ceil(workload.pages / 32))
          for (const one of opened) one.mark!(words, Math.round(one.accessesPerSecond!))
          return words
        })
        const dirty = dirtyPagesPerSecond(regimes[name], options.pages)
        expect([popcount(first), popcount(second)]).toEqual([dirty, dirty])
        expect(popcount(second.map((word, i) => word & first[i]))).toBe(Math.round(regimes[name].locality * dirty))
      }),
      { numRuns: 60 }
    )
  })

  it('on the memory of its benchmark a regime has the published dirty rate', () => {
    const rates = names.map((name) =>
      dirtyPagesPerSecond(regimes[name], { MG: 9_437_184, IS: 9_437_184, SP: 4_194_304, BT: 4_194_304 }[regimes[name].benchmark])
    )
    expect(rates).toEqual([241_000, 134_000, 224_000, 51_000])
    expect(rates.map((dirtyPagesPerSecond) => dtxRatio({ dtxPagesPerSecond: 100_000, dirtyPagesPerSecond }).toFixed(2))).toEqual([
      '0.41',
      '0.75',
      '0.45',
      '1.96'
    ])
  })

  it('says its rate, its locality and the ratio of the rates, beside what the slides claim', () => {
    expect(regimeText('highUpdateLowLocality', { pages: 9_437_184, dtxPagesPerSecond: 100_000 })).toBe(
      'high memory update, low locality: 134000 pages/s dirtied, 0 % of them again in the next second; dtx : dirty = 0.75 (slides: 2)'
    )
  })

  it('refuses a memory that is too small, and a name that is none', () => {
    expect(() => regime('mediumUpdateLowLocality', { pages: 100 })).toThrow(
      'regime: pages must be enough for 8 vcpus to write a page each (got 100)'
    )
    expect(() => regime('other' as RegimeName, { pages: 100_000 })).toThrow(
      /regime: name must be one of veryHighUpdateLowLocality, .* \(got other\)/
    )
  })
})
